// Package iamtest is the suite that every [iam.Evaluator] must pass,
// whether it asks AWS or decides offline.
package iamtest

import (
	_ "embed"
	"slices"
	"testing"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

//go:embed account.json
var accountJSON []byte

// Account returns the account that the suite concerns.
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
	context   iam.Context

	want iam.Decision
	// by are the policies of the statements that decided.
	by []string
	// blocked is the layer that stops the request.
	blocked iam.Layer
	// lacks is a context key that is missing.
	lacks string
}

func text(key, value string) iam.ContextEntry {
	return iam.ContextEntry{Key: key, Type: iam.String, Values: []string{value}}
}

const (
	worker  = "role/service-role/worker"
	limited = "role/limited"
	ann     = "user/staff/ann"
	object  = "arn:aws:s3:::jobfiles-useast1-abc/sites/x"
	render  = "arn:aws:lambda:us-east-1:123456789012:function:jobs-render-x"
	passed  = "arn:aws:iam::123456789012:role/jobs-lambda-role"
)

var questions = []question{
	{name: "allowed", principal: worker, action: "s3:GetObject", resource: object, want: iam.Allowed, by: []string{"work"}},
	{name: "case of the action", principal: worker, action: "S3:gEtObJeCt", resource: object, want: iam.Allowed, by: []string{"work"}},
	{name: "not granted", principal: worker, action: "s3:DeleteObject", resource: object, want: iam.ImplicitDeny},
	{name: "another resource", principal: worker, action: "s3:GetObject", resource: "arn:aws:s3:::other/x", want: iam.ImplicitDeny},
	{name: "denied", principal: worker, action: "s3:GetObject", resource: "arn:aws:s3:::jobfiles-prod-1/x", want: iam.ExplicitDeny, by: []string{"work"}},
	{name: "a star in a resource is text", principal: worker, action: "s3:GetObject", resource: "arn:aws:s3:::jobfiles-*", want: iam.Allowed, by: []string{"work"}},
	{name: "a wider star", principal: worker, action: "s3:GetObject", resource: "arn:aws:s3:::jobfiles*", want: iam.ImplicitDeny},
	{name: "managed policy, default version", principal: worker, action: "s3:ListAllMyBuckets", resource: "*", want: iam.Allowed, by: []string{"look"}},
	{name: "managed policy, older version", principal: worker, action: "kms:Decrypt", resource: "arn:aws:kms:us-east-1:123456789012:key/k", want: iam.ImplicitDeny},
	{name: "wrong kind of resource", principal: worker, action: "s3:ListAllMyBuckets", resource: "arn:aws:s3:::b", want: iam.ImplicitDeny},
	{name: "NotResource, outside", principal: worker, action: "s3:ListBucket", resource: "arn:aws:s3:::jobfiles-x", want: iam.Allowed, by: []string{"work"}},
	{name: "NotResource, inside", principal: worker, action: "s3:ListBucket", resource: "arn:aws:s3:::vault-1", want: iam.ImplicitDeny},
	{name: "NotAction, outside", principal: worker, action: "sqs:SendMessage", resource: "arn:aws:sqs:us-east-1:123456789012:q", want: iam.Allowed, by: []string{"work"}},
	{name: "NotAction, inside", principal: worker, action: "kms:Encrypt", resource: "arn:aws:kms:us-east-1:123456789012:key/k", want: iam.ImplicitDeny},
	{name: "condition holds", principal: worker, action: "iam:PassRole", resource: passed, context: iam.Context{text("iam:PassedToService", "lambda.amazonaws.com")}, want: iam.Allowed, by: []string{"work"}},
	{name: "condition fails", principal: worker, action: "iam:PassRole", resource: passed, context: iam.Context{text("iam:PassedToService", "ec2.amazonaws.com")}, want: iam.ImplicitDeny},
	{name: "condition on a missing key", principal: worker, action: "iam:PassRole", resource: passed, want: iam.ImplicitDeny, lacks: "iam:PassedToService"},
	{
		name: "number", principal: worker, action: "lambda:InvokeFunction", resource: render,
		context: iam.Context{{Key: "aws:MultiFactorAuthAge", Type: iam.Numeric, Values: []string{"299.5"}}}, want: iam.Allowed, by: []string{"work"},
	},
	{
		name: "list", principal: worker, action: "lambda:TagResource", resource: render,
		context: iam.Context{{Key: "aws:TagKeys", Type: iam.StringList, Values: []string{"jobs-lambda", "jobs-version"}}}, want: iam.Allowed, by: []string{"work"},
	},
	{
		name: "list with another", principal: worker, action: "lambda:TagResource", resource: render,
		context: iam.Context{{Key: "aws:TagKeys", Type: iam.StringList, Values: []string{"jobs-lambda", "team"}}}, want: iam.ImplicitDeny,
	},
	{name: "boundary allows", principal: limited, action: "s3:GetObject", resource: object, want: iam.Allowed, by: []string{"all"}},
	{name: "boundary does not allow", principal: limited, action: "kms:Decrypt", resource: "arn:aws:kms:us-east-1:123456789012:key/k", want: iam.ImplicitDeny, blocked: iam.LayerBoundary},
	{name: "boundary denies", principal: limited, action: "s3:DeleteBucket", resource: "arn:aws:s3:::b", want: iam.ExplicitDeny, by: []string{"limit"}, blocked: iam.LayerBoundary},
	{
		name: "organization denies", principal: limited, action: "lambda:InvokeFunction", resource: "arn:aws:lambda:eu-south-1:123456789012:function:f",
		context: iam.Context{text("aws:RequestedRegion", "eu-south-1")}, want: iam.ExplicitDeny, blocked: iam.LayerSCP,
	},
	{
		name: "organization allows", principal: limited, action: "lambda:InvokeFunction", resource: render,
		context: iam.Context{text("aws:RequestedRegion", "us-east-1")}, want: iam.Allowed, by: []string{"all"},
	},
	{name: "variable of the user", principal: ann, action: "s3:GetObject", resource: "arn:aws:s3:::homes/ann/x", want: iam.Allowed, by: []string{"home"}},
	{name: "variable of another", principal: ann, action: "s3:GetObject", resource: "arn:aws:s3:::homes/bob/x", want: iam.ImplicitDeny},
	{name: "through a group", principal: ann, action: "s3:PutObject", resource: "arn:aws:s3:::canvas/x", want: iam.Allowed, by: []string{"paint"}},
	{name: "through a group's managed policy", principal: ann, action: "logs:DescribeLogGroups", resource: "*", want: iam.Allowed, by: []string{"look"}},
	{name: "no policies", principal: "role/nothing", action: "s3:GetObject", resource: object, want: iam.ImplicitDeny},
	{name: "an action that nobody has", principal: limited, action: "s3:UploadPart", resource: object, want: iam.Allowed, by: []string{"all"}},
}

// Run holds an evaluator of [Account] to the suite.
func Run(t *testing.T, e iam.Evaluator) {
	t.Helper()
	t.Run("one by one", func(t *testing.T) {
		for i := range questions {
			q := &questions[i]
			verdicts, err := e.Evaluate(t.Context(), q.asked(t), []iam.Probe{q.probe()})
			if err != nil || len(verdicts) != 1 {
				t.Errorf("%s: %d verdicts, %v", q.name, len(verdicts), err)
				continue
			}
			q.check(t, &verdicts[0])
		}
	})
	t.Run("together", func(t *testing.T) { runTogether(t, e) })
	t.Run("nobody", func(t *testing.T) {
		p := iam.Principal{ARN: "arn:aws:iam::123456789012:role/nobody", AccountID: "123456789012"}
		if v, err := e.Evaluate(t.Context(), p, []iam.Probe{questions[0].probe()}); err == nil {
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
func runTogether(t *testing.T, e iam.Evaluator) {
	byPrincipal := map[string][]*question{}
	for i := range questions {
		q := &questions[i]
		byPrincipal[q.principal] = append(byPrincipal[q.principal], q, q)
	}
	for _, list := range byPrincipal {
		var probes []iam.Probe
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

func (q *question) asked(t *testing.T) iam.Principal {
	t.Helper()
	p, err := iam.NewPrincipal("arn:aws:iam::123456789012:" + q.principal)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (q *question) probe() iam.Probe {
	return iam.Probe{Action: q.action, Resource: q.resource, Context: q.context}
}

func (q *question) check(t *testing.T, v *iam.Verdict) {
	t.Helper()
	if v.Decision != q.want || v.Problem != "" {
		t.Errorf("%s: %s %s, want %s", q.name, v.Decision, v.Problem, q.want)
	}
	var by []string
	for _, m := range v.Matched {
		// Not every evaluator says what the layers above the identity-based
		// policies allow, or what the organization denies.
		if m.Layer == iam.LayerSCP || m.Layer == iam.LayerBoundary && m.Effect == policy.Allow {
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
	var want []iam.Layer
	if q.blocked != "" {
		want = []iam.Layer{q.blocked}
	}
	if !slices.Equal(v.BlockedBy, want) {
		t.Errorf("%s: blocked by %v, want %v", q.name, v.BlockedBy, want)
	}
	if q.lacks != "" && !slices.Contains(v.MissingContext, q.lacks) {
		t.Errorf("%s: missing %v, want %s", q.name, v.MissingContext, q.lacks)
	}
}
