package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

// A Waiver mutes findings for a reason that somebody answers for, until a day.
// Action, Resource, Principal and Target are patterns with * and ?; one that is
// empty fits everything.
type Waiver struct {
	Action    string `yaml:"action"`
	Resource  string `yaml:"resource"`
	Principal string `yaml:"principal"`
	Target    string `yaml:"target"`
	Module    string `yaml:"module"`
	Diagnosis string `yaml:"diagnosis"` // the code of a diagnosis, in place of an action
	Reason    string `yaml:"reason"`
	Owner     string `yaml:"owner"`
	Expires   string `yaml:"expires"` // the last day on which it holds, YYYY-MM-DD

	line int
}

// A WaiverError is a fault in a file of waivers.
type WaiverError struct {
	Pos policy.Position
	Msg string
}

func (e *WaiverError) Error() string {
	if e.Pos.IsZero() {
		return e.Msg
	}
	return e.Pos.String() + ": " + e.Msg
}

// maxWaivers is the largest file of waivers that is read.
const maxWaivers = 1 << 20

// ReadWaivers reads a file of waivers, YAML or JSON. Each must say what it is
// about, why, who answers for it, and until when. Errors are [*WaiverError].
func ReadWaivers(rd io.Reader) ([]Waiver, error) {
	data, err := io.ReadAll(io.LimitReader(rd, maxWaivers+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxWaivers {
		return nil, &WaiverError{Msg: fmt.Sprintf("larger than %d bytes", maxWaivers)}
	}
	nodes, err := waiverNodes(data)
	if err != nil {
		return nil, err
	}
	out := make([]Waiver, 0, len(nodes))
	for _, n := range nodes {
		w, err := readWaiver(n)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

func readWaiver(n *yaml.Node) (Waiver, error) {
	pos := policy.Position{Line: n.Line, Column: n.Column}
	fault := func(format string, args ...any) (Waiver, error) {
		return Waiver{}, &WaiverError{pos, fmt.Sprintf(format, args...)}
	}
	if n.Kind != yaml.MappingNode {
		return fault("a waiver is a mapping with action, reason, owner and expires")
	}
	if err := checkWaiverFields(n); err != nil {
		return Waiver{}, err
	}
	w := Waiver{line: n.Line}
	if err := n.Decode(&w); err != nil {
		return fault("%s", yamlFault(err))
	}
	switch {
	case w.Action == "" && w.Module == "" && w.Diagnosis == "":
		return fault("the waiver names no action, no module and no diagnosis")
	case w.Diagnosis != "" && (w.Action != "" || w.Module != "" || w.Resource != ""):
		return fault("a waiver is about a diagnosis or about grants, not both")
	case w.Reason == "":
		return fault("the waiver gives no reason")
	case w.Owner == "":
		return fault("the waiver names no owner")
	}
	if _, err := time.Parse(time.DateOnly, w.Expires); err != nil {
		return fault("expires must be a day such as 2027-01-31, not %q", w.Expires)
	}
	return w, nil
}

// about reports whether the waiver is about a section.
func (w *Waiver) about(s *audit.Section) bool {
	return (w.Principal == "" || policy.MatchGlob(w.Principal, s.Principal.ARN)) && (w.Target == "" || policy.MatchGlob(w.Target, s.Target.Name))
}

// matches reports whether the waiver is about a finding.
func (w *Waiver) matches(s *audit.Section, f *audit.Finding) bool {
	fits := func(pattern, text string) bool {
		return pattern == "" || policy.MatchGlob(strings.ToLower(pattern), strings.ToLower(text))
	}
	return w.Diagnosis == "" && w.about(s) && fits(w.Action, f.Action) && fits(w.Module, f.Module) &&
		(w.Resource == "" || policy.MatchGlob(w.Resource, f.Resource))
}

// name says what the waiver is about.
func (w *Waiver) name() string {
	switch {
	case w.Action != "":
		return w.Action
	case w.Module != "":
		return "module " + w.Module
	}
	return "diagnosis " + w.Diagnosis
}

// Waive mutes the findings and diagnoses that waivers are about. A waiver that
// has expired when the report was made mutes nothing; that, and a waiver that is
// about nothing that fails, becomes a note of the report.
func Waive(r *audit.Report, waivers []Waiver) {
	today := r.GeneratedAt.UTC().Format(time.DateOnly)
	for i := range waivers {
		w := &waivers[i]
		var muted *audit.Muted
		if w.Expires >= today {
			muted = &audit.Muted{By: audit.MutedByWaiver, Reason: w.Reason, Owner: w.Owner, Expires: w.Expires}
		}
		used := 0
		for j := range r.Sections {
			used += w.apply(&r.Sections[j], muted)
		}
		switch {
		case muted == nil:
			r.Notes = append(r.Notes, fmt.Sprintf("the waiver for %s (line %d) expired on %s: ask %s; %s", w.name(), w.line, w.Expires, w.Owner, mutesWould(used)))
		case used == 0:
			r.Notes = append(r.Notes, fmt.Sprintf("the waiver for %s (line %d) is about nothing that fails: it can be removed", w.name(), w.line))
		}
	}
	for i := range r.Sections {
		r.Sections[i].Summary = audit.Summarize(r.Sections[i].Findings)
	}
}

// apply mutes what the waiver is about in a section, unless it has expired, and
// counts it.
func (w *Waiver) apply(s *audit.Section, muted *audit.Muted) int {
	used := 0
	mute := func(place **audit.Muted) {
		used++
		if *place == nil {
			*place = muted
		}
	}
	for i := range s.Findings {
		if f := &s.Findings[i]; f.Status != audit.Pass && w.matches(s, f) {
			mute(&f.Muted)
		}
	}
	for i := range s.Diagnoses {
		if d := &s.Diagnoses[i]; d.Severity == audit.SeverityError && d.Code == w.Diagnosis && w.about(s) {
			mute(&d.Muted)
		}
	}
	return used
}

func mutesWould(n int) string {
	if n == 0 {
		return "it would mute nothing"
	}
	return "it would mute " + count(n, "finding")
}
