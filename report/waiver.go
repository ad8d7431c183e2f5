package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

// A Waiver mutes findings for a reason that somebody answers for, until a day.
// Action, Resource, Principal, Target, Account, Region, File and Subject are
// patterns with * and ?; one that is empty fits everything. ID is the id of a
// section, a finding or a diagnosis, as reports have it.
type Waiver struct {
	Action    string `yaml:"action"`
	Resource  string `yaml:"resource"`
	Principal string `yaml:"principal"`
	Target    string `yaml:"target"`
	Account   string `yaml:"account"`
	Region    string `yaml:"region"` // that all Regions of the section fit
	File      string `yaml:"file"`   // the template or plan
	ID        string `yaml:"id"`
	Module    string `yaml:"module"`
	Diagnosis string `yaml:"diagnosis"` // the code of a diagnosis, in place of an action
	Subject   string `yaml:"subject"`   // what the diagnosis concerns: a bucket, a feature, …
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

// ReadWaivers reads a file of waivers, YAML or JSON. Each must say what it matches, why, who answers for it, and until when. Errors are [*WaiverError].
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
	case w.Action == "" && w.Module == "" && w.Diagnosis == "" && w.ID == "":
		return fault("the waiver names no action, no module, no diagnosis and no id")
	case w.Diagnosis != "" && (w.Action != "" || w.Module != "" || w.Resource != ""):
		return fault("a waiver names a diagnosis or grants, not both")
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

// about reports whether the waiver concerns a section.
func (w *Waiver) about(s *audit.Section) bool {
	fits := func(pattern, text string) bool { return pattern == "" || policy.MatchGlob(pattern, text) }
	id := s.Identity()
	return fits(w.Principal, s.Principal.ARN) && fits(w.Target, s.Target.Name) && fits(w.Account, id.AccountID) && fits(w.File, id.File) &&
		(w.Region == "" || len(s.Regions) > 0 && !slices.ContainsFunc(s.Regions, func(region string) bool { return !policy.MatchGlob(w.Region, region) }))
}

// matches reports whether the waiver concerns a finding of a section that it names.
func (w *Waiver) matches(f *audit.Finding) bool {
	fits := func(pattern, text string) bool {
		return pattern == "" || policy.MatchGlob(strings.ToLower(pattern), strings.ToLower(text))
	}
	return w.Diagnosis == "" && fits(w.Action, f.Action) && fits(w.Module, f.Module) &&
		(w.Resource == "" || policy.MatchGlob(w.Resource, f.Resource))
}

// matchesDiagnosis reports whether the waiver concerns a diagnosis of a section
// that it concerns.
func (w *Waiver) matchesDiagnosis(d *audit.Diagnosis) bool {
	if w.Action != "" || w.Module != "" || w.Resource != "" || w.Diagnosis != "" && w.Diagnosis != d.Code {
		return false
	}
	return w.Subject == "" || slices.ContainsFunc([]string{d.Subject, d.Region, d.Feature, d.Bucket, d.Function}, func(text string) bool {
		return text != "" && policy.MatchGlob(w.Subject, text)
	})
}

// has reports whether the waiver names one of the ids, where it names any.
func (w *Waiver) has(ids ...string) bool { return w.ID == "" || slices.Contains(ids, w.ID) }

// name says what the waiver concerns.
func (w *Waiver) name() string {
	switch {
	case w.Action != "":
		return w.Action
	case w.Module != "":
		return "module " + w.Module
	case w.Diagnosis != "":
		return "diagnosis " + w.Diagnosis
	}
	return w.ID
}

// Waive mutes the findings and diagnoses that waivers match. A waiver that
// has expired when the report was made mutes nothing; that, and a waiver that matches nothing that fails, becomes a note of the report.
func Waive(r *audit.Report, waivers []Waiver) {
	ids := r.Identities()
	today := r.GeneratedAt.UTC().Format(time.DateOnly)
	for i := range waivers {
		w := &waivers[i]
		var muted *audit.Muted
		if w.Expires >= today {
			muted = &audit.Muted{By: audit.MutedByWaiver, Reason: w.Reason, Owner: w.Owner, Expires: w.Expires}
		}
		used := 0
		for j := range r.Sections {
			used += w.apply(&r.Sections[j], ids.Sections[j], ids.Findings[j], ids.Diagnoses[j], muted)
		}
		switch {
		case muted == nil:
			r.Notes = append(r.Notes, fmt.Sprintf("the waiver for %s (line %d) expired on %s: ask %s; %s", w.name(), w.line, w.Expires, w.Owner, mutesWould(used)))
		case used == 0:
			r.Notes = append(r.Notes, fmt.Sprintf("the waiver for %s (line %d) matches nothing that fails; remove it", w.name(), w.line))
		}
	}
	for i := range r.Sections {
		r.Sections[i].Summary = audit.Summarize(r.Sections[i].Findings)
	}
}

// apply mutes what the waiver concerns in a section, unless it has expired, and
// counts it.
func (w *Waiver) apply(s *audit.Section, section string, findings, diagnoses []string, muted *audit.Muted) int {
	if !w.about(s) {
		return 0
	}
	used := 0
	mute := func(place **audit.Muted) {
		used++
		if *place == nil {
			*place = muted
		}
	}
	for i := range s.Findings {
		if f := &s.Findings[i]; f.Status != audit.Pass && w.has(section, findings[i]) && w.matches(f) {
			mute(&f.Muted)
		}
	}
	for i := range s.Diagnoses {
		if d := &s.Diagnoses[i]; d.Severity == audit.SeverityError && w.has(section, diagnoses[i]) && w.matchesDiagnosis(d) {
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
