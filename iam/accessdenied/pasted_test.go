package accessdenied

import (
	"encoding/json"
	"os"
	"testing"
)

// TestPasted reads what people paste: the texts are of public threads and of
// AWS's guides, with accounts and names replaced. The rates are of what the texts
// name, and must not fall.
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
	named, read := map[string]int{}, map[string]int{}
	for _, tt := range texts {
		m := ParseAll(tt.Text)[0]
		for _, f := range []struct{ what, got, want string }{{"action", m.Action, tt.Action}, {"principal", m.Principal, tt.Principal}, {"resource", m.Resource, tt.Resource}} {
			if f.want != "" {
				named[f.what]++
			}
			switch {
			case f.got == f.want && f.want != "":
				read[f.what]++
			case f.got != f.want:
				t.Errorf("%s: the %s is %q, want %q", tt.Name, f.what, f.got, f.want)
			}
		}
		if !Denied(&m) {
			t.Errorf("%s: not known as an error of AWS", tt.Name)
		}
	}
	t.Logf("%d texts: read %v of %v", len(texts), read, named)
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
