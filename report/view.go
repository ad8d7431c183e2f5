package report

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"remotion-doctor/audit"
)

// A view is what the template of the HTML page shows. Its texts are clean.
type view struct {
	Report     *audit.Report
	Policy     string // the page's Content-Security-Policy
	Style      string // the page's own style and script, as they are
	Script     string
	Data       string      // JSON that can are in a script element
	Blocks     []viewBlock // JSON likewise or, where they are Packed, base64
	Packed     bool        // the blocks are compressed
	Few        bool        // few sections: all about them is on the page from the start
	Headline   string
	Good       bool
	Caller     string
	Notes      []string
	Operations []string // all names, in the order of their first appearance
	Modules    []string // all titles, likewise
	Counts     []viewCount
	Sections   []viewSection
	Static     []*viewRow // what does not pass, for where scripts are off
	Left       int        // what Static has no room for
	Merged     []audit.Source
	Ranked     []viewCause
	Since      *viewSince
	// Accounts, Units, Regions and Failing are what to filter by, where there are
	// several: Failing are operations that fail somewhere.
	Accounts, Units, Regions, Failing []string
	Causes                            []viewRanked

	labels  []label
	statics map[[4]string]*viewRow
	named   int // principals in Static
}

// A viewRanked is an action that targets lack, and how many of them.
type viewRanked struct {
	Action, Why string
	Targets     int
	Link        templ.SafeURL
}

type viewCount struct {
	Status, Mark string
	Count        int
}

// A viewRow is a finding that some principals have in common.
type viewRow struct {
	Status, Action, Resource, Why string
	Principals                    []string
}

type viewSection struct {
	Index                                                                               int
	Name, Short, Extra, Kind, Against, ARN, Location, Requires, Digest, Regions, Engine string
	Coverage, Score                                                                     string
	Met                                                                                 bool
	Notes                                                                               []string
	Error                                                                               *audit.Problem
	Summary                                                                             audit.Summary
	Bar                                                                                 []viewBar
	Operations                                                                          []viewOperation
	Cells                                                                               []viewCell
	Remediation                                                                         *viewRemediation
	Obstacles                                                                           []viewObstacle
	Excess                                                                              []viewExcess
	Policies                                                                            []viewPolicy
	Plain                                                                               bool // a line says all of it
	Diagnoses                                                                           []viewDiagnosis
	Repeating                                                                           []viewDiagnosis // those that say of rows why they are required
	Causes                                                                              []string        // why operations do not work
	Gaps                                                                                []viewGap
	Incomplete, IncompleteHint                                                          string
	Found, Cause                                                                        string
	Commands                                                                            []viewCommand
	NotChecked                                                                          string
}

type viewGap struct {
	Mark, Word, Text, Hint string
	Weighty                bool
}

type (
	viewBar struct {
		Status   string
		X, Width int
	}
	viewOperation struct{ Status, Because string }
	viewCell      struct {
		Status, Score string
		Link          templ.SafeURL
	}
	viewRemediation struct {
		Index      int
		Lead, Text string
	}
	viewObstacle struct{ Reason, Actions, Advice string }
	viewExcess   struct {
		Action, Resource, Example, Statement, Why string
		Dangerous                                 bool
	}
	viewDiagnosis struct{ Severity, Mark, Message, Hint, Source, Muted string }
	viewCommand   struct{ Word, Line, Note string }
	viewPolicy    struct{ Name, Layer, File, Digest string }
)

// fewSections is how many sections a page shows whole: the markup and the layout
// of more take longer than the rest of the page, and wait until they are opened.
const fewSections = 40

func newView(r *audit.Report) *view {
	v := &view{Report: r, Caller: Clean(r.Caller), Notes: cleaned(r.Notes), Merged: r.Merged, labels: labels(r), statics: map[[4]string]*viewRow{}}
	v.Headline, v.Good = headline(r)
	v.Few = len(r.Sections) <= fewSections
	for i := range r.Sections {
		for _, o := range r.Sections[i].Operations {
			v.Operations = appendNew(v.Operations, operationName(&o))
		}
		for _, m := range r.Sections[i].Modules {
			v.Modules = appendNew(v.Modules, Clean(m.Title))
		}
		for j := range r.Sections[i].Findings {
			v.Modules = appendNew(v.Modules, Clean(module(&r.Sections[i], r.Sections[i].Findings[j].Module).Title))
		}
	}
	v.Counts = counts(r)
	for i := range r.Sections {
		v.Sections = append(v.Sections, v.section(r, i))
	}
	slices.SortStableFunc(v.Sections, func(a, b viewSection) int { return cmp.Compare(boolInt(a.Met), boolInt(b.Met)) })
	v.accounts(r)
	v.causes(r)
	v.fleet(r)
	return v
}

// A viewCause is a cause of failures in many accounts.
type viewCause struct{ Line, Advice string }

// A viewSince is what changed since an earlier audit.
type viewSince struct {
	Line  string
	Lines []string
	Left  int
}

// shownInPage is how many changes the page lists.
const shownInPage = 500

// fleet fills in what a report of many accounts says.
func (v *view) fleet(r *audit.Report) {
	if len(r.Accounts) > 1 {
		for i := range r.Causes[:min(len(r.Causes), rankedCauses)] {
			c := &r.Causes[i]
			v.Ranked = append(v.Ranked, viewCause{rankedLine(c), Clean(c.Advice)})
		}
	}
	if r.Since != nil {
		v.Since = &viewSince{Line: sinceLine(r.Since)}
		v.Since.Lines, v.Since.Left = sinceEntries(r.Since, shownInPage)
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// accounts fills in what to filter by, where there are several.
func (v *view) accounts(r *audit.Report) {
	units := unitsOf(r)
	for i := range r.Sections {
		c := choicesOf(r, i, units)
		v.Accounts, v.Units = joined(v.Accounts, c.Account), joined(v.Units, c.Unit...)
		v.Regions, v.Failing = joined(v.Regions, c.Region...), joined(v.Failing, c.Operation...)
	}
	for _, list := range []*[]string{&v.Accounts, &v.Units, &v.Regions, &v.Failing} {
		if slices.Sort(*list); len(*list) < 2 || len(r.Sections) < 2 {
			*list = nil
		}
	}
}

// A choice is what a section is chosen by.
type choice struct {
	Account   string   `json:"account"`
	Unit      []string `json:"unit,omitzero"`
	Region    []string `json:"region,omitzero"`
	Operation []string `json:"operation,omitzero"` // that fail
}

func choicesOf(r *audit.Report, i int, units map[string][]string) choice {
	s := &r.Sections[i]
	out := choice{Account: Clean(s.Account()), Region: cleaned(s.Regions)}
	out.Unit = units[s.Account()]
	for _, status := range []audit.OperationStatus{audit.Fails, audit.Undecided} {
		out.Operation = append(out.Operation, operationNames(s, status)...)
	}
	return out
}

// unitsOf are the organizational units of the accounts, each with those above it.
func unitsOf(r *audit.Report) map[string][]string {
	out := map[string][]string{}
	for i := range r.Accounts {
		if a := &r.Accounts[i]; a.Unit != "" {
			out[a.ID] = strings.Split(Clean(a.Unit), "/")
		}
	}
	return out
}

func joined(list []string, more ...string) []string {
	for _, s := range more {
		if s != "" {
			list = appendNew(list, s)
		}
	}
	return list
}

// rankedCauses is how many causes are listed.
const rankedCauses = 10

// causes ranks the actions by how many targets lack them, where several do not
// meet their requirement.
func (v *view) causes(r *audit.Report) {
	index := map[[2]string]int{}
	failing := 0
	for i := range r.Sections {
		s := &r.Sections[i]
		seen := map[[2]string]bool{}
		for j := range s.Findings {
			f := &s.Findings[j]
			key := [2]string{Clean(f.Action), cmp.Or(f.Layer.Title(), string(f.Status))}
			if !r.Gate.Finding(f) || seen[key] {
				continue
			}
			seen[key] = true
			if _, ok := index[key]; !ok {
				index[key] = len(v.Causes)
				v.Causes = append(v.Causes, viewRanked{Action: key[0], Why: string(f.Status) + ", " + key[1], Link: templ.SafeURL("#go=1&q=" + url.QueryEscape(key[0]))})
			}
			v.Causes[index[key]].Targets++
		}
		if len(seen) > 0 {
			failing++
		}
	}
	if failing < 2 {
		v.Causes = nil
		return
	}
	slices.SortStableFunc(v.Causes, func(a, b viewRanked) int { return b.Targets - a.Targets })
	v.Causes = v.Causes[:min(len(v.Causes), rankedCauses)]
}

func cleaned(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = Clean(t)
	}
	return out
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// counts are the buttons above the list: statuses that occur, and muted.
func counts(r *audit.Report) []viewCount {
	n := map[string]int{}
	for i := range r.Sections {
		for j := range r.Sections[i].Findings {
			f := &r.Sections[i].Findings[j]
			if excused(r, f) != "" {
				n[mutedWord]++
			} else {
				n[string(f.Status)]++
			}
		}
	}
	var out []viewCount
	for _, s := range []audit.Status{audit.Fail, audit.Blocked, audit.Partial, audit.Unknown, audit.Pass} {
		if c := n[string(s)]; c > 0 {
			out = append(out, viewCount{string(s), marks[s], c})
		}
	}
	if c := n[mutedWord]; c > 0 {
		out = append(out, viewCount{mutedWord, mark(mutedWord), c})
	}
	return out
}

func (v *view) section(r *audit.Report, index int) viewSection {
	s := &r.Sections[index]
	out := viewSection{
		Index: index, Name: v.labels[index].String(), Extra: v.labels[index].extra, Short: cmp.Or(Clean(shortName(s.Target)), s.Target.Kind.Title()), Kind: s.Target.Kind.Title() + " · " + Clean(s.Requirement.Name), Against: Clean(s.Requirement.Name), ARN: Clean(s.Principal.ARN), Requires: requires(s) + versionFrom(s), Digest: Clean(s.Requirement.Digest),
		Regions: Clean(strings.Join(s.Regions, ", ")), Engine: decidedBy(r, s), Coverage: coverageWords(s), Score: score(r, s), Met: met(r, s),
		Notes: cleaned(s.Notes), Summary: s.Summary, Bar: bar(s.Summary),
	}
	if s.Location != nil {
		out.Location = Clean(s.Location.String())
	}
	for i := range s.Gaps {
		g := &s.Gaps[i]
		out.Gaps = append(out.Gaps, viewGap{gapMark(g), gapWord(g), gapText(g), Clean(g.Hint), weighty(r, g)})
	}
	if s.Error == nil && r.Gate.Unfinished(s) {
		out.Incomplete, out.IncompleteHint = unfinished(s), unfinishedHint(s)
	}
	out.NotChecked, out.Plain = notChecked(s), allFine(r, s)
	if s.Error != nil {
		out.Error = &audit.Problem{Message: Clean(s.Error.Message), Hint: Clean(s.Error.Hint)}
	}
	if s.Remediation != nil {
		out.Remediation = &viewRemediation{index, cure(s), cleanJSON(s.Remediation.Indent())}
	}
	out.Found, out.Cause, out.Commands = Clean(strings.Join(s.Found, "; ")), likeliestCause(r, s), viewCommands(r, s)
	v.matrix(s, &out)
	for i := range s.Obstacles {
		o := &s.Obstacles[i]
		out.Obstacles = append(out.Obstacles, viewObstacle{Clean(o.Reason), Clean(strings.Join(o.Actions, ", ")), obstacleAdvice(o)})
	}
	for i := range s.Excess {
		e := &s.Excess[i]
		out.Excess = append(out.Excess, viewExcess{Clean(e.Action), Clean(e.Resource), Clean(e.Example), statementName(&e.Statement), Clean(e.Why), e.Dangerous})
	}
	for i := range s.Diagnoses {
		d := &s.Diagnoses[i]
		list := &out.Diagnoses
		if repeating[d.Code] && !r.Gate.Diagnosis(d) {
			list = &out.Repeating
		}
		*list = append(*list, viewDiagnosis{string(d.Severity), severityMark[d.Severity], Clean(d.Message), Clean(d.Hint), Clean(d.Source), mutedWords(d.Muted)})
	}
	for i := range s.Operations {
		for j := range s.Operations[i].Causes {
			out.Causes = append(out.Causes, operationName(&s.Operations[i])+": "+causeWords(&s.Operations[i].Causes[j]))
		}
	}
	for _, p := range s.Policies {
		out.Policies = append(out.Policies, viewPolicy{Clean(p.Name), p.Layer.Title(), Clean(p.File), Clean(p.Digest)})
	}
	return out
}

// viewCommands are the commands that lead on from a section that does not pass.
func viewCommands(r *audit.Report, s *audit.Section) []viewCommand {
	if s.Error != nil || met(r, s) {
		return nil
	}
	var out []viewCommand
	for i, step := range nextSteps(r, s) {
		c := viewCommand{Word: "Next", Line: step}
		if i == 0 {
			c.Note = cured(s)
		}
		if strings.HasPrefix(step, "remotion-doctor fix") {
			c.Word = "Fix"
		}
		out = append(out, c)
	}
	return out
}

// matrix fills the section's row of both grids.
func (v *view) matrix(s *audit.Section, out *viewSection) {
	if len(s.Operations) > 0 {
		out.Operations = make([]viewOperation, len(v.Operations))
	}
	for i := range s.Operations {
		o := &s.Operations[i]
		out.Operations[slices.Index(v.Operations, operationName(o))] = viewOperation{string(o.Status), operationWords(o)}
	}
	out.Cells = make([]viewCell, len(v.Modules))
	for _, g := range groups(s) {
		title := Clean(g.module.Title)
		link := templ.SafeURL("#go=1&principal=" + strconv.Itoa(out.Index) + "&module=" + url.QueryEscape(title))
		out.Cells[slices.Index(v.Modules, title)] = viewCell{g.word(), g.score(), link}
	}
}

// bar divides a hundred among the statuses; each that occurs can be seen.
func bar(s audit.Summary) []viewBar {
	var out []viewBar
	x := 0
	for _, p := range []struct {
		status audit.Status
		n      int
	}{{audit.Pass, s.Pass}, {audit.Fail, s.Fail}, {audit.Blocked, s.Blocked}, {audit.Partial, s.Partial}, {audit.Unknown, s.Unknown}} {
		if p.n == 0 {
			continue
		}
		width := max(2, p.n*100/s.Total())
		out = append(out, viewBar{string(p.status), x, min(width, 100-x)})
		x += width
	}
	return out
}

// static adds a finding for readers without scripts.
func (v *view) static(row pageRow) {
	if v.named == namesWithoutScript {
		v.Left++
		return
	}
	v.named++
	f := row.finding
	key := [4]string{string(f.Status), Clean(f.Action), Clean(f.Resource), why(f)}
	if v.statics[key] == nil {
		v.statics[key] = &viewRow{Status: key[0], Action: key[1], Resource: key[2], Why: key[3]}
		v.Static = append(v.Static, v.statics[key])
	}
	v.statics[key].Principals = append(v.statics[key].Principals, v.labels[row.section].String())
}

// Brief is what is the matter with a principal, in a few words.
func (s *viewSection) Brief() string {
	switch {
	case s.Error != nil:
		return s.NotChecked + ": " + s.Error.Message
	case s.Cause != "":
		return s.Score + ": " + s.Cause
	}
	return s.Score
}
