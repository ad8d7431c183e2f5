package localaws

import (
	"cmp"
	"slices"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// An owner is a role, user or group as far as its policies go.
type owner struct {
	kind, name string
	inline     []account.InlinePolicy
	attached   []account.AttachedPolicy
}

func (c *call) roleOwner() (owner, error) {
	r, err := c.role()
	if err != nil {
		return owner{}, err
	}
	return owner{"Role", r.RoleName, r.RolePolicyList, r.AttachedManagedPolicies}, nil
}

func (c *call) userOwner() (owner, error) {
	u, err := c.user()
	if err != nil {
		return owner{}, err
	}
	return owner{"User", u.UserName, u.UserPolicyList, u.AttachedManagedPolicies}, nil
}

func (c *call) groupOwner() (owner, error) {
	name := c.form.Get("GroupName")
	g, err := c.server.snapshot.Group(name)
	if err != nil {
		return owner{}, notFound("group", name)
	}
	return owner{"Group", g.GroupName, g.GroupPolicyList, g.AttachedManagedPolicies}, nil
}

func listRolePolicies(c *call) (any, error)  { return c.listInline(c.roleOwner()) }
func listUserPolicies(c *call) (any, error)  { return c.listInline(c.userOwner()) }
func listGroupPolicies(c *call) (any, error) { return c.listInline(c.groupOwner()) }

func listAttachedRolePolicies(c *call) (any, error)  { return c.listAttached(c.roleOwner()) }
func listAttachedUserPolicies(c *call) (any, error)  { return c.listAttached(c.userOwner()) }
func listAttachedGroupPolicies(c *call) (any, error) { return c.listAttached(c.groupOwner()) }

func getRolePolicy(c *call) (any, error)  { return c.getInline(c.roleOwner()) }
func getUserPolicy(c *call) (any, error)  { return c.getInline(c.userOwner()) }
func getGroupPolicy(c *call) (any, error) { return c.getInline(c.groupOwner()) }

func (c *call) listInline(o owner, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	list, p, err := paginate(c, o.inline)
	if err != nil {
		return nil, err
	}
	var out struct {
		PolicyNames items[string]
		page
	}
	out.page = p
	for i := range list {
		out.PolicyNames.Members = append(out.PolicyNames.Members, list[i].PolicyName)
	}
	return out, nil
}

func (c *call) listAttached(o owner, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	type attached struct{ PolicyName, PolicyArn string }
	list, p, err := paginate(c, o.attached)
	if err != nil {
		return nil, err
	}
	var out struct {
		AttachedPolicies items[attached]
		page
	}
	out.page = p
	for _, a := range list {
		out.AttachedPolicies.Members = append(out.AttachedPolicies.Members, attached{a.PolicyName, a.PolicyArn})
	}
	return out, nil
}

func (c *call) getInline(o owner, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	name := c.form.Get("PolicyName")
	for i := range o.inline {
		if o.inline[i].PolicyName != name {
			continue
		}
		out := struct {
			RoleName, UserName, GroupName string `xml:",omitempty"`
			PolicyName, PolicyDocument    string
		}{PolicyName: name, PolicyDocument: encoded(o.inline[i].PolicyDocument)}
		switch o.kind {
		case "Role":
			out.RoleName = o.name
		case "User":
			out.UserName = o.name
		default:
			out.GroupName = o.name
		}
		return out, nil
	}
	return nil, apiError{"NoSuchEntity", 404, "The " + o.kind + " policy with name " + name + " cannot be found."}
}

func listGroupsForUser(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	type group struct {
		Path, GroupName string
		GroupID         string `xml:"GroupId"`
		Arn, CreateDate string
	}
	names, p, err := paginate(c, u.GroupList)
	if err != nil {
		return nil, err
	}
	var out struct {
		Groups items[group]
		page
	}
	out.page = p
	for _, name := range names {
		g, err := c.server.snapshot.Group(name)
		if err != nil {
			return nil, err
		}
		out.Groups.Members = append(out.Groups.Members, group{pathOr(g.Path), g.GroupName, idOr(g.GroupID, "AGPA", g.GroupName), g.Arn, created})
	}
	return out, nil
}

func (c *call) managed() (*account.ManagedPolicy, error) {
	arn := c.form.Get("PolicyArn")
	p, err := c.server.snapshot.ManagedPolicy(arn)
	if _, ok := policy.ParseARN(arn); !ok || err != nil {
		return nil, apiError{"NoSuchEntity", 404, "Policy " + arn + " does not exist or is not attachable."}
	}
	return p, nil
}

// seenManaged is [call.managed] as reads see it now.
func (c *call) seenManaged() (*account.ManagedPolicy, error) {
	view := *c
	view.server = c.server.seen()
	return view.managed()
}

type xmlManaged struct {
	PolicyName                    string
	PolicyID                      string `xml:"PolicyId"`
	Arn, Path                     string
	DefaultVersionID              string `xml:"DefaultVersionId"`
	AttachmentCount               int
	PermissionsBoundaryUsageCount int
	IsAttachable                  bool
	Description                   string `xml:",omitempty"`
	CreateDate                    string
	Tags                          *items[xmlTag]
}

func (c *call) managedXML(m *account.ManagedPolicy) (xmlManaged, error) {
	v, err := m.Default()
	if err != nil {
		return xmlManaged{}, err
	}
	attached, boundary := c.server.uses(m.Arn)
	return xmlManaged{
		PolicyName: m.PolicyName, PolicyID: idOr(m.PolicyID, "ANPA", m.PolicyName), Arn: m.Arn, Path: pathOr(m.Path), DefaultVersionID: v.VersionID,
		AttachmentCount: attached, PermissionsBoundaryUsageCount: boundary, IsAttachable: true, Description: m.Description, CreateDate: created,
	}, nil
}

// uses counts the identities that have a managed policy attached, and those
// that have it as their permissions boundary.
func (s *Server) uses(arn string) (attached, boundary int) {
	one := func(list []account.AttachedPolicy, b *account.AttachedBoundary) {
		if slices.ContainsFunc(list, func(a account.AttachedPolicy) bool { return a.PolicyArn == arn }) {
			attached++
		}
		if b != nil && b.PermissionsBoundaryArn == arn {
			boundary++
		}
	}
	d := &s.snapshot.AuthorizationDetails
	for i := range d.Roles {
		one(d.Roles[i].AttachedManagedPolicies, d.Roles[i].PermissionsBoundary)
	}
	for i := range d.Users {
		one(d.Users[i].AttachedManagedPolicies, d.Users[i].PermissionsBoundary)
	}
	for i := range d.Groups {
		one(d.Groups[i].AttachedManagedPolicies, nil)
	}
	return attached, boundary
}

func getPolicy(c *call) (any, error) {
	m, err := c.managed()
	if err != nil {
		return nil, err
	}
	out, err := c.managedXML(m)
	if err != nil {
		return nil, err
	}
	if len(m.Tags) > 0 {
		tags := tagDetails(m.Tags)
		out.Tags = &tags
	}
	return struct{ Policy xmlManaged }{out}, nil
}

// listPolicies answers without tags, as IAM does.
func listPolicies(c *call) (any, error) {
	all := slices.Clone(c.server.snapshot.AuthorizationDetails.Policies)
	scope := c.form.Get("Scope")
	all = slices.DeleteFunc(all, func(p account.ManagedPolicy) bool {
		return scope == "Local" && !customer(p.Arn) || scope == "AWS" && customer(p.Arn)
	})
	part, pg, err := paginate(c, all)
	if err != nil {
		return nil, err
	}
	var out struct {
		Policies items[xmlManaged]
		page
	}
	out.page = pg
	for i := range part {
		m, err := c.managedXML(&part[i])
		if err != nil {
			return nil, err
		}
		m.Description = ""
		out.Policies.Members = append(out.Policies.Members, m)
	}
	return out, nil
}

func getPolicyVersion(c *call) (any, error) {
	m, err := c.managed()
	if err != nil {
		return nil, err
	}
	id := c.form.Get("VersionId")
	for i := range m.PolicyVersionList {
		v := &m.PolicyVersionList[i]
		if v.VersionID != id {
			continue
		}
		type version struct {
			Document         string
			VersionID        string `xml:"VersionId"`
			IsDefaultVersion bool
			CreateDate       string
		}
		return struct{ PolicyVersion version }{version{encoded(v.Document), id, id == m.DefaultVersionID || v.IsDefaultVersion, cmp.Or(v.CreateDate, created)}}, nil
	}
	return nil, apiError{"NoSuchEntity", 404, "Policy " + m.Arn + " version " + id + " does not exist or is not attachable."}
}
