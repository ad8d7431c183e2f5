package awsapi

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/iam/account"
	"remotion-doctor/source/awsapi/config"
)

// recorded are what AWS Config records of an account, and the fields that an audit
// needs: a whole configuration cannot be selected.
//
// Source: AWS Config Developer Guide, "Querying the Current Configuration State";
// github.com/awslabs/aws-config-resource-schema.
var recorded = []struct {
	kind, fields string
	add          func(s *account.Snapshot, item []byte, tags []account.Tag) error
}{
	{
		"AWS::IAM::Role",
		"path, roleName, roleId, arn, assumeRolePolicyDocument, rolePolicyList, attachedManagedPolicies, permissionsBoundary, instanceProfileList",
		func(s *account.Snapshot, item []byte, tags []account.Tag) error {
			r, err := added(&s.AuthorizationDetails.Roles, item)
			r.Tags = tags
			for _, p := range r.InstanceProfileList {
				p.Roles = []account.ProfileRole{{RoleName: r.RoleName, Arn: r.Arn}}
				s.InstanceProfiles = append(s.InstanceProfiles, p)
			}
			return err
		},
	},
	{
		"AWS::IAM::User",
		"path, userName, userId, arn, userPolicyList, attachedManagedPolicies, permissionsBoundary, groupList",
		func(s *account.Snapshot, item []byte, tags []account.Tag) error {
			u, err := added(&s.AuthorizationDetails.Users, item)
			u.Tags = tags
			return err
		},
	},
	{
		"AWS::IAM::Group",
		"path, groupName, groupId, arn, groupPolicyList, attachedManagedPolicies",
		func(s *account.Snapshot, item []byte, _ []account.Tag) error {
			_, err := added(&s.AuthorizationDetails.Groups, item)
			return err
		},
	},
	{
		"AWS::IAM::Policy",
		"policyName, arn, path, defaultVersionId, policyVersionList",
		func(s *account.Snapshot, item []byte, _ []account.Tag) error {
			_, err := added(&s.AuthorizationDetails.Policies, item)
			return err
		},
	},
	{
		"AWS::Lambda::Function",
		"functionName, functionArn, role",
		func(s *account.Snapshot, item []byte, _ []account.Tag) error {
			_, err := added(&s.Functions, item)
			return err
		},
	},
}

// added reads an item into a list.
func added[T any](list *[]T, item []byte) (*T, error) {
	var v T
	err := json.Unmarshal(item, &v)
	*list = append(*list, v)
	return &(*list)[len(*list)-1], err
}

// notRecorded are what an account of an aggregator does not say, with what stays
// open by that.
var notRecorded = []account.Gap{
	{Operation: "s3:GetBucketPolicy", Reason: "AWS Config's aggregator is not asked for it", Affects: "whether a bucket's own policy stops Remotion"},
	{Operation: "organizations:ListPoliciesForTarget", Reason: "AWS Config does not record it", Affects: "whether a service or resource control policy stops what the role is granted"},
}

// AggregatedAccounts returns the ids of the accounts that an aggregator has
// recorded roles of, sorted. The error is an [*source.Error].
func (c *Client) AggregatedAccounts(ctx context.Context, aggregator string) ([]string, error) {
	results, err := c.query(ctx, aggregator, "SELECT accountId, COUNT(*) WHERE resourceType = 'AWS::IAM::Role' GROUP BY accountId")
	if err != nil {
		return nil, err
	}
	var out []string
	for _, text := range results {
		var item struct {
			AccountID string `json:"accountId"`
		}
		if err := json.Unmarshal([]byte(text), &item); err != nil || item.AccountID == "" {
			return nil, wrongAnswer(selectOperation, "a result has no accountId")
		}
		out = append(out, item.AccountID)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

const selectOperation = "config:SelectAggregateResourceConfig"

// Aggregated returns what an aggregator has recorded of an account. What it does
// not record is a gap. The error is an [*source.Error].
func (c *Client) Aggregated(ctx context.Context, aggregator, id string) (*account.Snapshot, error) {
	out := &account.Snapshot{Version: 1, AccountID: id, Partition: "aws", Gaps: slices.Clone(notRecorded)}
	for _, r := range recorded {
		fields := "arn, tags"
		for f := range strings.SplitSeq(r.fields, ", ") {
			fields += ", configuration." + f
		}
		results, err := c.query(ctx, aggregator, fmt.Sprintf("SELECT %s WHERE resourceType = '%s' AND accountId = '%s'", fields, r.kind, id))
		if err != nil {
			return nil, err
		}
		for _, text := range results {
			var item struct {
				Arn           string
				Configuration json.RawMessage
				Tags          []account.Tag
			}
			err := json.Unmarshal([]byte(text), &item)
			if err == nil && len(item.Configuration) == 0 {
				err = fmt.Errorf("it has no configuration")
			}
			if err == nil {
				err = r.add(out, item.Configuration, item.Tags)
			}
			if err != nil {
				return nil, wrongAnswer(selectOperation, "the %s %q cannot be read: %v", r.kind, item.Arn, err)
			}
			if parts := strings.SplitN(item.Arn, ":", 3); len(parts) == 3 {
				out.Partition = parts[1]
			}
		}
	}
	return out, nil
}

func (c *Client) query(ctx context.Context, aggregator, query string) ([]string, error) {
	client := config.New(c.of("config"), c.config.Region)
	out, err := collect(ctx, selectOperation, func(ctx context.Context, token *string) (page[string], error) {
		r, err := client.SelectAggregateResourceConfig(ctx, aggregator, query, token)
		return tokenPage(r.Results, r.NextToken), err
	})
	if err != nil {
		return nil, explain("asking AWS Config's aggregator "+aggregator, err)
	}
	return out, nil
}
