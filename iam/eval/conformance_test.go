package eval

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// eachCase calls f with each line of a file of recorded or random cases.
func eachCase[T any](t *testing.T, name string, f func(t *testing.T, c T)) {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "fixtures", "conformance", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	n := 0
	for ; scanner.Scan(); n++ {
		var id struct {
			ID string `json:"id"`
		}
		var c T
		if err := json.Unmarshal(scanner.Bytes(), &id); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(scanner.Bytes(), &c); err != nil {
			t.Fatalf("%s: %v", id.ID, err)
		}
		t.Run(id.ID, func(t *testing.T) { f(t, c) })
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		t.Fatalf("%s holds no case", name)
	}
}

// An authorizationCase is a line of random-cases.jsonl and ruled-cases.jsonl.
type authorizationCase struct {
	PrincipalArn      string                     `json:"principalArn"`
	IdentityPolicies  []namedDocument            `json:"identityPolicies"`
	Boundary          *namedDocument             `json:"boundary"`
	SCPs              [][]*policy.Document       `json:"scps"`
	ResourcePolicy    *policy.Document           `json:"resourcePolicy"`
	Action            string                     `json:"action"`
	ResourceArn       string                     `json:"resourceArn"`
	ResourceAccountID string                     `json:"resourceAccountId"`
	Context           map[string]json.RawMessage `json:"context"`
	Expected          iam.Decision               `json:"expected"`
	Rule              string                     `json:"rule"`
	// Doubt marks a case that recorded answers of AWS contradict, and says
	// which.
	Doubt string `json:"doubt"`
}

type namedDocument struct {
	Name   string           `json:"name"`
	Policy *policy.Document `json:"policy"`
}

func (c *authorizationCase) policies() Policies {
	var p Policies
	for _, d := range c.IdentityPolicies {
		p.Identity = append(p.Identity, Policy{Name: d.Name, Document: d.Policy})
	}
	if c.Boundary != nil {
		p.Boundary = &Policy{Name: c.Boundary.Name, Document: c.Boundary.Policy}
	}
	for _, level := range c.SCPs {
		policies := []Policy{}
		for _, d := range level {
			policies = append(policies, Policy{Name: "scp", Document: d})
		}
		p.SCPs = append(p.SCPs, policies)
	}
	if c.ResourcePolicy != nil {
		p.Resource = &Policy{Name: "resource", Document: c.ResourcePolicy}
	}
	return p
}

func (c *authorizationCase) probe(t *testing.T) iam.Probe {
	t.Helper()
	p := iam.Probe{Action: c.Action, Resource: c.ResourceArn}
	for key, raw := range c.Context {
		e := iam.ContextEntry{Key: key, Type: iam.String}
		if raw[0] == '[' {
			e.Type = iam.StringList
			if err := json.Unmarshal(raw, &e.Values); err != nil {
				t.Fatal(err)
			}
		} else {
			var text string
			if err := json.Unmarshal(raw, &text); err != nil {
				t.Fatal(err)
			}
			e.Values = []string{text}
		}
		p.Context = append(p.Context, e)
	}
	return p
}

func testAuthorization(t *testing.T, c authorizationCase) {
	compiled := Compile(c.PrincipalArn, c.policies())
	r := compiled.prepareAsGiven(c.probe(t), c.ResourceAccountID)
	if c.Doubt != "" {
		if got := compiled.Decide(r); got == c.Expected {
			t.Errorf("agrees, though it is in doubt: %s", c.Doubt)
		}
		return
	}
	if got := compiled.Decide(r); got != c.Expected {
		t.Errorf("%s on %s: %s, want %s (%s)", c.Action, c.ResourceArn, got, c.Expected, c.Rule)
	}
	if v := compiled.Verdict(r); v.Decision != c.Expected {
		t.Errorf("with evidence: %s, want %s", v.Decision, c.Expected)
	}
}

func TestRandomCases(t *testing.T) { eachCase(t, "random-cases.jsonl", testAuthorization) }

func TestRuledCases(t *testing.T) { eachCase(t, "ruled-cases.jsonl", testAuthorization) }

// TestGuidePolicies parses the policy documents of the IAM User Guide.
func TestGuidePolicies(t *testing.T) {
	eachCase(t, "aws-guide-policies.jsonl", func(t *testing.T, c struct {
		Policy   json.RawMessage `json:"policy"`
		Document json.RawMessage `json:"document"`
	},
	) {
		text := string(c.Policy) + string(c.Document)
		if strings.HasPrefix(text, `"`) {
			if err := json.Unmarshal([]byte(text), &text); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := policy.Parse(text); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	})
}

// A liveCase is a line of aws-live-conditions.jsonl: what live IAM answered.
type liveCase struct {
	Condition json.RawMessage   `json:"condition"`
	Tags      map[string]string `json:"tags"`
	Matched   bool              `json:"matched"`
}

func TestLiveConditions(t *testing.T) {
	eachCase(t, "aws-live-conditions.jsonl", func(t *testing.T, c liveCase) {
		doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:TagUser","Resource":"*","Condition":` + string(c.Condition) + `}]}`)
		if err != nil {
			t.Fatal(err)
		}
		keys := iam.ContextEntry{Key: "aws:TagKeys", Type: iam.StringList}
		probe := iam.Probe{Action: "iam:TagUser", Resource: "arn:aws:iam::123456789012:user/u"}
		for k, v := range c.Tags {
			probe.Context = append(probe.Context, iam.ContextEntry{Key: "aws:RequestTag/" + k, Type: iam.String, Values: []string{v}})
			keys.Values = append(keys.Values, k)
		}
		probe.Context = append(probe.Context, keys)
		compiled := Compile("arn:aws:iam::123456789012:role/r", Policies{Identity: []Policy{{Name: "p", Document: doc}}})
		want := iam.ImplicitDeny
		if c.Matched {
			want = iam.Allowed
		}
		if got := compiled.Decide(compiled.Prepare(probe, "")); got != want {
			t.Errorf("%s with %v: %s, want %s", c.Condition, c.Tags, got, want)
		}
	})
}
