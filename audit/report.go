package audit

import (
	"fmt"
	"time"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// SchemaVersion is the version of the JSON form of a Report. Fields are added
// within a version, and neither renamed nor removed.
const SchemaVersion = "1"

// An Engine says what decided the probes. The zero Engine is not known.
type Engine string

// The engines.
const (
	EngineAWS   Engine = "aws"   // iam:SimulatePrincipalPolicy
	EngineLocal Engine = "local" // the offline evaluator
	EngineBoth  Engine = "both"
)

// A Report is the outcome of one run.
type Report struct {
	SchemaVersion string    `json:"schemaVersion"` // the version of this form
	Tool          Tool      `json:"tool"`          // the program that made the report
	GeneratedAt   time.Time `json:"generatedAt"`   // when the run ended
	Engine        Engine    `json:"engine"`        // what decided the probes
	// OK says that every section was checked in full and that nothing counts
	// against it by the rules of Gate, as [Report.Verdict] has it.
	OK       bool      `json:"ok"`
	Sections []Section `json:"sections"` // one for each target and requirement

	// Accounts are those that were to be audited, in the order of their ids;
	// none where single targets were named.
	Accounts []Account `json:"accounts,omitzero"`
	// Causes are what principals of Accounts fail for, ranked.
	Causes []Ranked `json:"causes,omitzero"`
	// Since is what changed since an earlier audit; nil where none was named.
	Since *Since `json:"since,omitzero"`

	// Gate says what counts against the run.
	Gate Gate `json:"gate,omitzero"`
	// Directory is the working directory as seen from the root of the
	// repository, which paths in the report are relative to; empty where they
	// are the same or there is no repository.
	Directory string `json:"directory,omitzero"`

	// Caller is the ARN of the credentials that asked AWS.
	Caller string `json:"caller,omitzero"`
	// Redacted says that account ids and names are placeholders.
	Redacted bool `json:"redacted,omitzero"`
	// Merged are the reports that the sections come from, where they come from
	// several.
	Merged []Source `json:"merged,omitzero"`
	// Notes are sentences about the whole run, such as a waiver that expired.
	Notes []string `json:"notes,omitzero"`
	// Digest is the SHA-256 of the report's JSON without this field, in the
	// canonical form of RFC 8785.
	Digest string `json:"digest,omitzero"`
}

// A Tool names the program that made a report.
type Tool struct {
	Name    string `json:"name"`    // remotion-doctor
	Version string `json:"version"` // its release
}

// A Section is the outcome for one target and one requirement.
type Section struct {
	// ID is the same in every report that has the section; empty in reports from
	// before there were any.
	ID          string        `json:"id,omitzero"`
	Target      Target        `json:"target"`      // what the user named
	Principal   iam.Principal `json:"principal"`   // the role or user behind the target
	Requirement Requirement   `json:"requirement"` // the policy that the principal must be granted
	Regions     []string      `json:"regions"`     // those that were checked
	Modules     []Module      `json:"modules"`     // the modules of the requirement
	Findings    []Finding     `json:"findings"`    // one for each required action and resource pattern
	Operations  []Operation   `json:"operations"`  // what becomes of each operation of Remotion
	// Remediation is the policy that grants what a grant can cure; nil where
	// there is nothing to cure.
	Remediation *policy.Document `json:"remediation"`
	// Obstacles are what no grant cures.
	Obstacles []Obstacle `json:"obstacles"`
	// Verified says that with the remediation attached every finding that it
	// is meant to cure was evaluated again and passed.
	Verified bool    `json:"verified"`
	Summary  Summary `json:"summary"` // how many findings have each status
	// Engine is what answered, where that is not the report's engine: of two
	// that were asked one may have nothing to answer from.
	Engine Engine `json:"engine,omitzero"`
	// Coverage says whether the granted part of each pattern was proven from the
	// principal's policies or only sampled; empty where nothing was judged.
	Coverage Coverage `json:"coverage,omitzero"`
	// Excess is what the principal may do beyond the requirement; nil where it
	// was not asked for, or is not known.
	Excess []iam.Excess `json:"excess,omitzero"`
	// ExcessGap is why Excess is not known, or not known in full: no excess that
	// is listed does not mean then that there is none.
	ExcessGap *iam.Gap `json:"excessGap,omitzero"`
	// Found are the reasons for which an audit of the account found the principal,
	// a phrase each; none where the target was named.
	Found []string `json:"found,omitzero"`
	// Location is where the principal is in a template or plan; nil where it
	// does not come from a file.
	Location *iam.Location `json:"location,omitzero"`
	// Policies are the policies that decided, where they are known.
	Policies []PolicyRecord `json:"policies,omitzero"`
	// Contexts and Verdicts hold what the evidence of Findings refers to by
	// place, from 0: of many probes the context and the verdict are the same, and
	// are written once. They are of the written form only: package report fills
	// them in when it writes, and gives each Evidence its own when it reads.
	Contexts []iam.Context `json:"contexts,omitzero"`
	Verdicts []iam.Verdict `json:"verdicts,omitzero"` // see Contexts
	// ModulesOf is the place of an earlier section, from 0, with the same Modules,
	// which are empty then. It belongs to the written form only, in reports of many
	// sections.
	ModulesOf *int `json:"modulesOf,omitzero"`
	// Source is the digest of the report that the section was merged from.
	Source string `json:"source,omitzero"`
	// Usage is what the evaluation cost.
	Usage Usage `json:"usage"`
	// Diagnoses are what is wrong, or worth knowing, beyond single grants. One
	// of severity error counts as a requirement that is not met.
	Diagnoses []Diagnosis `json:"diagnoses,omitzero"`
	// Notes are sentences that the reader should know and that are no finding.
	Notes []string `json:"notes,omitzero"`
	// Next are the commands that lead on: to the cure, else to the reason.
	Next []Command `json:"next,omitzero"`
	// Alone is what works in full where something else does not; nil where all
	// or nothing works.
	Alone *Alone `json:"alone,omitzero"`
	// Gaps are what could not be read or understood, and what the verdict
	// assumes.
	Gaps []iam.Gap `json:"gaps,omitzero"`
	// Incomplete says that something failed for a passing reason, or that the
	// run was interrupted: the section's findings do not say all.
	Incomplete bool `json:"incomplete,omitzero"`
	// Error says why the target could not be audited; the section then has no
	// findings.
	Error *Problem `json:"error,omitzero"`
}

// An Alone is operations that are granted in full, by themselves.
type Alone struct {
	Operations []string `json:"operations"` // their names
	Granted    int      `json:"granted"`    // the grants of these operations that pass
	Total      int      `json:"total"`      // the grants that these operations need
}

// A Coverage says how it is known what of a pattern is granted. The zero
// Coverage is not known.
type Coverage string

// The ways of knowing.
const (
	// CoverageProven: decided for every ARN of each pattern, from the policies.
	CoverageProven Coverage = "proven"
	// CoverageSampled: decided for samples, since the policies were not read.
	CoverageSampled Coverage = "sampled"
)

// A Problem is an error as the user reads it.
type Problem struct {
	// Kind sorts what went wrong, as package source does: denied, throttled,
	// input, ….
	Kind    string `json:"kind,omitzero"`
	Message string `json:"message"`       // what went wrong
	Hint    string `json:"hint,omitzero"` // what to do
	// ExitCode is the one that the program ends with for this error alone: 2 for
	// input that cannot be read or understood, else 3.
	ExitCode int `json:"exitCode"`
}

// NewProblem returns the problem for an error of a kind. Besides the kinds of
// package source there is "refused", for what was not done for the state that
// things are in: exit code 1.
func NewProblem(kind, message, hint string) Problem {
	code := 3
	switch kind {
	case "input":
		code = 2
	case "refused":
		code = 1
	}
	return Problem{Kind: kind, Message: message, Hint: hint, ExitCode: code}
}

// Invalid returns the [*Problem] about an input that is not understood: what is wrong
// with it, with its place, and in the hint what to do.
func Invalid(hint, format string, args ...any) error {
	p := NewProblem("input", fmt.Sprintf(format, args...), hint)
	return &p
}

func (p *Problem) Error() string { return p.Message }

// A Requirement is a policy that a principal must be granted in full.
type Requirement struct {
	Name    string `json:"name"`                     // caller, renderer or a file's name
	Version string `json:"remotionVersion,omitzero"` // the release of Remotion; empty for a policy of the user
	// VersionFrom says where the version was found, such as
	// package-lock.json; empty where it was given or is the newest known.
	VersionFrom string `json:"remotionVersionFrom,omitzero"`
	// Digest is the SHA-256 of the policy document as minified JSON.
	Digest string `json:"digest"`
}

// A Module is one check module: the required statement that its findings are
// about, why Remotion needs it and what breaks without it.
type Module struct {
	Name   string `json:"name"`            // storage
	Title  string `json:"title"`           // Storage
	Sid    string `json:"sid,omitzero"`    // the Sid of the statement in the documented policy
	Why    string `json:"why,omitzero"`    // why Remotion needs the grants
	Breaks string `json:"breaks,omitzero"` // what fails without them
}

// A Status is the outcome of one required grant.
type Status string

// The statuses; all but Pass count as not met, the zero Status too. See ARCHITECTURE.md, "How a
// requirement is judged".
const (
	Pass    Status = "pass"
	Partial Status = "partial"
	Fail    Status = "fail"
	Blocked Status = "blocked"
	Unknown Status = "unknown"
)

// A Scope says how much of a requirement passed.
type Scope string

// The scopes of a pass.
const (
	ScopeDocumented Scope = "documented" // the whole documented pattern
	ScopeEffective  Scope = "effective"  // all that Remotion touches in this account
)

// A Finding is the outcome for one action on one required resource pattern.
type Finding struct {
	// ID is the same in every report that has the finding; empty in reports from
	// before there were any.
	ID       string `json:"id,omitzero"`
	Module   string `json:"module"`         // the name of its module
	Sid      string `json:"sid,omitzero"`   // the Sid of the required statement
	Action   string `json:"action"`         // the required action
	Resource string `json:"resource"`       // the pattern as required
	Status   Status `json:"status"`         // the outcome
	Scope    Scope  `json:"scope,omitzero"` // how much of the requirement passed; empty where it did not

	// Effective are the patterns that Remotion uses of Resource in this account
	// and these regions, by which the finding was judged.
	Effective []string `json:"effective,omitzero"`

	// Granted and NotGranted are resources of the required pattern that are
	// and are not granted, where such were found.
	Granted    string `json:"granted,omitzero"`
	NotGranted string `json:"notGranted,omitzero"` // see Granted
	// Layer is the one that stops the resource in NotGranted.
	Layer iam.Layer `json:"layer,omitzero"`

	// Gap is what was not read and could change the verdict of a finding that is
	// unknown for that reason.
	Gap *iam.Gap `json:"gap,omitzero"`

	Reason     string             `json:"reason"`     // the outcome in a sentence
	Statements []iam.StatementRef `json:"statements"` // the statements that decided
	// StatementsOf is the place of an earlier finding of the section, from 0, with the
	// same Statements, which are empty then. It belongs to the written form only, in
	// reports of many sections.
	StatementsOf   *int     `json:"statementsOf,omitzero"`
	MissingContext []string `json:"missingContext"` // condition keys that were not given and could matter
	// Evidence is everything that was asked for this finding.
	Evidence []Evidence `json:"evidence"`
	// EvidenceOf is the place of an earlier finding with the same Evidence and
	// Effective, which are empty then; the references of the evidence are to the
	// lists of the section that this finding is in. It belongs to the written form only,
	// in reports of many sections.
	EvidenceOf *Place `json:"evidenceOf,omitzero"`
	// Use says whether the product uses the grant: unused ones are documented, are
	// never called, and do not count against the run. Empty where it is used, or
	// where every documented grant is required.
	Use Use `json:"use,omitzero"`
	// Muted says why the finding does not count against the run; nil where it
	// does.
	Muted *Muted `json:"muted,omitzero"`
}

// A Place is that of a finding in a report.
type Place struct {
	Section int `json:"section"` // from 0
	Finding int `json:"finding"` // in the section, from 0
}

// A Use says what becomes of a grant.
type Use string

// UseUnused says that no release of the product calls the action any more.
const UseUnused Use = "unused"

// An Evidence is one probe of a finding and its answer.
type Evidence struct {
	// Engine is the one that answered, where several were asked.
	Engine   Engine      `json:"engine,omitzero"`
	Resource string      `json:"resource"`         // the resource of the request
	Region   string      `json:"region,omitzero"`  // the Region of the request
	Context  iam.Context `json:"context,omitzero"` // the context of the request; in the written form ContextRef represents it
	// Documented marks the probe of the documented pattern itself.
	Documented bool `json:"documented,omitzero"`
	// Verdict is the answer, which other evidence may share: it is not to be
	// changed. In the written form VerdictRef represents it.
	Verdict *iam.Verdict `json:"verdict,omitzero"`

	// ContextRef and VerdictRef are the places of Context and Verdict among the
	// section's Contexts and Verdicts. They are of the written form only. Reports
	// from before there were any have Context and Verdict here.
	ContextRef *int `json:"contextRef,omitzero"`
	VerdictRef *int `json:"verdictRef,omitzero"` // see ContextRef
}

// An Obstacle is what stops a required grant and is not cured by granting.
type Obstacle struct {
	Actions    []string           `json:"actions"`        // the actions that it stops
	Resource   string             `json:"resource"`       // the resource that it stops them on
	Layer      iam.Layer          `json:"layer,omitzero"` // the layer that stops them
	Statements []iam.StatementRef `json:"statements"`     // the statements that stop them
	Reason     string             `json:"reason"`         // what stops them, in a sentence
	Advice     string             `json:"advice"`         // what to do
	// Owner is who can change it.
	Owner string `json:"owner,omitzero"`
	// Change is the smallest change that would lift it; nil where it is not
	// known.
	Change *PolicyChange `json:"change,omitzero"`
}

// A PolicyChange is a change of one statement of a policy.
type PolicyChange struct {
	Kind     string       `json:"kind"`              // add, narrow, except or remove
	Policy   string       `json:"policy,omitzero"`   // the display name of the policy
	PolicyID iam.PolicyID `json:"policyId,omitzero"` // which policy it is
	Sid      string       `json:"sid,omitzero"`      // the Sid of the statement
	Index    int          `json:"index"`             // of the statement, from 0; -1 for one to add
	Text     string       `json:"text"`              // the change in a sentence
	// Statement is a policy with the statement as it would be.
	Statement *policy.Document `json:"statement,omitzero"`
	// Verified says that with it the layer was evaluated again, and stops
	// nothing of the obstacle any more.
	Verified bool `json:"verified"`
}

// A Summary counts findings by status.
type Summary struct {
	Pass    int `json:"pass"`    // granted
	Partial int `json:"partial"` // granted in part
	Fail    int `json:"fail"`    // not granted
	Blocked int `json:"blocked"` // stopped by a Deny, a boundary or an organization policy
	Unknown int `json:"unknown"` // not decided
	// Muted counts those of the findings above that do not pass and are muted.
	Muted int `json:"muted,omitzero"`
	// Unused counts those of the findings above that do not pass and are never
	// used.
	Unused int `json:"unused,omitzero"`
}

// Total returns the number of findings.
func (s Summary) Total() int { return s.Pass + s.Partial + s.Fail + s.Blocked + s.Unknown }

// Met returns the number of findings that pass or need not.
func (s Summary) Met() int { return s.Pass + s.Unused }

// Summarize counts findings.
func Summarize(findings []Finding) Summary {
	var s Summary
	for i := range findings {
		switch findings[i].Status {
		case Pass:
			s.Pass++
		case Partial:
			s.Partial++
		case Fail:
			s.Fail++
		case Blocked:
			s.Blocked++
		default:
			s.Unknown++
		}
		if findings[i].Muted != nil {
			s.Muted++
		}
		if findings[i].Use == UseUnused && findings[i].Status != Pass {
			s.Unused++
		}
	}
	return s
}

// A Usage is what an evaluation cost.
type Usage struct {
	Calls  int `json:"calls"`  // API calls that evaluated probes
	Probes int `json:"probes"` // probes that they answered
}
