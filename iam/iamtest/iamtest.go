// Package iamtest is the suite that every [audit.Evaluator] must pass,
// whether it asks AWS or decides offline.
package iamtest

import (
	_ "embed"
	"slices"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

//go:embed account.json
var accountJSON []byte

// Account returns the account that the suite is about.
func Account(tb testing.TB) *account.Snapshot {
	tb.Helper()
	s, err := account.Read(accountJSON)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// A question is a probe with what an evaluator must say to it.
type question struct {
	name      string
	principal string // "role/worker"
	action    string
	resource  string
	context   audit.Context

	want audit.Decision
	// by are the policies of the statements that decided.
	by []string
	// blocked is the layer that stops the request.
	blocked audit.Layer
	// lacks is a context key that is missing.
	lacks string
}

func text(key, value string) audit.ContextEntry {
	return audit.ContextEntry{Key: key, Type: audit.String, Values: []string{value}}
}

const (
	worker  = "role/service-role/worker"
	limited = "role/limited"
	ann     = "user/staff/ann"
	object  = "arn:aws:s3:::remotionlambda-useast1-abc/sites/x"
	render  = "arn:aws:lambda:us-east-1:123456789012:function:remotion-render-x"
	passed  = "arn:aws:iam::123456789012:role/remotion-lambda-role"
)

var questions = []question{
	{name: "allowed", principal: worker, action: "s3:GetObject", resource: object, want: audit.Allowed, by: []string{"work"}},
	{name: "case of the action", principal: worker, action: "S3:gEtObJeCt", resource: object, want: audit.Allowed, by: []string{"work"}},
	{name: "not granted", principal: worker, action: "s3:DeleteObject", resource: object, want: audit.ImplicitDeny},
	{name: "another resource", principal: worker, action: "s3:GetObject", resource: "arn:aws:s3:::other/x", want: audit.ImplicitDeny},
	{name: "denied", principal: worker, action: "s3:GetObject", resource: "arn:aws:s3:::remotionlambda-prod-1/x", want: audit.ExplicitDeny, by: []string{"work"}},
	{name: "a star in a resource is text", principal: worker, action: "s3:GetObject", resource: "arn:aws:s3:::remotionlambda-*", want: audit.Allowed, by: []string{"work"}},
	{name: "a wider star", principal: worker, action: "s3:GetObject", resource: "arn:aws:s3:::remotion*", want: audit.ImplicitDeny},
	{name: "managed policy, default version", principal: worker, action: "s3:ListAllMyBuckets", resource: "*", want: audit.Allowed, by: []string{"look"}},
	{name: "managed policy, older version", principal: worker, action: "kms:Decrypt", resource: "arn:aws:kms:us-east-1:123456789012:key/k", want: audit.ImplicitDeny},
	{name: "wrong kind of resource", principal: worker, action: "s3:ListAllMyBuckets", resource: "arn:aws:s3:::b", want: audit.ImplicitDeny},
	{name: "NotResource, outside", principal: worker, action: "s3:ListBucket", resource: "arn:aws:s3:::remotionlambda-x", want: audit.Allowed, by: []string{"work"}},
	{name: "NotResource, inside", principal: worker, action: "s3:ListBucket", resource: "arn:aws:s3:::vault-1", want: audit.ImplicitDeny},
	{name: "NotAction, outside", principal: worker, action: "sqs:SendMessage", resource: "arn:aws:sqs:us-east-1:123456789012:q", want: audit.Allowed, by: []string{"work"}},
	{name: "NotAction, inside", principal: worker, action: "kms:Encrypt", resource: "arn:aws:kms:us-east-1:123456789012:key/k", want: audit.ImplicitDeny},
	{name: "condition holds", principal: worker, action: "iam:PassRole", resource: passed, context: audit.Context{text("iam:PassedToService", "lambda.amazonaws.com")}, want: audit.Allowed, by: []string{"work"}},
	{name: "condition fails", principal: worker, action: "iam:PassRole", resource: passed, context: audit.Context{text("iam:PassedToService", "ec2.amazonaws.com")}, want: audit.ImplicitDeny},
	{name: "condition on a missing key", principal: worker, action: "iam:PassRole", resource: passed, want: audit.ImplicitDeny, lacks: "iam:PassedToService"},
	{
		name: "number", principal: worker, action: "lambda:InvokeFunction", resource: render,
		context: audit.Context{{Key: "aws:MultiFactorAuthAge", Type: audit.Numeric, Values: []string{"299.5"}}}, want: audit.Allowed, by: []string{"work"},
	},
	{
		name: "list", principal: worker, action: "lambda:TagResource", resource: render,
		context: audit.Context{{Key: "aws:TagKeys", Type: audit.StringList, Values: []string{"remotion-lambda", "remotion-version"}}}, want: audit.Allowed, by: []string{"work"},
	},
	{
		name: "list with another", principal: worker, action: "lambda:TagResource", resource: render,
		context: audit.Context{{Key: "aws:TagKeys", Type: audit.StringList, Values: []string{"remotion-lambda", "team"}}}, want: audit.ImplicitDeny,
	},
	{name: "boundary allows", principal: limited, action: "s3:GetObject", resource: object, want: audit.Allowed, by: []string{"all"}},
	{name: "boundary does not allow", principal: limited, action: "kms:Decrypt", resource: "arn:aws:kms:us-east-1:123456789012:key/k", want: audit.ImplicitDeny, blocked: audit.LayerBoundary},
	{name: "boundary denies", principal: limited, action: "s3:DeleteBucket", resource: "arn:aws:s3:::b", want: audit.ExplicitDeny, by: []string{"limit"}, blocked: audit.LayerBoundary},
	{
		name: "organization denies", principal: limited, action: "lambda:InvokeFunction", resource: "arn:aws:lambda:eu-south-1:123456789012:function:f",
		context: audit.Context{text("aws:RequestedRegion", "eu-south-1")}, want: audit.ExplicitDeny, blocked: audit.LayerSCP,
	},
	{
		name: "organization allows", principal: limited, action: "lambda:InvokeFunction", resource: render,
		context: audit.Context{text("aws:RequestedRegion", "us-east-1")}, want: audit.Allowed, by: []string{"all"},
	},
	{name: "variable of the user", principal: ann, action: "s3:GetObject", resource: "arn:aws:s3:::homes/ann/x", want: audit.Allowed, by: []string{"home"}},
	{name: "variable of another", principal: ann, action: "s3:GetObject", resource: "arn:aws:s3:::homes/bob/x", want: audit.ImplicitDeny},
	{name: "through a group", principal: ann, action: "s3:PutObject", resource: "arn:aws:s3:::canvas/x", want: audit.Allowed, by: []string{"paint"}},
	{name: "through a group's managed policy", principal: ann, action: "logs:DescribeLogGroups", resource: "*", want: audit.Allowed, by: []string{"look"}},
	{name: "no policies", principal: "role/nothing", action: "s3:GetObject", resource: object, want: audit.ImplicitDeny},
	{name: "an action that nobody has", principal: limited, action: "s3:UploadPart", resource: object, want: audit.Allowed, by: []string{"all"}},
}

// Run holds an evaluator of [Account] to the suite.
func Run(t *testing.T, e audit.Evaluator) {
	t.Helper()
	t.Run("one by one", func(t *testing.T) {
		for i := range questions {
			q := &questions[i]
			verdicts, err := e.Evaluate(t.Context(), q.asked(t), []audit.Probe{q.probe()})
			if err != nil || len(verdicts) != 1 {
				t.Errorf("%s: %d verdicts, %v", q.name, len(verdicts), err)
				continue
			}
			q.check(t, &verdicts[0])
		}
	})
	t.Run("together", func(t *testing.T) { runTogether(t, e) })
	t.Run("nobody", func(t *testing.T) {
		p := audit.Principal{ARN: "arn:aws:iam::123456789012:role/nobody", AccountID: "123456789012"}
		if v, err := e.Evaluate(t.Context(), p, []audit.Probe{questions[0].probe()}); err == nil {
			t.Errorf("a role that does not exist gets %v", v)
		}
	})
	t.Run("nothing asked", func(t *testing.T) {
		if v, err := e.Evaluate(t.Context(), questions[0].asked(t), nil); err != nil || len(v) != 0 {
			t.Errorf("%v, %v", v, err)
		}
	})
}

// runTogether asks all questions of one principal at once, each twice, and
// expects the answers in their order.
func runTogether(t *testing.T, e audit.Evaluator) {
	byPrincipal := map[string][]*question{}
	for i := range questions {
		q := &questions[i]
		byPrincipal[q.principal] = append(byPrincipal[q.principal], q, q)
	}
	for _, list := range byPrincipal {
		var probes []audit.Probe
		for _, q := range list {
			probes = append(probes, q.probe())
		}
		verdicts, err := e.Evaluate(t.Context(), list[0].asked(t), probes)
		if err != nil || len(verdicts) != len(list) {
			t.Errorf("%s: %d verdicts for %d probes, %v", list[0].principal, len(verdicts), len(list), err)
			continue
		}
		for i, q := range list {
			q.check(t, &verdicts[i])
		}
	}
}

func (q *question) asked(t *testing.T) audit.Principal {
	t.Helper()
	p, err := audit.NewPrincipal("arn:aws:iam::123456789012:" + q.principal)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (q *question) probe() audit.Probe {
	return audit.Probe{Action: q.action, Resource: q.resource, Context: q.context}
}

func (q *question) check(t *testing.T, v *audit.Verdict) {
	t.Helper()
	if v.Decision != q.want || v.Problem != "" {
		t.Errorf("%s: %s %s, want %s", q.name, v.Decision, v.Problem, q.want)
	}
	var by []string
	for _, m := range v.Matched {
		// Not every evaluator tells what the layers above the identity-based
		// policies allow, or what the organization denies.
		if m.Layer == audit.LayerSCP || m.Layer == audit.LayerBoundary && m.Effect == policy.Allow {
			continue
		}
		by = append(by, m.Policy)
		if m.Effect == "" || m.End.IsZero() {
			t.Errorf("%s: the statement %+v lacks effect or position", q.name, m)
		}
	}
	if !slices.Equal(by, q.by) {
		t.Errorf("%s: decided by %v, want %v", q.name, by, q.by)
	}
	var want []audit.Layer
	if q.blocked != "" {
		want = []audit.Layer{q.blocked}
	}
	if !slices.Equal(v.BlockedBy, want) {
		t.Errorf("%s: blocked by %v, want %v", q.name, v.BlockedBy, want)
	}
	if q.lacks != "" && !slices.Contains(v.MissingContext, q.lacks) {
		t.Errorf("%s: missing %v, want %s", q.name, v.MissingContext, q.lacks)
	}
}
