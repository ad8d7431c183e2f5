package report

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// maxQuoted is how many lines of a statement that decides are shown, maxMissed
// of one that nearly applies.
const (
	maxQuoted = 8
	maxMissed = 3
)

// quote writes the lines of a statement that hold its marks, with the marked
// part underlined.
func (t *traceTree) quote(s *iam.TraceStatement, trunk string, lines int) {
	offset, shown, more := 0, 0, 0
	for i, line := range strings.Split(s.Quote, "\n") {
		start, end, ok := marked(s.Marks, offset, offset+len(line))
		switch {
		case ok && shown < lines:
			t.quoteLine(trunk, s.Start.Line+i, line, start-offset, end-offset)
			shown++
		case ok:
			more++
		}
		offset += len(line) + 1
	}
	if more > 0 {
		t.line(t.look.dim.Render(fmt.Sprintf("%s       … │ and %s", trunk, count(more, "more line"))))
	}
}

// marked returns the part of a line from its first mark to its last.
func marked(marks []iam.Mark, start, end int) (int, int, bool) {
	from, to, found := end, start, false
	for _, m := range marks {
		if m.Start < end && m.End > start {
			from, to, found = min(from, max(m.Start, start)), max(to, min(m.End, end)), true
		}
	}
	return from, to, found
}

// quoteLine writes one line and the underline below it. A line that does not
// fit is cut to the surroundings of what is marked.
func (t *traceTree) quoteLine(trunk string, number int, line string, start, end int) {
	before, mid, after := Clean(line[:start]), Clean(line[start:end]), Clean(line[end:])
	before = strings.TrimLeft(before, " ")
	gutter := fmt.Sprintf("%s    %4d │ ", trunk, number)
	if number <= 0 {
		gutter = trunk + "         │ "
	}
	if t.options.Width > 0 {
		before, mid, after = cutThree(before, mid, after, max(20, t.options.Width-ansi.StringWidth(gutter)))
	}
	t.line(t.look.dim.Render(gutter+before) + mid + t.look.dim.Render(after))
	blank := trunk + strings.Repeat(" ", ansi.StringWidth(gutter)-ansi.StringWidth(trunk)-2) + t.look.dim.Render("│ ")
	t.line(blank + strings.Repeat(" ", ansi.StringWidth(before)) + t.look.warn.Render(strings.Repeat("~", ansi.StringWidth(mid))))
}

// cutThree shortens three parts of a line to a width, the middle last.
func cutThree(before, mid, after string, width int) (string, string, string) {
	if ansi.StringWidth(before)+ansi.StringWidth(mid)+ansi.StringWidth(after) <= width {
		return before, mid, after
	}
	if room := width / 4; ansi.StringWidth(before) > room {
		before = "…" + ansi.TruncateLeft(before, ansi.StringWidth(before)-room+1, "")
	}
	mid = ansi.Truncate(mid, width-ansi.StringWidth(before), "…")
	after = ansi.Truncate(after, width-ansi.StringWidth(before)-ansi.StringWidth(mid), "…")
	return before, mid, after
}

// message writes what an error message says.
func (t *traceTree) message(tr *audit.Trace) {
	m := tr.Message
	t.line("")
	t.line(t.look.bold.Render("The message"))
	t.field("  code", Clean(m.Code))
	t.field("  who", Clean(m.Principal))
	t.field("  action", Clean(m.Action))
	t.field("  resource", Clean(m.Resource))
	stated := string(m.Decision)
	if m.Layer != "" {
		stated = strings.TrimPrefix(stated+" by "+article(m.Layer.Title()), " ")
	}
	t.field("  states", Clean(stated))
	t.field("  policy", Clean(m.PolicyARN))
	t.field("  id", Clean(m.AuthorizationID))
	if tr.Advice == nil {
		t.field("  means", Clean(m.Diagnosis))
		for i, c := range m.Cures {
			t.field(first(i, "  do"), Clean(c))
		}
	}
	for i, a := range m.Asked {
		t.field(first(i, "  missing"), Clean(a))
	}
}

// first names the first line of a list only.
func first(i int, name string) string {
	if i > 0 {
		return " "
	}
	return name
}

// recorded writes what AWS kept of the request.
func (t *traceTree) recorded(r *iam.RecordedAuthorization) {
	t.line("")
	t.line(t.look.bold.Render("What AWS recorded") + " (" + Clean(r.Source) + ")")
	t.line("  " + t.decision(r.Decision) + "  " + Clean(r.Action))
	t.field("  on", Clean(r.Resource))
	t.field("  as", Clean(r.Principal))
	if r.Layer != "" {
		t.field("  layer", r.Layer.Title())
	}
	for i, s := range r.Statements {
		text := strings.TrimSpace(s.Effect + " " + quotedSid(s.Sid) + " in " + s.Policy)
		t.field(first(i, "  by"), Clean(text))
	}
	for i, p := range r.Policies {
		text := p.Policy
		if p.Layer != "" {
			text += " (" + p.Layer.Title() + ")"
		}
		if len(p.AttachedTo) > 0 {
			text += " on " + strings.Join(p.AttachedTo, ", ")
		}
		t.field(first(i, "  looked at"), Clean(text))
	}
}

func quotedSid(sid string) string {
	if sid == "" {
		return "a statement"
	}
	return `"` + sid + `"`
}

// dependsOn names keys that can be given, and values that only the deployment
// will tell.
func dependsOn(keys []string) string {
	var given, values []string
	for _, key := range keys {
		if name, ok := policy.IsUnknown(key); ok {
			values = append(values, Clean(name))
		} else {
			given = append(given, Clean(key))
		}
	}
	var out []string
	if len(given) > 0 {
		out = append(out, strings.Join(given, ", ")+": give it with --context KEY=VALUE")
	}
	if len(values) > 0 {
		out = append(out, strings.Join(values, ", ")+", which is not known before the deploy")
	}
	return strings.Join(out, "; and on ")
}

// foot writes what the decision hangs on, and what to do next.
func (t *traceTree) foot(tr *audit.Trace) {
	if len(tr.MissingContext) > 0 {
		t.line("")
		t.hang("? ", "  ", "the decision depends on "+dependsOn(tr.MissingContext))
	}
	for i, n := range tr.Next {
		if i == 0 {
			t.line("")
		}
		t.hang("→ ", "  ", Clean(n))
	}
}

// article puts the indefinite article before a noun.
func article(noun string) string {
	if noun != "" && strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
