package iac

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

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
	tags     []account.Tag // nil where they are not known
	moreTags bool          // the deploy may add others
	// generated says that the deploy makes the name.
	generated bool
	outsider  bool // the file only names it
	declared  *account.Declaration
	// conditions are those under which it exists, where they are not known.
	conditions []string
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
// another account) is known apart.
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
func (a *assembly) outside(owner, kind, nameOrARN, why string, at iam.Location) *principal {
	arn := nameOrARN
	parsed, ok := policy.ParseARN(nameOrARN)
	if !ok {
		arn = a.principalARN(owner, kind, "/", strings.TrimPrefix(nameOrARN, "/"))
		parsed, _ = policy.ParseARN(arn)
	}
	if p := a.find(kind, parsed.AccountID, arn); p != nil {
		return p
	}
	p := &principal{kind: kind, name: parsed.Name(), arn: arn, path: "/", at: at, names: []string{nameOrARN, parsed.Name()}, label: nameOrARN, account: parsed.AccountID, outsider: true}
	p.declared = &account.Declaration{Location: at, Name: p.name, Label: nameOrARN, Closed: why}
	p.inline = append(p.inline, a.unknownInline("not in the file", why, at))
	a.enter(p)
	return p
}

// unknownInline is an inline policy about which nothing is known.
func (a *assembly) unknownInline(name, why string, at iam.Location) account.InlinePolicy {
	place := account.Place{Start: at.Position, End: at.Position}
	return account.InlinePolicy{PolicyName: name, PolicyDocument: account.Document{
		Text: policy.UnknownDocument(why), Origin: &account.Origin{File: at.File, ID: iam.FilePolicy(at.File, why), Statements: []account.Place{place, place}},
	}}
}

// unknownManaged adds a managed policy about which nothing is known and returns
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

func (a *assembly) place(d *account.AuthorizationDetails, p *principal) {
	at := p.at
	if p.declared != nil {
		p.declared.Generated = p.generated
	}
	switch p.kind {
	case "role":
		d.Roles = append(d.Roles, account.Role{
			Path: p.path, RoleName: p.name, Arn: p.arn, Location: &at, Declared: p.declared, AssumeRolePolicyDocument: p.trust,
			RolePolicyList: p.inline, AttachedManagedPolicies: p.attached, PermissionsBoundary: p.boundary, Gaps: p.gaps,
			Tags: p.tags, MoreTags: p.moreTags,
		})
		a.target(audit.TargetRole, p, p.label, p.at, append(p.names, p.arn)...)
	case "user":
		d.Users = append(d.Users, account.User{
			Path: p.path, UserName: p.name, Arn: p.arn, Location: &at, Declared: p.declared, GroupList: p.groups,
			UserPolicyList: p.inline, AttachedManagedPolicies: p.attached, PermissionsBoundary: p.boundary, Gaps: p.gaps,
			Tags: p.tags, MoreTags: p.moreTags,
		})
		a.target(audit.TargetUser, p, p.label, p.at, append(p.names, p.arn)...)
	default:
		d.Groups = append(d.Groups, account.Group{
			Path: p.path, GroupName: p.name, Arn: p.arn, GroupPolicyList: p.inline, AttachedManagedPolicies: p.attached, Gaps: p.gaps,
		})
	}
}
