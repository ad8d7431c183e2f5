package eval

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

const (
	home   = "111111111111"
	abroad = "222222222222"
)

// A maker draws worlds.
type maker struct{ *rand.Rand }

func newMaker(seed, n uint64) maker { return maker{rand.New(rand.NewPCG(seed, n))} }

func (m maker) chance(percent int) bool { return m.IntN(100) < percent }

func pick[T any](m maker, from ...T) T { return from[m.IntN(len(from))] }

// principals of the account home, by kind.
var comparedPrincipals = map[string]struct{ arn, compiled, session string }{
	"user":      {"arn:aws:iam::" + home + ":user/ann", "", ""},
	"role":      {"arn:aws:iam::" + home + ":role/app", "", ""},
	"session":   {"arn:aws:iam::" + home + ":role/app", "arn:aws:sts::" + home + ":assumed-role/app/run", "arn:aws:sts::" + home + ":assumed-role/app/run"},
	"root":      {"arn:aws:iam::" + home + ":root", "", ""},
	"federated": {"arn:aws:sts::" + home + ":federated-user/bob", "", ""},
	"service":   {"lambda.amazonaws.com", "", ""},
	"slr":       {"arn:aws:iam::" + home + ":role/aws-service-role/x.amazonaws.com/S", "", ""},
}

// requests are what is asked: an action, its resource with ACCOUNT for the
// owner, and what has the policy.
var comparedRequests = []struct{ action, resource, holder string }{
	{"s3:GetObject", "arn:aws:s3:::films/red/a", "arn:aws:s3:::films"},
	{"s3:PutObject", "arn:aws:s3:::films/red/a", "arn:aws:s3:::films"},
	{"sqs:SendMessage", "arn:aws:sqs:us-east-1:ACCOUNT:jobs", "arn:aws:sqs:us-east-1:ACCOUNT:jobs"},
	{"kms:Decrypt", "arn:aws:kms:us-east-1:ACCOUNT:key/k1", "arn:aws:kms:us-east-1:ACCOUNT:key/k1"},
	{"sts:AssumeRole", "arn:aws:iam::ACCOUNT:role/deploy", "arn:aws:iam::ACCOUNT:role/deploy"},
	{"lambda:InvokeFunction", "arn:aws:lambda:us-east-1:ACCOUNT:function:f", "arn:aws:lambda:us-east-1:ACCOUNT:function:f"},
	{"sts:GetCallerIdentity", "*", ""},
	{"s3:ListAllMyBuckets", "*", ""},
}

func (m maker) statement(w *world, principals bool) policy.Statement {
	s := policy.Statement{
		Effect:  pick(m, policy.Allow, policy.Allow, policy.Allow, policy.Deny),
		Actions: []string{pick(m, "*", w.action, strings.Split(w.action, ":")[0]+":*", "ec2:Run*", "s3:Get*")}, NotAction: m.chance(7),
		Resources:   []string{pick(m, "*", "*", w.resource, "arn:aws:s3:::films/*", "arn:aws:s3:::films/${aws:PrincipalTag/team}/?", "arn:aws:sqs:*:*:jobs", "arn:aws:s3:::*")},
		NotResource: m.chance(7),
	}
	if m.chance(30) {
		s.Conditions = append(s.Conditions, m.condition())
	}
	if principals {
		s.Principals = m.principals(w, s.Effect)
	}
	return s
}

func (m maker) condition() policy.Condition {
	switch m.IntN(6) {
	case 0:
		return policy.Condition{Operator: pick(m, "StringEquals", "StringNotEquals", "StringEqualsIfExists"), Key: "aws:SourceVpc", Values: []string{pick(m, "vpc-1", "vpc-2")}}
	case 1:
		return policy.Condition{Operator: pick(m, "StringLike", "StringNotEquals"), Key: "aws:PrincipalTag/team", Values: []string{pick(m, "r*", "blue", "red")}}
	case 2:
		return policy.Condition{Operator: "Null", Key: pick(m, "aws:SourceVpc", "aws:PrincipalTag/team"), Values: []string{pick(m, "true", "false")}}
	case 3:
		return policy.Condition{Operator: pick(m, "ForAnyValue:StringEquals", "ForAllValues:StringEquals", "StringNotEquals", "StringEquals"), Key: "aws:PrincipalOrgPaths", Values: []string{pick(m, "o-1/r-1/", "o-4/"), pick(m, "o-1/r-2/", "o-2/")}}
	case 4:
		return policy.Condition{Operator: "Bool", Key: "aws:SecureTransport", Values: []string{pick(m, "true", "false")}}
	}
	return policy.Condition{Operator: "StringEquals", Key: "aws:SourceVpc", Values: []string{"${aws:PrincipalTag/team}", "vpc-1"}}
}

func (m maker) principals(w *world, effect policy.Effect) *policy.Principals {
	p := &policy.Principals{Not: effect == policy.Deny && m.chance(40)}
	if !p.Not && m.chance(20) {
		p.Any = true
		return p
	}
	for range 1 + m.IntN(3) {
		p.AWS = append(p.AWS, pick(m, w.who, w.account, "arn:aws:iam::"+home+":root", "arn:aws:iam::"+home+":role/other", "arn:aws:iam::"+abroad+":root"))
	}
	if w.session != "" && m.chance(50) {
		p.AWS = append(p.AWS, w.session)
	}
	if w.kind == "service" {
		p.AWS = []string{"arn:aws:iam::" + home + ":root"}
		p.Service = []string{pick(m, w.who, "ec2.amazonaws.com")}
	}
	return p
}

func (m maker) list(w *world, principals bool) []*policy.Statement {
	var out []*policy.Statement
	for range 1 + m.IntN(3) {
		s := m.statement(w, principals)
		out = append(out, &s)
	}
	return out
}

func (m maker) levels(w *world) [][]*policy.Statement {
	var out [][]*policy.Statement
	for range m.IntN(3) {
		out = append(out, append(m.list(w, false), &policy.Statement{Effect: policy.Allow, Actions: []string{pick(m, "*", "*", "s3:*")}, Resources: []string{"*"}}))
	}
	return out
}

// world draws a request with everything that decides it.
func (m maker) world() (w *world, compiled, holder string) {
	kind := pick(m, "user", "role", "role", "session", "session", "root", "federated", "service", "slr")
	who := comparedPrincipals[kind]
	q := pick(m, comparedRequests...)
	w = &world{kind: kind, who: who.arn, session: who.session, account: home, action: q.action, owner: pick(m, home, home, abroad), context: map[string][]string{}, lists: map[string]bool{"aws:PrincipalOrgPaths": true}}
	if kind == "service" {
		w.account = ""
	}
	w.resource, holder = strings.ReplaceAll(q.resource, "ACCOUNT", w.owner), strings.ReplaceAll(q.holder, "ACCOUNT", w.owner)
	w.state = pick(m, "given", "given", "given", "silent", "none", "unread")
	if q.resource == "*" || strings.Contains(q.resource, ":s3:") && w.state == "silent" || kind == "service" && w.state != "given" {
		w.owner, w.state = home, "given" // nothing says whose it is
		w.resource, holder = strings.ReplaceAll(q.resource, "ACCOUNT", home), strings.ReplaceAll(q.holder, "ACCOUNT", home)
	}
	if q.resource == "*" {
		w.owner = w.account
	}
	for _, c := range []struct{ key, value string }{{"aws:SourceVpc", pick(m, "vpc-1", "red")}, {"aws:PrincipalTag/team", pick(m, "red", "blue")}, {"aws:SecureTransport", pick(m, "true", "false")}} {
		if m.chance(70) {
			w.context[c.key] = []string{c.value}
		}
	}
	if m.chance(70) {
		w.context["aws:PrincipalOrgPaths"] = []string{"o-1/r-1/", pick(m, "o-1/r-2/", "o-3/")}
	}
	w.draw(m)
	compiled = who.compiled
	if compiled == "" {
		compiled = who.arn
	}
	return w, compiled, holder
}

// draw fills in the policies.
func (w *world) draw(m maker) {
	if w.kind != "service" && w.kind != "root" {
		w.identity = m.list(w, false)
		if w.bounded = m.chance(30); w.bounded {
			w.boundary = m.list(w, false)
		}
		if w.limited = m.chance(20); w.limited {
			w.sessionPolicy = m.list(w, false)
		}
	}
	w.scps, w.rcps = m.levels(w), m.levels(w)
	w.management, w.restricted = pick(m, "", "", "333333333333", home, abroad), pick(m, "", "", home)
	if w.through = m.chance(15); w.through {
		w.endpoint = m.list(w, true)
		if m.chance(60) {
			w.endpoint = append(w.endpoint, &policy.Statement{Effect: policy.Allow, Principals: &policy.Principals{Any: true}, Actions: []string{"*"}, Resources: []string{"*"}})
		}
	}
	if w.state == "given" && w.resource != "*" {
		w.own = m.list(w, true)
		for _, s := range w.own {
			if w.trust() {
				s.Resources, s.NotResource = nil, false
			}
		}
	}
	w.blockPublic = strings.HasPrefix(w.action, "s3:") && m.chance(40)
}

func documentOf(list []*policy.Statement) *policy.Document {
	d := &policy.Document{Version: policy.Version2012}
	for _, s := range list {
		d.Statements = append(d.Statements, *s)
	}
	return d
}

// policies are those of the world as the evaluator takes them. each says that
// every statement is a policy of its own.
func (w *world) policies(holder string, each bool) Policies {
	one := func(list []*policy.Statement, there bool) *Policy {
		if !there {
			return nil
		}
		return &Policy{Name: "one", Document: documentOf(list)}
	}
	some := func(list []*policy.Statement) []Policy {
		if !each {
			return []Policy{{Name: "p", Document: documentOf(list)}}
		}
		var out []Policy
		for i := range list {
			out = append(out, Policy{Name: fmt.Sprint("p", i), Document: documentOf(list[i : i+1])})
		}
		return out
	}
	p := Policies{RCPAccount: w.restricted, Boundary: one(w.boundary, w.bounded), Session: one(w.sessionPolicy, w.limited), Endpoint: one(w.endpoint, w.through)}
	p.Facts.Organization.Management = w.management
	if len(w.identity) > 0 {
		p.Identity = some(w.identity)
	}
	for _, level := range w.scps {
		p.SCPs = append(p.SCPs, some(level))
	}
	for _, level := range w.rcps {
		p.RCPs = append(p.RCPs, some(level))
	}
	if holder != "" && w.state != "silent" {
		p.Resources = NewResources(
			ResourcePolicy{ARN: holder + "-other", Account: abroad, None: true},
			ResourcePolicy{ARN: holder, Account: w.owner, Policy: one(w.own, w.state == "given"), None: w.state == "none", PublicAccess: &PublicAccess{RestrictPublicBuckets: w.blockPublic}},
		)
	}
	return p
}

func (w *world) probe() iam.Probe {
	p := iam.Probe{Action: w.action, Resource: w.resource}
	for _, key := range []string{"aws:SourceVpc", "aws:PrincipalTag/team", "aws:SecureTransport", "aws:PrincipalOrgPaths"} {
		typ := iam.String
		if w.lists[key] {
			typ = iam.StringList
		}
		p.Context = append(p.Context, iam.ContextEntry{Key: key, Type: typ, Values: w.context[key]})
	}
	return p
}

// counted is how many worlds are compared: all of 100,000 where
// EVAL_COMPARISONS says so.
func counted(usual int) int {
	if n, err := strconv.Atoi(os.Getenv("EVAL_COMPARISONS")); err == nil {
		return n
	}
	return usual
}

// TestNaive compares the evaluator with one that walks the documented flow
// chart statement by statement.
func TestNaive(t *testing.T) {
	t.Parallel()
	seen, mattered := map[iam.Decision]int{}, map[string]int{}
	for n := range counted(4000) {
		m := newMaker(1, uint64(n))
		w, principal, holder := m.world()
		probe := w.probe()
		if w.resource == "*" {
			w.resource = map[string]string{"s3:ListAllMyBuckets": "arn:aws:s3:::*", "sts:GetCallerIdentity": "*"}[w.action]
		}
		c := Compile(principal, w.policies(holder, m.chance(50)))
		v := c.Verdict(c.Prepare(probe, ""))
		want := w.decide()
		seen[want]++
		for layer := range layersOf {
			if w.without(layer).decide() != want {
				mattered[layer]++
			}
		}
		if v.Decision != want {
			t.Fatalf("world %d: %s, naively %q\n%s", n, v.Decision, want, w.describe(v))
		}
		if fast := c.Decide(c.Prepare(probe, "")); v.Decision != "" && fast != v.Decision {
			t.Fatalf("world %d: %s without evidence, %s with it", n, fast, v.Decision)
		}
	}
	t.Logf("decisions %v; without the layer another one: %v", seen, mattered)
	for _, d := range []iam.Decision{iam.Allowed, iam.ExplicitDeny, iam.ImplicitDeny, ""} {
		if seen[d] == 0 {
			t.Errorf("no world is %q: %v", d, seen)
		}
	}
	for layer := range layersOf {
		if mattered[layer] == 0 {
			t.Errorf("the layer %q decides nothing", layer)
		}
	}
}

// layersOf takes a layer out of a world, so that a comparison can count the
// worlds in which it decides.
var layersOf = map[string]func(*world){
	"identity": func(w *world) { w.identity = nil },
	"boundary": func(w *world) { w.boundary, w.bounded = nil, false },
	"session":  func(w *world) { w.sessionPolicy, w.limited = nil, false },
	"endpoint": func(w *world) { w.endpoint, w.through = nil, false },
	"resource": func(w *world) { w.own = nil },
	"scps":     func(w *world) { w.scps = nil },
	"rcps":     func(w *world) { w.rcps = nil },
	"block":    func(w *world) { w.blockPublic = false },
}

func (w *world) without(layer string) *world {
	other := *w
	layersOf[layer](&other)
	return &other
}

func (w *world) describe(v iam.Verdict) string {
	text := func(list []*policy.Statement) string { return documentOf(list).Indent() }
	return fmt.Sprintf("%s %s on %s of %s (%s, manages %q, rcps of %q, block %v, bounded %v, limited %v, through %v)\ncontext %v\nidentity %s\nboundary %s\nsession %s\nendpoint %s\nown %s\nscps %d rcps %d\n%+v", w.who+" "+w.session, w.action, w.resource, w.owner, w.state, w.management, w.restricted, w.blockPublic, w.bounded, w.limited, w.through, w.context,
		text(w.identity), text(w.boundary), text(w.sessionPolicy), text(w.endpoint), text(w.own), len(w.scps), len(w.rcps), v)
}
