package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// TraceJSON writes a trace in its canonical form.
func TraceJSON(w io.Writer, t *audit.Trace) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(t)
}

// Trace writes a trace for people: the decision, then a tree of the layers
// with the statements that decide and those that nearly would.
func Trace(w io.Writer, t *audit.Trace, o Options) error {
	tree := &traceTree{w: w, options: o, look: newLook(w, o.Color)}
	tree.trace(t)
	for _, other := range t.Others {
		tree.line("")
		tree.line(strings.Repeat("─", 30))
		tree.line("")
		tree.trace(other)
	}
	return tree.err
}

// trace writes the answer about one request.
func (t *traceTree) trace(tr *audit.Trace) {
	t.head(tr)
	t.advice(tr)
	if tr.Message != nil {
		t.message(tr)
	}
	if tr.Recorded != nil {
		t.recorded(tr.Recorded)
	}
	t.layers(tr)
	t.foot(tr)
}

// advice writes why the request is denied, who can change that, and how.
func (t *traceTree) advice(tr *audit.Trace) {
	a := tr.Advice
	if a == nil {
		return
	}
	t.line("")
	t.field("cause", Clean(a.Cause))
	t.field("owner", Clean(a.Owner))
	for i, c := range a.Claims {
		text := Clean(c.Key) + " " + Clean(c.Operator) + " " + Clean(strings.Join(c.Values, " or "))
		if c.Given != "" {
			text += " (the token has " + Clean(c.Given) + ")"
		}
		t.field(first(i, "requires"), text)
	}
	for i, c := range a.Cures {
		t.field(first(i, "fix"), Clean(c))
	}
	for i := range tr.Commands {
		name := " "
		if i == 0 && len(a.Cures) == 0 {
			name = "fix"
		}
		t.line(fmt.Sprintf("%-*s", nameWidth, name) + CommandLine(&tr.Commands[i]))
	}
}

// decisionMarks give each decision its glyph; the word always stands next to
// it.
var decisionMarks = map[iam.Decision]string{iam.Allowed: "✓", iam.ExplicitDeny: "⊘", iam.ImplicitDeny: "✗"}

// A traceTree writes a trace and keeps the first error.
type traceTree struct {
	w       io.Writer
	options Options
	look    look
	err     error
}

func (t *traceTree) line(s string) {
	if t.err == nil {
		_, t.err = fmt.Fprintln(t.w, strings.TrimRight(s, " "))
	}
}

// nameWidth is the width of the names on the left.
const nameWidth = 11

// field writes a named value, broken to the width.
func (t *traceTree) field(name, text string) {
	if text != "" {
		t.hang(fmt.Sprintf("%-*s", nameWidth, name), strings.Repeat(" ", nameWidth), text)
	}
}

// hang writes text behind a first prefix, its further lines behind a second.
func (t *traceTree) hang(first, rest, text string) {
	width := 0
	if t.options.Width > 0 {
		width = max(24, t.options.Width-ansi.StringWidth(first))
	}
	for i, l := range wrap(text, width, false) {
		prefix := rest
		if i == 0 {
			prefix = first
		}
		t.line(prefix + l)
	}
}

func (t *traceTree) decision(d iam.Decision) string {
	switch d {
	case iam.Allowed:
		return t.look.good.Render(decisionMarks[d] + " " + string(d))
	case iam.ExplicitDeny, iam.ImplicitDeny:
		return t.look.bad.Render(decisionMarks[d] + " " + string(d))
	}
	return t.look.warn.Render("? not decided")
}

// says is what one layer by itself does, which is not yet the decision.
func (t *traceTree) says(d iam.Decision) string {
	switch d {
	case iam.Allowed:
		return t.look.good.Render(decisionMarks[d] + " allows")
	case iam.ExplicitDeny:
		return t.look.bad.Render(decisionMarks[d] + " denies")
	case iam.ImplicitDeny:
		return t.look.bad.Render(decisionMarks[d] + " does not allow")
	}
	return t.look.warn.Render("? not decided")
}

func (t *traceTree) head(tr *audit.Trace) {
	if tr.Message != nil && tr.Message.NoDenial {
		t.line(t.look.warn.Render("– no policy denied this request"))
	} else if tr.Action != "" {
		t.line(t.decision(tr.Decision) + "  " + t.look.bold.Render(Clean(tr.Action)))
	} else {
		t.line(t.decision(tr.Decision))
	}
	t.field("on", Clean(tr.Resource))
	t.field("as", Clean(tr.Principal.ARN))
	t.field("because", Clean(tr.Reason))
	if tr.Engine == audit.EngineLocal {
		t.field("engine", "offline evaluator")
	} else if tr.Engine != "" {
		t.field("engine", "IAM policy simulator")
	}
	for i, e := range tr.Context {
		name := ""
		if i == 0 {
			name = "context"
		}
		t.field(name+" ", Clean(e.Key+" = "+strings.Join(e.Values, ", ")))
	}
	for _, n := range tr.Notes {
		t.field("note", Clean(n))
	}
}

func (t *traceTree) layers(tr *audit.Trace) {
	if len(tr.Layers) == 0 {
		return
	}
	t.line("")
	for i := range tr.Layers {
		branch, trunk := "├─ ", "│  "
		if i == len(tr.Layers)-1 {
			branch, trunk = "└─ ", "   "
		}
		t.layer(&tr.Layers[i], branch, trunk, agrees(tr, &tr.Layers[i]))
	}
}

// agrees reports whether a layer that allows says nothing about the decision:
// the one that stops a request, or that grants it, is what matters.
func agrees(tr *audit.Trace, l *iam.TraceLayer) bool {
	if len(tr.MissingContext) > 0 && slices.ContainsFunc(l.NearMisses, func(m iam.NearMiss) bool { return m.Element == "Condition" }) {
		return false // the decision may hang on it
	}
	grants := l.Layer == iam.LayerIdentity || l.Layer == iam.LayerResource
	return l.Decision == iam.Allowed && !(grants && tr.Decision == iam.Allowed)
}

// layerTitle is the name of a layer in the plural that it has.
func layerTitle(l *iam.TraceLayer) string {
	title := l.Layer.Title()
	switch {
	case l.Level > 0:
		title += fmt.Sprintf(", level %d", l.Level)
	case l.Layer == iam.LayerIdentity:
		title = "identity-based policies"
	}
	return title
}

func (t *traceTree) layer(l *iam.TraceLayer, branch, trunk string, quiet bool) {
	const column = 34 // service control policy, level 10
	title := fmt.Sprintf("%-*s", column, layerTitle(l))
	switch l.State {
	case iam.LayerAbsent:
		t.line(t.look.dim.Render(branch + title + "· " + Clean(l.Reason)))
		return
	case iam.LayerUnknown:
		t.hang(branch+title, trunk+strings.Repeat(" ", column), t.look.warn.Render("? not known: "+Clean(l.Reason)))
		return
	}
	t.hang(branch+title, trunk+strings.Repeat(" ", column), t.says(l.Decision)+"  "+Clean(l.Reason))
	if quiet && !t.options.Verbose {
		return
	}
	for i := range l.Statements {
		t.statement(&l.Statements[i], trunk, statementMark(&l.Statements[i].StatementRef), "", maxQuoted)
	}
	shown := l.NearMisses
	if !t.options.Verbose && len(shown) > shownMisses {
		shown = shown[:shownMisses]
	}
	for i := range shown {
		t.statement(&shown[i].TraceStatement, trunk, "~", missText(&shown[i]), maxMissed)
	}
	if n := len(l.NearMisses) - len(shown); n > 0 {
		t.line(fmt.Sprintf("%s  ~ and %d more that nearly match: --verbose shows them", trunk, n))
	}
}

// shownMisses is how many near misses of a layer are shown without --verbose.
const shownMisses = 3

func statementMark(s *iam.StatementRef) string {
	if s.Effect == "Deny" {
		return "⊘"
	}
	return "✓"
}

func missText(m *iam.NearMiss) string {
	if m.Element == "Deny" {
		return "in vain: " + m.Why
	}
	return "all but its " + m.Element + " matches: " + m.Why
}

// place is where a statement stands.
func place(s *iam.TraceStatement) string {
	switch {
	case s.File != "":
		return fmt.Sprintf("%s:%s", Clean(s.File), s.Start)
	case s.PolicyARN != "":
		return fmt.Sprintf("%s, line %d", Clean(s.PolicyARN), s.Start.Line)
	case s.Start.IsZero():
		return "policy " + Clean(s.Policy)
	}
	return fmt.Sprintf("policy %s, line %d", Clean(s.Policy), s.Start.Line)
}

func (t *traceTree) statement(s *iam.TraceStatement, trunk, mark, why string, lines int) {
	name := fmt.Sprintf("statement %d", s.Index+1)
	if s.Sid != "" {
		name = `"` + Clean(s.Sid) + `"`
	}
	t.hang(trunk+"  "+mark+" ", trunk+"    ", string(s.Effect)+" "+name+" · "+place(s))
	if why != "" {
		t.hang(trunk+"    ", trunk+"    ", Clean(why))
	}
	t.quote(s, trunk, lines)
}
