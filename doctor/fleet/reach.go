package fleet

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/doctor/fleet/roster"
	"remotion-doctor/iam"
	"remotion-doctor/iam/managed"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi"
)

// A Reach is the way to accounts in AWS.
type Reach struct {
	// AWS are the options of the credentials that everything begins with; its Roles
	// are assumed before those of an account.
	AWS awsapi.Options
	// Regions are where users of roles are looked for in accounts that name none.
	Regions []string
	Library *managed.Library
	// Above reads the organization's policies for the accounts of a list, which cannot
	// read them; nil for what each account may read itself.
	Above *awsapi.Above
	// like is a client whose connections all accounts use, partition the one that its
	// credentials are of.
	like      *awsapi.Client
	partition string
	// AssumeRole is the name, with its path, of the role in accounts that name none;
	// SessionName, ExternalID and Duration go along.
	AssumeRole, SessionName, ExternalID string
	Duration                            time.Duration
}

// Listed are the accounts of a list.
func (r *Reach) Listed(list []roster.Account) []Place {
	return r.places(list, r.Above)
}

// Organization are the accounts of the organization that a filter wants; the
// organization's policies are read with the credentials that list them. Those that
// are not active are skipped, and counted.
func (r *Reach) Organization(ctx context.Context, f roster.Filter) ([]Place, error) {
	c, err := awsapi.Open(ctx, r.AWS)
	if err != nil {
		return nil, err
	}
	who, err := callerOf(ctx, c)
	if err != nil {
		return nil, err
	}
	r.like, r.partition = c, who.Partition()
	list, err := roster.Organization(ctx, c, f, who.AccountID)
	if err != nil {
		return nil, err
	}
	units := map[string]string{}
	for i := range list {
		units[list[i].ID] = list[i].Unit
	}
	return r.places(list, c.Above(units)), nil
}

// Profiles are the accounts of profiles of the AWS CLI. Whose account a profile
// is, AWS is asked; one that does not answer is an account that cannot be read.
func (r *Reach) Profiles(ctx context.Context, names []string) []Place {
	var list []roster.Account
	var failed []Place
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		o := r.AWS
		o.Profile = name
		id, err := accountOf(ctx, o)
		if err != nil {
			failed = append(failed, Place{ID: "profile-" + name, Name: name, Open: func(context.Context) (Account, error) { return Account{}, err }})
			continue
		}
		if !slices.ContainsFunc(list, func(a roster.Account) bool { return a.ID == id }) {
			list = append(list, roster.Account{ID: id, Name: name, Profile: name})
		}
	}
	return byID(append(r.places(list, nil), failed...))
}

func accountOf(ctx context.Context, o awsapi.Options) (string, error) {
	c, err := awsapi.Open(ctx, o)
	if err != nil {
		return "", err
	}
	who, err := callerOf(ctx, c)
	return who.AccountID, err
}

func callerOf(ctx context.Context, c *awsapi.Client) (iam.Principal, error) {
	arn, err := c.Caller(ctx)
	if err != nil {
		return iam.Principal{}, err
	}
	return iam.NewPrincipal(arn)
}

func (r *Reach) places(list []roster.Account, above *awsapi.Above) []Place {
	if r.like == nil {
		// One that cannot be opened leaves each account its own connections, and its
		// own error.
		r.like, _ = awsapi.Open(context.Background(), r.AWS)
	}
	if r.partition == "" && r.like != nil {
		r.partition = policy.PartitionOf(r.like.Region())
	}
	out := make([]Place, 0, len(list))
	for _, a := range list {
		p := Place{ID: a.ID, Name: a.Name, Unit: a.Unit, Status: a.Status, Own: a.Own, Skip: a.Skip(), Open: func(ctx context.Context) (Account, error) { return r.open(ctx, &a, above) }}
		if len(a.Regions) > 0 {
			p.Source = func() string { return "regions:" + strings.Join(a.Regions, ",") }
		}
		if a.Profile != "" {
			p.Asked = []audit.Flag{{Name: "profile", Value: a.Profile}}
		}
		out = append(out, p)
	}
	return byID(out)
}

func byID(places []Place) []Place {
	slices.SortFunc(places, func(a, b Place) int { return strings.Compare(a.ID, b.ID) })
	return places
}

func (r *Reach) open(ctx context.Context, a *roster.Account, above *awsapi.Above) (Account, error) {
	o := r.AWS
	o.Adaptive, o.Like = true, r.like
	if a.Profile != "" {
		o.Profile, o.Roles = a.Profile, nil
	}
	o.Roles = slices.Concat(o.Roles, r.roles(a))
	c, err := awsapi.Open(ctx, o)
	if err != nil {
		return Account{}, err
	}
	regions := a.Regions
	if len(regions) == 0 {
		regions = r.Regions
	}
	if len(regions) == 0 {
		regions = []string{cmp.Or(c.Region(), "us-east-1")}
	}
	s, err := c.Snapshot(ctx, awsapi.SnapshotOptions{Regions: regions, Above: above})
	if err != nil {
		return Account{}, err
	}
	if s.AccountID != a.ID {
		return Account{}, &source.Error{Op: "reading account " + a.ID, Kind: source.KindCredentials, Msg: "the credentials are those of account " + s.AccountID, Hint: "look at the role or profile of the account"}
	}
	return inSnapshot(s, r.Library)
}

// roles are those that an account is reached by.
func (r *Reach) roles(a *roster.Account) []awsapi.Role {
	arns := a.Roles
	if len(arns) == 0 && a.Profile == "" && !a.Own && r.AssumeRole != "" {
		arns = []string{fmt.Sprintf("arn:%s:iam::%s:role/%s", cmp.Or(r.partition, "aws"), a.ID, r.AssumeRole)}
	}
	var out []awsapi.Role
	for i, arn := range arns {
		role := awsapi.Role{ARN: arn, SessionName: r.SessionName}
		if i == len(arns)-1 {
			role.ExternalID, role.Duration = cmp.Or(a.ExternalID, r.ExternalID), r.Duration
		}
		out = append(out, role)
	}
	return out
}
