package localaws

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// size counts a policy as IAM does: without white space (IAM User Guide, "IAM
// and AWS STS quotas").
func size(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// managedQuota is what a managed policy may come to.
const managedQuota = 6144

func createPolicy(c *call) (any, error) {
	text, err := c.document()
	if err != nil {
		return nil, err
	}
	name, path, s := c.form.Get("PolicyName"), cmp.Or(c.form.Get("Path"), "/"), c.server.snapshot
	arn := "arn:" + cmp.Or(s.Partition, "aws") + ":iam::" + s.AccountID + ":policy" + path + name
	switch {
	case name == "":
		return nil, apiError{"ValidationError", 400, "1 validation error detected: Value null at 'policyName' failed to satisfy constraint: Member must not be null"}
	case size(text) > managedQuota:
		return nil, apiError{"LimitExceeded", 409, fmt.Sprintf("Cannot exceed quota for PolicySize: %d", managedQuota)}
	case slices.ContainsFunc(s.AuthorizationDetails.Policies, func(p account.ManagedPolicy) bool { return strings.EqualFold(p.PolicyName, name) && customer(p.Arn) }):
		return nil, apiError{"EntityAlreadyExists", 409, "A policy called " + name + " already exists. Duplicate names are not allowed."}
	}
	s.AuthorizationDetails.Policies = append(s.AuthorizationDetails.Policies, account.ManagedPolicy{
		PolicyName: name, Arn: arn, Path: path, DefaultVersionID: "v1", Description: c.form.Get("Description"), Tags: c.tags(),
		PolicyVersionList: []account.PolicyVersion{{VersionID: "v1", IsDefaultVersion: true, Document: account.Document{Text: text}}},
	})
	c.form.Set("PolicyArn", arn)
	return getPolicy(c)
}

// tags reads Tags.member.1.Key, Tags.member.1.Value, ….
func (c *call) tags() []account.Tag {
	var out []account.Tag
	for i := 1; i <= c.count("Tags"); i++ {
		out = append(out, account.Tag{Key: c.form.Get(at("Tags", i, "Key")), Value: c.form.Get(at("Tags", i, "Value"))})
	}
	return out
}

// customer reports a managed policy that is not AWS's own.
func customer(arn string) bool {
	a, _ := policy.ParseARN(arn)
	return a.AccountID != "aws"
}

func (c *call) changeable() (*account.ManagedPolicy, error) {
	p, err := c.managed()
	if err == nil && !customer(p.Arn) {
		return nil, apiError{"AccessDenied", 403, "Cannot perform the operation on the AWS managed policy " + p.Arn}
	}
	return p, err
}

func deletePolicy(c *call) (any, error) {
	p, err := c.changeable()
	if err != nil {
		return nil, err
	}
	d := &c.server.snapshot.AuthorizationDetails
	uses := func(list []account.AttachedPolicy) bool {
		return slices.ContainsFunc(list, func(a account.AttachedPolicy) bool { return a.PolicyArn == p.Arn })
	}
	if slices.ContainsFunc(d.Roles, func(r account.Role) bool { return uses(r.AttachedManagedPolicies) }) ||
		slices.ContainsFunc(d.Users, func(u account.User) bool { return uses(u.AttachedManagedPolicies) }) ||
		slices.ContainsFunc(d.Groups, func(g account.Group) bool { return uses(g.AttachedManagedPolicies) }) {
		return nil, apiError{"DeleteConflict", 409, "Cannot delete a policy attached to entities."}
	}
	if len(p.PolicyVersionList) > 1 {
		return nil, apiError{"DeleteConflict", 409, "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy."}
	}
	arn := p.Arn
	delete(c.server.numbers, arn)
	d.Policies = slices.DeleteFunc(d.Policies, func(p account.ManagedPolicy) bool { return p.Arn == arn })
	return nil, nil
}

func createPolicyVersion(c *call) (any, error) {
	p, err := c.changeable()
	if err != nil {
		return nil, err
	}
	text, err := c.document()
	switch {
	case err != nil:
		return nil, err
	case size(text) > managedQuota:
		return nil, apiError{"LimitExceeded", 409, fmt.Sprintf("Cannot exceed quota for PolicySize: %d", managedQuota)}
	case len(p.PolicyVersionList) >= 5:
		return nil, apiError{"LimitExceeded", 409, "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version."}
	}
	number := c.server.numbers[p.Arn]
	for _, v := range p.PolicyVersionList {
		n, _ := strconv.Atoi(strings.TrimPrefix(v.VersionID, "v"))
		number = max(number, n)
	}
	// A number never comes again, not even that of a version that was deleted.
	c.server.numbers[p.Arn] = number + 1
	v := account.PolicyVersion{VersionID: "v" + strconv.Itoa(number+1), Document: account.Document{Text: text}}
	p.PolicyVersionList = append(slices.Clone(p.PolicyVersionList), v)
	if c.form.Get("SetAsDefault") == "true" {
		setDefault(p, v.VersionID)
	}
	c.form.Set("VersionId", v.VersionID)
	return getPolicyVersion(c)
}

func setDefault(p *account.ManagedPolicy, id string) {
	p.DefaultVersionID = id
	for i := range p.PolicyVersionList {
		p.PolicyVersionList[i].IsDefaultVersion = p.PolicyVersionList[i].VersionID == id
	}
}

func deletePolicyVersion(c *call) (any, error) {
	p, err := c.changeable()
	if err != nil {
		return nil, err
	}
	id := c.form.Get("VersionId")
	i := slices.IndexFunc(p.PolicyVersionList, func(v account.PolicyVersion) bool { return v.VersionID == id })
	switch {
	case i < 0:
		return nil, apiError{"NoSuchEntity", 404, "Policy " + p.Arn + " version " + id + " does not exist or is not attachable."}
	case id == p.DefaultVersionID:
		return nil, apiError{"DeleteConflict", 409, "Cannot delete the default version of a policy."}
	}
	p.PolicyVersionList = slices.Delete(slices.Clone(p.PolicyVersionList), i, i+1)
	return nil, nil
}

func setDefaultPolicyVersion(c *call) (any, error) {
	p, err := c.changeable()
	if err != nil {
		return nil, err
	}
	id := c.form.Get("VersionId")
	if !slices.ContainsFunc(p.PolicyVersionList, func(v account.PolicyVersion) bool { return v.VersionID == id }) {
		return nil, apiError{"NoSuchEntity", 404, "Policy " + p.Arn + " version " + id + " does not exist or is not attachable."}
	}
	setDefault(p, id)
	return nil, nil
}

func listPolicyVersions(c *call) (any, error) {
	p, err := c.managed()
	if err != nil {
		return nil, err
	}
	type version struct {
		VersionID        string `xml:"VersionId"`
		IsDefaultVersion bool
		CreateDate       string
	}
	// The newest comes first, as in IAM's answers.
	all := slices.Clone(p.PolicyVersionList)
	slices.Reverse(all)
	page1, pg, err := paginate(c, all)
	if err != nil {
		return nil, err
	}
	var out struct {
		Versions items[version]
		page
	}
	out.page = pg
	for _, v := range page1 {
		out.Versions.Members = append(out.Versions.Members, version{v.VersionID, v.IsDefaultVersion || v.VersionID == p.DefaultVersionID, cmp.Or(v.CreateDate, created)})
	}
	return out, nil
}
