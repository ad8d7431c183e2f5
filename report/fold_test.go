package report

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"remotion-doctor/audit"
)

// TestBefore: reports from before evidence was folded still read and verify, and
// mean what the same report means now.
func TestBefore(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Integrity{"demo.json": Intact, "every.json": Intact, "hostile.json": NoDigest} {
		old, err := os.ReadFile("testdata/before/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Verify(old); err != nil || got != want {
			t.Errorf("%s: integrity %v, error %v", name, got, err)
		}
		if got, err := Verify(bytes.Replace(old, []byte(`"allowed"`), []byte(`"denied"`), 1)); want == Intact && (err != nil || got != Changed) {
			t.Errorf("%s, changed: integrity %v, error %v", name, got, err)
		}
		before, now := readReport(t, "testdata/before/"+name), readReport(t, "testdata/"+name)
		withoutDigests(before)
		withoutDigests(now)
		if !reflect.DeepEqual(before, now) {
			t.Errorf("%s means another thing than before", name)
		}
		if d := Compare(before, now); len(d.Sections) > 0 {
			t.Errorf("%s: the difference is %v", name, d.Sections)
		}
	}
}

// withoutDigests leaves out digests, which those reports made up.
func withoutDigests(r *audit.Report) {
	r.Digest = ""
	for i := range r.Sections {
		s := &r.Sections[i]
		s.Requirement.Digest = ""
		for j := range s.Policies {
			s.Policies[j].Digest = ""
		}
	}
}

// TestFold: writing a report leaves it as it is, compact and indented JSON say
// the same, and the evidence has no context or verdict of its own.
func TestFold(t *testing.T) {
	t.Parallel()
	r := every(t)
	if err := Seal(r); err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var indented, compact, squeezed bytes.Buffer
	if err := JSON(&indented, r); err != nil {
		t.Fatal(err)
	}
	if err := CompactJSON(&compact, r); err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(r); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the report is changed by writing it: %v", err)
	}
	if err := json.Compact(&squeezed, indented.Bytes()); err != nil || squeezed.String() != strings.TrimSpace(compact.String()) {
		t.Errorf("compact JSON says another thing: %v", err)
	}
	for _, text := range [][]byte{indented.Bytes(), compact.Bytes()} {
		if state, err := Verify(text); err != nil || state != Intact {
			t.Errorf("integrity %v, error %v", state, err)
		}
		back, err := Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(back); err != nil || !bytes.Equal(got, want) {
			t.Errorf("the report is changed by reading it: %v\n%s\n%s", err, got, want)
		}
	}
	var raw audit.Report
	if err := json.Unmarshal(compact.Bytes(), &raw); err != nil {
		t.Fatal(err)
	}
	for _, s := range raw.Sections {
		for _, f := range s.Findings {
			for _, e := range f.Evidence {
				if e.Context != nil || e.VerdictRef == nil || e.Verdict != nil {
					t.Fatalf("evidence is not folded: %+v", e)
				}
			}
		}
	}
}

// TestUnfoldRefuses: a reference to nothing is no answer.
func TestUnfoldRefuses(t *testing.T) {
	t.Parallel()
	for _, ref := range []string{`"verdictRef":1`, `"verdictRef":-1`, `"contextRef":0`} {
		text := `{"schemaVersion":"1","sections":[{"verdicts":[{"decision":"allowed"}],"findings":[{"evidence":[{` + ref + `}]}]}]}`
		if _, err := Decode([]byte(text)); err == nil || !strings.Contains(err.Error(), "Ref") {
			t.Errorf("%s is taken, error %v", ref, err)
		}
	}
	for _, section := range []string{
		`{"findings":[{},{"evidenceOf":{"section":0,"finding":0},"evidence":[{"resource":"*"}]}]}`,
		`{"findings":[{},{"statementsOf":0,"statements":[{"policy":"p"}]}]}`,
		`{"modules":[{"name":"m"}]},{"modulesOf":0,"modules":[{"name":"m"}]}`,
	} {
		if _, err := Decode([]byte(`{"schemaVersion":"1","sections":[` + section + `]}`)); err == nil || !strings.Contains(err.Error(), "of its own") {
			t.Errorf("%s is taken, error %v", section, err)
		}
	}
	for _, finding := range []string{`{"statementsOf":1}`, `{"statementsOf":-1}`, `{"evidenceOf":{"section":0,"finding":1}}`, `{"evidenceOf":{"section":1,"finding":0}}`} {
		text := `{"schemaVersion":"1","sections":[{"findings":[{},` + finding + `]}]}`
		if _, err := Decode([]byte(text)); err == nil || !strings.Contains(err.Error(), "no finding before") {
			t.Errorf("%s is taken, error %v", finding, err)
		}
	}
}

// TestManySectionsAreCompact: indentation is for as many sections as people
// read.
func TestManySectionsAreCompact(t *testing.T) {
	t.Parallel()
	r := every(t)
	s := r.Sections[0]
	r.Sections = nil
	for n := range indentedSections + 1 {
		r.Sections = append(r.Sections, s)
		var b bytes.Buffer
		if err := Write(&b, r, FormatJSON, Options{}); err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(b.Bytes(), []byte("\n")); (lines == 1) != (n == indentedSections) {
			t.Errorf("%d sections have %d lines", n+1, lines)
		}
	}
}
