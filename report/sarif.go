package report

import (
	"encoding/json"
	"io"
	"net/url"
	"path"
	"strings"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// sarifSchema is where the schema of SARIF 2.1.0 is published.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// help is what the rules refer to.
const help = "https://www.remotion.dev/docs/lambda/permissions"

type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
		Properties  map[string]any    `json:"properties,omitempty"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID         string         `json:"id"`
		Name       string         `json:"name"`
		Short      sarifText      `json:"shortDescription"`
		Full       sarifText      `json:"fullDescription"`
		Help       sarifText      `json:"help"`
		HelpURI    string         `json:"helpUri"`
		Default    sarifLevel     `json:"defaultConfiguration"`
		Properties map[string]any `json:"properties"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
		Properties   map[string]any     `json:"properties"`
	}
	sarifLocation struct {
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifLogical struct {
		Name string `json:"name"`
		Full string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification,omitempty"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		EndTimeUTC    string              `json:"endTimeUtc,omitempty"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
)

// SARIF writes the report as SARIF 2.1.0. A rule is a module of a requirement;
// a result is a finding that does not pass, a diagnosis, or an excess. Results point to the
// deciding statement or to the role that lacks one, in the template or policy
// file; where there is no file they point to iam/role/NAME, since code scanning
// drops results without a place. What is muted is suppressed.
func SARIF(w io.Writer, r *audit.Report) error {
	b := &sarifBuilder{index: map[string]int{}, run: sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "remotion-doctor", Version: Clean(r.Tool.Version),
			InformationURI: help, Rules: []sarifRule{},
		}},
		ColumnKind: "unicodeCodePoints", Results: []sarifResult{},
		Properties: map[string]any{"engine": r.Engine, "digest": r.Digest},
	}}
	invocation := sarifInvocation{Successful: true, EndTimeUTC: r.GeneratedAt.UTC().Format(time.RFC3339)}
	names := ids(r)
	for i := range r.Sections {
		s := &r.Sections[i]
		if s.Error != nil {
			invocation.Successful = false
			invocation.Notifications = append(invocation.Notifications, sarifNotification{"error", sarifText{Text: title(s) + ": " + Clean(s.Error.Message)}})
		}
		for j := range s.Findings {
			if s.Findings[j].Status != audit.Pass {
				b.finding(s, &s.Findings[j], names[i][j])
			}
		}
		for j := range s.Diagnoses {
			b.diagnosis(s, &s.Diagnoses[j])
		}
		for j := range s.Excess {
			b.excess(s, &s.Excess[j])
		}
	}
	b.run.Invocations = []sarifInvocation{invocation}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{b.run}})
}

type sarifBuilder struct {
	run   sarifRun
	index map[string]int // rules by ID
}

var levels = map[audit.Status]string{
	audit.Fail: "error", audit.Blocked: "error", audit.Partial: "error", audit.Unknown: "warning",
}

func (b *sarifBuilder) finding(s *audit.Section, f *audit.Finding, id string) {
	m := module(s, f.Module)
	requirement := s.Requirement.Name
	if s.Requirement.Version == "" {
		requirement = "custom"
	}
	rule := b.rule(Clean(requirement)+"/"+Clean(f.Module), "error", Clean(m.Title), Clean(m.Why), Clean(m.Breaks))
	text := Clean(f.Action) + " on " + Clean(f.Resource) + " is not granted to " + title(s) + ": " + why(f)
	if f.Status == audit.Unknown {
		text = "whether " + Clean(f.Action) + " on " + Clean(f.Resource) + " is granted to " + title(s) + " could not be decided: " + why(f)
	}
	result := sarifResult{
		RuleID: b.run.Tool.Driver.Rules[rule].ID, RuleIndex: rule, Level: levels[f.Status], Message: sarifText{Text: text},
		Locations:    []sarifLocation{location(s, decider(f))},
		Fingerprints: map[string]string{"remotionDoctor/v1": id},
		Properties:   map[string]any{"status": f.Status, "action": Clean(f.Action), "resource": Clean(f.Resource)},
	}
	if f.Layer != "" {
		result.Properties["layer"] = f.Layer
	}
	if f.Muted != nil {
		result.Suppressions = []sarifSuppression{{"external", "accepted", mutedWords(f.Muted)}}
	}
	b.run.Results = append(b.run.Results, result)
}

func (b *sarifBuilder) diagnosis(s *audit.Section, d *audit.Diagnosis) {
	id := "diagnosis/" + Clean(d.Code)
	rule := b.rule(id, string(d.Severity), strings.ReplaceAll(Clean(d.Code), "-", " "), Clean(d.Message), Clean(d.Hint))
	result := sarifResult{
		RuleID: id, RuleIndex: rule, Level: string(d.Severity), Message: sarifText{Text: title(s) + ": " + Clean(d.Message)},
		Locations:    []sarifLocation{location(s, d.Statement)},
		Fingerprints: map[string]string{"remotionDoctor/v1": diagnosisID(s, d)},
		Properties:   map[string]any{"severity": d.Severity},
	}
	if d.Muted != nil {
		result.Suppressions = []sarifSuppression{{"external", "accepted", mutedWords(d.Muted)}}
	}
	b.run.Results = append(b.run.Results, result)
}

func (b *sarifBuilder) excess(s *audit.Section, e *iam.Excess) {
	id, name, level := "excess/grant", "Granted beyond the need", "note"
	if e.Dangerous {
		id, name, level = "excess/dangerous", "Dangerous grant beyond the need", "warning"
	}
	rule := b.rule(id, level, name, "The principal is granted more than Remotion needs.", "Nothing breaks; whoever gets hold of the principal can do more.")
	b.run.Results = append(b.run.Results, sarifResult{
		RuleID: id, RuleIndex: rule, Level: level,
		Message:      sarifText{Text: title(s) + " is granted " + Clean(e.Action) + " on " + Clean(e.Resource) + ": " + Clean(e.Why)},
		Locations:    []sarifLocation{location(s, &e.Statement)},
		Fingerprints: map[string]string{"remotionDoctor/v1": excessID(s, e)},
		Properties:   map[string]any{"action": Clean(e.Action), "resource": Clean(e.Resource)},
	})
}

// rule returns the index of a rule, which is added at its first result.
func (b *sarifBuilder) rule(id, level, name, why, breaks string) int {
	if i, ok := b.index[id]; ok {
		return i
	}
	i := len(b.run.Tool.Driver.Rules)
	b.index[id] = i
	text := strings.TrimSpace(why + " " + breaks)
	if text == "" {
		text = name
	}
	b.run.Tool.Driver.Rules = append(b.run.Tool.Driver.Rules, sarifRule{
		ID: id, Name: name, Short: sarifText{Text: name}, Full: sarifText{Text: text},
		Help:    sarifText{Text: text, Markdown: "**Why it is needed.** " + mdText(why) + "\n\n**Without it.** " + mdText(breaks)},
		HelpURI: help, Default: sarifLevel{level},
		Properties: map[string]any{"tags": []string{"security", "iam", "aws", "remotion"}, "precision": "high"},
	})
	return i
}

// location is the place of a statement, else that of the principal.
func location(s *audit.Section, ref *iam.StatementRef) sarifLocation {
	out := sarifLocation{Logical: []sarifLogical{{Name: title(s), Full: Clean(s.Principal.ARN), Kind: "resource"}}}
	switch {
	case ref != nil && ref.File != "":
		out.Physical = &sarifPhysical{Artifact: sarifArtifact{fileURI(ref.File)}}
		if !ref.Start.IsZero() {
			out.Physical.Region = &sarifRegion{ref.Start.Line, ref.Start.Column, ref.End.Line, ref.End.Column}
		}
	case s.Location != nil:
		out.Physical = &sarifPhysical{Artifact: sarifArtifact{fileURI(s.Location.File)}}
		if s.Location.Line > 0 {
			out.Physical.Region = &sarifRegion{StartLine: s.Location.Line, StartColumn: s.Location.Column}
		}
	default:
		name := s.Principal.Type() + "/" + s.Principal.Name()
		if s.Principal.ARN == "" {
			name = string(s.Target.Kind) + "/" + s.Target.Name
		}
		out.Physical = &sarifPhysical{sarifArtifact{fileURI("iam/" + Clean(name))}, &sarifRegion{StartLine: 1}}
	}
	return out
}

// fileURI is a relative reference to a file of the repository, or a file: URL
// for an absolute path.
func fileURI(file string) string {
	file = path.Clean(strings.ReplaceAll(Clean(file), `\`, "/"))
	u := url.URL{Path: file}
	if strings.HasPrefix(file, "/") {
		u.Scheme = "file"
	}
	return u.String()
}
