package awsapi

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/sync/errgroup"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// Principal reads a role, user or group with its policies, its groups and its
// permissions boundary as a snapshot of that principal alone. What AWS refuses
// to show, and what failed after all retries, is listed in the snapshot's
// Unread; the rest was read. An error says that nothing is known: the principal
// does not exist, the credentials are no good, or the context has ended.
func (c *Client) Principal(ctx context.Context, p iam.Principal) (*account.Snapshot, error) {
	// What is going to be changed is read anew.
	c.read.roles.forget()
	c.read.users.forget()
	return c.principal(ctx, p)
}

func (c *Client) principal(ctx context.Context, p iam.Principal) (*account.Snapshot, error) {
	r := &reader{client: c.iam(), entities: c, slots: make(chan struct{}, c.concurrency), arn: p.ARN}
	r.snapshot = &account.Snapshot{Version: 1, AccountID: p.AccountID, Partition: p.Partition()}
	var err error
	switch p.Type() {
	case "role":
		err = r.role(ctx, p)
	case "user":
		err = r.user(ctx, p)
	default:
		err = r.group(ctx, account.Group{GroupName: p.Name(), Arn: p.ARN})
	}
	if err != nil {
		return nil, explain("reading the policies of "+clean(p.ARN), err)
	}
	r.finish()
	return r.snapshot, nil
}

// A reader collects the policies of one principal, managed ones once each.
type reader struct {
	client   *awsiam.Client
	entities *Client       // roles and users of it are asked for once
	slots    chan struct{} // bound the calls in flight
	arn      string

	mu       sync.Mutex
	snapshot *account.Snapshot
	gaps     []iam.Gap
	managed  map[string]*sync.Once // by ARN
}

// slot waits for its turn to make a call.
func (r *reader) slot() func() {
	r.slots <- struct{}{}
	return func() { <-r.slots }
}

// missing makes a gap of an error, and returns those that leave nothing to be
// known of the principal.
func (r *reader) missing(g iam.Gap, err error) error {
	e := explain("reading "+g.What, err).(*source.Error)
	switch e.Kind {
	case source.KindCredentials, source.KindRegion, source.KindInterrupted:
		return e
	}
	unread := source.Unread(g.Where, g.What, g.Affects, e)
	unread.Layer = g.Layer
	switch e.Kind {
	case source.KindDenied:
		unread.Kind = g.Kind
		unread.Hint = "allow " + e.Operation + " to the credentials that run the check"
	case source.KindNotFound:
		// It was there a moment ago, in the list: another try reads what is.
		unread.Kind = iam.GapIncomplete
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gaps = append(r.gaps, unread)
	return nil
}

// own is a gap in the principal's own policies: where AWS refuses, the policy
// simulator decides about samples.
func own(where, what string) iam.Gap {
	return iam.Gap{Where: where, What: what, Affects: iam.MayBoth, Layer: iam.LayerIdentity, Kind: iam.GapSampled}
}

// isNotFound reports that the principal itself does not exist.
func isNotFound(err error) bool {
	_, ok := errors.AsType[*types.NoSuchEntityException](err)
	return ok
}

func (r *reader) role(ctx context.Context, p iam.Principal) error {
	id := roleIdentity(r.client, p.Name())
	role := account.Role{RoleName: p.Name(), Arn: p.ARN}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer r.slot()()
		out, err := r.entities.getRole(ctx, p.Name())
		if err != nil {
			return r.unknownBoundary(id, "iam:GetRole", err)
		}
		role.Path, role.RoleID, role.Tags = aws.ToString(out.Path), aws.ToString(out.RoleId), tagsOf(out.Tags)
		if text := aws.ToString(out.AssumeRolePolicyDocument); text != "" {
			role.AssumeRolePolicyDocument = &account.Document{Text: policy.DecodeURL(text)}
		}
		role.PermissionsBoundary = boundaryOf(out.PermissionsBoundary)
		return r.boundary(ctx, g, out.PermissionsBoundary)
	})
	g.Go(func() (err error) {
		role.RolePolicyList, role.AttachedManagedPolicies, err = r.lists(ctx, id)
		return err
	})
	err := g.Wait()
	r.snapshot.AuthorizationDetails.Roles = []account.Role{role}
	return err
}

func (r *reader) user(ctx context.Context, p iam.Principal) error {
	id := userIdentity(r.client, p.Name())
	user := account.User{UserName: p.Name(), Arn: p.ARN}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer r.slot()()
		out, err := r.entities.getUser(ctx, p.Name())
		if err != nil {
			return r.unknownBoundary(id, "iam:GetUser", err)
		}
		user.Path, user.UserID, user.Tags = aws.ToString(out.Path), aws.ToString(out.UserId), tagsOf(out.Tags)
		user.PermissionsBoundary = boundaryOf(out.PermissionsBoundary)
		return r.boundary(ctx, g, out.PermissionsBoundary)
	})
	g.Go(func() (err error) {
		user.UserPolicyList, user.AttachedManagedPolicies, err = r.lists(ctx, id)
		return err
	})
	g.Go(func() (err error) {
		user.GroupList, err = r.groups(ctx, g, id)
		return err
	})
	err := g.Wait()
	r.snapshot.AuthorizationDetails.Users = []account.User{user}
	return err
}

// unknownBoundary: without the role or user itself it is not known whether it
// has a permissions boundary, which can only narrow what it may do. The policy
// simulator takes it into account.
func (r *reader) unknownBoundary(id *identity, operation string, err error) error {
	if isNotFound(err) {
		return err
	}
	return r.missing(iam.Gap{
		Where: id.where(operation), What: "permissions boundary of the " + id.kind + " " + clean(id.name),
		Affects: iam.MayDeny, Layer: iam.LayerBoundary, Kind: iam.GapSampled,
	}, err)
}

// groups reads the groups of a user with their policies.
func (r *reader) groups(ctx context.Context, g *errgroup.Group, id *identity) ([]string, error) {
	const operation = "iam:ListGroupsForUser"
	list, err := func() ([]types.Group, error) {
		defer r.slot()()
		return collect(ctx, operation, func(ctx context.Context, marker *string) (page[types.Group], error) {
			out, err := r.client.ListGroupsForUser(ctx, &awsiam.ListGroupsForUserInput{UserName: &id.name, Marker: marker})
			if err != nil {
				return page[types.Group]{}, err
			}
			return listPage(out.Groups, out.IsTruncated, out.Marker), nil
		})
	}()
	if err != nil {
		if isNotFound(err) {
			return nil, err
		}
		return nil, r.missing(own(id.where(operation), "groups of the user "+clean(id.name)), err)
	}
	var names []string
	for _, group := range list {
		name := aws.ToString(group.GroupName)
		if name == "" || slices.Contains(names, name) {
			return nil, r.missing(own(id.where(operation), "groups of the user "+clean(id.name)), wrongAnswer(operation, "it has the group %q twice, or without a name", name))
		}
		names = append(names, name)
		g.Go(func() error {
			return r.group(ctx, account.Group{Path: aws.ToString(group.Path), GroupName: name, GroupID: aws.ToString(group.GroupId), Arn: aws.ToString(group.Arn)})
		})
	}
	return names, nil
}

func (r *reader) group(ctx context.Context, group account.Group) error {
	inline, attached, err := r.lists(ctx, groupIdentity(r.client, group.GroupName))
	if err != nil && isNotFound(err) && !strings.Contains(r.arn, ":group/") {
		// The user is there; the group is no longer.
		return r.missing(own("iam:ListGroupPolicies group/"+clean(group.GroupName), "policies of the group "+clean(group.GroupName)), err)
	}
	group.GroupPolicyList, group.AttachedManagedPolicies = inline, attached
	r.mu.Lock()
	defer r.mu.Unlock()
	groups := &r.snapshot.AuthorizationDetails.Groups
	*groups = append(*groups, group)
	return err
}

func (r *reader) boundary(ctx context.Context, g *errgroup.Group, b *types.AttachedPermissionsBoundary) error {
	if b == nil {
		return nil
	}
	arn := aws.ToString(b.PermissionsBoundaryArn)
	g.Go(func() error {
		return r.readManaged(ctx, arn, iam.Gap{What: "permissions boundary " + clean(baseName(arn)), Affects: iam.MayDeny, Layer: iam.LayerBoundary})
	})
	return nil
}

// lists reads the inline and the attached policies of one identity. Those that
// were read are returned whatever became of the others.
func (r *reader) lists(ctx context.Context, id *identity) (inline []account.InlinePolicy, attached []account.AttachedPolicy, err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		inline, err = r.inlinePolicies(ctx, id)
		return err
	})
	g.Go(func() (err error) {
		attached, err = r.attachedPolicies(ctx, id)
		return err
	})
	err = g.Wait()
	return inline, attached, err
}

func (r *reader) inlinePolicies(ctx context.Context, id *identity) ([]account.InlinePolicy, error) {
	names, err := func() ([]string, error) {
		defer r.slot()()
		return collect(ctx, id.listInline(), id.inline)
	}()
	switch {
	case err != nil && isNotFound(err):
		return nil, err
	case err != nil:
		return nil, r.missing(own(id.where(id.listInline()), "inline policies of the "+id.kind+" "+clean(id.name)), err)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	texts := make([]string, len(names))
	g, ctx := errgroup.WithContext(ctx)
	for i, name := range names {
		g.Go(func() (err error) {
			defer r.slot()()
			if texts[i], err = id.text(ctx, name); err == nil {
				err = parses(id.getInline(), texts[i])
			}
			if err != nil {
				texts[i] = ""
				return r.missing(own(id.where(id.getInline())+", policy "+clean(name), "inline policy "+clean(name)+" of the "+id.kind+" "+clean(id.name)), err)
			}
			return nil
		})
	}
	err = g.Wait()
	var out []account.InlinePolicy
	for i, name := range names {
		if texts[i] != "" {
			out = append(out, account.InlinePolicy{PolicyName: name, PolicyDocument: account.Document{Text: texts[i]}})
		}
	}
	return out, err
}

// parses reports a document that is no policy: what it grants or denies is not
// known.
func parses(operation, text string) error {
	if _, err := policy.Parse(text); err != nil {
		return &source.Error{Op: "reading the answer to " + operation, Operation: operation, Kind: source.KindOther, Msg: "the document is not understood: " + clean(err.Error()), Err: err}
	}
	return nil
}

func (r *reader) attachedPolicies(ctx context.Context, id *identity) ([]account.AttachedPolicy, error) {
	list, err := func() ([]types.AttachedPolicy, error) {
		defer r.slot()()
		return collect(ctx, id.listAttached(), id.attached)
	}()
	switch {
	case err != nil && isNotFound(err):
		return nil, err
	case err != nil:
		return nil, r.missing(own(id.where(id.listAttached()), "managed policies of the "+id.kind+" "+clean(id.name)), err)
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, a := range list {
		arn := aws.ToString(a.PolicyArn)
		g.Go(func() error { return r.readManaged(ctx, arn, own("", "managed policy "+clean(baseName(arn)))) })
	}
	return attachedOf(list), g.Wait()
}

// readManaged reads the default version of a managed policy, once.
func (r *reader) readManaged(ctx context.Context, arn string, gap iam.Gap) error {
	r.mu.Lock()
	if r.managed == nil {
		r.managed = map[string]*sync.Once{}
	}
	// A policy that is a boundary as well is two gaps where it is not read.
	key := string(gap.Layer) + " " + arn
	if r.managed[key] == nil {
		r.managed[key] = &sync.Once{}
	}
	once := r.managed[key]
	r.mu.Unlock()
	var failed error
	once.Do(func() {
		defer r.slot()()
		m, operation, err := getManaged(ctx, r.client, arn)
		if err != nil {
			gap.Where = operation + " " + clean(arn)
			failed = r.missing(gap, err)
			return
		}
		r.keep(m)
	})
	return failed
}

func (r *reader) keep(m account.ManagedPolicy) {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := &r.snapshot.AuthorizationDetails.Policies
	if !slices.ContainsFunc(*list, func(p account.ManagedPolicy) bool { return p.Arn == m.Arn }) {
		*list = append(*list, m)
	}
}

// finish puts what came in any order into one.
func (r *reader) finish() {
	d := &r.snapshot.AuthorizationDetails
	slices.SortFunc(d.Policies, func(a, b account.ManagedPolicy) int { return strings.Compare(a.Arn, b.Arn) })
	slices.SortFunc(d.Groups, func(a, b account.Group) int { return strings.Compare(a.GroupName, b.GroupName) })
	slices.SortFunc(r.gaps, func(a, b iam.Gap) int { return strings.Compare(a.Where+a.What, b.Where+b.What) })
	if len(r.gaps) > 0 {
		r.snapshot.Unread = map[string][]iam.Gap{r.arn: r.gaps}
	}
}
