package eval

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	requests "remotion-doctor/iam/request"
)

// Policies returns everything in the snapshot that decides what a principal may
// do. A root, a service and an identity provider have no policies of their own.
func (e *Engine) Policies(arn string) (Policies, error) {
	b := builder{engine: e}
	p, err := iam.NewPrincipal(arn)
	if err != nil {
		return Policies{}, err
	}
	b.out.SessionName = p.Session
	b.out.Resources, b.out.Lookup = e.resources(), e.trustPolicy
	// Names are unique within an account; the path is not checked (recorded
	// cases prin-*-wrong-path).
	b.account = p.AccountID
	switch p.Type() {
	case "role":
		b.role(p.Name())
	case "user":
		b.user(p.Name())
	case "group":
		b.group(p.Name())
	case "federated-user":
		return Policies{}, fmt.Errorf("%q: the policies of a federated user are those of the user who asked for the session; ask about that user", arn)
	}
	b.out.Gaps = append(b.out.Gaps, e.snapshot.Open...)
	if b.err == nil {
		b.organization()
	}
	return b.out, b.err
}

// organization adds the organization's policies: those about principals to the
// ones of the snapshot's account.
func (b *builder) organization() {
	o, own := b.engine.snapshot.Organization, b.engine.ownAccount()
	if o == nil {
		return
	}
	b.out.Facts.Organization.Management = o.ManagementAccountID
	b.out.RCPs, b.out.RCPAccount = b.levels(iam.LayerRCP, o.ResourceControlPolicies), own
	if own == "" || b.account == own {
		b.out.Facts.Organization.ID = o.ID
		b.out.SCPs = b.levels(iam.LayerSCP, o.ServiceControlPolicies)
	}
}

// Stranger returns what the snapshot says about the requests of a principal of
// another account: the policies of resources. Its own are a gap.
func (e *Engine) Stranger(p iam.Principal) (Policies, error) {
	b := builder{engine: e, account: p.AccountID}
	b.out = Policies{SessionName: p.Session, Resources: e.resources(), Lookup: e.trustPolicy}
	b.out.Gaps = append(slices.Clone(e.snapshot.Open), iam.Gap{
		Where: p.ARN, What: "what the policies of " + p.ARN + " allow", Why: "it is in another account than the snapshot", Affects: iam.MayBoth, Layer: iam.LayerIdentity,
		Hint: "give both sides as files, with --policy and --resource-policy",
	}, iam.Gap{
		What: iam.LayerSCP.Title(), Layer: iam.LayerSCP, Affects: iam.MayDeny, Kind: iam.GapAssumption, Why: "those of account " + p.AccountID + " are not in the snapshot",
	})
	b.organization()
	return b.out, b.err
}

// Abroad reports whether a principal belongs to another account than the snapshot.
func (e *Engine) Abroad(p iam.Principal) bool {
	own := e.ownAccount()
	return own != "" && p.AccountID != "" && p.AccountID != own
}

// trustPolicy is the trust policy of a role in the snapshot.
func (e *Engine) trustPolicy(resource string) (ResourcePolicy, bool) {
	a, ok := policy.ParseARN(resource)
	if !ok || a.Service != "iam" || a.Type() != "role" {
		return ResourcePolicy{}, false
	}
	r, ok := e.role(a.AccountID, a.Name())
	if !ok || r.AssumeRolePolicyDocument == nil {
		return ResourcePolicy{}, false
	}
	out := ResourcePolicy{ARN: r.Arn}
	p, err := e.parse("trust policy of "+r.RoleName, r.AssumeRolePolicyDocument.Text)
	if err != nil {
		out.Why = err.Error()
		return out, true
	}
	out.Policy = &Policy{
		ID: iam.InlinePolicy(r.Arn, ""), Name: "trust policy of " + r.RoleName,
		Document: p.document, Origin: r.AssumeRolePolicyDocument.Origin, program: p,
	}
	return out, true
}

// role finds a role by its account and name. One without an ARN belongs to the
// snapshot's only account.
func (e *Engine) role(owner, name string) (*account.Role, bool) {
	r, ok := e.roles()[owner+"/"+strings.ToLower(name)]
	if !ok {
		r, ok = e.roles()["/"+strings.ToLower(name)]
	}
	return r, ok
}

// A builder collects the policies of a principal and keeps the first error.
type builder struct {
	engine  *Engine
	account string // of the principal
	out     Policies
	err     error
}

func (b *builder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// nameKey is a principal's account and its name in lower case: a file may hold
// principals of several accounts.
func nameKey(arn, name string) string {
	a, _ := policy.ParseARN(arn)
	return a.AccountID + "/" + strings.ToLower(name)
}

// means reports whether an entity of the snapshot is the one of a name in the
// principal's account. One without an ARN belongs to the snapshot's only
// account.
func (b *builder) means(arn, own, name string) bool {
	a, ok := policy.ParseARN(arn)
	return strings.EqualFold(own, name) && (!ok || a.AccountID == b.account)
}

func (b *builder) role(name string) {
	r, ok := b.engine.role(b.account, name)
	if !ok {
		b.fail(&account.NotFoundError{Kind: "role", Name: name})
		return
	}
	b.out.Facts.UniqueID, b.out.Facts.Tags, b.out.Facts.MoreTags = r.RoleID, requests.Tags(r.Tags), r.MoreTags
	b.gaps(r.Arn, r.Gaps)
	b.inline("role", r.RoleName, r.Arn, r.RolePolicyList)
	b.attached(r.AttachedManagedPolicies)
	b.boundary(r.PermissionsBoundary)
}

func (b *builder) user(name string) {
	users := b.engine.snapshot.AuthorizationDetails.Users
	i := slices.IndexFunc(users, func(u account.User) bool { return b.means(u.Arn, u.UserName, name) })
	if i < 0 {
		b.fail(&account.NotFoundError{Kind: "user", Name: name})
		return
	}
	u := &users[i]
	b.out.Facts.UniqueID, b.out.Facts.Tags, b.out.Facts.MoreTags = u.UserID, requests.Tags(u.Tags), u.MoreTags
	b.gaps(u.Arn, u.Gaps)
	b.inline("user", u.UserName, u.Arn, u.UserPolicyList)
	b.attached(u.AttachedManagedPolicies)
	for _, g := range u.GroupList {
		b.group(g)
	}
	b.boundary(u.PermissionsBoundary)
}

func (b *builder) group(name string) {
	groups := b.engine.snapshot.AuthorizationDetails.Groups
	i := slices.IndexFunc(groups, func(g account.Group) bool { return b.means(g.Arn, g.GroupName, name) })
	if i < 0 {
		b.fail(&account.NotFoundError{Kind: "group", Name: name})
		return
	}
	g := &groups[i]
	b.gaps(g.Arn, g.Gaps)
	b.inline("group", g.GroupName, g.Arn, g.GroupPolicyList)
	b.attached(g.AttachedManagedPolicies)
}

// gaps takes in what is not known of a principal: of its own, and of what was
// read of it.
func (b *builder) gaps(arn string, own []iam.Gap) {
	b.out.Gaps = slices.Concat(b.out.Gaps, own, b.engine.snapshot.Unread[arn])
}

func (b *builder) inline(kind, owner, arn string, list []account.InlinePolicy) {
	for i := range list {
		id := fileID(list[i].PolicyDocument, iam.InlinePolicy(arn, list[i].PolicyName))
		b.add(Policy{ID: id, Name: list[i].PolicyName, source: kind + "_" + owner + "_" + list[i].PolicyName}, list[i].PolicyDocument)
	}
}

func (b *builder) attached(list []account.AttachedPolicy) {
	for _, a := range list {
		doc, name, err := b.managed(a.PolicyArn)
		if err != nil {
			b.fail(err)
			return
		}
		p := Policy{ID: fileID(doc, iam.ManagedPolicy(a.PolicyArn)), Name: name, ARN: a.PolicyArn, source: name}
		// A policy that is attached to a user and to its group counts once
		// (recorded cases prin-*).
		if !slices.ContainsFunc(b.out.Identity, func(q Policy) bool { return q.ID == p.ID && q.Document.Source == doc.Text }) {
			b.add(p, doc)
		}
	}
}

// fileID is the identity of a policy in a file, or the one that it has in AWS.
func fileID(doc account.Document, otherwise iam.PolicyID) iam.PolicyID {
	if doc.Origin != nil && doc.Origin.ID != "" {
		return doc.Origin.ID
	}
	return otherwise
}

func (b *builder) managed(arn string) (doc account.Document, name string, err error) {
	p, err := b.engine.snapshot.ManagedPolicy(arn)
	if err != nil {
		return account.Document{}, "", err
	}
	v, err := p.Default()
	if err != nil {
		return account.Document{}, "", err
	}
	b.out.Gaps = append(b.out.Gaps, p.Gaps...)
	return v.Document, p.PolicyName, nil
}

func (b *builder) boundary(a *account.AttachedBoundary) {
	if a == nil || b.err != nil {
		return
	}
	doc, name, err := b.managed(a.PermissionsBoundaryArn)
	if err != nil {
		b.fail(err)
		return
	}
	p, err := b.engine.parse(name, doc.Text)
	if err != nil {
		b.fail(err)
		return
	}
	b.out.Boundary = &Policy{ID: fileID(doc, iam.ManagedPolicy(a.PermissionsBoundaryArn)), Name: name, ARN: a.PermissionsBoundaryArn, Document: p.document, Origin: doc.Origin, program: p, source: name, kind: kindBoundary}
}

func (b *builder) add(p Policy, doc account.Document) {
	compiled, err := b.engine.parse(p.Name, doc.Text)
	if err != nil {
		b.fail(err)
		return
	}
	p.Document, p.Origin, p.program, p.kind = compiled.document, doc.Origin, compiled, kindIdentity
	b.out.Identity = append(b.out.Identity, p)
}

func (b *builder) levels(layer iam.Layer, levels [][]account.NamedPolicy) [][]Policy {
	var out [][]Policy
	for i, level := range levels {
		policies := []Policy{}
		for _, named := range level {
			p, err := b.engine.parse(named.Name, named.Document.Text)
			if err != nil {
				b.fail(err)
				return nil
			}
			policies = append(policies, Policy{ID: iam.OrganizationPolicy(layer, i+1, named.Name), Name: named.Name, Document: p.document, Origin: named.Document.Origin, program: p, source: named.Name, kind: kindIdentity})
		}
		out = append(out, policies)
	}
	return out
}

// parse compiles a document once, however many principals it is attached to.
func (e *Engine) parse(name, text string) (*program, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p, ok := e.programs[text]; ok {
		return p, nil
	}
	doc, err := policy.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("policy %s:%w", name, err)
	}
	p := compileProgram(doc)
	e.programs[text] = p
	return p, nil
}
