package awsapi

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// readIdentities reads roles, users, groups and policies.
func (t *taker) readIdentities(ctx context.Context, marker string, keep func(account.Snapshot, string) error) error {
	const op, operation = "reading the account's roles and policies", "iam:GetAccountAuthorizationDetails"
	in := &awsiam.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(1000)}
	seen := markers{marker: true}
	for {
		if marker != "" {
			in.Marker = &marker
		}
		page, err := t.iam().GetAccountAuthorizationDetails(ctx, in)
		if err != nil {
			return explain(op, err)
		}
		if page.UserDetailList == nil && page.GroupDetailList == nil && page.RoleDetailList == nil && page.Policies == nil {
			return wrongAnswer(operation, "it has no list")
		}
		next := ""
		if page.IsTruncated {
			next = aws.ToString(page.Marker)
		}
		more, err := seen.next(operation, page.IsTruncated, &next)
		if err != nil {
			return err
		}
		details := detailsOf(page)
		if err := whole(operation, &details); err != nil {
			return err
		}
		if err := keep(account.Snapshot{AuthorizationDetails: details}, next); err != nil || !more {
			return err
		}
		marker = next
	}
}

// whole refuses identities and policies without what the answer must hold.
func whole(operation string, d *account.AuthorizationDetails) error {
	for i := range d.Policies {
		p := &d.Policies[i]
		if v, err := p.Default(); err != nil || p.Arn == "" || isEmpty(v.Document.Text) {
			return wrongAnswer(operation, "it has no document of the policy %q", p.Arn)
		}
	}
	inline := func(owner string, list []account.InlinePolicy) error {
		for _, p := range list {
			if p.PolicyName == "" || isEmpty(p.PolicyDocument.Text) {
				return wrongAnswer(operation, "it has no document of the policy %q of %q", p.PolicyName, owner)
			}
		}
		return nil
	}
	named := func(arn, name string) error {
		if arn == "" || name == "" {
			return wrongAnswer(operation, "it has a role, user or group without a name")
		}
		return nil
	}
	var errs []error
	for i := range d.Roles {
		errs = append(errs, named(d.Roles[i].Arn, d.Roles[i].RoleName), inline(d.Roles[i].Arn, d.Roles[i].RolePolicyList))
	}
	for i := range d.Users {
		errs = append(errs, named(d.Users[i].Arn, d.Users[i].UserName), inline(d.Users[i].Arn, d.Users[i].UserPolicyList))
	}
	for i := range d.Groups {
		errs = append(errs, named(d.Groups[i].Arn, d.Groups[i].GroupName), inline(d.Groups[i].Arn, d.Groups[i].GroupPolicyList))
	}
	return cmp.Or(errs...)
}

func detailsOf(page *awsiam.GetAccountAuthorizationDetailsOutput) account.AuthorizationDetails {
	var out account.AuthorizationDetails
	for i := range page.UserDetailList {
		u := &page.UserDetailList[i]
		out.Users = append(out.Users, account.User{
			Path: aws.ToString(u.Path), UserName: aws.ToString(u.UserName), UserID: aws.ToString(u.UserId), Arn: aws.ToString(u.Arn),
			UserPolicyList: inlineOf(u.UserPolicyList), GroupList: u.GroupList, AttachedManagedPolicies: attachedOf(u.AttachedManagedPolicies),
			PermissionsBoundary: boundaryOf(u.PermissionsBoundary), Tags: tagsOf(u.Tags),
		})
	}
	for i := range page.GroupDetailList {
		g := &page.GroupDetailList[i]
		out.Groups = append(out.Groups, account.Group{
			Path: aws.ToString(g.Path), GroupName: aws.ToString(g.GroupName), GroupID: aws.ToString(g.GroupId), Arn: aws.ToString(g.Arn),
			GroupPolicyList: inlineOf(g.GroupPolicyList), AttachedManagedPolicies: attachedOf(g.AttachedManagedPolicies),
		})
	}
	for i := range page.RoleDetailList {
		out.Roles = append(out.Roles, roleOf(&page.RoleDetailList[i]))
	}
	for i := range page.Policies {
		out.Policies = append(out.Policies, managedOf(&page.Policies[i]))
	}
	return out
}

func roleOf(r *types.RoleDetail) account.Role {
	out := account.Role{
		Path: aws.ToString(r.Path), RoleName: aws.ToString(r.RoleName), RoleID: aws.ToString(r.RoleId), Arn: aws.ToString(r.Arn),
		RolePolicyList: inlineOf(r.RolePolicyList), AttachedManagedPolicies: attachedOf(r.AttachedManagedPolicies),
		PermissionsBoundary: boundaryOf(r.PermissionsBoundary), Tags: tagsOf(r.Tags),
	}
	if trust := aws.ToString(r.AssumeRolePolicyDocument); trust != "" {
		out.AssumeRolePolicyDocument = &account.Document{Text: policy.DecodeURL(trust)}
	}
	for i := range r.InstanceProfileList {
		p := &r.InstanceProfileList[i]
		profile := account.InstanceProfile{InstanceProfileName: aws.ToString(p.InstanceProfileName), InstanceProfileID: aws.ToString(p.InstanceProfileId), Path: aws.ToString(p.Path), Arn: aws.ToString(p.Arn)}
		for j := range p.Roles {
			profile.Roles = append(profile.Roles, account.ProfileRole{RoleName: aws.ToString(p.Roles[j].RoleName), Arn: aws.ToString(p.Roles[j].Arn)})
		}
		out.InstanceProfileList = append(out.InstanceProfileList, profile)
	}
	return out
}

func inlineOf(list []types.PolicyDetail) []account.InlinePolicy {
	var out []account.InlinePolicy
	for _, p := range list {
		out = append(out, account.InlinePolicy{PolicyName: aws.ToString(p.PolicyName), PolicyDocument: account.Document{Text: policy.DecodeURL(aws.ToString(p.PolicyDocument))}})
	}
	return out
}

func attachedOf(list []types.AttachedPolicy) []account.AttachedPolicy {
	var out []account.AttachedPolicy
	for _, p := range list {
		out = append(out, account.AttachedPolicy{PolicyName: aws.ToString(p.PolicyName), PolicyArn: aws.ToString(p.PolicyArn)})
	}
	return out
}

func boundaryOf(b *types.AttachedPermissionsBoundary) *account.AttachedBoundary {
	if b == nil {
		return nil
	}
	return &account.AttachedBoundary{PermissionsBoundaryType: string(b.PermissionsBoundaryType), PermissionsBoundaryArn: aws.ToString(b.PermissionsBoundaryArn)}
}

// tagsOf is never nil: there may be none, and that is known.
func tagsOf(list []types.Tag) []account.Tag {
	out := make([]account.Tag, 0, len(list))
	for _, t := range list {
		out = append(out, account.Tag{Key: aws.ToString(t.Key), Value: aws.ToString(t.Value)})
	}
	return out
}

func managedOf(p *types.ManagedPolicyDetail) account.ManagedPolicy {
	out := account.ManagedPolicy{
		PolicyName: aws.ToString(p.PolicyName), PolicyID: aws.ToString(p.PolicyId), Arn: aws.ToString(p.Arn), Path: aws.ToString(p.Path),
		DefaultVersionID: aws.ToString(p.DefaultVersionId),
	}
	for _, v := range p.PolicyVersionList {
		out.PolicyVersionList = append(out.PolicyVersionList, account.PolicyVersion{
			VersionID: aws.ToString(v.VersionId), IsDefaultVersion: v.IsDefaultVersion, Document: account.Document{Text: policy.DecodeURL(aws.ToString(v.Document))},
		})
	}
	return out
}

// OnlyFor reads what a check of one principal needs: the principal with its
// policies and boundary, and where permitted the organization's policies. The
// targets become entries of the snapshot by which they are found again.
func (c *Client) OnlyFor(ctx context.Context, targets []Resolved) (*account.Snapshot, error) {
	out := &account.Snapshot{Version: 1}
	t := &taker{Client: c}
	for _, r := range targets {
		s, err := c.Principal(ctx, r.Principal)
		if err != nil {
			return nil, err
		}
		readable(s)
		s.Gaps = unreadOf(s)
		r.enter(s)
		out.Add(s)
	}
	unique(&out.AuthorizationDetails)
	t.parts = []Part{{Step: "caller", Found: account.Snapshot{AccountID: out.AccountID, Partition: out.Partition}}}
	err := t.take(ctx, step{"organizations", "organizations:ListPoliciesForTarget", "whether a service or resource control policy stops what the role is granted: a pass holds only as far as they allow it", t.readOrganization})
	for i := range t.parts {
		out.Add(&t.parts[i].Found)
	}
	return out, err
}

// unreadOf are the gaps of single principals as those of a snapshot.
func unreadOf(s *account.Snapshot) []account.Gap {
	var out []account.Gap
	for arn, gaps := range s.Unread {
		for i := range gaps {
			out = append(out, account.Gap{Operation: gaps[i].Where, Reason: gaps[i].Why, Affects: "what " + arn + " may do: " + gaps[i].What})
		}
	}
	return out
}

// unique drops what several targets have in common.
func unique(d *account.AuthorizationDetails) {
	d.Roles = distinct(d.Roles, func(r account.Role) string { return r.Arn })
	d.Users = distinct(d.Users, func(u account.User) string { return u.Arn })
	d.Groups = distinct(d.Groups, func(g account.Group) string { return g.GroupName })
	d.Policies = distinct(d.Policies, func(p account.ManagedPolicy) string { return p.Arn })
}

func distinct[T any](list []T, key func(T) string) []T {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(v T) bool {
		known := seen[key(v)]
		seen[key(v)] = true
		return known
	})
}

// baseName is the last part of a path or ARN.
func baseName(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
