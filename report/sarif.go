package report

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// SARIF writes the report as SARIF 2.1.0. A rule is a module of a requirement, a
// diagnosis of one severity, or a kind of excess; its texts are about the rule and
// do not change with the results. A result is a finding that does not pass, a
// diagnosis, or an excess; its level is error where it counts against the run.
// Results point to the deciding statement or to the role that lacks one, in the
// template or policy file, relative to the repository's root; all have a logical
// location with account and principal. Where there is no file they point to
// iam/ACCOUNT/role/NAME, since code scanning drops results without a place. What
// is muted is suppressed. What could not be read is a notification.
func SARIF(w io.Writer, r *audit.Report) error {
	b := newSARIF(r)
	ids := r.Identities()
	for i := range r.Sections {
		b.section(i, ids)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{b.run}})
}

type sarifBuilder struct {
	report *audit.Report
	labels []label
	run    sarifRun
	index  map[string]int // rules by ID
}

func newSARIF(r *audit.Report) *sarifBuilder {
	v := r.Verdict()
	return &sarifBuilder{report: r, labels: labels(r), index: map[string]int{}, run: sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "remotion-doctor", Version: Clean(r.Tool.Version),
			InformationURI: help, Rules: []sarifRule{},
		}},
		Invocations: []sarifInvocation{{Successful: v.Outcome != audit.OutcomeIncomplete, ExitCode: v.ExitCode, EndTimeUTC: r.GeneratedAt.UTC().Format(time.RFC3339)}},
		Bases:       map[string]sarifBase{sourceRoot: {sarifText{Text: "The root of the repository."}}},
		ColumnKind:  "unicodeCodePoints", Results: []sarifResult{},
		Properties: map[string]any{"engine": r.Engine, "digest": r.Digest, "ok": v.OK(), "outcome": v.Outcome},
	}}
}

func (b *sarifBuilder) section(i int, ids *audit.Identities) {
	s := &b.report.Sections[i]
	b.notifications(i)
	for j := range s.Findings {
		if s.Findings[j].Status != audit.Pass {
			b.finding(i, &s.Findings[j], ids.Findings[i][j])
		}
	}
	for j := range s.Diagnoses {
		b.diagnosis(i, &s.Diagnoses[j], ids.Diagnoses[i][j])
	}
	for j := range s.Excess {
		b.excess(i, &s.Excess[j], ids.Excess[i][j])
	}
}

// notifications tell of what could not be checked or read.
func (b *sarifBuilder) notifications(i int) {
	s, list := &b.report.Sections[i], &b.run.Invocations[0].Notifications
	add := func(level, text, hint string) {
		if hint != "" {
			text += " (" + Clean(hint) + ")"
		}
		*list = append(*list, sarifNotification{level, sarifText{Text: b.labels[i].String() + ": " + text}, []sarifLocation{{Logical: logical(s)}}})
	}
	if s.Error != nil {
		add("error", notChecked(s)+": "+Clean(s.Error.Message), s.Error.Hint)
	} else if b.report.Gate.Unfinished(s) {
		add("error", "incomplete: "+unfinished(s), unfinishedHint(s))
	}
	for j := range s.Gaps {
		g := &s.Gaps[j]
		level := "note"
		if weighty(b.report, g) {
			level = "warning"
		}
		add(level, gapWord(g)+": "+gapText(g), g.Hint)
	}
}

// result adds a result whose level follows from whether it counts.
func (b *sarifBuilder) result(rule sarifRule, r sarifResult, id string, counts bool) {
	r.RuleIndex = b.rule(rule)
	r.RuleID = rule.ID
	if counts {
		r.Level = "error"
	}
	// GitHub compares results by primaryLocationLineHash alone (GitHub Docs,
	// "SARIF support for code scanning").
	r.Fingerprints = map[string]string{"remotionDoctor/v2": id, "primaryLocationLineHash": id}
	r.Properties["counts"] = counts
	b.run.Results = append(b.run.Results, r)
}

func (b *sarifBuilder) finding(i int, f *audit.Finding, id string) {
	s, name := &b.report.Sections[i], b.labels[i].String()
	text := Clean(f.Action) + " on " + Clean(f.Resource) + " is not granted to " + name + ": " + why(f)
	if f.Status == audit.Unknown {
		text = "whether " + Clean(f.Action) + " on " + Clean(f.Resource) + " is granted to " + name + " could not be decided: " + why(f)
	}
	out := sarifResult{
		Level: "note", Message: sarifText{Text: text}, Locations: []sarifLocation{b.location(s, decider(f))},
		Properties: map[string]any{"status": f.Status, "action": Clean(f.Action), "resource": Clean(f.Resource)},
	}
	if f.Layer != "" {
		out.Properties["layer"] = f.Layer
	}
	if f.Muted != nil {
		out.Level = "error"
		out.Suppressions = suppressed(f.Muted)
	}
	b.result(moduleRule(s, f.Module), out, id, b.report.Gate.Finding(f))
}

func suppressed(m *audit.Muted) []sarifSuppression {
	return []sarifSuppression{{"external", "accepted", mutedWords(m)}}
}

func (b *sarifBuilder) diagnosis(i int, d *audit.Diagnosis, id string) {
	s := &b.report.Sections[i]
	out := sarifResult{
		Level: sarifSeverity(d.Severity), Message: sarifText{Text: b.labels[i].String() + ": " + Clean(d.Message)},
		Locations:  []sarifLocation{b.location(s, d.Statement)},
		Properties: map[string]any{"severity": d.Severity},
	}
	if d.Hint != "" {
		out.Message.Text += " (" + Clean(d.Hint) + ")"
	}
	if d.Muted != nil {
		out.Suppressions = suppressed(d.Muted)
	}
	b.result(diagnosisRule(d), out, id, b.report.Gate.Diagnosis(d))
}

// sarifSeverity is the level of a severity, note for one of a newer release.
func sarifSeverity(s audit.Severity) string {
	if slices.Contains([]audit.Severity{audit.SeverityError, audit.SeverityWarning}, s) {
		return string(s)
	}
	return "note"
}

func (b *sarifBuilder) excess(i int, e *iam.Excess, id string) {
	s, rule := &b.report.Sections[i], excessRule(e)
	b.result(rule, sarifResult{
		Level:      rule.Default.Level,
		Message:    sarifText{Text: b.labels[i].String() + " is granted " + Clean(e.Action) + " on " + Clean(e.Resource) + ": " + Clean(e.Why)},
		Locations:  []sarifLocation{b.location(s, &e.Statement)},
		Properties: map[string]any{"action": Clean(e.Action), "resource": Clean(e.Resource)},
	}, id, b.report.Gate.Excess(e))
}

// rule returns the index of a rule, which is added at its first result.
func (b *sarifBuilder) rule(rule sarifRule) int {
	i, ok := b.index[rule.ID]
	if !ok {
		i = len(b.run.Tool.Driver.Rules)
		b.index[rule.ID] = i
		b.run.Tool.Driver.Rules = append(b.run.Tool.Driver.Rules, rule)
	}
	return i
}

// moduleRule is the rule of a module of a requirement.
func moduleRule(s *audit.Section, name string) sarifRule {
	m := module(s, name)
	requirement := s.Requirement.Name
	if s.Requirement.Version == "" {
		requirement = "custom"
	}
	why, breaks := Clean(m.Why), Clean(m.Breaks)
	text := strings.TrimSpace(why + " " + breaks)
	if text == "" {
		text = "The required grants of " + Clean(m.Title) + "."
	}
	out := newRule(Clean(requirement)+"/"+Clean(name), "error", Clean(m.Title), text)
	if why != "" || breaks != "" {
		out.Help.Markdown = strings.TrimSpace("**Why it is needed.** " + mdText(why) + "\n\n**Without it.** " + mdText(breaks))
	}
	return out
}

// diagnosisRule is the rule of a code and a severity: an error and a note of the
// same code weigh differently.
func diagnosisRule(d *audit.Diagnosis) sarifRule {
	level := sarifSeverity(d.Severity)
	id := "diagnosis/" + Clean(d.Code)
	if level != "error" {
		id = "diagnosis-" + level + "/" + Clean(d.Code)
	}
	name := strings.ReplaceAll(Clean(d.Code), "-", " ")
	return newRule(id, level, name, "A diagnosis of remotion-doctor about the target as a whole: "+name+". The message of each result says what was found and what to do.")
}

// excessRule is the rule of grants beyond the need.
func excessRule(e *iam.Excess) sarifRule {
	const text = "The principal is granted more than Remotion needs. Nothing breaks; whoever gets hold of the principal can do more."
	if e.Dangerous {
		return newRule("excess/dangerous", "warning", "Dangerous grant beyond the need", text)
	}
	return newRule("excess/grant", "note", "Granted beyond the need", text)
}

// securitySeverity is what GitHub shows as high, medium and low (GitHub Docs,
// "SARIF support for code scanning", security-severity: over 7.0 is high, over
// 4.0 medium).
var securitySeverity = map[string]string{"error": "7.5", "warning": "5.0", "note": "2.0"}

func newRule(id, level, name, text string) sarifRule {
	return sarifRule{
		ID: id, Name: ruleName(name), Short: sarifText{Text: name + "."}, Full: sarifText{Text: text},
		Help: sarifText{Text: text, Markdown: mdText(text)}, HelpURI: help, Default: sarifLevel{level},
		Properties: map[string]any{"tags": []string{"security", "iam", "aws", "remotion"}, "precision": "high", "security-severity": securitySeverity[level]},
	}
}

// ruleName is a name in the form that SARIF asks for: PascalCase, one word
// (SARIF 2.1.0, 3.49.7).
func ruleName(text string) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(text) {
		r := []rune(word)
		b.WriteString(strings.ToUpper(string(r[:1])) + string(r[1:]))
	}
	return b.String()
}
