package localaws

import (
	"net/url"
	"strings"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
)

// iamOperations are the operations of IAM.
var iamOperations = map[string]operation{
	"SimulatePrincipalPolicy":          simulatePrincipalPolicy,
	"SimulateCustomPolicy":             simulateCustomPolicy,
	"GetContextKeysForCustomPolicy":    contextKeysForCustomPolicy,
	"GetContextKeysForPrincipalPolicy": contextKeysForPrincipalPolicy,
	"GetAccountAuthorizationDetails":   authorizationDetails,
	"GetRole":                          getRole,
	"GetUser":                          getUser,
	"GetInstanceProfile":               getInstanceProfile,
	"ListRoles":                        listRoles,
	"ListRolePolicies":                 listRolePolicies,
	"GetRolePolicy":                    getRolePolicy,
	"ListAttachedRolePolicies":         listAttachedRolePolicies,
	"ListUserPolicies":                 listUserPolicies,
	"GetUserPolicy":                    getUserPolicy,
	"ListAttachedUserPolicies":         listAttachedUserPolicies,
	"ListGroupsForUser":                listGroupsForUser,
	"ListGroupPolicies":                listGroupPolicies,
	"GetGroupPolicy":                   getGroupPolicy,
	"ListAttachedGroupPolicies":        listAttachedGroupPolicies,
	"GetPolicy":                        getPolicy,
	"GetPolicyVersion":                 getPolicyVersion,
	"ListPolicyVersions":               listPolicyVersions,
	"ListPolicies":                     listPolicies,
}

// created is the creation date of everything: snapshots hold none.
const created = "2026-01-01T00:00:00Z"

type xmlRole struct {
	Path                     string
	RoleName                 string
	RoleID                   string `xml:"RoleId"`
	Arn                      string
	CreateDate               string
	AssumeRolePolicyDocument string `xml:",omitempty"`
	PermissionsBoundary      *xmlBoundary
}

type xmlBoundary struct {
	PermissionsBoundaryType string
	PermissionsBoundaryArn  string
}

func boundaryXML(b *account.AttachedBoundary) *xmlBoundary {
	if b == nil {
		return nil
	}
	return &xmlBoundary{"PermissionsBoundaryPolicy", b.PermissionsBoundaryArn}
}

// encoded is a document as IAM's reads return it: encoded by RFC 3986.
func encoded(d account.Document) string {
	return strings.ReplaceAll(url.QueryEscape(d.Text), "+", "%20")
}

func roleXML(r *account.Role) xmlRole {
	out := xmlRole{Path: pathOr(r.Path), RoleName: r.RoleName, RoleID: idOr(r.RoleID, "AROA", r.RoleName), Arn: r.Arn, CreateDate: created, PermissionsBoundary: boundaryXML(r.PermissionsBoundary)}
	if r.AssumeRolePolicyDocument != nil {
		out.AssumeRolePolicyDocument = encoded(*r.AssumeRolePolicyDocument)
	}
	return out
}

func pathOr(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// idOr makes a unique id of the usual length where the snapshot has none.
func idOr(id, prefix, name string) string {
	if id != "" {
		return id
	}
	letters := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(name))
	return (prefix + letters + strings.Repeat("X", 21))[:21]
}

// notFound words IAM's NoSuchEntity.
func notFound(kind, name string) error {
	return apiError{"NoSuchEntity", 404, "The " + kind + " with name " + name + " cannot be found."}
}

func (c *call) role() (*account.Role, error) {
	name := c.form.Get("RoleName")
	r, err := c.server.snapshot.Role(name)
	if err != nil || strings.Contains(name, ":") {
		return nil, notFound("role", name)
	}
	return r, nil
}

func getRole(c *call) (any, error) {
	r, err := c.role()
	if err != nil {
		return nil, err
	}
	return struct{ Role taggedRole }{taggedRole{roleXML(r), tagDetails(r.Tags)}}, nil
}

func listRoles(c *call) (any, error) {
	roles, p, err := paginate(c, c.server.snapshot.AuthorizationDetails.Roles)
	if err != nil {
		return nil, err
	}
	var out struct {
		Roles items[xmlRole]
		page
	}
	out.page = p
	for i := range roles {
		out.Roles.Members = append(out.Roles.Members, roleXML(&roles[i]))
	}
	return out, nil
}

type xmlUser struct {
	Path                string
	UserName            string
	UserID              string `xml:"UserId"`
	Arn                 string
	CreateDate          string
	PermissionsBoundary *xmlBoundary
}

func (c *call) user() (*account.User, error) {
	name := c.form.Get("UserName")
	if name == "" {
		name = c.server.snapshot.Caller
	}
	u, err := c.server.snapshot.User(name)
	if err != nil {
		return nil, notFound("user", name)
	}
	return u, nil
}

// A taggedRole is what GetRole answers: with tags, as ListRoles does not.
type taggedRole struct {
	xmlRole
	Tags items[xmlTag]
}

// A taggedUser is what GetUser answers: with tags, as ListUsers does not.
type taggedUser struct {
	xmlUser
	Tags items[xmlTag]
}

func getUser(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	user := xmlUser{pathOr(u.Path), u.UserName, idOr(u.UserID, "AIDA", u.UserName), u.Arn, created, boundaryXML(u.PermissionsBoundary)}
	return struct{ User taggedUser }{taggedUser{user, tagDetails(u.Tags)}}, nil
}

func getInstanceProfile(c *call) (any, error) {
	name := c.form.Get("InstanceProfileName")
	p, err := c.server.snapshot.InstanceProfile(name)
	if err != nil {
		return nil, apiError{"NoSuchEntity", 404, "Instance Profile " + name + " cannot be found."}
	}
	type profile struct {
		Path                string
		InstanceProfileName string
		InstanceProfileID   string `xml:"InstanceProfileId"`
		Arn                 string
		CreateDate          string
		Roles               items[xmlRole]
	}
	out := profile{Path: pathOr(p.Path), InstanceProfileName: p.InstanceProfileName, InstanceProfileID: idOr(p.InstanceProfileID, "AIPA", p.InstanceProfileName), Arn: p.Arn, CreateDate: created}
	for _, ref := range p.Roles {
		r, err := c.server.snapshot.Role(ref.Arn)
		if err != nil {
			return nil, err
		}
		out.Roles.Members = append(out.Roles.Members, roleXML(r))
	}
	return struct{ InstanceProfile profile }{out}, nil
}

func contextKeysForPrincipalPolicy(c *call) (any, error) {
	keys, err := c.server.engine.ContextKeysForPrincipal(c.form.Get("PolicySourceArn"), c.list("PolicyInputList"))
	if err != nil {
		return nil, err
	}
	return struct{ ContextKeyNames items[string] }{items[string]{keys}}, nil
}

func contextKeysForCustomPolicy(c *call) (any, error) {
	keys, err := eval.ContextKeys(c.list("PolicyInputList"))
	if err != nil {
		return nil, err
	}
	return struct{ ContextKeyNames items[string] }{items[string]{keys}}, nil
}
