package iac

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// A Deployment is the account as it will be after the deploy, as far as the
// file tells.
type Deployment struct {
	Snapshot *account.Snapshot
	// Region is what AWS::Region stood for, where the file is bound to one.
	Region string
	// Notes are sentences that the reader of a report should know.
	Notes []string

	targets []target
}

// A target is something in the file that acts as a role or user.
type target struct {
	kind  audit.TargetKind
	names []string // by which it may be called
	arn   string   // of the principal
	label string
	at    iam.Location
	// refused says why the principal's policies are not to be had.
	refused error
}

// A Found is the principal behind a target.
type Found struct {
	ARN      string
	Location iam.Location
}

// Resolve finds the principal that a target of the file acts as, by logical
// id, physical name, ARN, path of the CDK or address. The error is a
// [*NotFoundError], or an [*Error] where the file says what is not understood.
func (d *Deployment) Resolve(t audit.Target) (Found, error) {
	var hits []*target
	for i := range d.targets {
		if c := &d.targets[i]; c.kind == t.Kind && slices.Contains(c.names, t.Name) {
			hits = append(hits, c)
		}
	}
	hits = distinct(hits)
	switch {
	case len(hits) == 0:
		return Found{}, d.missing(t)
	case len(hits) > 1:
		var labels []string
		for _, h := range hits {
			labels = append(labels, h.label)
		}
		return Found{}, &NotFoundError{fmt.Sprintf("%s is the name of several: %s", t.Name, strings.Join(labels, ", ")), "name it as one of these"}
	}
	return Found{hits[0].arn, hits[0].at}, hits[0].refused
}

// distinct drops targets that lead to the same principal.
func distinct(hits []*target) []*target {
	var out []*target
	for _, h := range hits {
		if !slices.ContainsFunc(out, func(o *target) bool { return o.arn == h.arn }) {
			out = append(out, h)
		}
	}
	return out
}

// maxListed bounds the names that an error lists.
const maxListed = 12

func (d *Deployment) missing(t audit.Target) error {
	labels := d.Names(t.Kind)
	hint := "the file holds no " + t.Kind.Title()
	if len(labels) > 0 {
		hint = "it has " + strings.Join(labels[:min(len(labels), maxListed)], ", ")
		if len(labels) > maxListed {
			hint += ", …"
		}
	}
	return &NotFoundError{fmt.Sprintf("no %s %q", t.Kind.Title(), t.Name), hint}
}

// Names returns the names of the targets of a kind, sorted.
func (d *Deployment) Names(kind audit.TargetKind) []string {
	var out []string
	for i := range d.targets {
		if d.targets[i].kind == kind {
			out = append(out, d.targets[i].label)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A principal is a role, user or group while a deployment is put together.
type principal struct {
	kind     string // role, user, group
	name     string
	arn      string
	path     string
	at       iam.Location
	names    []string
	label    string
	trust    *account.Document
	inline   []account.InlinePolicy
	attached []account.AttachedPolicy
	boundary *account.AttachedBoundary
	groups   []string
	refused  error
}

// An assembly puts a deployment together.
type assembly struct {
	options    Options
	snapshot   *account.Snapshot
	principals []*principal
	index      map[string]*principal // by kind and ARN or name
	used       map[string]int        // how often a name was made unique
	policies   []account.ManagedPolicy
	targets    []target
	notes      []string
}

func newAssembly(o Options) *assembly {
	return &assembly{options: o, index: map[string]*principal{}, used: map[string]int{}, snapshot: &account.Snapshot{Version: 1, AccountID: o.account(), Partition: o.partition()}}
}

func (a *assembly) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(a.notes, text) {
		a.notes = append(a.notes, text)
	}
}

// principalARN returns the ARN of a principal of the deployment's account.
func (a *assembly) principalARN(kind, path, name string) string {
	if !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/") {
		path = "/"
	}
	return "arn:" + a.options.partition() + ":iam::" + a.options.account() + ":" + kind + path + name
}

// add gives a principal of the file its ARN. Names are unique within an
// account, so that a second one of the same name (in another template, for
// another account) is told apart.
func (a *assembly) add(p *principal) *principal {
	for name := p.name; a.find(p.kind, p.name) != nil; {
		n := max(a.used[p.kind+name], 1) + 1
		a.used[p.kind+name] = n
		p.name = fmt.Sprintf("%s-%d", name, n)
	}
	p.arn = a.principalARN(p.kind, p.path, p.name)
	a.enter(p)
	return p
}

// enter adds a principal that has its ARN.
func (a *assembly) enter(p *principal) {
	a.principals = append(a.principals, p)
	a.index[p.kind+p.arn] = p
	a.index[p.kind+strings.ToLower(p.name)] = p
}

// find returns a principal by name or ARN.
func (a *assembly) find(kind, nameOrARN string) *principal {
	if p := a.index[kind+nameOrARN]; p != nil {
		return p
	}
	return a.index[kind+strings.ToLower(nameOrARN)]
}

// outside returns a principal that the file only names: nothing is known of
// its policies but what the file attaches.
func (a *assembly) outside(kind, nameOrARN, why string, at iam.Location) *principal {
	arn := nameOrARN
	parsed, ok := policy.ParseARN(nameOrARN)
	if !ok {
		arn = a.principalARN(kind, "/", strings.TrimPrefix(nameOrARN, "/"))
		parsed, _ = policy.ParseARN(arn)
	}
	if p := a.find(kind, arn); p != nil {
		return p
	}
	if p := a.find(kind, parsed.Name()); p != nil && !ok {
		return p
	}
	p := &principal{kind: kind, name: parsed.Name(), arn: arn, path: "/", at: at, names: []string{nameOrARN, parsed.Name()}, label: nameOrARN}
	p.inline = append(p.inline, a.unknownInline("not in the file", why, at))
	a.enter(p)
	return p
}

// unknownInline is an inline policy of which nothing is known.
func (a *assembly) unknownInline(name, why string, at iam.Location) account.InlinePolicy {
	place := account.Place{Start: at.Position, End: at.Position}
	return account.InlinePolicy{PolicyName: name, PolicyDocument: account.Document{
		Text: policy.UnknownDocument(why), Origin: &account.Origin{File: at.File, Statements: []account.Place{place, place}},
	}}
}

// unknownManaged adds a managed policy of which nothing is known and returns
// its ARN.
func (a *assembly) unknownManaged(why string, at iam.Location) string {
	arn := a.principalARN("policy", "/", "not-known-"+fmt.Sprint(len(a.policies)+1))
	m := account.NewManagedPolicy(arn, a.unknownInline("", why, at).PolicyDocument)
	m.PolicyName = why
	a.policies = append(a.policies, m)
	return arn
}

func (p *principal) attach(arn string) {
	if !slices.ContainsFunc(p.attached, func(q account.AttachedPolicy) bool { return q.PolicyArn == arn }) {
		p.attached = append(p.attached, account.AttachedPolicy{PolicyName: arn[strings.LastIndexByte(arn, '/')+1:], PolicyArn: arn})
	}
}

// target adds something that acts as a principal.
func (a *assembly) target(kind audit.TargetKind, p *principal, label string, at iam.Location, names ...string) {
	names = append(names, label)
	names = slices.DeleteFunc(names, func(s string) bool { return s == "" })
	a.targets = append(a.targets, target{kind: kind, names: names, arn: p.arn, label: label, at: at, refused: p.refused})
}

// deployment finishes the assembly.
func (a *assembly) deployment() *Deployment {
	d := &a.snapshot.AuthorizationDetails
	for _, p := range a.principals {
		a.place(d, p)
	}
	d.Policies = a.policies
	slices.SortStableFunc(a.targets, func(x, y target) int { return cmp.Compare(x.label, y.label) })
	return &Deployment{Snapshot: a.snapshot, Notes: a.notes, targets: a.targets}
}

func (a *assembly) place(d *account.AuthorizationDetails, p *principal) {
	at := p.at
	switch p.kind {
	case "role":
		d.Roles = append(d.Roles, account.Role{
			Path: p.path, RoleName: p.name, Arn: p.arn, Location: &at, AssumeRolePolicyDocument: p.trust,
			RolePolicyList: p.inline, AttachedManagedPolicies: p.attached, PermissionsBoundary: p.boundary,
		})
		a.target(audit.TargetRole, p, p.label, p.at, append(p.names, p.arn)...)
	case "user":
		d.Users = append(d.Users, account.User{
			Path: p.path, UserName: p.name, Arn: p.arn, Location: &at, GroupList: p.groups,
			UserPolicyList: p.inline, AttachedManagedPolicies: p.attached, PermissionsBoundary: p.boundary,
		})
		a.target(audit.TargetUser, p, p.label, p.at, append(p.names, p.arn)...)
	default:
		d.Groups = append(d.Groups, account.Group{
			Path: p.path, GroupName: p.name, Arn: p.arn, GroupPolicyList: p.inline, AttachedManagedPolicies: p.attached,
		})
	}
}
