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
	managed []Policy
	asked   Options
}

// A target is something in the file that acts as a role or user.
type target struct {
	kind  audit.TargetKind
	names []string // by which it may be called
	arn   string   // of the principal
	label string
	at    iam.Location
	// account and region are where the file binds it to; empty where nobody
	// said.
	account, region string
	// refused says why the principal's policies are not to be had.
	refused error
}

// A Found is the principal behind a target.
type Found struct {
	ARN      string
	Location iam.Location
	// Region is the one that the file deploys the target to; empty where it
	// does not say.
	Region string
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
	if chosen := d.chosen(hits); len(chosen) > 0 {
		hits = chosen
	} else if len(hits) > 0 {
		return Found{}, hits[0].elsewhere(d.asked)
	}
	switch {
	case len(hits) == 0:
		return Found{}, d.missing(t)
	case len(hits) > 1:
		var labels []string
		for _, h := range hits {
			labels = append(labels, h.label)
		}
		return Found{}, &NotFoundError{fmt.Sprintf("%s is the name of several: %s", t.Name, strings.Join(labels, ", ")), severalHint(labels)}
	}
	return Found{hits[0].arn, hits[0].at, hits[0].region}, hits[0].refused
}

// severalHint says how one of several of a name is chosen.
func severalHint(labels []string) string {
	sorted := slices.Clone(labels)
	slices.Sort(sorted)
	if len(slices.Compact(sorted)) < len(labels) {
		return "choose one with --account and --region"
	}
	return "name it as one of these"
}

// chosen keeps the targets in the account and region that were asked for.
func (d *Deployment) chosen(hits []*target) []*target {
	var out []*target
	for _, h := range hits {
		if agree(h.account, d.asked.AccountID) && agree(h.region, d.asked.Region) {
			out = append(out, h)
		}
	}
	return out
}

// agree reports whether two texts, of which each may not be known, can be the
// same.
func agree(a, b string) bool { return a == "" || b == "" || a == b }

// elsewhere is the error of a target that is deployed to another account or
// region than was asked for.
func (t *target) elsewhere(o Options) error {
	what, bound, asked := "account", t.account, o.AccountID
	if agree(bound, asked) {
		what, bound, asked = "region", t.region, o.Region
	}
	return &Error{t.at.File, t.at.Position, fmt.Sprintf("%s is deployed to the %s %s, not %s", t.label, what, bound, asked), "leave out --" + what + ", or name what is deployed there"}
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
	account  string
	region   string // of the stack; where it is bound to one
	gaps     []iam.Gap
	// generated says that the deploy makes the name.
	generated bool
	outsider  bool // the file only names it
}

// gap notes that something about the principal is not known.
func (p *principal) gap(g iam.Gap) {
	if !slices.ContainsFunc(p.gaps, func(have iam.Gap) bool { return have.Where == g.Where && have.What == g.What && have.Why == g.Why }) {
		p.gaps = append(p.gaps, g)
	}
}

// refuse keeps the first reason why a principal cannot be decided about.
func (p *principal) refuse(err error) {
	if p.refused == nil {
		p.refused = err
	}
}

// An assembly puts a deployment together.
type assembly struct {
	options    Options
	snapshot   *account.Snapshot
	principals []*principal
	index      map[string]*principal // by kind and ARN or name
	used       map[string]int        // how often a name was made unique
	policies   []account.ManagedPolicy
	managed    []Policy // those of the file
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

// gap notes a gap that may concern any principal.
func (a *assembly) gap(g iam.Gap) {
	s := a.snapshot
	if !slices.ContainsFunc(s.Unread, func(have iam.Gap) bool {
		return have.Where == g.Where && have.What == g.What && have.Why == g.Why
	}) {
		s.Unread = append(s.Unread, g)
	}
}

// principalARN returns the ARN of a principal of an account, which is the
// deployment's where it is not named.
func (a *assembly) principalARN(account, kind, path, name string) string {
	if !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/") {
		path = "/"
	}
	return "arn:" + a.options.partition() + ":iam::" + firstOf(account, a.options.account()) + ":" + kind + path + name
}

// add gives a principal of the file its ARN. Names are unique within an
// account, so that a second one of the same name (in another template, for
// another account) is told apart.
func (a *assembly) add(p *principal) *principal {
	p.account = firstOf(p.account, a.options.account())
	for name := p.name; a.find(p.kind, p.account, p.name) != nil; {
		n := max(a.used[p.kind+p.account+name], 1) + 1
		a.used[p.kind+p.account+name] = n
		p.name = fmt.Sprintf("%s-%d", name, n)
	}
	p.arn = a.principalARN(p.account, p.kind, p.path, p.name)
	a.enter(p)
	return p
}

// enter adds a principal that has its ARN.
func (a *assembly) enter(p *principal) {
	a.principals = append(a.principals, p)
	a.index[p.kind+p.arn] = p
	a.index[p.kind+p.account+"/"+strings.ToLower(p.name)] = p
}

// find returns a principal of an account by its name, or by an ARN, which names
// its account.
func (a *assembly) find(kind, account, nameOrARN string) *principal {
	if p := a.index[kind+nameOrARN]; p != nil {
		return p
	}
	name := nameOrARN
	if parsed, ok := policy.ParseARN(nameOrARN); ok {
		name, account = parsed.Name(), parsed.AccountID
	}
	return a.index[kind+firstOf(account, a.options.account())+"/"+strings.ToLower(name)]
}

// outside returns a principal that the file only names: nothing is known of
// its policies but what the file attaches.
func (a *assembly) outside(account, kind, nameOrARN, why string, at iam.Location) *principal {
	arn := nameOrARN
	parsed, ok := policy.ParseARN(nameOrARN)
	if !ok {
		arn = a.principalARN(account, kind, "/", strings.TrimPrefix(nameOrARN, "/"))
		parsed, _ = policy.ParseARN(arn)
	}
	if p := a.find(kind, parsed.AccountID, arn); p != nil {
		return p
	}
	p := &principal{kind: kind, name: parsed.Name(), arn: arn, path: "/", at: at, names: []string{nameOrARN, parsed.Name()}, label: nameOrARN, account: parsed.AccountID, outsider: true}
	p.inline = append(p.inline, a.unknownInline("not in the file", why, at))
	a.enter(p)
	return p
}

// unknownInline is an inline policy of which nothing is known.
func (a *assembly) unknownInline(name, why string, at iam.Location) account.InlinePolicy {
	place := account.Place{Start: at.Position, End: at.Position}
	return account.InlinePolicy{PolicyName: name, PolicyDocument: account.Document{
		Text: policy.UnknownDocument(why), Origin: &account.Origin{File: at.File, ID: iam.FilePolicy(at.File, why), Statements: []account.Place{place, place}},
	}}
}

// unknownManaged adds a managed policy of which nothing is known and returns
// its ARN.
func (a *assembly) unknownManaged(why string, at iam.Location) string {
	arn := a.principalARN("", "policy", "/", "not-known-"+fmt.Sprint(len(a.policies)+1))
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
	a.targets = append(a.targets, target{kind: kind, names: names, arn: p.arn, label: label, at: at, refused: p.refused, account: a.bound(p.account), region: p.region})
}

// bound is an account that is known.
func (a *assembly) bound(account string) string {
	if account == UnknownAccount || account == a.options.AccountID {
		return ""
	}
	return account
}

// refusal adds a target that cannot be decided about.
func (a *assembly) refusal(kind audit.TargetKind, label string, at iam.Location, err error, names ...string) {
	a.targets = append(a.targets, target{kind: kind, names: append(names, label), label: label, at: at, refused: err})
}

// deployment finishes the assembly.
func (a *assembly) deployment() *Deployment {
	d := &a.snapshot.AuthorizationDetails
	for _, p := range a.principals {
		a.place(d, p)
	}
	d.Policies = a.policies
	a.snapshot.AccountID = a.onlyAccount()
	slices.SortStableFunc(a.targets, func(x, y target) int { return cmp.Compare(x.label, y.label) })
	return &Deployment{Snapshot: a.snapshot, Notes: a.notes, targets: a.targets, managed: a.managed}
}

// onlyAccount is the account of the principals; empty where they are of
// several.
func (a *assembly) onlyAccount() string {
	only := ""
	for _, p := range a.principals {
		if p.outsider {
			continue
		}
		if only != "" && p.account != only {
			return ""
		}
		only = firstOf(p.account, only)
	}
	if a.options.AccountID != "" || only == "" {
		return a.options.account()
	}
	return only
}

func (a *assembly) place(d *account.AuthorizationDetails, p *principal) {
	at := p.at
	switch p.kind {
	case "role":
		d.Roles = append(d.Roles, account.Role{
			Path: p.path, RoleName: p.name, Arn: p.arn, Location: &at, AssumeRolePolicyDocument: p.trust,
			RolePolicyList: p.inline, AttachedManagedPolicies: p.attached, PermissionsBoundary: p.boundary, Gaps: p.gaps,
		})
		a.target(audit.TargetRole, p, p.label, p.at, append(p.names, p.arn)...)
	case "user":
		d.Users = append(d.Users, account.User{
			Path: p.path, UserName: p.name, Arn: p.arn, Location: &at, GroupList: p.groups,
			UserPolicyList: p.inline, AttachedManagedPolicies: p.attached, PermissionsBoundary: p.boundary, Gaps: p.gaps,
		})
		a.target(audit.TargetUser, p, p.label, p.at, append(p.names, p.arn)...)
	default:
		d.Groups = append(d.Groups, account.Group{
			Path: p.path, GroupName: p.name, Arn: p.arn, GroupPolicyList: p.inline, AttachedManagedPolicies: p.attached, Gaps: p.gaps,
		})
	}
}
