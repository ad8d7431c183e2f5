package fleet

import (
	"context"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/source"
)

// A Found is a principal that uses or runs the product.
type Found struct {
	Target audit.Target
	ARN    string
	// Requirement is the policy that it needs: caller or renderer.
	Requirement string
	// Why are the reasons for which it was found, a phrase each: "may invoke
	// remotion-render-x", "used by function video-api".
	Why []string
	// Administrator says that its own policies allow every action on every
	// resource. Nothing follows from it: a boundary or an organization's policy
	// may still stop it.
	Administrator bool
}

// An Account is one account that principals are looked for in.
type Account struct {
	Snapshot *account.Snapshot
	// Source answers from the same snapshot.
	Source source.Source
	// Asked are the flags by which a follow-up command finds the same facts.
	Asked []audit.Flag
	// Pack is what is known of the product; nil for Remotion's.
	Pack *checks.Pack
}

// Find returns the principals of an account that use or run the product, callers
// before renderers, each in the order of the ARNs.
//
// Renderers are the roles of the product's own functions. Callers are the roles
// and users that may invoke these functions, where something runs as the role (a
// function, an instance, a task, a pod, a workflow), and, since the caller that
// lacks a grant is the one to find, also those with a policy that names the
// product's resources or resembles one of its released policies. Of service-linked
// roles nobody can change a policy: they are left out.
//
// The error is that of the context, or of a source that does not answer.
func Find(ctx context.Context, a Account) ([]Found, error) {
	f := newFinder(withPack(a))
	var out []Found
	for _, c := range f.candidates() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found, ok, err := f.caller(ctx, c)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, found)
		}
	}
	return append(out, f.renderers()...), nil
}

func withPack(a Account) Account {
	if a.Pack == nil {
		a.Pack = remotion.Pack()
	}
	return a
}

// A finder is what does not change from principal to principal of an account.
type finder struct {
	Account
	functions []account.Function  // the product's own
	renders   map[string][]string // why a role, by its ARN, is a renderer
	hosts     map[string][]string
	variables map[string][]string // of the functions that run as a role, by its ARN
	marks     *marks
}

func newFinder(a Account) *finder {
	f := &finder{Account: a, hosts: hostsOf(a.Snapshot, a.Pack), marks: newMarks(a.Pack), renders: map[string][]string{}, variables: map[string][]string{}}
	for _, fn := range a.Snapshot.Functions {
		if own(a.Pack, fn) {
			f.functions = append(f.functions, fn)
			f.renders[fn.Role] = append(f.renders[fn.Role], "runs "+fn.FunctionName)
			continue
		}
		if r, err := a.Snapshot.Role(fn.Role); err == nil && len(fn.Variables) > 0 {
			f.variables[r.Arn] = append(f.variables[r.Arn], "function "+fn.FunctionName+" has "+fn.Variables[0])
		}
	}
	if r, err := a.Snapshot.Role(a.Pack.Traces.Role); err == nil && len(f.renders[r.Arn]) == 0 {
		f.renders[r.Arn] = []string{"has the name of the role that the functions run as"}
	}
	return f
}

func own(p *checks.Pack, f account.Function) bool {
	return p.Traces.Functions != "" && strings.HasPrefix(f.FunctionName, p.Traces.Functions)
}

// A candidate is a role or user that may turn out to be a caller.
type candidate struct {
	target audit.Target
	arn    string
	user   bool
}

// linkedPath is the path of service-linked roles.
// Source: IAM User Guide, "Create a service-linked role".
const linkedPath = "/aws-service-role/"

func (f *finder) candidates() []candidate {
	var out []candidate
	d := &f.Snapshot.AuthorizationDetails
	for i := range d.Roles {
		if r := &d.Roles[i]; !strings.HasPrefix(r.Path, linkedPath) {
			out = append(out, candidate{target: audit.Target{Kind: audit.TargetRole, Name: r.RoleName}, arn: r.Arn})
		}
	}
	for i := range d.Users {
		u := &d.Users[i]
		out = append(out, candidate{target: audit.Target{Kind: audit.TargetUser, Name: u.UserName}, arn: u.Arn, user: true})
	}
	slices.SortFunc(out, func(a, b candidate) int { return strings.Compare(a.arn, b.arn) })
	return out
}

// caller reports whether a candidate is a caller, and why.
func (f *finder) caller(ctx context.Context, c candidate) (Found, bool, error) {
	if !f.callsToo(c.arn) {
		return Found{}, false, nil
	}
	p, err := iam.NewPrincipal(c.arn)
	if err != nil {
		return Found{}, false, err
	}
	policies, err := f.Source.Policies(ctx, p)
	if err != nil {
		// Not known is not "no": the audit says what could not be read.
		return Found{Target: c.target, ARN: c.arn, Requirement: remotion.Caller, Why: []string{"its policies could not be read"}}, true, nil
	}
	out := Found{Target: c.target, ARN: c.arn, Requirement: remotion.Caller, Administrator: administrator(policies)}
	out.Why = f.marks.of(policies)
	out.Why = append(out.Why, f.variables[c.arn]...)
	if hosts := f.hosts[c.arn]; c.user || len(hosts) > 0 {
		invokes, err := f.invokes(ctx, p, policies)
		if err != nil {
			return Found{}, false, err
		}
		if invokes != "" {
			out.Why = append(append(out.Why, invokes), hosts...)
		}
	}
	return out, len(out.Why) > 0, nil
}

// renderers are the roles that the product's own functions run as, each once.
func (f *finder) renderers() []Found {
	var out []Found
	for role, why := range f.renders {
		slices.Sort(why)
		out = append(out, Found{
			Target: audit.Target{Kind: audit.TargetRenderer, Name: role}, ARN: role,
			Requirement: remotion.Renderer, Why: slices.Compact(why),
		})
	}
	slices.SortFunc(out, func(a, b Found) int { return strings.Compare(a.ARN, b.ARN) })
	return out
}

// callsToo reports whether something besides the product's own functions runs as
// a role: a renderer has a policy that names the product's resources, and need
// not be a caller for that.
func (f *finder) callsToo(arn string) bool {
	return len(f.renders[arn]) == 0 || slices.ContainsFunc(f.hosts[arn], func(h string) bool { return strings.HasPrefix(h, usedBy) })
}

// administrator reports whether some policy allows everything without a
// condition.
func administrator(p eval.Policies) bool {
	for _, policy := range p.Identity {
		for i := range policy.Document.Statements {
			if allowsAll(&policy.Document.Statements[i]) {
				return true
			}
		}
	}
	return false
}
