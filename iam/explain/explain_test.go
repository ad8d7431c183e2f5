package explain

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

const role = "arn:aws:iam::123456789012:role/team/video"

func parse(t *testing.T, statements string) *policy.Document {
	t.Helper()
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[` + statements + `]}`)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func one(t *testing.T, statements string) *eval.Policy {
	t.Helper()
	return &eval.Policy{Name: "p", Document: parse(t, statements)}
}

// explain asks about a role with the policies.
func explain(p eval.Policies, action, resource string, context ...iam.ContextEntry) iam.Trace {
	return Explain(iam.Principal{ARN: role, AccountID: "123456789012"}, p, iam.Probe{Action: action, Resource: resource, Context: context}, Options{})
}

func layer(t iam.Trace, l iam.Layer) *iam.TraceLayer {
	i := slices.IndexFunc(t.Layers, func(x iam.TraceLayer) bool { return x.Layer == l })
	return &t.Layers[i]
}

func region(name string) iam.ContextEntry {
	return iam.ContextEntry{Key: "aws:RequestedRegion", Type: iam.String, Values: []string{name}}
}

const invoke = "lambda:InvokeFunction"

const function = "arn:aws:lambda:us-east-1:123456789012:function:remotion-render-a"

// TestNearMisses: which element fails, where, and the text that is marked.
func TestNearMisses(t *testing.T) {
	for _, tt := range []struct {
		name, statement, action, resource string
		context                           []iam.ContextEntry
		element, why, marked              string
		segment                           int
	}{
		{"account", `{"Effect":"Allow","Action":"lambda:*","Resource":"arn:aws:lambda:us-east-1:999999999999:function:remotion-render-*"}`, invoke, function, nil, "Resource", `fifth segment (account): the statement has "999999999999", the request "123456789012"`, `"arn:aws:lambda:us-east-1:999999999999:function:remotion-render-*"`, 5},
		{"region", `{"Effect":"Allow","Action":"lambda:*","Resource":["arn:aws:s3:::b","arn:aws:lambda:eu-*:*:function:remotion-render-*"]}`, invoke, function, nil, "Resource", "fourth segment (region)", `"arn:aws:lambda:eu-*:*:function:remotion-render-*"`, 4},
		{"partition", `{"Effect":"Allow","Action":"lambda:*","Resource":"arn:aws-cn:lambda:*:*:function:*"}`, invoke, function, nil, "Resource", "second segment (partition)", `"arn:aws-cn:lambda:*:*:function:*"`, 2},
		{"name", `{"Effect":"Allow","Action":"lambda:*","Resource":"arn:aws:lambda:*:*:function:other"}`, invoke, function, nil, "Resource", "sixth segment (resource)", `"arn:aws:lambda:*:*:function:other"`, 6},
		{"bucket, not objects", `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b"}`, "s3:GetObject", "arn:aws:s3:::b/k", nil, "Resource", `"b" is for it alone, the request is for "b/k" in it`, `"arn:aws:s3:::b"`, 6},
		{"objects, not bucket", `{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b/*"}`, "s3:ListBucket", "arn:aws:s3:::b", nil, "Resource", `is for what is in it`, `"arn:aws:s3:::b/*"`, 6},
		{"variable", `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::${aws:username}/*"}`, "s3:GetObject", "arn:aws:s3:::b/k", nil, "Resource", "policy variable without a value: aws:username", `"arn:aws:s3:::${aws:username}/*"`, 0},
		{"left out", `{"Effect":"Allow","Action":"s3:GetObject","NotResource":["arn:aws:s3:::a/*","arn:aws:s3:::b/*"]}`, "s3:GetObject", "arn:aws:s3:::b/k", nil, "NotResource", "NotResource leaves out arn:aws:s3:::b/*", `"arn:aws:s3:::b/*"`, 0},
		{"action", `{"Effect":"Allow","Action":"lambda:GetFunction","Resource":"*"}`, invoke, function, nil, "Action", "it is for lambda:GetFunction, not for lambda:InvokeFunction", `"lambda:GetFunction"`, 0},
		{"action left out", `{"Effect":"Allow","NotAction":"lambda:Invoke*","Resource":"*"}`, invoke, function, nil, "NotAction", "NotAction leaves out lambda:InvokeFunction", `"lambda:Invoke*"`, 0},
		{"value", `{"Effect":"Allow","Action":"lambda:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}}`, invoke, function, []iam.ContextEntry{region("us-east-1")}, "Condition", `StringEquals aws:RequestedRegion "eu-west-1" does not hold: the request has "us-east-1"`, `"eu-west-1"`, 0},
		{"default value", `{"Effect":"Allow","Action":"lambda:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":["1","2"]}}}`, invoke, function, nil, "Condition", `the request has "123456789012"`, `"1"`, 0},
		{"missing key", `{"Effect":"Allow","Action":"lambda:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}`, invoke, function, nil, "Condition", "the request does not carry aws:SourceVpc", `"vpc-1"`, 0},
	} {
		trace := explain(eval.Policies{Identity: []eval.Policy{*one(t, tt.statement)}}, tt.action, tt.resource, tt.context...)
		misses := layer(trace, iam.LayerIdentity).NearMisses
		if trace.Decision != iam.ImplicitDeny || len(misses) != 1 {
			t.Errorf("%s: %s, %d near misses", tt.name, trace.Decision, len(misses))
			continue
		}
		m := misses[0]
		if m.Element != tt.element || m.Segment != tt.segment || !strings.Contains(m.Why, tt.why) {
			t.Errorf("%s: %s at %d: %s", tt.name, m.Element, m.Segment, m.Why)
		}
		if len(m.Marks) == 0 || m.Quote[m.Marks[0].Start:m.Marks[0].End] != tt.marked {
			t.Errorf("%s: marks %+v of %s", tt.name, m.Marks, m.Quote)
		}
	}
}

// TestNoNearMiss: what fails twice, or is about another service, is none.
func TestNoNearMiss(t *testing.T) {
	for _, statement := range []string{
		`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`,
		`{"Effect":"Allow","Action":"lambda:GetFunction","Resource":"arn:aws:lambda:eu-west-1:*:function:*"}`,
		`{"Effect":"Deny","Action":"lambda:GetFunction","Resource":"*"}`,
		`{"Effect":"Allow","Action":"lambda:*","Resource":"arn:aws:s3:::b","Condition":{"StringEquals":{"aws:SourceVpc":"v"}}}`,
	} {
		trace := explain(eval.Policies{Identity: []eval.Policy{*one(t, statement)}}, invoke, function)
		if misses := layer(trace, iam.LayerIdentity).NearMisses; len(misses) > 0 {
			t.Errorf("%s: %s", statement, misses[0].Why)
		}
	}
}

// TestDenies: a Deny that wins names what it wins over, and one that hangs on
// a key is told though the request is allowed.
func TestDenies(t *testing.T) {
	const allow = `{"Sid":"A","Effect":"Allow","Action":"lambda:*","Resource":"*"}`
	trace := explain(eval.Policies{Identity: []eval.Policy{*one(t, allow+`,{"Sid":"D","Effect":"Deny","Action":"*","Resource":"`+function+`"}`)}}, invoke, function)
	l := layer(trace, iam.LayerIdentity)
	if trace.Decision != iam.ExplicitDeny || len(l.Statements) != 1 || l.Statements[0].Sid != "D" || len(l.NearMisses) != 1 || l.NearMisses[0].Sid != "A" || l.NearMisses[0].Element != "Deny" {
		t.Errorf("got %+v", l)
	}
	trace = explain(eval.Policies{Identity: []eval.Policy{*one(t, allow+`,{"Sid":"D","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"v"}}}`)}}, invoke, function)
	l = layer(trace, iam.LayerIdentity)
	if trace.Decision != iam.Allowed || len(l.NearMisses) != 1 || l.NearMisses[0].Effect != policy.Deny || !slices.Equal(trace.MissingContext, []string{"aws:SourceVpc"}) {
		t.Errorf("got %s, %+v, %v", trace.Decision, l.NearMisses, trace.MissingContext)
	}
}

// TestLayers: each layer has its own decision, levels come one by one, and the
// reason names what stops the request.
func TestLayers(t *testing.T) {
	all := `{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}`
	none := `{"Sid":"Other","Effect":"Allow","Action":"s3:*","Resource":"*"}`
	deny := `{"Sid":"No","Effect":"Deny","Action":"*","Resource":"*"}`
	bucket := `{"Sid":"R","Effect":"Allow","Principal":{"AWS":"` + role + `"},"Action":"lambda:*","Resource":"*"}`
	other := `{"Sid":"R","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/other"},"Action":"lambda:*","Resource":"*"}`
	identity := []eval.Policy{*one(t, all)}
	for _, tt := range []struct {
		name     string
		p        eval.Policies
		decision iam.Decision
		reason   string
	}{
		{"allowed", eval.Policies{Identity: identity}, iam.Allowed, `Allow "All" in policy p allows it`},
		{"nothing attached", eval.Policies{}, iam.ImplicitDeny, "no identity-based policy allows it"},
		{"boundary", eval.Policies{Identity: identity, Boundary: one(t, none)}, iam.ImplicitDeny, "the permissions boundary does not allow it"},
		{"boundary and identity", eval.Policies{Identity: []eval.Policy{*one(t, none)}, Boundary: one(t, none)}, iam.ImplicitDeny, "no identity-based policy allows it, and the permissions boundary does not allow it"},
		{"second level", eval.Policies{Identity: identity, SCPs: [][]eval.Policy{{*one(t, all)}, {*one(t, none)}}}, iam.ImplicitDeny, "no service control policy of level 2 allows it"},
		{"denied by organization", eval.Policies{Identity: identity, SCPs: [][]eval.Policy{{*one(t, all), *one(t, deny)}}}, iam.ExplicitDeny, `Deny "No" in service control policy p denies it`},
		{"resource control of another service", eval.Policies{Identity: identity, RCPs: [][]eval.Policy{{*one(t, deny)}}}, iam.Allowed, `Allow "All" in policy p allows it`},
		{"session", eval.Policies{Identity: identity, Session: one(t, none)}, iam.ImplicitDeny, "the session policy does not allow it"},
		{"resource policy", eval.Policies{Resource: one(t, bucket)}, iam.Allowed, `Allow "R" in resource-based policy p allows it`},
		{"resource policy for another", eval.Policies{Resource: one(t, other)}, iam.ImplicitDeny, "no identity-based policy allows it"},
	} {
		trace := explain(tt.p, invoke, function)
		if trace.Decision != tt.decision || trace.Reason != tt.reason {
			t.Errorf("%s: %s: %s", tt.name, trace.Decision, trace.Reason)
		}
	}
	trace := explain(eval.Policies{Resource: one(t, other)}, invoke, function)
	if m := layer(trace, iam.LayerResource).NearMisses; len(m) != 1 || m[0].Element != "Principal" {
		t.Errorf("got %+v", m)
	}
	get := explain(eval.Policies{Identity: identity, RCPs: [][]eval.Policy{{*one(t, `{"Sid":"No","Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`)}}}, "s3:GetObject", "arn:aws:s3:::b/k")
	if get.Decision != iam.ExplicitDeny || get.Reason != `Deny "No" in resource control policy p denies it` {
		t.Errorf("resource control: %s: %s", get.Decision, get.Reason)
	}
	service := Explain(iam.Principal{ARN: "arn:aws:iam::123456789012:role/aws-service-role/x/y"}, eval.Policies{Identity: identity, SCPs: [][]eval.Policy{{*one(t, deny)}}}, iam.Probe{Action: invoke, Resource: function}, Options{})
	if service.Decision != iam.Allowed || layer(service, iam.LayerSCP).State != iam.LayerAbsent {
		t.Errorf("a service-linked role is %s", service.Decision)
	}
}

// TestTraceLaws: for random policies the trace's decision is the evaluator's,
// statements that match make the layer's decision, and a near miss whose failing
// element is put right applies.
func TestTraceLaws(t *testing.T) {
	statements := rapid.Custom(func(t *rapid.T) policy.Statement {
		s := policy.Statement{
			Effect:    rapid.SampledFrom([]policy.Effect{policy.Allow, policy.Allow, policy.Deny}).Draw(t, "effect"),
			Actions:   rapid.SliceOfN(rapid.SampledFrom([]string{"lambda:*", "lambda:InvokeFunction", "lambda:Get*", "s3:*"}), 1, 2).Draw(t, "actions"),
			Resources: rapid.SliceOfN(rapid.SampledFrom([]string{"*", "arn:aws:lambda:us-*:*:function:*", "arn:aws:lambda:eu-west-1:*:function:*", function}), 1, 2).Draw(t, "resources"),
			NotAction: rapid.IntRange(0, 5).Draw(t, "not") == 0, NotResource: rapid.IntRange(0, 5).Draw(t, "notResource") == 0,
		}
		if rapid.Bool().Draw(t, "conditional") {
			s.Conditions = []policy.Condition{{Operator: rapid.SampledFrom([]string{"StringEquals", "StringNotEquals", "StringEqualsIfExists"}).Draw(t, "operator"), Key: rapid.SampledFrom([]string{"aws:RequestedRegion", "aws:SourceVpc"}).Draw(t, "key"), Values: []string{rapid.SampledFrom([]string{"us-east-1", "x"}).Draw(t, "value")}}}
		}
		return s
	})
	rapid.Check(t, func(t *rapid.T) {
		doc := &policy.Document{Version: policy.Version2012, Statements: rapid.SliceOfN(statements, 1, 6).Draw(t, "statements")}
		policies := eval.Policies{Identity: []eval.Policy{{Name: "p", Document: doc}}}
		probe := iam.Probe{Action: invoke, Resource: function, Context: iam.Context{region("us-east-1")}}
		trace := explain(policies, probe.Action, probe.Resource, probe.Context...)
		compiled := eval.Compile(role, policies)
		if want := compiled.Decide(compiled.Prepare(probe, "")); trace.Decision != want {
			t.Fatalf("%s, the evaluator says %s", trace.Decision, want)
		}
		l := layer(trace, iam.LayerIdentity)
		for _, s := range l.Statements {
			if (s.Effect == policy.Deny) != (l.Decision == iam.ExplicitDeny) {
				t.Fatalf("%s by a statement that says %s", l.Decision, s.Effect)
			}
		}
		for _, m := range l.NearMisses {
			if m.Element != "Deny" && !applies(probe, repaired(doc.Statements[m.Index], m.Element)) {
				t.Fatalf("put right, the %s of statement %d does not apply", m.Element, m.Index)
			}
		}
	})
}

// repaired is a statement with an element that matches everything.
func repaired(s policy.Statement, element string) policy.Statement {
	s.Effect = policy.Allow
	switch element {
	case "Action", "NotAction":
		s.Actions, s.NotAction = []string{"*"}, false
	case "Resource", "NotResource":
		s.Resources, s.NotResource = []string{"*"}, false
	case "Condition":
		s.Conditions = nil
	}
	return s
}

func applies(probe iam.Probe, s policy.Statement) bool {
	doc := &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{s}}
	c := eval.Compile(role, eval.Policies{Identity: []eval.Policy{{Name: "p", Document: doc}}})
	return c.Decide(c.Prepare(probe, "")) == iam.Allowed
}
