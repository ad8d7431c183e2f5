package awsapi

import (
	"cmp"
	"context"
	"strings"
	"sync"

	"remotion-doctor/iam/account"
	"remotion-doctor/source/awsapi/organizations"
)

// A Member is an account of an organization.
type Member struct {
	ID, Name string
	Status   string // ACTIVE, SUSPENDED, …
	// Unit is the path of its units, root first: r-ab12/ou-ab12-video.
	Unit string
}

// Members returns the accounts of the organization, or of some of its units and
// those under them. It has to be asked in the management account, or that of a
// delegated administrator. The error is an [*source.Error].
func (c *Client) Members(ctx context.Context, units []string) ([]Member, error) {
	client := c.organizations()
	w := &walk{client: client}
	if len(units) == 0 {
		roots, err := collect(ctx, "organizations:ListRoots", func(ctx context.Context, token *string) (page[organizations.Unit], error) {
			out, err := client.ListRoots(ctx, token)
			return tokenPage(out.Roots, out.NextToken), err
		})
		if err != nil {
			return nil, explain("asking organizations:ListRoots", err)
		}
		for _, r := range roots {
			units = append(units, r.ID)
		}
	}
	for _, id := range units {
		above := ""
		if !strings.HasPrefix(id, "r-") {
			chain, err := chainOf(ctx, client, id)
			if err != nil {
				return nil, explain("asking for the unit "+id, err)
			}
			above = strings.Join(chain[:len(chain)-1], "/")
		}
		if err := w.unit(ctx, id, above); err != nil {
			return nil, explain("listing the accounts of "+id, err)
		}
	}
	return w.found, nil
}

// A walk lists what is under units.
type walk struct {
	client *organizations.Client
	found  []Member
	seen   map[string]bool
}

func (w *walk) unit(ctx context.Context, id, above string) error {
	path := strings.TrimPrefix(above+"/"+id, "/")
	accounts, err := collect(ctx, "organizations:ListAccountsForParent", func(ctx context.Context, token *string) (page[organizations.Account], error) {
		out, err := w.client.ListAccountsForParent(ctx, id, token)
		return tokenPage(out.Accounts, out.NextToken), err
	})
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if w.seen[a.ID] {
			continue // a unit was named with one above it
		}
		if w.seen == nil {
			w.seen = map[string]bool{}
		}
		w.seen[a.ID] = true
		w.found = append(w.found, Member{ID: a.ID, Name: a.Name, Status: cmp.Or(a.State, a.Status), Unit: path})
	}
	units, err := collect(ctx, "organizations:ListOrganizationalUnitsForParent", func(ctx context.Context, token *string) (page[organizations.Unit], error) {
		out, err := w.client.ListOrganizationalUnitsForParent(ctx, id, token)
		return tokenPage(out.Units, out.NextToken), err
	})
	if err != nil {
		return err
	}
	if strings.Count(path, "/") > maxLevels {
		return wrongAnswer("organizations:ListOrganizationalUnitsForParent", "the units are more than %d levels deep", maxLevels)
	}
	for _, u := range units {
		if err := w.unit(ctx, u.ID, path); err != nil {
			return err
		}
	}
	return nil
}

// TagsOf returns the tags of an account of the organization.
func (c *Client) TagsOf(ctx context.Context, id string) ([]account.Tag, error) {
	client := c.organizations()
	tags, err := collect(ctx, "organizations:ListTagsForResource", func(ctx context.Context, token *string) (page[organizations.Tag], error) {
		out, err := client.ListTagsForResource(ctx, id, token)
		return tokenPage(out.Tags, out.NextToken), err
	})
	if err != nil {
		return nil, explain("asking for the tags of account "+id, err)
	}
	out := make([]account.Tag, len(tags))
	for i, t := range tags {
		out[i] = account.Tag{Key: t.Key, Value: t.Value}
	}
	return out, nil
}

// Above reads the policies of the organization above accounts, for all of them with
// the credentials of one client: a member account cannot read them. Each policy is
// read once. It may be used by several goroutines.
type Above struct {
	client *Client
	mu     sync.Mutex
	reader *organizationReader
	found  *organizations.Organization
	// units are the paths of the units of accounts, where they are known.
	units map[string]string
}

// Above returns the reader of the client's organization. units are the paths of the
// units that accounts are in, as far as they are known.
func (c *Client) Above(units map[string]string) *Above { return &Above{client: c, units: units} }

// Of returns what is above an account. The error is an [*source.Error].
func (a *Above) Of(ctx context.Context, id string) (*account.Organization, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	client := a.client.organizations()
	if a.reader == nil {
		a.reader = &organizationReader{client: client, documents: map[string]account.Document{}, levelsOf: map[string][]account.NamedPolicy{}}
	}
	if a.found == nil {
		out, err := client.DescribeOrganization(ctx)
		if err != nil {
			return nil, explain("asking organizations:DescribeOrganization", err)
		}
		if out == nil || out.ManagementAccountID == "" {
			return nil, wrongAnswer("organizations:DescribeOrganization", "it has no organization")
		}
		a.found = out
	}
	found := &account.Organization{ID: a.found.ID, ManagementAccountID: a.found.ManagementAccountID}
	if found.ManagementAccountID == id {
		return found, nil
	}
	chain, err := a.chain(ctx, client, id)
	if err == nil {
		found.ServiceControlPolicies, err = a.reader.levels(ctx, chain, organizations.ServiceControlPolicy)
	}
	if err == nil {
		found.ResourceControlPolicies, err = a.reader.levels(ctx, chain, organizations.ResourceControlPolicy)
	}
	if err != nil {
		return nil, explain("reading the organization's policies above account "+id, err)
	}
	return found, nil
}

// chain are the ids from the root to an account.
func (a *Above) chain(ctx context.Context, client *organizations.Client, id string) ([]string, error) {
	if path := a.units[id]; strings.HasPrefix(path, "r-") {
		return append(strings.Split(path, "/"), id), nil
	}
	return chainOf(ctx, client, id)
}
