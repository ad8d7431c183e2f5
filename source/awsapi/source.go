package awsapi

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

var _ source.Source = (*Client)(nil)

// Engine implements [source.Source]: the policy simulator decides.
func (c *Client) Engine() audit.Engine { return audit.EngineAWS }

// Caller returns the ARN of the credentials that the client uses. It is asked
// for once.
func (c *Client) Caller(ctx context.Context) (string, error) {
	return c.read.callers.get(ctx, "", func() (string, error) {
		const operation = "sts:GetCallerIdentity"
		out, err := c.sts().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return "", explain("asking AWS who is calling", err)
		}
		if a, ok := policy.ParseARN(aws.ToString(out.Arn)); !ok || a.AccountID != aws.ToString(out.Account) {
			return "", wrongAnswer(operation, "the caller %q is not one of the account %q", aws.ToString(out.Arn), aws.ToString(out.Account))
		}
		return aws.ToString(out.Arn), nil
	})
}

// assumed are the policies that are not read along with those of a principal.
var assumed = []iam.Gap{
	{Layer: iam.LayerRCP, Why: "a member account cannot read them, and the simulator does not evaluate them"},
	{Layer: iam.LayerSCP, Why: "a member account cannot read them; the simulator evaluates them"},
	{Layer: iam.LayerResource, Why: "the policies of keys, functions and layers are not read"},
}

// Policies implements [source.Source]: the principal's policies with its groups
// and its boundary, read once, the gaps in them, and what they assume.
func (c *Client) Policies(ctx context.Context, p iam.Principal) (eval.Policies, error) {
	out, err := c.read.policies.get(ctx, p.ARN, func() (eval.Policies, error) {
		s, err := c.principal(ctx, p)
		if err != nil {
			return eval.Policies{}, err
		}
		return policiesOf(s, p)
	})
	if err != nil {
		return eval.Policies{}, err
	}
	out.Facts.Now = time.Now()
	out.Identity, out.Gaps = slices.Clone(out.Identity), slices.Clone(out.Gaps) // the caller's own
	for _, g := range assumed {
		g.What, g.Affects, g.Kind = g.Layer.Title(), iam.MayDeny, iam.GapAssumption
		out.Gaps = append(out.Gaps, g)
	}
	return out, nil
}

func policiesOf(s *account.Snapshot, p iam.Principal) (eval.Policies, error) {
	readable(s)
	engine, err := eval.New(s)
	if err != nil {
		return eval.Policies{}, explain("reading the policies of "+clean(p.ARN), err)
	}
	out, err := engine.Policies(p.ARN)
	if err != nil {
		return eval.Policies{}, explain("reading the policies of "+clean(p.ARN), err)
	}
	return out, nil
}

// readable takes out of a snapshot what refers to something that was not read;
// for each of these there is a gap.
func readable(s *account.Snapshot) {
	d := &s.AuthorizationDetails
	unread := func(arn string) bool {
		return !slices.ContainsFunc(d.Policies, func(m account.ManagedPolicy) bool { return m.Arn == arn })
	}
	attached := func(list []account.AttachedPolicy) []account.AttachedPolicy {
		return slices.DeleteFunc(list, func(a account.AttachedPolicy) bool { return unread(a.PolicyArn) })
	}
	boundary := func(b *account.AttachedBoundary) *account.AttachedBoundary {
		if b != nil && unread(b.PermissionsBoundaryArn) {
			return nil
		}
		return b
	}
	for i := range d.Roles {
		r := &d.Roles[i]
		r.AttachedManagedPolicies, r.PermissionsBoundary = attached(r.AttachedManagedPolicies), boundary(r.PermissionsBoundary)
	}
	for i := range d.Groups {
		d.Groups[i].AttachedManagedPolicies = attached(d.Groups[i].AttachedManagedPolicies)
	}
	for i := range d.Users {
		u := &d.Users[i]
		u.AttachedManagedPolicies, u.PermissionsBoundary = attached(u.AttachedManagedPolicies), boundary(u.PermissionsBoundary)
		u.GroupList = slices.DeleteFunc(u.GroupList, func(name string) bool {
			return !slices.ContainsFunc(d.Groups, func(g account.Group) bool { return g.GroupName == name })
		})
	}
}

// readings are what was read once.
type readings struct {
	callers  once[string]
	roles    once[*types.Role]
	users    once[*types.User]
	policies once[eval.Policies]
}

// A once reads something once for each key, whoever asks first.
type once[T any] struct {
	mu      sync.Mutex
	entries map[string]*onceEntry[T]
}

type onceEntry[T any] struct {
	mu    sync.Mutex
	known bool
	value T
	err   error
}

// get returns what is known by a key, or reads it. An answer that came to
// nothing because the asker's context ended is not kept.
func (o *once[T]) get(ctx context.Context, key string, read func() (T, error)) (T, error) {
	o.mu.Lock()
	if o.entries == nil {
		o.entries = map[string]*onceEntry[T]{}
	}
	if o.entries[key] == nil {
		o.entries[key] = &onceEntry[T]{}
	}
	e := o.entries[key]
	o.mu.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known {
		return e.value, e.err
	}
	value, err := read()
	if ctx.Err() == nil {
		e.known, e.value, e.err = true, value, err
	}
	return value, err
}

// Forget drops what was read of principals, so that the next question reads it
// anew: for whoever waits until a change is visible. A write by [Client.Writer]
// forgets by itself.
func (c *Client) Forget() {
	c.read.policies.forget()
	c.read.roles.forget()
	c.read.users.forget()
}

// drop drops what is known by a key.
func (o *once[T]) drop(key string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.entries, key)
}

// forget drops what was read, after a change.
func (o *once[T]) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.entries = nil
}
