package remedy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

func TestSizeCountsNoWhiteSpace(t *testing.T) {
	for text, want := range map[string]int{
		"":                              0,
		"{ \"a\" :\n\t\"b c\" }":        10,
		`{"Sid":"é"}`:                   11,
		"\u00a0{\r\n}":                  2,
		strings.Repeat(" ", 1000) + "x": 1,
	} {
		if got := Size(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func big(statements, resources int) *policy.Document {
	doc := &policy.Document{Version: policy.Version2012}
	for i := range statements {
		s := policy.Statement{Sid: fmt.Sprintf("S%d", i), Effect: policy.Allow, Actions: []string{fmt.Sprintf("s3:Action%d", i)}}
		for n := range resources {
			s.Resources = append(s.Resources, fmt.Sprintf("arn:aws:s3:::bucket-%d-%d", i, n))
		}
		doc.Statements = append(doc.Statements, s)
	}
	return doc
}

func pairs(docs []*policy.Document) []string {
	var out []string
	for _, d := range docs {
		for _, s := range d.Statements {
			for _, a := range s.Actions {
				for _, r := range s.Resources {
					out = append(out, a+" "+r)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// TestSplit: every part fits, grants the same together, and has Sids of its
// own.
func TestSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := big(rapid.IntRange(1, 20).Draw(t, "statements"), rapid.IntRange(1, 300).Draw(t, "resources"))
		limit := rapid.SampledFrom([]int{400, maxUserInline, MaxManaged}).Draw(t, "limit")
		docs, err := Split(doc, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			if n := Size(d.Indent()); n > limit {
				t.Fatalf("a part has %d characters of %d", n, limit)
			}
			if _, err := policy.Parse(d.Indent()); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(pairs(docs), pairs([]*policy.Document{doc})) {
			t.Fatal("the parts grant something else")
		}
	})
}

func TestAttachHeedsQuotas(t *testing.T) {
	small := big(1, 1)
	inline := func(n int) []Held { return []Held{{Name: "other", Text: strings.Repeat("x", n)}} }
	attached := func(n int) []Held {
		var out []Held
		for i := range n {
			out = append(out, Held{Name: fmt.Sprintf("p%d", i), ARN: fmt.Sprintf("arn:aws:iam::1:policy/p%d", i)})
		}
		return out
	}
	role := Holding{Kind: "role", Name: "r", ARN: "arn:aws:iam::123456789012:role/r"}
	user := Holding{Kind: "user", Name: "u", ARN: "arn:aws:iam::123456789012:user/u"}
	for _, tt := range []struct {
		name  string
		h     Holding
		set   func(*Holding)
		doc   *policy.Document
		kinds []StepKind
		quota bool
	}{
		{"inline", role, func(*Holding) {}, small, []StepKind{PutInline}, false},
		{"user, inline", user, func(*Holding) {}, small, []StepKind{PutInline}, false},
		{"role, full", role, func(h *Holding) { h.Inline = inline(10200) }, small, []StepKind{CreateManaged}, false},
		{"user, full", user, func(h *Holding) { h.Inline = inline(2000) }, small, []StepKind{CreateManaged}, false},
		{"user, not full", user, func(h *Holding) { h.Inline = inline(1800) }, small, []StepKind{PutInline}, false},
		{"two policies", user, func(*Holding) {}, big(2, 160), []StepKind{CreateManaged, CreateManaged}, false},
		{"too many attached", role, func(h *Holding) { h.Inline, h.Attached = inline(10200), attached(10) }, small, nil, true},
		{"one more attached", role, func(h *Holding) { h.Inline, h.Attached = inline(10200), attached(9) }, small, []StepKind{CreateManaged}, false},
	} {
		h := tt.h
		tt.set(&h)
		c, err := Attach(tt.doc, &h, Placement{})
		if _, quota := errors.AsType[*QuotaError](err); quota != tt.quota {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var kinds []StepKind
		for _, s := range c.Steps {
			kinds = append(kinds, s.Kind)
			if s.Kind == CreateManaged && sizeOf(s.After) > MaxManaged {
				t.Errorf("%s: a managed policy of %d characters", tt.name, sizeOf(s.After))
			}
		}
		if !tt.quota && !slices.Equal(kinds, tt.kinds) {
			t.Errorf("%s: %v, want %v", tt.name, kinds, tt.kinds)
		}
	}
}

func TestAttachJoins(t *testing.T) {
	have, err := policy.Parse(`{"Version":"2012-10-17","Statement":{"Sid":"S0","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}`)
	if err != nil {
		t.Fatal(err)
	}
	h := &Holding{Kind: "role", Name: "r", ARN: "arn:aws:iam::123456789012:role/r", Inline: []Held{{Name: DefaultName, Text: have.Source, Document: have}}}
	c, err := Attach(big(1, 1), h, Placement{})
	if err != nil || len(c.Steps) != 1 || c.Steps[0].Before != have.Source {
		t.Fatalf("%+v, %v", c, err)
	}
	if got := c.Steps[0].After; len(got.Statements) != 2 || got.Statements[1].Sid != "S02" {
		t.Errorf("got %s", got.Indent())
	}
	// What is there already is not added again.
	if again := Join(c.Steps[0].After, big(1, 1)); len(again.Statements) != 2 {
		t.Errorf("got %s", again.Indent())
	}
}

func TestReplace(t *testing.T) {
	h := &Holding{
		Kind: "role", Name: "r", ARN: "arn:aws:iam::123456789012:role/r",
		Inline:   []Held{{Name: "old", Text: "{}"}, {Name: DefaultName, Text: "{}"}},
		Attached: []Held{{Name: "Admin", ARN: "arn:aws:iam::aws:policy/Admin"}, {Name: "Logs", ARN: "arn:aws:iam::aws:policy/Logs"}},
	}
	c, err := Replace(big(1, 1), h, Placement{}, []string{"Logs"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range c.Steps {
		got = append(got, string(s.Kind)+" "+s.Name())
	}
	if want := []string{"put-inline " + DefaultName, "delete-inline old", "detach Admin"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if c.Steps[0].Before != "{}" {
		t.Error("what the policy of the same name says now is not kept")
	}
}

// TestReplaceHasRoomForBoth: what is needed is attached before the rest goes, in
// a place that has room for both; where none has, nothing is planned.
func TestReplaceHasRoomForBoth(t *testing.T) {
	t.Parallel()
	full := []Held{{Name: "old", Text: strings.Repeat("x", 10200)}}
	var ten []Held
	for i := range 10 {
		ten = append(ten, Held{Name: fmt.Sprintf("p%d", i), ARN: fmt.Sprintf("arn:aws:iam::1:policy/p%d", i)})
	}
	role := Holding{Kind: "role", Name: "r", ARN: "arn:aws:iam::123456789012:role/r"}
	for _, tt := range []struct {
		name             string
		inline, attached []Held
		first            StepKind
	}{
		{"room", nil, ten, PutInline},
		{"inline policies full", full, ten[:9], CreateManaged},
		{"overwritten", []Held{{Name: DefaultName, Text: strings.Repeat("x", 10200)}}, ten, PutInline},
		{"no room at all", full, ten, ""},
	} {
		h := role
		h.Inline, h.Attached = tt.inline, tt.attached
		c, err := Replace(big(1, 1), &h, Placement{}, nil)
		_, quota := errors.AsType[*QuotaError](err)
		if quota != (tt.first == "") || !quota && (err != nil || c.Steps[0].Kind != tt.first) {
			t.Errorf("%s: %+v, %v", tt.name, c, err)
		}
	}
}

// TestReplaceListsConditions: what is allowed for some requests only is listed
// with its condition.
func TestReplaceListsConditions(t *testing.T) {
	t.Parallel()
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}},
		{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::home/${aws:username}/*"},
		{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}},
		{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	h := &Holding{Kind: "role", Name: "r", ARN: "arn:aws:iam::123456789012:role/r", Inline: []Held{{Name: "mine", Text: doc.Source, Document: doc}}}
	c, err := Replace(big(1, 1), h, Placement{}, nil)
	want := []string{
		"removes dynamodb:* on *, allowed if aws:RequestedRegion StringEquals us-east-1 (inline policy mine)",
		"removes s3:GetObject on arn:aws:s3:::home/${aws:username}/* (inline policy mine)",
	}
	if err != nil || !slices.Equal(c.Notes, want) {
		t.Errorf("%q, %v", c.Notes, err)
	}
	if c, err = Replace(big(1, 1), h, Placement{}, []string{"mine"}); err != nil || len(c.Notes) > 0 {
		t.Errorf("what is kept is listed: %q, %v", c.Notes, err)
	}
}

func TestDiff(t *testing.T) {
	c := &Change{Kind: "role", Name: "r", Steps: []Step{{Kind: PutInline, Policy: iam.InlinePolicy("arn:aws:iam::1:role/r", "p"), Before: big(1, 1).Indent(), After: Join(big(1, 1), &policy.Document{Version: policy.Version2012, Statements: big(2, 1).Statements[1:]})}}}
	var added, removed int
	for _, l := range Diff(c) {
		switch l.Mark {
		case '+':
			added++
		case '-':
			removed++
		}
	}
	if added != 6 || removed != 0 {
		t.Errorf("%d lines come and %d go", added, removed)
	}
}

func TestSteps(t *testing.T) {
	c := &Change{Kind: "role", Name: "r", ARN: "arn:aws-cn:iam::123456789012:role/r", Steps: []Step{
		{Kind: PutInline, Policy: iam.InlinePolicy("arn:aws-cn:iam::123456789012:role/r", "p")},
		{Kind: DeleteInline, Policy: iam.InlinePolicy("arn:aws-cn:iam::123456789012:role/r", "old")},
		{Kind: CreateManaged, Policy: iam.ManagedPolicy("arn:aws-cn:iam::123456789012:policy/m")},
		{Kind: NewVersion, Policy: iam.ManagedPolicy("arn:aws-cn:iam::123456789012:policy/v")},
	}}
	const page = "open https://console.amazonaws.cn/iam/home?region=cn-north-1#/"
	want := []string{
		page + "roles/details/r?section=permissions", "Add permissions, Create inline policy, JSON: paste the policy", "Next, name it p, Create policy",
		"choose the policy old, Remove",
		page + "policies/create", "JSON: paste the policy, Next, name it m, Create policy",
		page + "roles/details/r?section=permissions", "Add permissions, Attach policies, choose m",
		page + "policies/details/arn%3Aaws-cn%3Aiam%3A%3A123456789012%3Apolicy%2Fv?section=permissions", "Edit, JSON, and make the lines marked + and - so", "Next, Set this new version as the default, Save changes",
	}
	if got := Steps(c); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
