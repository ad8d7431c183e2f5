package awsapi

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// A Part is what a snapshot learned in one step, or in one page of it. Parts
// that are kept let an interrupted snapshot go on where it stopped.
type Part struct {
	Step string // iam, lambda us-east-1, …
	// Marker is where the step goes on; a step without one is done.
	Marker string `json:",omitempty"`
	Found  account.Snapshot
}

// A SnapshotOptions says what to read and where to put it.
type SnapshotOptions struct {
	// Regions are those whose functions, instances, tasks and pods are read.
	Regions []string
	// Above reads the organization's policies, with other credentials than those of
	// the account; nil for the account's own.
	Above *Above
	// Resume are the parts that an earlier run has kept.
	Resume []Part
	// Keep is called with each part.
	Keep func(Part) error
	// Progress, where it is not nil, is known what is being read and how much of
	// it there is so far.
	Progress func(step string, count int)
}

// A taker takes a snapshot.
type taker struct {
	*Client
	options SnapshotOptions
	parts   []Part
}

// A step reads one kind of thing. It goes on at a marker where it is given one.
type step struct {
	name string
	// affects says in words what is unknown where the step is not permitted; a
	// step without it is indispensable.
	operation, affects string
	read               func(ctx context.Context, marker string, keep func(found account.Snapshot, next string) error) error
}

// Snapshot reads what the offline evaluator needs of the account. What may not
// be read becomes one of the snapshot's Gaps; that the account's identities
// cannot be read is an error, an [*source.Error].
func (c *Client) Snapshot(ctx context.Context, o SnapshotOptions) (*account.Snapshot, error) {
	t := &taker{Client: c, options: o, parts: slices.Clone(o.Resume)}
	steps := []step{
		{name: "caller", operation: "sts:GetCallerIdentity", read: t.readCaller},
		{name: "iam", operation: "iam:GetAccountAuthorizationDetails", read: t.readIdentities},
	}
	for _, region := range o.Regions {
		steps = append(steps, t.regional(region)...)
	}
	steps = append(steps,
		step{"s3", "s3:GetBucketPolicy", "whether a bucket's own policy stops Remotion", t.readBuckets},
		step{"organizations", "organizations:ListPoliciesForTarget", "whether a service or resource control policy stops what the role is granted: a pass holds only as far as they allow it", t.readOrganization},
	)
	for _, s := range steps {
		if err := t.take(ctx, s); err != nil {
			return nil, err
		}
	}
	out := &account.Snapshot{Version: 1}
	for i := range t.parts {
		out.Add(&t.parts[i].Found)
	}
	out.Instances = distinct(out.Instances, func(i account.Instance) string { return i.InstanceID })
	return out, nil
}

// take runs a step, unless it was done before.
func (t *taker) take(ctx context.Context, s step) error {
	marker := ""
	for i := range t.parts {
		if t.parts[i].Step == s.name {
			if marker = t.parts[i].Marker; marker == "" {
				return nil
			}
		}
	}
	count := 0
	keep := func(found account.Snapshot, next string) error {
		count += size(&found)
		if t.options.Progress != nil {
			t.options.Progress(s.name, count)
		}
		return t.keep(Part{s.name, next, found})
	}
	if t.options.Progress != nil {
		t.options.Progress(s.name, 0)
	}
	err := s.read(ctx, marker, keep)
	if err == nil || s.affects == "" || ctx.Err() != nil {
		return err
	}
	// Whatever failed, the rest is of use; what is missing is known.
	e := explain("reading "+s.name, err).(*source.Error)
	switch e.Kind {
	case source.KindCredentials, source.KindUnreachable, source.KindInterrupted:
		return e
	}
	gap := account.Gap{Operation: cmp.Or(e.Operation, s.operation), Reason: e.Msg, Affects: s.affects, Off: e.Kind == source.KindRegion}
	_, gap.Resource, _ = strings.Cut(s.name, " ")
	return t.keep(Part{Step: s.name, Found: account.Snapshot{Gaps: []account.Gap{gap}}})
}

func (t *taker) keep(p Part) error {
	t.parts = append(t.parts, p)
	if t.options.Keep == nil {
		return nil
	}
	return t.options.Keep(p)
}

// size counts what a part holds.
func size(s *account.Snapshot) int {
	d := &s.AuthorizationDetails
	return len(d.Roles) + len(d.Users) + len(d.Groups) + len(d.Policies) + len(s.Functions) + len(s.Instances) + len(s.TaskDefinitions) + len(s.PodIdentities) + len(s.Buckets)
}

// found is the account of what is not yet kept.
func (t *taker) known() (accountID, partition string) {
	for i := range t.parts {
		if id := t.parts[i].Found.AccountID; id != "" {
			return id, t.parts[i].Found.Partition
		}
	}
	return "", "aws"
}

// errResumed says that a kept part belongs to another account.
var errResumed = errors.New("the kept part belongs to another account")

func (t *taker) readCaller(ctx context.Context, _ string, keep func(account.Snapshot, string) error) error {
	arn, err := t.Caller(ctx)
	if err != nil {
		return err
	}
	a, _ := policy.ParseARN(arn) // Caller returns one
	return keep(account.Snapshot{Version: 1, AccountID: a.AccountID, Partition: a.Partition, Caller: arn}, "")
}

// SameAccount reports whether kept parts are of the account that the client's
// credentials belong to.
func (c *Client) SameAccount(ctx context.Context, parts []Part) error {
	for i := range parts {
		id := parts[i].Found.AccountID
		if id == "" {
			continue
		}
		arn, err := c.Caller(ctx)
		if err != nil {
			return err
		}
		if a, _ := policy.ParseARN(arn); a.AccountID != id {
			return &source.Error{Op: "going on with the snapshot of account " + id, Kind: source.KindInvalid, Msg: "the credentials are of account " + a.AccountID, Hint: "remove the .partial file to begin anew", Err: errResumed}
		}
		return nil
	}
	return nil
}
