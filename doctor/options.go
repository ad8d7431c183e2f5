package doctor

import (
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// Options say what is audited, against what, and by whom it is decided. Source
// and Targets are required; the zero value of everything else is the default.
type Options struct {
	Source  source.Source
	Targets []Target

	// Engine is EngineBoth to compare the simulator's answers with the offline
	// evaluator's. Empty, it is the engine of the Source.
	Engine audit.Engine
	// RequireProof makes a pass need proven coverage: an assumption, or policies
	// that may not be read, make the finding unknown.
	RequireProof bool
	// IgnoreOrganization decides as if the organization's policies allowed
	// everything, where the policy simulator says that they block.
	IgnoreOrganization bool
	// Excess looks for what is granted beyond the need.
	Excess bool

	// Pack is what is known of the product; nil for Remotion's.
	Pack *checks.Pack
	// Release is the release of Remotion; the zero Release is the newest known.
	Release Release
	// Regions are those that Remotion is used in; empty for that of the target,
	// else that of the Source.
	Regions []string
	// Region and Account are where a file is taken to be deployed that is bound to
	// none, where nobody says; empty where that stays open.
	Region, Account string
	// Operations narrow the requirement to what these need; empty for all.
	Operations []string
	// Deployment says which of Remotion's features are in use.
	Deployment checks.Deployment
	// Documents are required policies of the user's own, by the name that
	// Target.Requirements has for them.
	Documents map[string]*policy.Document
	// Context are condition keys of the requests that the user knows.
	Context iam.Context
	// Strict requires the documented pattern, not only what Remotion uses of it.
	Strict bool
	// Bucket and Function are the names in use, where they are known.
	Bucket, Function string
	// ServiceAccount is NAMESPACE/NAME of the pods that assume the role by web
	// identity; empty for none.
	ServiceAccount string
	// Host is the environment that Remotion runs in, where that is this one; nil
	// elsewhere.
	Host *Host

	// SkipMissing leaves out targets that no deployment holds; Skipped says which
	// [Options.Deploy] left out.
	SkipMissing bool
	Skipped     []string

	// Asked is what follow-up commands repeat.
	Asked audit.Asked
	// Tool is written into the report.
	Tool audit.Tool
	// Now is the clock; nil for the system's.
	Now func() time.Time
	// Progress is called before each section, with its place in the run.
	Progress func(done, total int, t audit.Target)
}

// A Target is what is audited, and against which requirements: caller,
// renderer, or a name in Options.Documents.
type Target struct {
	audit.Target
	Requirements []string
	// Source and Regions are the target's own; empty for those of the Options.
	Source  source.Source
	Regions []string
}

// ActAs makes the principal with an ARN the target, in place of the caller.
func (o *Options) ActAs(arn string) error {
	if _, err := iam.NewPrincipal(arn); err != nil {
		return invalid("it looks like arn:aws:iam::123456789012:role/name, or lambda.amazonaws.com", "%v", err)
	}
	for i := range o.Targets {
		if o.Targets[i].Kind != audit.TargetCaller {
			return invalid("leave one of them out", "--principal and a target exclude each other")
		}
		o.Targets[i].Target = audit.Target{Kind: audit.TargetFile, Name: arn}
	}
	return nil
}

// A Release is a release of Remotion and how it is known.
type Release struct {
	Version string // 4.0.527; empty for the newest known
	From    string // the file that says so; empty where the user does
	Notes   []string
}

func (o *Options) now() time.Time {
	if o.Now == nil {
		return time.Now()
	}
	return o.Now()
}

func (o *Options) pack() *checks.Pack {
	if o.Pack == nil {
		return remotion.Pack()
	}
	return o.Pack
}
