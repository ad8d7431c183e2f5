package awsapi

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/sync/errgroup"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// ReadPrincipal reads a role, user or group with its policies, its groups and
// its permissions boundary as a snapshot of that principal alone. What may not
// be read is an error: a part of the policies would answer wrongly.
func (c *Client) ReadPrincipal(ctx context.Context, p iam.Principal) (*account.Snapshot, error) {
	r := &reader{client: c.iam(), snapshot: &account.Snapshot{Version: 1, AccountID: p.AccountID, Partition: p.Partition()}}
	var err error
	switch p.Type() {
	case "role":
		err = r.role(ctx, p)
	case "user":
		err = r.user(ctx, p)
	default:
		err = r.group(ctx, p.Name())
	}
	if err != nil {
		return nil, explain("reading the policies of "+clean(p.ARN), err)
	}
	return r.snapshot, nil
}

// A reader collects the policies of one principal, managed ones once each.
type reader struct {
	client   *awsiam.Client
	mu       sync.Mutex
	snapshot *account.Snapshot
}

func (r *reader) role(ctx context.Context, p iam.Principal) error {
	name := p.Name()
	role := account.Role{RoleName: name, Arn: p.ARN}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		out, err := r.client.GetRole(ctx, &awsiam.GetRoleInput{RoleName: &name})
		if err != nil || out.Role == nil {
			return err
		}
		role.RoleID, role.Tags = aws.ToString(out.Role.RoleId), tagsOf(out.Role.Tags)
		role.PermissionsBoundary, err = r.boundary(ctx, out.Role.PermissionsBoundary)
		if out.Role.AssumeRolePolicyDocument != nil {
			role.AssumeRolePolicyDocument = &account.Document{Text: policy.DecodeURL(*out.Role.AssumeRolePolicyDocument)}
		}
		return err
	})
	g.Go(func() (err error) {
		role.RolePolicyList, role.AttachedManagedPolicies, err = r.lists(ctx, roleLists(r.client, name))
		return err
	})
	err := g.Wait()
	r.snapshot.AuthorizationDetails.Roles = []account.Role{role}
	return err
}

func (r *reader) user(ctx context.Context, p iam.Principal) error {
	name := p.Name()
	user := account.User{UserName: name, Arn: p.ARN}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		out, err := r.client.GetUser(ctx, &awsiam.GetUserInput{UserName: &name})
		if err != nil || out.User == nil {
			return err
		}
		user.UserID, user.Tags = aws.ToString(out.User.UserId), tagsOf(out.User.Tags)
		user.PermissionsBoundary, err = r.boundary(ctx, out.User.PermissionsBoundary)
		return err
	})
	g.Go(func() (err error) {
		user.UserPolicyList, user.AttachedManagedPolicies, err = r.lists(ctx, userLists(r.client, name))
		return err
	})
	g.Go(func() error {
		pages := awsiam.NewListGroupsForUserPaginator(r.client, &awsiam.ListGroupsForUserInput{UserName: &name})
		groups, err := collect(ctx, pages, func(p *awsiam.ListGroupsForUserOutput) []types.Group { return p.Groups })
		if err != nil {
			return err
		}
		for _, group := range groups {
			user.GroupList = append(user.GroupList, aws.ToString(group.GroupName))
			if err := r.group(ctx, aws.ToString(group.GroupName)); err != nil {
				return err
			}
		}
		return nil
	})
	err := g.Wait()
	r.snapshot.AuthorizationDetails.Users = []account.User{user}
	return err
}

func (r *reader) group(ctx context.Context, name string) error {
	inline, attached, err := r.lists(ctx, groupLists(r.client, name))
	r.mu.Lock()
	defer r.mu.Unlock()
	groups := &r.snapshot.AuthorizationDetails.Groups
	*groups = append(*groups, account.Group{GroupName: name, GroupPolicyList: inline, AttachedManagedPolicies: attached})
	return err
}

func (r *reader) boundary(ctx context.Context, b *types.AttachedPermissionsBoundary) (*account.AttachedBoundary, error) {
	if b == nil {
		return nil, nil
	}
	arn := aws.ToString(b.PermissionsBoundaryArn)
	return &account.AttachedBoundary{PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: arn}, r.managed(ctx, arn)
}

// lists reads the inline and the attached policies of one identity.
func (r *reader) lists(ctx context.Context, l identityLists) (inline []account.InlinePolicy, attached []account.AttachedPolicy, err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		names, err := l.inline(ctx)
		if err != nil {
			return err
		}
		inline = make([]account.InlinePolicy, len(names))
		for i, name := range names {
			g.Go(func() error {
				text, err := l.document(ctx, name)
				inline[i] = account.InlinePolicy{PolicyName: name, PolicyDocument: account.Document{Text: policy.DecodeURL(aws.ToString(text))}}
				return err
			})
		}
		return nil
	})
	g.Go(func() error {
		list, err := l.attached(ctx)
		for _, a := range list {
			arn := aws.ToString(a.PolicyArn)
			attached = append(attached, account.AttachedPolicy{PolicyName: aws.ToString(a.PolicyName), PolicyArn: arn})
			g.Go(func() error { return r.managed(ctx, arn) })
		}
		return err
	})
	err = g.Wait()
	return inline, attached, err
}

// managed reads the default version of a managed policy.
func (r *reader) managed(ctx context.Context, arn string) error {
	got, err := r.client.GetPolicy(ctx, &awsiam.GetPolicyInput{PolicyArn: &arn})
	if err != nil || got.Policy == nil {
		return err
	}
	id := aws.ToString(got.Policy.DefaultVersionId)
	version, err := r.client.GetPolicyVersion(ctx, &awsiam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: &id})
	if err != nil || version.PolicyVersion == nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	list := &r.snapshot.AuthorizationDetails.Policies
	if slices.ContainsFunc(*list, func(p account.ManagedPolicy) bool { return p.Arn == arn }) {
		return nil
	}
	*list = append(*list, account.ManagedPolicy{
		PolicyName: aws.ToString(got.Policy.PolicyName), Arn: arn, DefaultVersionID: id,
		PolicyVersionList: []account.PolicyVersion{{VersionID: id, IsDefaultVersion: true, Document: account.Document{Text: policy.DecodeURL(aws.ToString(version.PolicyVersion.Document))}}},
	})
	return nil
}

// NameStatements gives the statements in verdicts, of which the simulator
// tells the policy and the position, their Sid and index. documents are the
// principal's policies by name.
func NameStatements(verdicts []iam.Verdict, documents map[string]*policy.Document) {
	for i := range verdicts {
		for j := range verdicts[i].Matched {
			if doc := documents[verdicts[i].Matched[j].Policy]; doc != nil {
				nameStatement(&verdicts[i].Matched[j], doc)
			}
		}
	}
}

// nameStatement finds the statement by its end, and replaces the simulator's
// start, which is that of the token before, by the statement's own.
func nameStatement(ref *iam.StatementRef, doc *policy.Document) {
	for i := range doc.Statements {
		if s := &doc.Statements[i]; ref.Index < 0 && s.End == ref.End {
			ref.Sid, ref.Index, ref.Start = s.Sid, i, s.Start
			return
		}
	}
}
