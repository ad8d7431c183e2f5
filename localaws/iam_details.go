package localaws

import (
	"cmp"
	"slices"

	"remotion-doctor/iam/account"
)

type xmlPolicyDetail struct{ PolicyName, PolicyDocument string }

type xmlAttached struct{ PolicyName, PolicyArn string }

type xmlTag struct{ Key, Value string }

type xmlProfile struct {
	Path                string
	InstanceProfileName string
	InstanceProfileID   string `xml:"InstanceProfileId"`
	Arn                 string
	CreateDate          string
	Roles               items[xmlRole]
}

type xmlRoleDetail struct {
	xmlRole
	RolePolicyList          items[xmlPolicyDetail]
	AttachedManagedPolicies items[xmlAttached]
	InstanceProfileList     items[xmlProfile]
	Tags                    items[xmlTag]
}

type xmlUserDetail struct {
	xmlUser
	UserPolicyList          items[xmlPolicyDetail]
	GroupList               items[string]
	AttachedManagedPolicies items[xmlAttached]
	Tags                    items[xmlTag]
}

type xmlGroupDetail struct {
	Path, GroupName         string
	GroupID                 string `xml:"GroupId"`
	Arn, CreateDate         string
	GroupPolicyList         items[xmlPolicyDetail]
	AttachedManagedPolicies items[xmlAttached]
}

type xmlVersionDetail struct {
	Document         string
	VersionID        string `xml:"VersionId"`
	IsDefaultVersion bool
	CreateDate       string
}

type xmlManagedDetail struct {
	PolicyName        string
	PolicyID          string `xml:"PolicyId"`
	Arn, Path         string
	DefaultVersionID  string `xml:"DefaultVersionId"`
	AttachmentCount   int
	IsAttachable      bool
	CreateDate        string
	PolicyVersionList items[xmlVersionDetail]
}

// authorizationDetails answers GetAccountAuthorizationDetails, a page of all
// kinds together.
func authorizationDetails(c *call) (any, error) {
	filter := c.list("Filter")
	wanted := func(kind string) bool { return len(filter) == 0 || slices.Contains(filter, kind) }
	d := &c.server.snapshot.AuthorizationDetails
	var all []any
	for i := range d.Users {
		if wanted("User") {
			all = append(all, &d.Users[i])
		}
	}
	for i := range d.Groups {
		if wanted("Group") {
			all = append(all, &d.Groups[i])
		}
	}
	for i := range d.Roles {
		if wanted("Role") {
			all = append(all, &d.Roles[i])
		}
	}
	for i := range d.Policies {
		if kind := policyKind(&d.Policies[i]); wanted(kind) {
			all = append(all, &d.Policies[i])
		}
	}
	part, p, err := paginate(c, all)
	if err != nil {
		return nil, err
	}
	var out struct {
		UserDetailList  items[xmlUserDetail]
		GroupDetailList items[xmlGroupDetail]
		RoleDetailList  items[xmlRoleDetail]
		Policies        items[xmlManagedDetail]
		page
	}
	out.page = p
	for _, one := range part {
		switch v := one.(type) {
		case *account.User:
			out.UserDetailList.Members = append(out.UserDetailList.Members, userDetail(v))
		case *account.Group:
			out.GroupDetailList.Members = append(out.GroupDetailList.Members, groupDetail(v))
		case *account.Role:
			out.RoleDetailList.Members = append(out.RoleDetailList.Members, c.roleDetail(v))
		case *account.ManagedPolicy:
			out.Policies.Members = append(out.Policies.Members, c.managedDetail(v))
		}
	}
	return out, nil
}

func policyKind(p *account.ManagedPolicy) string {
	if len(p.Arn) > 0 && slices.Contains([]string{"arn:aws:iam::aws:", "arn:aws-cn:iam::aws", "arn:aws-us-gov:iam::aws"}, p.Arn[:min(len(p.Arn), 17)]) {
		return "AWSManagedPolicy"
	}
	return "LocalManagedPolicy"
}

func inlineDetails(list []account.InlinePolicy) items[xmlPolicyDetail] {
	var out items[xmlPolicyDetail]
	for i := range list {
		out.Members = append(out.Members, xmlPolicyDetail{list[i].PolicyName, encoded(list[i].PolicyDocument)})
	}
	return out
}

func attachedDetails(list []account.AttachedPolicy) items[xmlAttached] {
	var out items[xmlAttached]
	for _, a := range list {
		out.Members = append(out.Members, xmlAttached(a))
	}
	return out
}

func tagDetails(list []account.Tag) items[xmlTag] {
	var out items[xmlTag]
	for _, t := range list {
		out.Members = append(out.Members, xmlTag(t))
	}
	return out
}

func userDetail(u *account.User) xmlUserDetail {
	return xmlUserDetail{
		xmlUser{pathOr(u.Path), u.UserName, idOr(u.UserID, "AIDA", u.UserName), u.Arn, created, boundaryXML(u.PermissionsBoundary)},
		inlineDetails(u.UserPolicyList),
		items[string]{u.GroupList},
		attachedDetails(u.AttachedManagedPolicies), tagDetails(u.Tags),
	}
}

func groupDetail(g *account.Group) xmlGroupDetail {
	return xmlGroupDetail{
		Path: pathOr(g.Path), GroupName: g.GroupName, GroupID: idOr(g.GroupID, "AGPA", g.GroupName), Arn: g.Arn, CreateDate: created,
		GroupPolicyList: inlineDetails(g.GroupPolicyList), AttachedManagedPolicies: attachedDetails(g.AttachedManagedPolicies),
	}
}

// roleDetail is a role with the instance profiles that hold it, wherever the
// snapshot has them.
func (c *call) roleDetail(r *account.Role) xmlRoleDetail {
	out := xmlRoleDetail{xmlRole: roleXML(r), RolePolicyList: inlineDetails(r.RolePolicyList), AttachedManagedPolicies: attachedDetails(r.AttachedManagedPolicies), Tags: tagDetails(r.Tags)}
	profiles := slices.Clone(r.InstanceProfileList)
	for _, p := range c.server.snapshot.InstanceProfiles {
		holds := slices.ContainsFunc(p.Roles, func(role account.ProfileRole) bool { return role.Arn == r.Arn })
		if holds && !slices.ContainsFunc(profiles, func(q account.InstanceProfile) bool { return q.Arn == p.Arn }) {
			profiles = append(profiles, p)
		}
	}
	for _, p := range profiles {
		out.InstanceProfileList.Members = append(out.InstanceProfileList.Members, xmlProfile{
			Path: pathOr(p.Path), InstanceProfileName: p.InstanceProfileName, InstanceProfileID: idOr(p.InstanceProfileID, "AIPA", p.InstanceProfileName),
			Arn: p.Arn, CreateDate: created, Roles: items[xmlRole]{[]xmlRole{roleXML(r)}},
		})
	}
	return out
}

func (c *call) managedDetail(p *account.ManagedPolicy) xmlManagedDetail {
	out := xmlManagedDetail{
		PolicyName: p.PolicyName, PolicyID: idOr(p.PolicyID, "ANPA", p.PolicyName), Arn: p.Arn, Path: pathOr(p.Path),
		DefaultVersionID: p.DefaultVersionID, IsAttachable: true, CreateDate: created,
	}
	out.AttachmentCount, _ = c.server.uses(p.Arn)
	for _, v := range p.PolicyVersionList {
		out.PolicyVersionList.Members = append(out.PolicyVersionList.Members, xmlVersionDetail{
			encoded(v.Document), v.VersionID, v.IsDefaultVersion || v.VersionID == p.DefaultVersionID, cmp.Or(v.CreateDate, created),
		})
		if v.IsDefaultVersion {
			out.DefaultVersionID = v.VersionID
		}
	}
	return out
}
