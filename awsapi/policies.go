package awsapi

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/sync/errgroup"

	"remotion-doctor/account"
	"remotion-doctor/audit"
	"remotion-doctor/policy"
)

// ReadRole reads a role with its policies and permissions boundary as a
// snapshot of that role alone. What may not be read is an error: a part of the
// policies would answer wrongly.
func (c *Client) ReadRole(ctx context.Context, p audit.Principal) (*account.Snapshot, error) {
	name := p.Name()
	r := &reader{client: c.iam(), snapshot: &account.Snapshot{Version: 1, AccountID: p.AccountID, Partition: p.Partition()}}
	role := account.Role{RoleName: name, Arn: p.ARN}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(c.concurrency)
	g.Go(func() error {
		out, err := r.client.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
		if err != nil || out.Role == nil || out.Role.PermissionsBoundary == nil {
			return err
		}
		arn := aws.ToString(out.Role.PermissionsBoundary.PermissionsBoundaryArn)
		role.PermissionsBoundary = &account.AttachedBoundary{PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: arn}
		return r.managed(ctx, arn)
	})
	g.Go(func() error {
		var err error
		role.RolePolicyList, err = r.inline(ctx, name)
		return err
	})
	g.Go(func() error {
		var err error
		role.AttachedManagedPolicies, err = r.attached(ctx, name)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, explain("reading the policies of "+clean(p.ARN), err)
	}
	r.snapshot.AuthorizationDetails.Roles = []account.Role{role}
	return r.snapshot, nil
}

// A reader collects managed policies, each once.
type reader struct {
	client   *iam.Client
	mu       sync.Mutex
	snapshot *account.Snapshot
}

func (r *reader) inline(ctx context.Context, role string) ([]account.InlinePolicy, error) {
	var names []string
	pages := iam.NewListRolePoliciesPaginator(r.client, &iam.ListRolePoliciesInput{RoleName: &role})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		names = append(names, page.PolicyNames...)
	}
	out := make([]account.InlinePolicy, len(names))
	g, ctx := errgroup.WithContext(ctx)
	for i, name := range names {
		g.Go(func() error {
			got, err := r.client.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &role, PolicyName: &name})
			if err == nil {
				out[i] = account.InlinePolicy{PolicyName: name, PolicyDocument: account.Document{Text: policy.DecodeURL(aws.ToString(got.PolicyDocument))}}
			}
			return err
		})
	}
	return out, g.Wait()
}

func (r *reader) attached(ctx context.Context, role string) ([]account.AttachedPolicy, error) {
	var list []types.AttachedPolicy
	pages := iam.NewListAttachedRolePoliciesPaginator(r.client, &iam.ListAttachedRolePoliciesInput{RoleName: &role})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, page.AttachedPolicies...)
	}
	var out []account.AttachedPolicy
	g, ctx := errgroup.WithContext(ctx)
	for _, a := range list {
		arn := aws.ToString(a.PolicyArn)
		out = append(out, account.AttachedPolicy{PolicyName: aws.ToString(a.PolicyName), PolicyArn: arn})
		g.Go(func() error { return r.managed(ctx, arn) })
	}
	return out, g.Wait()
}

// managed reads the default version of a managed policy.
func (r *reader) managed(ctx context.Context, arn string) error {
	got, err := r.client.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
	if err != nil || got.Policy == nil {
		return err
	}
	id := aws.ToString(got.Policy.DefaultVersionId)
	version, err := r.client.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: &id})
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
func NameStatements(verdicts []audit.Verdict, documents map[string]*policy.Document) {
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
func nameStatement(ref *audit.StatementRef, doc *policy.Document) {
	for i := range doc.Statements {
		if s := &doc.Statements[i]; ref.Index < 0 && s.End == ref.End {
			ref.Sid, ref.Index, ref.Start = s.Sid, i, s.Start
			return
		}
	}
}
