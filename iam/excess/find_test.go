package excess

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

func compile(t *testing.T, boundary string, documents ...string) *eval.Compiled {
	t.Helper()
	parse := func(name, text string) eval.Policy {
		doc, err := policy.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return eval.Policy{Name: name, Document: doc}
	}
	var p eval.Policies
	for _, text := range documents {
		p.Identity = append(p.Identity, parse("p", text))
	}
	if boundary != "" {
		b := parse("limit", boundary)
		p.Boundary = &b
	}
	return eval.Compile("arn:aws:iam::123456789012:role/r", p)
}

func question(needs ...Need) Question {
	return Question{
		Principal: iam.Principal{ARN: "arn:aws:iam::123456789012:role/r", AccountID: "123456789012"},
		Regions:   []string{"us-east-1"}, Needs: needs,
		Context: func(string) iam.Context {
			return iam.Context{{Key: "aws:RequestedRegion", Type: iam.String, Values: []string{"us-east-1"}}}
		},
	}
}

var (
	pass   = Need{"iam:PassRole", "arn:aws:iam::*:role/remotion-lambda-role"}
	read   = Need{"s3:GetObject", "arn:aws:s3:::remotionlambda-*"}
	list   = Need{"s3:ListBucket", "arn:aws:s3:::remotionlambda-*"}
	invoke = Need{"lambda:InvokeFunction", "arn:aws:lambda:*:*:function:remotion-render-*"}
)

func TestFind(t *testing.T) {
	allow := func(rest string) string {
		return `{"Version":"2012-10-17","Statement":{"Effect":"Allow",` + rest + `}}`
	}
	for _, tt := range []struct {
		name, boundary, policy string
		want                   []string // "ACTION EXAMPLE", a star before dangerous ones
	}{
		{name: "documented", policy: allow(`"Action":"s3:GetObject","Resource":"arn:aws:s3:::remotionlambda-*"`)},
		{name: "narrower", policy: allow(`"Action":"s3:GetObject","Resource":"arn:aws:s3:::remotionlambda-useast1-*/*"`)},
		{
			name: "other action", policy: allow(`"Action":"s3:GetObjectTagging","Resource":"arn:aws:s3:::remotionlambda-*"`),
			want: []string{"s3:GetObjectTagging arn:aws:s3:::remotionlambda-other/file"},
		},
		{
			name: "other resource", policy: allow(`"Action":"s3:GetObject","Resource":["arn:aws:s3:::remotionlambda-*","arn:aws:s3:::remotion*"]`),
			want: []string{"s3:GetObject arn:aws:s3:::remotionother/file"},
		},
		{
			name: "role of another name", policy: allow(`"Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/remotion-*"`),
			want: []string{"*iam:PassRole arn:aws:iam::123456789012:role/remotion-other"},
		},
		{
			name: "wildcard", policy: allow(`"Action":"s3:Get*","Resource":"arn:aws:s3:::remotionlambda-*/*"`),
			want: []string{"s3:Get* arn:aws:s3:::remotionlambda-other/other"},
		},
		{name: "wildcard without effect", policy: allow(`"Action":"lambda:Invoke*","Resource":"arn:aws:s3:::b"`)},
		{
			name: "a whole service", policy: allow(`"Action":"iam:*","Resource":"*"`),
			want: []string{"*iam:PassRole arn:aws:iam::123456789012:role/other", "*iam:* arn:aws:iam::123456789012:group/other"},
		},
		{
			name: "not resource", policy: allow(`"Action":"lambda:InvokeFunction","NotResource":"arn:aws:lambda:*:*:function:admin-*"`),
			want: []string{"lambda:InvokeFunction arn:aws:lambda:us-east-1:123456789012:function:other"},
		},
		{
			name: "taken away by a boundary", policy: allow(`"Action":["s3:GetObject","sts:AssumeRole"],"Resource":"*"`),
			boundary: allow(`"Action":"s3:*","Resource":"arn:aws:s3:::remotionlambda-*"`),
		},
		{
			name: "taken away by a Deny", policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},
				{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::remotionlambda-*"}]}`,
		},
		{
			name: "a condition that is not known to hold", policy: allow(`"Action":"sts:AssumeRole","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}`),
		},
		{
			name: "unknown action", policy: allow(`"Action":"s3:UploadPart","Resource":"*"`),
			want: []string{"s3:UploadPart *"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			found, err := Find(t.Context(), compile(t, tt.boundary, tt.policy), question(pass, read, list, invoke))
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range found {
				mark := ""
				if x.Dangerous {
					mark = "*"
				}
				if x.Why == "" || x.Statement.Policy != "p" {
					t.Errorf("%+v lacks a reason or a statement", x)
				}
				got = append(got, mark+x.Action+" "+x.Example)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestEveryAction: a statement that allows everything is searched for each of all
// actions, within one budget, also where others take something away again.
func TestEveryAction(t *testing.T) {
	t.Parallel()
	all := len(actions.Expand("*"))
	for _, deny := range []string{
		"",
		`,{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::remotion*"},{"Effect":"Deny","NotAction":"iam:*","Resource":"arn:aws:*:*:*:*/*prod*/*"}`,
	} {
		text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}` + deny + `]}`
		found, err := Find(t.Context(), compile(t, "", text), question(pass, read, list, invoke))
		if err != nil {
			t.Fatalf("%s: %v", deny, err)
		}
		x := found[slices.IndexFunc(found, func(x iam.Excess) bool { return x.Action == "*" })]
		var n int
		if _, err := fmt.Sscanf(x.Why, "matches %d actions", &n); err != nil || n < all*98/100 {
			t.Errorf("%s: %q of %d actions", deny, x.Why, all)
		}
		if !strings.Contains(x.Why, "iam:AddUserToGroup") || x.Example != "arn:aws:iam::123456789012:group/other" {
			t.Errorf("%s: the example of %q is %s", deny, x.Why, x.Example)
		}
	}
}

// TestExamplesAreAllowed: under ten AWS managed policies every example is a
// request that is allowed and that nobody needs.
func TestExamplesAreAllowed(t *testing.T) {
	data, err := os.ReadFile("../../fixtures/bench/inputs.json")
	if err != nil {
		t.Fatal(err)
	}
	var in struct {
		Sets map[string][]struct {
			Policy *policy.Document `json:"policy"`
		} `json:"sets"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		t.Fatal(err)
	}
	var documents []string
	for _, p := range in.Sets["managed10"] {
		documents = append(documents, p.Policy.Indent())
	}
	c, q := compile(t, "", documents...), question(read, list, invoke)
	found, err := Find(t.Context(), c, q)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatal("nothing found")
	}
	for _, x := range found {
		if strings.ContainsAny(x.Action, "*? ") {
			continue
		}
		v := c.Verdict(c.Prepare(iam.Probe{Action: x.Action, Resource: x.Example, Context: q.Context(x.Action)}, ""))
		if v.Decision != iam.Allowed {
			t.Errorf("%s on %s is %s", x.Action, x.Example, v.Decision)
		}
		for _, n := range q.Needs {
			if strings.EqualFold(n.Action, x.Action) && policy.MatchResource(n.Resource, x.Example) {
				t.Errorf("%s on %s is needed", x.Action, x.Example)
			}
		}
	}
}
