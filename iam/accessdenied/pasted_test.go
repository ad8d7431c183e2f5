package accessdenied

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// A rate is how much of one thing the texts name, and how much of it was read.
type rate struct {
	least                     int // of 104 texts
	named, read, right, texts int
	missed                    []string
}

// count compares what a text names with what was read of it.
func (r *rate) count(text, got, want string) {
	r.texts++
	if want != "" {
		r.named++
	}
	switch {
	case got != want:
		r.missed = append(r.missed, fmt.Sprintf("%s: %q, want %q", text, got, want))
	case want != "":
		r.read++
		r.right++
	default:
		r.right++
	}
}

// holds reports whether a part of a whole is at least the rate.
func (r *rate) holds(part, whole int) bool { return part*104 >= r.least*whole }

// TestPasted reads what people paste: the texts are of public threads and of
// AWS's guides, with accounts and names replaced, and what they name was written
// down by a reader. Nothing may be read from a text that does not name it. Of
// every 104 texts the action must be right in 103, the principal in 100, the
// resource in 98, and so of the texts that name one.
func TestPasted(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/pasted.json")
	if err != nil {
		t.Fatal(err)
	}
	var texts []struct{ Name, Text, Action, Principal, Resource string }
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	rates := map[string]*rate{"action": {least: 103}, "principal": {least: 100}, "resource": {least: 98}}
	for _, tt := range texts {
		m := ParseAll(tt.Text)[0]
		rates["action"].count(tt.Name, m.Action, tt.Action)
		rates["principal"].count(tt.Name, m.Principal, tt.Principal)
		rates["resource"].count(tt.Name, m.Resource, tt.Resource)
		if !Denied(&m) {
			t.Errorf("%s: not known as an error of AWS", tt.Name)
		}
	}
	for what, r := range rates {
		for _, m := range r.missed {
			t.Logf("missed %s: %s", what, m)
		}
		t.Logf("%s: right in %d of %d texts, read in %d of the %d that name one", what, r.right, r.texts, r.read, r.named)
		if !r.holds(r.right, r.texts) || !r.holds(r.read, r.named) {
			t.Errorf("the rate of the %s is below %d of 104", what, r.least)
		}
	}
	if len(texts) < 104 {
		t.Errorf("only %d texts", len(texts))
	}
}

// TestCutOff: the beginning of an ARN is never taken for the ARN.
func TestCutOff(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"User: arn:aws:iam::111122223333:user/a is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/render-",
		"User: arn:aws:iam::111122223333:user/a is not authorized to perform: s3:GetObject on resource: arn:aws:s3:",
	} {
		if m := Parse(text); m.Resource != "" || m.CutOff == "" || len(m.Asked) != 1 {
			t.Errorf("%s: %+v", text, m)
		}
	}
}

// TestWrapped: an ARN is put together wherever it was broken.
func TestWrapped(t *testing.T) {
	t.Parallel()
	const want = "arn:aws:lambda:us-east-1:111122223333:function:render-4-0-527"
	for i := len("arn:aws:lambda:"); i < len(want); i++ {
		for _, frame := range []string{"\n", "\n│ ", " │\n│ "} {
			text := "User: arn:aws:iam::111122223333:user/a is not authorized to perform: lambda:InvokeFunction on resource: " + want[:i] + frame + want[i:] + " because no identity-based policy allows the lambda:InvokeFunction action"
			if m := Parse(text); m.Resource != want {
				t.Errorf("%q: %q", text, m.Resource)
			}
		}
	}
}
