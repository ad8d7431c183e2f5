package localaws

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

// iamWrites are the operations of IAM that change the account. They change the
// server's own copy of the snapshot, and nothing else.
var iamWrites = map[string]operation{
	"PutRolePolicy":           func(c *call) (any, error) { return c.putInline(c.roleHolder) },
	"PutUserPolicy":           func(c *call) (any, error) { return c.putInline(c.userHolder) },
	"DeleteRolePolicy":        func(c *call) (any, error) { return c.deleteInline(c.roleHolder) },
	"DeleteUserPolicy":        func(c *call) (any, error) { return c.deleteInline(c.userHolder) },
	"AttachRolePolicy":        func(c *call) (any, error) { return c.attach(c.roleHolder) },
	"AttachUserPolicy":        func(c *call) (any, error) { return c.attach(c.userHolder) },
	"DetachRolePolicy":        func(c *call) (any, error) { return c.detach(c.roleHolder) },
	"DetachUserPolicy":        func(c *call) (any, error) { return c.detach(c.userHolder) },
	"CreatePolicy":            createPolicy,
	"DeletePolicy":            deletePolicy,
	"CreatePolicyVersion":     createPolicyVersion,
	"DeletePolicyVersion":     deletePolicyVersion,
	"SetDefaultPolicyVersion": setDefaultPolicyVersion,
}

// own makes the server's snapshot its own, so that writes do not reach the one
// that it was given.
func (s *Server) own() {
	if s.owned {
		return
	}
	c := *s.snapshot
	d := &c.AuthorizationDetails
	d.Roles, d.Users, d.Policies = slices.Clone(d.Roles), slices.Clone(d.Users), slices.Clone(d.Policies)
	for i := range d.Roles {
		r := &d.Roles[i]
		r.RolePolicyList, r.AttachedManagedPolicies = slices.Clone(r.RolePolicyList), slices.Clone(r.AttachedManagedPolicies)
	}
	for i := range d.Users {
		u := &d.Users[i]
		u.UserPolicyList, u.AttachedManagedPolicies = slices.Clone(u.UserPolicyList), slices.Clone(u.AttachedManagedPolicies)
	}
	for i := range d.Policies {
		d.Policies[i].PolicyVersionList = slices.Clone(d.Policies[i].PolicyVersionList)
	}
	s.snapshot, s.owned = &c, true
}

// write does an operation that changes the account, and then answers by what
// it is now.
func (s *Server) write(op operation, c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep()
	s.own()
	result, err := op(c)
	if err != nil {
		return nil, err
	}
	s.engine, err = eval.New(s.snapshot)
	return result, err
}

// A holder is a role or user whose policies can be changed.
type holder struct {
	kind, name string
	quota      int // of inline policies together
	inline     *[]account.InlinePolicy
	attached   *[]account.AttachedPolicy
}

func (c *call) roleHolder() (holder, error) {
	r, err := c.role()
	if err != nil {
		return holder{}, err
	}
	return holder{"role", r.RoleName, 10240, &r.RolePolicyList, &r.AttachedManagedPolicies}, nil
}

func (c *call) userHolder() (holder, error) {
	u, err := c.user()
	if err != nil {
		return holder{}, err
	}
	return holder{"user", u.UserName, 2048, &u.UserPolicyList, &u.AttachedManagedPolicies}, nil
}

// document checks the policy of a request as IAM does.
func (c *call) document() (string, error) {
	text := c.form.Get("PolicyDocument")
	doc, err := policy.Parse(text)
	if err != nil {
		return "", apiError{"MalformedPolicyDocument", 400, "Syntax errors in policy."}
	}
	for i := range doc.Statements {
		if doc.Statements[i].Principals != nil {
			return "", apiError{"MalformedPolicyDocument", 400, "Policy document should not specify a principal."}
		}
	}
	return text, nil
}

func (c *call) putInline(find func() (holder, error)) (any, error) {
	h, err := find()
	if err != nil {
		return nil, err
	}
	text, err := c.document()
	if err != nil {
		return nil, err
	}
	name := c.form.Get("PolicyName")
	if name == "" {
		return nil, apiError{"ValidationError", 400, "1 validation error detected: Value null at 'policyName' failed to satisfy constraint: Member must not be null"}
	}
	list := slices.DeleteFunc(slices.Clone(*h.inline), func(p account.InlinePolicy) bool { return p.PolicyName == name })
	total := size(text)
	for _, p := range list {
		total += size(p.PolicyDocument.Text)
	}
	if total > h.quota {
		return nil, apiError{"LimitExceeded", 409, fmt.Sprintf("Maximum policy size of %d bytes exceeded for %s %s", h.quota, h.kind, h.name)}
	}
	*h.inline = append(list, account.InlinePolicy{PolicyName: name, PolicyDocument: account.Document{Text: text}})
	return nil, nil
}

func (c *call) deleteInline(find func() (holder, error)) (any, error) {
	h, err := find()
	if err != nil {
		return nil, err
	}
	name := c.form.Get("PolicyName")
	i := slices.IndexFunc(*h.inline, func(p account.InlinePolicy) bool { return p.PolicyName == name })
	if i < 0 {
		return nil, apiError{"NoSuchEntity", 404, "The " + h.kind + " policy with name " + name + " cannot be found."}
	}
	*h.inline = slices.Delete(slices.Clone(*h.inline), i, i+1)
	return nil, nil
}

func (c *call) attach(find func() (holder, error)) (any, error) {
	h, err := find()
	if err != nil {
		return nil, err
	}
	p, err := c.managed()
	if err == nil {
		// A policy that is not visible yet cannot be attached.
		_, err = c.seenManaged()
	}
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(*h.attached, func(a account.AttachedPolicy) bool { return a.PolicyArn == p.Arn }) {
		return nil, nil
	}
	if len(*h.attached) >= 10 {
		return nil, apiError{"LimitExceeded", 409, "Cannot exceed quota for PoliciesPer" + strings.ToUpper(h.kind[:1]) + h.kind[1:] + ": 10"}
	}
	*h.attached = append(slices.Clone(*h.attached), account.AttachedPolicy{PolicyName: p.PolicyName, PolicyArn: p.Arn})
	return nil, nil
}

func (c *call) detach(find func() (holder, error)) (any, error) {
	h, err := find()
	if err != nil {
		return nil, err
	}
	arn := c.form.Get("PolicyArn")
	i := slices.IndexFunc(*h.attached, func(a account.AttachedPolicy) bool { return a.PolicyArn == arn })
	if i < 0 {
		return nil, apiError{"NoSuchEntity", 404, "Policy " + arn + " was not found."}
	}
	*h.attached = slices.Delete(slices.Clone(*h.attached), i, i+1)
	return nil, nil
}
