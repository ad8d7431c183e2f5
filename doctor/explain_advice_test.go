package doctor

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/remedy"
)

// tenRequests are the commonest requests, as @remotion/lambda makes them, and one
// that is not Remotion's. need says whose requirement has it.
var tenRequests = []struct{ action, resource, need string }{
	{"lambda:InvokeFunction", "arn:aws:lambda:us-east-1:111122223333:function:remotion-render-4-0-527-mem2048mb-disk2048mb-120sec", "both"},
	{"lambda:ListFunctions", "*", "caller"},
	{"lambda:CreateFunction", "arn:aws:lambda:us-east-1:111122223333:function:remotion-render-4-0-527-mem2048mb-disk2048mb-120sec", "caller"},
	{"s3:PutObject", "arn:aws:s3:::remotionlambda-useast1-k3j4h5g6/renders/x/out.mp4", "both"},
	{"s3:PutObject", "arn:aws:s3:::my-videos/out.mp4", "renderer"},
	{"s3:ListAllMyBuckets", "*", "both"},
	{"s3:PutBucketPolicy", "arn:aws:s3:::remotionlambda-useast1-k3j4h5g6", "caller"},
	{"iam:PassRole", "arn:aws:iam::111122223333:role/remotion-lambda-role", "caller"},
	{"servicequotas:GetServiceQuota", "*", "caller"},
	{"dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111122223333:table/films", ""},
}

var threePrincipals = []struct{ side, arn string }{
	{"caller", "arn:aws:sts::111122223333:assumed-role/media-api/x"},
	{"renderer", "arn:aws:sts::111122223333:assumed-role/remotion-lambda-role/remotion-render-4-0-527-mem2048mb-disk2048mb-120sec"},
	{"other", "arn:aws:iam::111122223333:user/remotion-user"},
}

type layerWords struct {
	layer       iam.Layer
	owner, name string // words that name the layer, and its owner
	cause       string // words that no other layer's cause has
}

var allLayers = []layerWords{
	{iam.LayerIdentity, "policies of", "identity-based policy", "identity-based"},
	{iam.LayerResource, "owner of", "polic", "bucket policy"},
	{iam.LayerBoundary, "permissions boundary", "permissions boundary", "permissions boundary"},
	{iam.LayerSCP, "organization", "service control policy", "service control policy"},
	{iam.LayerRCP, "organization", "resource control policy", "resource control policy"},
	{iam.LayerSession, "starts the session", "session policy", "session policy"},
	{iam.LayerEndpoint, "VPC endpoint", "VPC endpoint", "VPC endpoint"},
}

// TestLayersAreAll: the table has each layer that a denial can come from. What
// Block Public Access refuses has words of its own, and is tested by itself.
func TestLayersAreAll(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../iam/verdict.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`Layer\w+ +Layer = "(\w+)"`).FindAllStringSubmatch(string(source), -1)
	if len(found) != len(allLayers)+1 {
		t.Errorf("%d layers, and %d in the table", len(found), len(allLayers))
	}
	for _, f := range found {
		if l := iam.Layer(f[1]); l != iam.LayerPublicAccess && !slices.ContainsFunc(allLayers, func(a layerWords) bool { return a.layer == l }) {
			t.Errorf("the table lacks %s", l)
		}
	}
	d := remedy.Denied{Layer: iam.LayerPublicAccess, Effect: iam.ImplicitDeny, Action: "s3:GetObject", Resource: "arn:aws:s3:::my-videos/out.mp4", Who: "arn:aws:iam::444455556666:user/eve"}
	if a := remedy.Advise(d); !strings.Contains(a.Owner, "owner of") || !strings.Contains(a.Cause, "Block Public Access") || d.Grantable() {
		t.Errorf("%+v", a)
	}
}

// TestAdviceFollowsFromTheDecision: each layer, effect, principal and request,
// known from the message or from the policies. Only what a grant cures leads to
// a grant, and one for the renderer never to the caller's policy.
func TestAdviceFollowsFromTheDecision(t *testing.T) {
	t.Parallel()
	for _, l := range allLayers {
		for _, effect := range []iam.Decision{iam.ExplicitDeny, iam.ImplicitDeny} {
			for _, p := range threePrincipals {
				for _, r := range tenRequests {
					for _, from := range []string{"message", "policies"} {
						name := fmt.Sprintf("%s %s %s %s %s", l.layer, effect, p.side, r.action, from)
						t.Run(name, func(t *testing.T) {
							t.Parallel()
							tr := advised(t, from, l.layer, effect, p.arn, r.action, r.resource)
							checkAdvice(t, tr, l.layer, effect, l.owner, l.name)
							checkSide(t, tr, p.side, r.need)
						})
					}
				}
			}
		}
	}
}

// advised is the advice about a denial that is known from its message, or from
// the layers that were read.
func advised(t *testing.T, from string, layer iam.Layer, effect iam.Decision, arn, action, resource string) *audit.Trace {
	t.Helper()
	r := Request{Message: "AccessDenied: User: " + arn + " is not authorized to perform: " + action + " on resource: " + resource}
	tr := &audit.Trace{}
	if from == "message" {
		r.Message += map[iam.Decision]string{iam.ExplicitDeny: " with an explicit deny in a " + words(layer), iam.ImplicitDeny: " because no " + words(layer) + " allows the " + action + " action"}[effect]
	} else {
		tr.Layers = []iam.TraceLayer{{Layer: layer, State: iam.LayerEvaluated, Decision: effect}}
		tr.Decision = effect
	}
	q, err := ask(new(Options).pack(), &r, nil)
	if err != nil {
		t.Fatal(err)
	}
	tr.Action, tr.Resource, tr.Message = q.action, q.resource, q.message
	if from == "policies" && layer == iam.LayerResource && effect == iam.ImplicitDeny {
		// Within an account a resource-based policy alone denies nothing.
		tr.Message.Layer, tr.Message.Decision = layer, effect
	}
	newJob(&Options{}).advise(t.Context(), q, tr)
	if tr.Advice == nil {
		t.Fatal("no advice")
	}
	return tr
}

func words(l iam.Layer) string {
	if l == iam.LayerEndpoint {
		return "VPC endpoint policy"
	}
	return l.Title()
}

func checkAdvice(t *testing.T, tr *audit.Trace, layer iam.Layer, effect iam.Decision, owner, name string) {
	t.Helper()
	a := tr.Advice
	if a.Layer != layer || a.Effect != effect || !strings.Contains(a.Owner, owner) {
		t.Errorf("the advice is for %q, %q with the owner %q", a.Layer, a.Effect, a.Owner)
	}
	for _, other := range allLayers {
		if other.owner != owner && other.layer != iam.LayerResource && strings.Contains(a.Owner, other.owner) {
			t.Errorf("the owner is that of the layer %s as well: %s", other.layer, a.Owner)
		}
		if a.Pain == "" && other.layer != layer && other.cause != "" && strings.Contains(a.Cause, other.cause) {
			t.Errorf("the cause names the layer %s: %s", other.layer, a.Cause)
		}
	}
	text := a.Cause + "\n" + strings.Join(a.Cures, "\n")
	if a.Pain == "" && !strings.Contains(a.Cause, name) {
		t.Errorf("the cause does not name the layer: %s", a.Cause)
	}
	if layer == iam.LayerIdentity && effect == iam.ImplicitDeny {
		return
	}
	if slices.ContainsFunc(tr.Commands, func(c audit.Command) bool { return c.Name == "fix" }) {
		t.Errorf("leads to %+v", tr.Commands)
	}
	for _, word := range []string{"grant " + tr.Action, "give the host's role", "caller policy", "remotion-doctor fix"} {
		if strings.Contains(text, word) {
			t.Errorf("leads to a grant (%q): %s", word, text)
		}
	}
}

func checkSide(t *testing.T, tr *audit.Trace, side, need string) {
	t.Helper()
	for _, c := range tr.Commands {
		renderer := slices.ContainsFunc(c.Target, func(f audit.Flag) bool { return f.Name == "renderer" })
		if c.Name == "fix" && renderer != (side == "renderer") {
			t.Errorf("%s leads to %+v", side, c)
		}
	}
	if side == "renderer" && strings.Contains(tr.Advice.Cause+strings.Join(tr.Advice.Cures, " "), "caller policy") {
		t.Errorf("the renderer gets the caller policy: %+v", tr.Advice)
	}
	if text := strings.Join(tr.Advice.Cures, " "); side == "renderer" && need == "caller" && strings.Contains(text, "grant "+tr.Action) {
		t.Errorf("the renderer is given what only the caller needs: %s", text)
	}
	if tr.Advice.Layer != iam.LayerIdentity || tr.Advice.Effect != iam.ImplicitDeny {
		return
	}
	wanted := need == "both" || need == "renderer" && side == "renderer" || need == "caller" && side != "renderer"
	if wanted != slices.ContainsFunc(tr.Commands, func(c audit.Command) bool { return c.Name == "fix" }) {
		t.Errorf("needed by %q, asked by the %s: the commands are %+v", need, side, tr.Commands)
	}
}

// TestPublicAccess: what Block Public Access refused is not allowed, whatever the
// policies say, and is in the hands of the bucket's owner.
func TestPublicAccess(t *testing.T) {
	t.Parallel()
	const message = "AccessDenied: User: arn:aws:iam::111122223333:user/a is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::my-videos\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access"
	q, err := ask(new(Options).pack(), &Request{Message: message}, nil)
	if err != nil {
		t.Fatal(err)
	}
	tr := &audit.Trace{}
	tr.Action, tr.Resource, tr.Message, tr.Decision = q.action, q.resource, q.message, iam.Allowed
	newJob(&Options{}).advise(t.Context(), q, tr)
	if tr.Decision != iam.ImplicitDeny || tr.Advice == nil || tr.Advice.Layer != iam.LayerPublicAccess || !strings.Contains(tr.Advice.Owner, "owner of") {
		t.Errorf("%s, %+v", tr.Decision, tr.Advice)
	}
	if slices.ContainsFunc(tr.Commands, func(c audit.Command) bool { return c.Name == "fix" }) {
		t.Errorf("leads to %+v", tr.Commands)
	}
}

// TestSeveralDenials: each denial of a text is answered, once.
func TestSeveralDenials(t *testing.T) {
	t.Parallel()
	one := "User: arn:aws:iam::111122223333:user/a is not authorized to perform: s3:ListAllMyBuckets with an explicit deny in a service control policy\n"
	two := "AccessDenied: User: arn:aws:iam::111122223333:user/b is not authorized to perform: lambda:ListFunctions on resource: * with an explicit deny in a session policy\n"
	var got []string
	for _, part := range parts(&Options{}, &Request{Message: one + two + one}) {
		m := parse(new(Options).pack(), part.Message)
		got = append(got, m.Principal+" "+m.Action+" "+string(m.Layer))
	}
	want := []string{"arn:aws:iam::111122223333:user/a s3:ListAllMyBuckets scp", "arn:aws:iam::111122223333:user/b lambda:ListFunctions session"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestNoDenial: an error that no policy caused is no denial, and says what to do.
func TestNoDenial(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"TooManyRequestsException: Rate Exceeded.",
		"An error occurred (ExpiredTokenException) when calling the Invoke operation: The security token included in the request is expired",
		"InvalidSignatureException: Signature expired: 20250102T030405Z is now earlier than 20250102T040405Z (20250102T040905Z - 5 min.)",
		"ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:111122223333:function:remotion-render-4-0-174-mem3009mb-disk2048mb-480sec:$LATEST",
		"Error: Could not assume role with OIDC: No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com",
		"An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect token audience",
		"InvalidIdentityToken: Couldn't retrieve verification key from your identity provider",
		"The request signature we calculated does not match the signature you provided. Check your key and signing method.",
		"CredentialsProviderError: Could not load credentials from any providers",
		"UnrecognizedClientException: The AWS credentials provided were probably mixed up.",
		"You have multiple buckets (remotionlambda-useast1-a, remotionlambda-useast1-b) in your S3 region (us-east-1) starting with \"remotionlambda-\".",
		"An error occurred (InvalidInput) when calling the SimulatePrincipalPolicy operation: Invalid Entity Arn: arn:aws:sts::111122223333:assumed-role/a/b does not clearly define entity type and name.",
	} {
		tr, err := Explain(t.Context(), Options{}, Request{Message: text})
		if err == nil || tr == nil || tr.Decision != "" || tr.Advice == nil || len(tr.Advice.Cures) == 0 {
			t.Errorf("%s: %+v, %v", text, tr, err)
		}
	}
}

// TestBeforeGrant: no grant of * is advised where the request names nothing, nor one of
// an action that does not exist.
func TestBeforeGrant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ action, resource, want string }{
		{"lambda:InvokeFunction", "*", "name the resource"},
		{"lambda:InvokeFunction", "arn:aws:lambda:us-east-1:111122223333:function:f", ""},
		{"s3:ListAllMyBuckets", "*", ""},
		{"lambda:InvokFunction", "*", "look at the spelling"},
		{"lambda:*", "*", ""},
	} {
		got := beforeGrant(&remedy.Denied{Action: c.action, Resource: c.resource})
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s on %s: %q, want %q", c.action, c.resource, got, c.want)
		}
	}
}
