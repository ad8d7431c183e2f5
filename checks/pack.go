package checks

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A Pack is what is known of one product: the policies that it documents, by
// release; what it does with them; the errors that its users meet. It is data,
// with [Hooks] for what data cannot say.
//
// A Pack needs Policies, the Files that hold them, and a Module for each
// statement; [Pack.Validate] reports what is missing. Everything else may be
// empty: the reports then say less. The zero Pack knows no policy;
// [FromDocument] makes requirements of it.
//
// A Pack is not changed once it is in use, so that goroutines may share it.
type Pack struct {
	// Name is the product's name, as a sentence says it.
	Name string
	// Service is the part of the product that needs the policies; Name where
	// empty.
	Service string
	// Newest is the newest release whose requirements are known; empty for a
	// product without releases.
	Newest string
	// Releases are further ones by which a range of releases can be resolved.
	Releases []string

	// Policies are the documented policies; those of one name and partition are
	// in order, oldest first.
	Policies []Policy
	// Files holds the documents of Policies.
	Files fs.FS
	// Modules describe the statements of the policies, in their order.
	Modules []Module
	// Operations are what the product does with each policy, by its name.
	Operations map[string][]Operation
	// Features are options of the product that change what it needs.
	Features []Feature
	// History is every change to the policies, oldest first.
	History []Change
	// Unused are documented actions that the product never uses.
	Unused []string
	// Undocumented is what the product does and no documented policy grants.
	Undocumented []Undocumented
	// Pains are errors that users report, by how often.
	Pains []Pain

	// Whose says whom each policy is for, in a sentence.
	Whose string

	// Trust and Bucket say why the trust policy of the role that the product runs
	// as, and the policy of a bucket of its, matter; both may be empty.
	Trust, Bucket Note

	// Sent are context keys whose values are certain for requests of the product.
	Sent []Sent
	// Shared are resources of other accounts that are open to everyone by their
	// own policies, which nobody but their owners can read.
	Shared []Shared

	Traces   Traces
	Samples  Samples
	Pages    Pages
	Commands Commands
	Hooks    Hooks

	made made
}

// A Sent is a context key with its value in the product's requests for an action
// on the resources of a pattern. Of other resources nobody knows the value.
type Sent struct {
	Action, Resource string // Resource is a pattern
	Entry            iam.ContextEntry
}

// SentWith returns the context keys that are certain for an action on a resource,
// or on all names of a pattern.
func (p *Pack) SentWith(action, resource string) iam.Context {
	return p.sent(action, func(s *Sent) bool { return policy.MatchResource(s.Resource, resource) })
}

// SentFor returns the context keys that are certain for what the product does
// itself, whatever the resource.
func (p *Pack) SentFor(action string) iam.Context {
	return p.sent(action, func(*Sent) bool { return true })
}

func (p *Pack) sent(action string, of func(*Sent) bool) iam.Context {
	var out iam.Context
	for i := range p.Sent {
		if s := &p.Sent[i]; strings.EqualFold(s.Action, action) && of(s) {
			out = append(out, s.Entry)
		}
	}
	return out
}

// A Shared is an action that the owners of some resources allow to everyone.
type Shared struct{ Action, Resource string } // Resource is a pattern

// Opens reports whether the owner of a resource, or of all names of a pattern, is
// known to allow an action on it to everyone.
func (p *Pack) Opens(action, resource string) bool {
	return slices.ContainsFunc(p.Shared, func(s Shared) bool {
		return strings.EqualFold(s.Action, action) && policy.MatchResource(s.Resource, resource)
	})
}

// A Policy is one documented policy, from the release that introduced it to the
// next one of its name and partition.
type Policy struct {
	Name string // caller
	// Partition is that of its ARNs; aws where empty.
	Partition string
	// Since is the first release with the policy; empty for a product without
	// releases.
	Since string
	// File is its name in [Pack.Files].
	File string
}

func (p *Policy) partition() string { return cmp.Or(p.Partition, "aws") }

// A Module is one check: a statement of a documented policy with what a user
// should know of it.
type Module struct {
	audit.Module
	// Policy is the name of the policy, Contains an action by which the
	// statement is recognized: Sids may change from release to release.
	Policy, Contains string
}

// A Note says why something matters and what breaks without it.
type Note struct{ Why, Breaks string }

// TrustModule is the module of the findings about the trust policy of the role
// that the product runs as.
func (p *Pack) TrustModule() audit.Module {
	return audit.Module{
		Name: TrustModule, Title: "Trust policy",
		Why:    cmp.Or(p.Trust.Why, "A service runs as a role only where the role's trust policy says so."),
		Breaks: cmp.Or(p.Trust.Breaks, "The service cannot assume the role."),
	}
}

// BucketModule is the module of the findings about one bucket's policy.
func (p *Pack) BucketModule(name string) audit.Module {
	return p.bucketsModule(bucketModule(name), "Policy of "+name)
}

// BucketsModule is the module of the findings about the policies of buckets that
// could not be listed.
func (p *Pack) BucketsModule() audit.Module {
	return p.bucketsModule(unreadBuckets, "Bucket policies")
}

func (p *Pack) bucketsModule(name, title string) audit.Module {
	return audit.Module{
		Name: name, Title: title,
		Why:    cmp.Or(p.Bucket.Why, "A bucket's own policy may deny what the role is granted."),
		Breaks: cmp.Or(p.Bucket.Breaks, "Requests to the bucket end in AccessDenied although the role is granted all of S3."),
	}
}

// Samples are names as the product makes them, so that readers recognize what
// was asked about.
type Samples struct {
	// Word represents a wildcard about which nothing is known; "sample" where empty.
	Word string
	// Keys are the keys of objects in the product's buckets, the slash before
	// them included; "/sample" where empty. OtherKeys are further ones, for a
	// bucket's own policy, which is asked about without an analysis.
	Keys, OtherKeys []string
}

func (s *Samples) word() string { return cmp.Or(s.Word, "sample") }

func (s *Samples) keys() []string {
	if len(s.Keys) == 0 {
		return []string{"/" + s.word()}
	}
	return s.Keys
}

// Pages are the product's pages that diagnoses refer to. Each may be empty.
type Pages struct {
	Permissions string // the documented policies
	Package     string // what is known of the code, with its release
	Roles       string // which policy belongs to whom
	Partitions  string // the partitions other than aws
}

// Commands word the commands that show a reader more. Where one is nil, hints
// leave it out.
type Commands struct {
	// Show prints a documented policy; of the newest release where it is empty.
	Show func(policy, release string) string
	// Diff explains what two releases differ by.
	Diff func(from, to string) string
}

// belongs begins the hint for a principal that has another one's policy.
func (c *Commands) belongs(policy string) string {
	if c.Show == nil {
		return ""
	}
	return "`" + c.Show(policy, "") + "` prints the policy that belongs here; "
}

// replace is the hint for a policy of an older release.
func (c *Commands) replace(has Release, release string) string {
	if c.Show == nil || c.Diff == nil {
		return ""
	}
	return "replace it by what `" + c.Show(has.Policy, release) + "` prints; `" + c.Diff(has.Since, release) + "` says why"
}

// newest is the hint for a copy of an older policy.
func (c *Commands) newest(has Release, release string) string {
	if c.Show == nil || c.Diff == nil {
		return ""
	}
	return "`" + c.Show(has.Policy, "") + "` prints the newest, `" + c.Diff(has.Since, release) + "` says why"
}

// withoutFacts returns the pack of a policy that is not the product's own: names
// are made as the product makes them, and what is certain of a single request is
// certain here, too. What the grants are for is not known.
func (p *Pack) withoutFacts() *Pack {
	return &Pack{Name: p.Name, Samples: p.Samples, Sent: p.Sent, Shared: p.Shared, Hooks: Hooks{Extents: p.Hooks.Extents, Narrow: p.Hooks.Narrow, Lint: p.Hooks.Lint}}
}

// PolicyNames returns the names of the documented policies, each once, in the
// order of Policies.
func (p *Pack) PolicyNames() []string {
	var out []string
	for i := range p.Policies {
		if name := p.Policies[i].Name; !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// Partitions returns the partitions that the documented policies are for, each
// once, in the order of Policies.
func (p *Pack) Partitions() []string {
	var out []string
	for i := range p.Policies {
		if name := p.Policies[i].partition(); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// service is how messages call what needs the policies.
func (p *Pack) service() string { return cmp.Or(p.Service, p.Name, "this product") }

// Traces are how an account shows that a product is used in it. The zero Traces
// shows nothing.
type Traces struct {
	// Functions is what the names of the product's own functions begin with.
	Functions string
	// Role is the name of the role that they run as, where nobody chose another.
	Role string
	// Invoke is the action by which its callers use them, on Function, a pattern
	// of ARNs of the partition aws.
	Invoke, Function string
	// Names are what the names of its own resources begin with, by which a policy
	// that concerns the product is known.
	Names []string
}
