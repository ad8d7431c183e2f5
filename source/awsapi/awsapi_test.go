package awsapi

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	"remotion-doctor/localaws"
	"remotion-doctor/source"
)

// open returns a client of a local AWS endpoint on the demo account.
func open(t *testing.T, change func(*account.Snapshot), faults ...string) *Client {
	t.Helper()
	s, err := account.Read(fixtures.Demo)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(s)
	}
	server, err := localaws.New(s, localaws.Options{Faults: parsed(t, faults)})
	if err != nil {
		t.Fatal(err)
	}
	return openHandler(t, server)
}

func openHandler(t *testing.T, h http.Handler) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := Open(t.Context(), Options{
		EndpointURL: s.URL, Region: "us-east-1", Isolated: true,
		Backoff: func(int) time.Duration { return 0 },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestResolve(t *testing.T) {
	const role = "arn:aws:iam::123456789012:role/"
	for _, tt := range []struct {
		kind audit.TargetKind
		name string
		want string
	}{
		{audit.TargetFunction, "video-api", role + "service-role/video-api-role-x7"},
		{audit.TargetFunction, "123456789012:function:video-api", role + "service-role/video-api-role-x7"},
		{audit.TargetFunction, "arn:aws:lambda:us-east-1:123456789012:function:video-api", role + "service-role/video-api-role-x7"},
		{audit.TargetFunction, "arn:aws:lambda:eu-west-1:123456789012:function:remotion-render-4-0-527-mem2048mb-disk2048mb-120sec", role + "remotion-lambda-role"},
		{audit.TargetInstance, "i-0a1b2c3d4e5f67890", role + "render-worker"},
		{audit.TargetInstanceProfile, "arn:aws:iam::123456789012:instance-profile/path/render-worker", role + "render-worker"},
		{audit.TargetRole, "video-api-role-x7", role + "service-role/video-api-role-x7"},
		{audit.TargetRole, "arn:aws:sts::123456789012:assumed-role/video-api-role-x7/session", role + "service-role/video-api-role-x7"},
		{audit.TargetUser, "deployer", "arn:aws:iam::123456789012:user/deployer"},
		{audit.TargetCaller, "", role + "service-role/video-api-role-x7"},
	} {
		r, err := open(t, nil).Resolve(t.Context(), audit.Target{Kind: tt.kind, Name: tt.name})
		if err != nil || r.Principal.ARN != tt.want {
			t.Errorf("%s %s: %s, %v, want %s", tt.kind, tt.name, r.Principal.ARN, err, tt.want)
		}
	}
}

func TestResolveRefuses(t *testing.T) {
	for _, tt := range []struct{ caller, want, hint string }{
		{"arn:aws:iam::123456789012:root", "root user", "--role"},
		{"arn:aws:sts::123456789012:federated-user/joe", "federated user", "--user"},
		{"arn:aws:sts::123456789012:assumed-role/gone/session", "gone", ""},
	} {
		c := open(t, func(s *account.Snapshot) { s.Caller = tt.caller })
		_, err := c.Resolve(t.Context(), audit.Target{Kind: audit.TargetCaller})
		e, ok := errors.AsType[*source.Error](err)
		if !ok || !strings.Contains(e.Error(), tt.want) || !strings.Contains(e.Hint, tt.hint) {
			t.Errorf("%s: %v", tt.caller, err)
		}
	}
	for _, name := range []string{"arn:aws:iam::123456789012:user/deployer", "nobody"} {
		if _, err := open(t, nil).Resolve(t.Context(), audit.Target{Kind: audit.TargetRole, Name: name}); err == nil {
			t.Errorf("%s is taken for a role", name)
		}
	}
}

// TestResolveWithoutGetRole: a role that may not be looked up is audited by its
// name, and the report says so.
func TestResolveWithoutGetRole(t *testing.T) {
	r, err := open(t, nil, "GetRole=denied").Resolve(t.Context(), audit.Target{Kind: audit.TargetCaller})
	if err != nil || r.Principal.ARN != "arn:aws:iam::123456789012:role/video-api-role-x7" || len(r.Notes) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

var complete = iam.Principal{ARN: "arn:aws:iam::123456789012:role/complete-renderer", AccountID: "123456789012"}

func TestEvaluateSplitsUnknownActions(t *testing.T) {
	c := open(t, nil)
	probes := []iam.Probe{
		{Action: "s3:GetObject", Resource: "arn:aws:s3:::remotionlambda-a/b"},
		{Action: "s3:UploadPart", Resource: "arn:aws:s3:::remotionlambda-a/b"},
		{Action: "s3:ListAllMyBuckets", Resource: "*"},
		{Action: "s3:GetObject", Resource: "arn:aws:s3:::other/b"},
	}
	verdicts, err := c.Evaluate(t.Context(), complete, probes)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []iam.Decision{iam.Allowed, iam.ImplicitDeny, iam.Allowed, iam.ImplicitDeny} {
		if verdicts[i].Decision != want {
			t.Errorf("%s on %s: %q %s", probes[i].Action, probes[i].Resource, verdicts[i].Decision, verdicts[i].Problem)
		}
	}
	if n := c.Usage().Calls; n != 4 {
		t.Errorf("%d calls, want 4: one without resources, one refused, two parts", n)
	}
}

func TestEvaluateSupposing(t *testing.T) {
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}}`)
	if err != nil {
		t.Fatal(err)
	}
	p := complete
	p.Supposing = []*policy.Document{doc}
	v, err := open(t, nil).Evaluate(t.Context(), p, []iam.Probe{{Action: "kms:Decrypt", Resource: "arn:aws:kms:us-east-1:123456789012:key/k"}})
	if err != nil || v[0].Decision != iam.Allowed {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestEvaluateErrors(t *testing.T) {
	probe := []iam.Probe{{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}}
	for _, tt := range []struct {
		fault string
		kind  source.Kind
	}{
		{"*=denied", source.KindDenied},
		{"*=expired", source.KindCredentials},
		{"*=invalid", source.KindCredentials},
		{"*=throttle", source.KindThrottled},
		{"*=unknown", source.KindUnsupported},
		{"*=html", source.KindAnswer},
	} {
		_, err := open(t, nil, tt.fault).Evaluate(t.Context(), complete, probe)
		e, ok := errors.AsType[*source.Error](err)
		if !ok || e.Kind != tt.kind || e.Hint == "" || strings.Contains(e.Error(), "\n") {
			t.Errorf("%s: %v", tt.fault, err)
		}
	}
	// What passes is retried.
	for _, fault := range []string{"*=throttle:3", "*=500:2"} {
		if v, err := open(t, nil, fault).Evaluate(t.Context(), complete, probe); err != nil || v[0].Decision != iam.ImplicitDeny {
			t.Errorf("%s: %+v, %v", fault, v, err)
		}
	}
}

// TestEvaluateAnswers: what an answer does not say is no decision.
func TestEvaluateAnswers(t *testing.T) {
	const head = `<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult><EvaluationResults>`
	const foot = `</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>`
	row := func(arn, decision string) string {
		return `<member><EvalResourceName>` + arn + `</EvalResourceName><EvalResourceDecision>` + decision + `</EvalResourceDecision></member>`
	}
	result := func(name, decision, rows string) string {
		return `<member><EvalActionName>s3:GetObject</EvalActionName><EvalResourceName>` + name + `</EvalResourceName><EvalDecision>` + decision + `</EvalDecision>` + rows + `</member>`
	}
	rows := func(list ...string) string {
		return `<ResourceSpecificResults>` + strings.Join(list, "") + `</ResourceSpecificResults>`
	}
	const a, b = "arn:aws:s3:::b/a", "arn:aws:s3:::b/b"
	for _, tt := range []struct {
		name, body string
		a, b       iam.Decision
	}{
		{"rows", result("arn:aws:s3:::${BucketName}/${KeyName}", "implicitDeny", rows(row(a, "allowed"), row(b, "implicitDeny"))), iam.Allowed, iam.ImplicitDeny},
		{"a row is missing", result("x", "allowed", rows(row(a, "allowed"))), iam.Allowed, ""},
		{"a word is not known", result("x", "allowed", rows(row(a, "allowed"), row(b, "perhaps"))), iam.Allowed, ""},
		{"one result each", result(a, "implicitDeny", rows(row(a, "allowed"))) + result(b, "implicitDeny", rows(row(b, "implicitDeny"))), iam.Allowed, iam.ImplicitDeny},
		{"an aggregate without rows", result(a, "implicitDeny", "") + result(b, "implicitDeny", ""), "", ""},
		{"nothing", "", "", ""},
	} {
		c := openHandler(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(head + tt.body + foot))
		}))
		v, err := c.Evaluate(t.Context(), complete, []iam.Probe{{Action: "s3:GetObject", Resource: a}, {Action: "s3:GetObject", Resource: b}})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if v[0].Decision != tt.a || v[1].Decision != tt.b {
			t.Errorf("%s: %q and %q, want %q and %q", tt.name, v[0].Decision, v[1].Decision, tt.a, tt.b)
		}
		for _, one := range v {
			if one.Decision == "" && one.Problem == "" {
				t.Errorf("%s: no decision, and no reason why", tt.name)
			}
		}
	}
}

func TestEvaluateCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, nil).Evaluate(ctx, complete, []iam.Probe{{Action: "s3:GetObject", Resource: "*"}}); err == nil {
		t.Error("a cancelled evaluation gives verdicts")
	}
}

func TestPrincipal(t *testing.T) {
	c := open(t, nil)
	for _, name := range []string{"video-api-role-x7", "sandbox-renderer", "complete-renderer"} {
		r, err := c.Resolve(t.Context(), audit.Target{Kind: audit.TargetRole, Name: name})
		if err != nil {
			t.Fatal(err)
		}
		s, err := c.Principal(t.Context(), r.Principal)
		if err != nil {
			t.Fatal(err)
		}
		role := s.AuthorizationDetails.Roles[0]
		if n := len(role.RolePolicyList) + len(role.AttachedManagedPolicies); n == 0 {
			t.Errorf("%s: no policies", name)
		}
		if (role.PermissionsBoundary != nil) != (name == "sandbox-renderer") {
			t.Errorf("%s: boundary %v", name, role.PermissionsBoundary)
		}
	}
}

func TestCleanDropsSecretsAndEscapes(t *testing.T) {
	got := clean("a\x1b[31mb\nSecret=wJalrXUtnFEMIK7MDENGbPxRfiCY \u202e")
	if strings.ContainsAny(got, "\x1b\n\u202e") || strings.Contains(got, "wJalr") {
		t.Errorf("got %q", got)
	}
}
