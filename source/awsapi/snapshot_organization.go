package awsapi

import (
	"context"
	"slices"

	"remotion-doctor/iam/account"
	"remotion-doctor/source/awsapi/organizations"
)

func (c *Client) organizations() *organizations.Client {
	return organizations.New(c.of("organizations"), c.globalRegion())
}

// maxLevels bounds the way up: an organization has at most five levels of
// units below the root.
const maxLevels = 8

// readOrganization reads the policies above the account, root first. An account
// that is in no organization has none; SCPs and RCPs do not concern the
// management account; only that is kept.
// Source: Organizations User Guide, "Service control policies" and "Resource
// control policies".
func (t *taker) readOrganization(ctx context.Context, _ string, keep func(account.Snapshot, string) error) error {
	above := t.options.Above
	if above == nil {
		above = t.Above(nil)
	}
	id, _ := t.known()
	found, err := above.Of(ctx, id)
	switch {
	case t.options.Above == nil && hasCode(err, "AWSOrganizationsNotInUseException"):
		return keep(account.Snapshot{}, "")
	case err != nil:
		return err
	}
	return keep(account.Snapshot{Organization: found}, "")
}

// chainOf returns the ids from the root to an account.
func chainOf(ctx context.Context, client *organizations.Client, id string) ([]string, error) {
	const operation = "organizations:ListParents"
	chain := []string{id}
	for len(chain) < maxLevels {
		child := chain[len(chain)-1]
		parents, err := collect(ctx, operation, func(ctx context.Context, token *string) (page[organizations.Parent], error) {
			out, err := client.ListParents(ctx, child, token)
			if err != nil {
				return page[organizations.Parent]{}, err
			}
			return tokenPage(out.Parents, out.NextToken), nil
		})
		if err != nil {
			return nil, err
		}
		if len(parents) != 1 || slices.Contains(chain, parents[0].ID) || parents[0].ID == "" {
			return nil, wrongAnswer(operation, "%q has not one parent of its own", child)
		}
		chain = append(chain, parents[0].ID)
		if parents[0].Type == organizations.Root {
			slices.Reverse(chain)
			return chain, nil
		}
	}
	return nil, wrongAnswer(operation, "the account is more than %d levels below the root", maxLevels)
}

// An organizationReader reads each policy once.
type organizationReader struct {
	client    *organizations.Client
	documents map[string]account.Document
	// levelsOf are the policies of a type on what many accounts have above them, by
	// the type and the id.
	levelsOf map[string][]account.NamedPolicy
}

// levels returns the policies of a type that are attached along the chain; none
// where the type is not enabled.
func (r *organizationReader) levels(ctx context.Context, chain []string, kind string) ([][]account.NamedPolicy, error) {
	var out [][]account.NamedPolicy
	for _, target := range chain {
		if known, ok := r.levelsOf[kind+target]; ok {
			out = append(out, known)
			continue
		}
		level := []account.NamedPolicy{}
		policies, err := collect(ctx, "organizations:ListPoliciesForTarget", func(ctx context.Context, token *string) (page[organizations.Summary], error) {
			out, err := r.client.ListPoliciesForTarget(ctx, target, kind, token)
			if err != nil {
				return page[organizations.Summary]{}, err
			}
			return tokenPage(out.Policies, out.NextToken), nil
		})
		if err != nil {
			return nil, err
		}
		for _, p := range policies {
			doc, err := r.document(ctx, p.ID)
			if err != nil {
				return nil, err
			}
			level = append(level, account.NamedPolicy{Name: p.Name, Document: doc})
		}
		out = append(out, level)
		r.levelsOf[kind+target] = level
	}
	// Where a type is not enabled nothing of it is attached anywhere; where it
	// is, every entity has at least one.
	if slices.ContainsFunc(out, func(l []account.NamedPolicy) bool { return len(l) > 0 }) {
		return out, nil
	}
	return nil, nil
}

func (r *organizationReader) document(ctx context.Context, id string) (account.Document, error) {
	if d, ok := r.documents[id]; ok {
		return d, nil
	}
	out, err := r.client.DescribePolicy(ctx, id)
	const operation = "organizations:DescribePolicy"
	switch {
	case err != nil:
		return account.Document{}, err
	case out == nil || isEmpty(out.Content):
		return account.Document{}, wrongAnswer(operation, "it has no document of the policy %q", id)
	case out.PolicySummary != nil && out.PolicySummary.ID != id:
		return account.Document{}, wrongAnswer(operation, "asked for the policy %q, it has %q", id, out.PolicySummary.ID)
	}
	d := account.Document{Text: out.Content}
	r.documents[id] = d
	return d, nil
}
