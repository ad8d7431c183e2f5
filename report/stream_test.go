package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"remotion-doctor/audit"
)

// inMemory opens texts by their places.
func inMemory(texts [][]byte) ([]string, Opener) {
	names := make([]string, len(texts))
	for i := range texts {
		names[i] = fmt.Sprintf("%d.json", i)
	}
	return names, func(name string) (Text, func(), error) {
		i := slices.Index(names, name)
		if i < 0 {
			return nil, nil, errors.New("no such file")
		}
		return bytes.NewReader(texts[i]), func() {}, nil
	}
}

// mustStay fails for a file that is not as it was made.
func mustStay(t rapid.TB) func(string, Integrity) {
	return func(name string, _ Integrity) { t.Errorf("%s is said to be changed", name) }
}

// TestLawStream: what a stream writes is what is written of the reports in memory,
// byte for byte, in each of its forms.
func TestLawStream(t *testing.T) {
	t.Parallel()
	many := 0
	rapid.Check(t, func(t *rapid.T) {
		reports := rapid.SliceOfN(rapid.Custom(genReport), 1, 8).Draw(t, "reports")
		var old *audit.Report
		if rapid.Bool().Draw(t, "since") {
			old = genReport(t)
		}
		texts := make([][]byte, len(reports))
		for i, r := range reports {
			texts[i] = jsonOf(t, r)
		}
		names, open := inMemory(texts)
		s, err := NewStream(names, open, mustStay(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Conclude(old); err != nil {
			t.Fatal(err)
		}
		m := inMemoryToo(t, reports, old)
		if len(m.Sections) > indentedSections {
			many++
		}
		for _, f := range Formats() {
			var streamed, whole bytes.Buffer
			err := s.Write(&streamed, f, Options{})
			if !f.Streamed() {
				if err == nil || streamed.Len() > 0 {
					t.Errorf("%s is written from sections alone", f)
				}
				continue
			}
			if err := errors.Join(err, Write(&whole, m, f, Options{})); err != nil {
				t.Fatal(err)
			}
			if streamed.String() != whole.String() {
				t.Errorf("%s: streamed\n%s\nwhole\n%s", f, &streamed, &whole)
			}
			if f == FormatJSON {
				back, state, err := Load("it", bytes.NewReader(streamed.Bytes()))
				if err != nil || state != Intact {
					t.Fatalf("the digest does not match: %v %v", state, err)
				}
				if got, want := plainJSON(t, back), plainJSON(t, m); got != want {
					t.Errorf("read\n%s\nwritten\n%s", got, want)
				}
			}
		}
	})
	if many == 0 {
		t.Error("no report had many sections")
	}
}

// plainJSON is a report with nothing folded.
func plainJSON(t rapid.TB, r *audit.Report) string {
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// inMemoryToo is the report that a stream stands for.
func inMemoryToo(t rapid.TB, reports []*audit.Report, old *audit.Report) *audit.Report {
	m := *Merge(reports)
	m.Causes, m.Digest = Rank(&m), ""
	if old != nil {
		m.Since = SinceOf(old, &m)
	}
	if err := Seal(&m); err != nil {
		t.Fatal(err)
	}
	return &m
}

func TestStreamOfFaultyFiles(t *testing.T) {
	t.Parallel()
	whole := jsonOf(t, rapid.Custom(genReport).Filter(func(r *audit.Report) bool { return len(r.Sections) > 2 }).Example(1))
	t.Run("changed", func(t *testing.T) {
		t.Parallel()
		at := bytes.LastIndex(whole, []byte(`"digest"`))
		names, open := inMemory([][]byte{
			whole, bytes.Replace(whole, []byte(`"1.2.3"`), []byte(`"1.2.4"`), 1), slices.Concat(whole[:at], []byte(`"digested"`), whole[at+len(`"digest"`):]),
		})
		changed := map[string]Integrity{}
		if _, err := NewStream(names, open, func(name string, state Integrity) { changed[name] = state }); err != nil {
			t.Fatal(err)
		}
		if want := map[string]Integrity{"1.json": Changed, "2.json": NoDigest}; !maps.Equal(changed, want) {
			t.Errorf("changed are %v, want %v", changed, want)
		}
	})
	t.Run("no report", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{"", "[]", `{"schemaVersion": "7", "sections": []}`, string(whole[:len(whole)/2])} {
			names, open := inMemory([][]byte{whole, []byte(text)})
			if _, err := NewStream(names, open, mustStay(t)); err == nil || !strings.Contains(err.Error(), "reading 1.json") {
				t.Errorf("%.20q: the error is %v", text, err)
			}
		}
		_, open := inMemory(nil)
		if _, err := NewStream([]string{"gone.json"}, open, mustStay(t)); err == nil || !strings.Contains(err.Error(), "reading gone.json: no such file") {
			t.Errorf("the error is %v", err)
		}
	})
	t.Run("written anew", func(t *testing.T) {
		t.Parallel()
		texts := [][]byte{slices.Clone(whole)}
		names, open := inMemory(texts)
		s, err := NewStream(names, open, mustStay(t))
		if err != nil {
			t.Fatal(err)
		}
		// The stated digest stays: it is the content that counts.
		texts[0] = bytes.Replace(whole, []byte(`"1.2.3"`), []byte(`"1.2.4"`), 1)
		if err := s.Conclude(nil); err == nil || !strings.Contains(err.Error(), "0.json: the file was written anew") {
			t.Errorf("the error is %v", err)
		}
	})
}
