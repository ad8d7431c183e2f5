package eval

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A truthCase is a line of truth-cases.jsonl.
type truthCase struct {
	Rule            string               `json:"rule"`
	PrincipalArn    string               `json:"principalArn"`
	Identity        []*policy.Document   `json:"identityPolicies"`
	Boundary        *policy.Document     `json:"boundary"`
	SessionPolicy   *policy.Document     `json:"sessionPolicy"`
	Endpoint        *policy.Document     `json:"endpoint"`
	SCPs            [][]*policy.Document `json:"scps"`
	RCPs            [][]*policy.Document `json:"rcps"`
	RCPAccount      string               `json:"rcpAccount"`
	Management      string               `json:"managementAccount"`
	ResourcePolicy  *policy.Document     `json:"resourcePolicy"`
	ResourceAccount string               `json:"resourceAccount"`
	Resources       []struct {
		ARN      string           `json:"arn"`
		Account  string           `json:"account"`
		Policy   *policy.Document `json:"policy"`
		None     bool             `json:"none"`
		Why      string           `json:"why"`
		Restrict *bool            `json:"restrictPublicBuckets"`
	} `json:"resources"`
	Gaps     []iam.Gap           `json:"gaps"`
	Action   string              `json:"action"`
	Resource string              `json:"resource"`
	Context  map[string]string   `json:"context"`
	OneOf    map[string][]string `json:"oneOf"`
	Expected string              `json:"expected"`
	Gap      string              `json:"gap"`
	Assumes  string              `json:"assumes"`
}

func optional(name string, doc *policy.Document) *Policy {
	if doc == nil {
		return nil
	}
	return &Policy{Name: name, Document: doc}
}

func named(name string, documents []*policy.Document) []Policy {
	var out []Policy
	for _, d := range documents {
		out = append(out, Policy{Name: name, Document: d})
	}
	return out
}

func (c *truthCase) policies() Policies {
	p := Policies{
		Identity: named("identity", c.Identity), Boundary: optional("boundary", c.Boundary), Session: optional("session", c.SessionPolicy),
		Endpoint: optional("endpoint", c.Endpoint), Resource: optional("resource", c.ResourcePolicy), ResourceAccount: c.ResourceAccount, Gaps: c.Gaps,
	}
	p.RCPAccount, p.Facts.Organization.Management = c.RCPAccount, c.Management
	for _, level := range c.SCPs {
		p.SCPs = append(p.SCPs, named("scp", level))
	}
	for _, level := range c.RCPs {
		p.RCPs = append(p.RCPs, named("rcp", level))
	}
	var held []ResourcePolicy
	for _, r := range c.Resources {
		out := ResourcePolicy{ARN: r.ARN, Account: r.Account, Policy: optional("resource", r.Policy), None: r.None, Why: r.Why}
		if r.Restrict != nil {
			out.PublicAccess = &PublicAccess{RestrictPublicBuckets: *r.Restrict}
		}
		held = append(held, out)
	}
	p.Resources = NewResources(held...)
	return p
}

func (c *truthCase) probe() iam.Probe {
	p := iam.Probe{Action: c.Action, Resource: c.Resource}
	for key, value := range c.Context {
		p.Context = append(p.Context, iam.ContextEntry{Key: key, Type: iam.String, Values: []string{value}})
	}
	for key, values := range c.OneOf {
		p.Context = append(p.Context, iam.ContextEntry{Key: key, Type: iam.Numeric, Values: values, OneOf: true})
	}
	return p
}

func TestTruth(t *testing.T) {
	eachCase(t, "truth-cases.jsonl", func(t *testing.T, c truthCase) {
		compiled := Compile(c.PrincipalArn, c.policies())
		v := compiled.Verdict(compiled.Prepare(c.probe(), ""))
		got := string(v.Decision)
		switch {
		case got == "":
			got = "unknown"
		case len(v.MissingContext) > 0:
			got = "undecided"
		}
		if got != c.Expected {
			out, _ := json.Marshal(v)
			t.Errorf("%s, want %s (%s)\n%s", got, c.Expected, c.Rule, out)
		}
		lists := func(counted bool, text string) bool {
			return text == "" || slices.ContainsFunc(v.Gaps, func(g iam.Gap) bool { return g.Counts(false) == counted && strings.Contains(g.String(), text) })
		}
		if !lists(true, c.Gap) || !lists(false, c.Assumes) || (got == "unknown") != (v.Problem != "") {
			t.Errorf("gaps %+v, problem %q", v.Gaps, v.Problem)
		}
		if c.Gap == "" && c.Assumes == "" && len(v.Gaps) > 0 {
			t.Errorf("gaps that change nothing: %+v", v.Gaps)
		}
	})
}

// TestDecideAllocatesNothingInAnyLayer is TestDecideAllocatesNothing with every
// layer present.
func TestDecideAllocatesNothingInAnyLayer(t *testing.T) {
	for n := range uint64(300) {
		m := newMaker(2, n)
		w, principal, holder := m.world()
		if strings.Contains(documentOf(slices.Concat(append(append(w.scps, w.rcps...), w.identity, w.boundary, w.sessionPolicy, w.endpoint, w.own)...)).Indent(), "${") {
			continue // the value of a variable makes a text
		}
		c := Compile(principal, w.policies(holder, true))
		r := c.Prepare(w.probe(), "")
		if got := testing.AllocsPerRun(5, func() { c.Decide(r) }); got != 0 {
			t.Fatalf("world %d: %v allocations\n%s", n, got, w.describe(c.Verdict(r)))
		}
	}
}
