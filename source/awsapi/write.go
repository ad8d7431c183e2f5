package awsapi

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"remotion-doctor/source"
)

// A Writer changes the policies of roles and users. It is the only part of the
// program that writes to AWS, and only `fix --apply` and `fix --undo` make one.
// The errors of its methods are [*source.Error].
type Writer struct{ client *Client }

// Writer returns what writes with the client's credentials.
func (c *Client) Writer() *Writer { return &Writer{c} }

// An Identity is whom a write is about.
type Identity struct{ Kind, Name string } // role or user

// PutInline writes an inline policy.
func (w *Writer) PutInline(ctx context.Context, id Identity, name, document string) error {
	var err error
	if id.Kind == "user" {
		_, err = w.client.iam().PutUserPolicy(ctx, &awsiam.PutUserPolicyInput{UserName: &id.Name, PolicyName: &name, PolicyDocument: &document})
	} else {
		_, err = w.client.iam().PutRolePolicy(ctx, &awsiam.PutRolePolicyInput{RoleName: &id.Name, PolicyName: &name, PolicyDocument: &document})
	}
	return w.failed("writing the inline policy "+name, err)
}

// DeleteInline removes an inline policy.
func (w *Writer) DeleteInline(ctx context.Context, id Identity, name string) error {
	var err error
	if id.Kind == "user" {
		_, err = w.client.iam().DeleteUserPolicy(ctx, &awsiam.DeleteUserPolicyInput{UserName: &id.Name, PolicyName: &name})
	} else {
		_, err = w.client.iam().DeleteRolePolicy(ctx, &awsiam.DeleteRolePolicyInput{RoleName: &id.Name, PolicyName: &name})
	}
	return w.failed("removing the inline policy "+name, err)
}

// Attach attaches a managed policy.
func (w *Writer) Attach(ctx context.Context, id Identity, arn string) error {
	var err error
	if id.Kind == "user" {
		_, err = w.client.iam().AttachUserPolicy(ctx, &awsiam.AttachUserPolicyInput{UserName: &id.Name, PolicyArn: &arn})
	} else {
		_, err = w.client.iam().AttachRolePolicy(ctx, &awsiam.AttachRolePolicyInput{RoleName: &id.Name, PolicyArn: &arn})
	}
	return w.failed("attaching "+arn, err)
}

// Detach detaches a managed policy.
func (w *Writer) Detach(ctx context.Context, id Identity, arn string) error {
	var err error
	if id.Kind == "user" {
		_, err = w.client.iam().DetachUserPolicy(ctx, &awsiam.DetachUserPolicyInput{UserName: &id.Name, PolicyArn: &arn})
	} else {
		_, err = w.client.iam().DetachRolePolicy(ctx, &awsiam.DetachRolePolicyInput{RoleName: &id.Name, PolicyArn: &arn})
	}
	return w.failed("detaching "+arn, err)
}

// CreatePolicy makes a managed policy and returns its ARN.
func (w *Writer) CreatePolicy(ctx context.Context, name, document string) (string, error) {
	out, err := w.client.iam().CreatePolicy(ctx, &awsiam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &document})
	switch {
	case err != nil:
		return "", w.failed("making the managed policy "+name, err)
	case out.Policy == nil || aws.ToString(out.Policy.Arn) == "":
		return "", wrongAnswer("iam:CreatePolicy", "it holds no policy")
	}
	return aws.ToString(out.Policy.Arn), nil
}

// DeletePolicy removes a managed policy that is attached to nothing.
func (w *Writer) DeletePolicy(ctx context.Context, arn string) error {
	_, err := w.client.iam().DeletePolicy(ctx, &awsiam.DeletePolicyInput{PolicyArn: &arn})
	return w.failed("removing "+arn, err)
}

// NewVersion gives a managed policy a new default version and returns its id.
// IAM keeps five: where there are as many the oldest that is not the default
// goes, and its id is returned as well.
func (w *Writer) NewVersion(ctx context.Context, arn, document string) (id, removed string, err error) {
	op := "writing a new version of " + arn
	versions, err := w.versions(ctx, arn)
	if err != nil {
		return "", "", w.failed(op, err)
	}
	if len(versions) >= 5 {
		if removed = oldest(versions); removed == "" {
			return "", "", &source.Error{Op: op, Kind: source.KindInvalid, Msg: "the policy has five versions, and none of them can go"}
		}
		if err := w.DeleteVersion(ctx, arn, removed); err != nil {
			return "", "", err
		}
	}
	w.client.read.policies.forget()
	out, err := w.client.iam().CreatePolicyVersion(ctx, &awsiam.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: &document, SetAsDefault: true})
	switch {
	case err != nil:
		return "", removed, w.failed(op, err)
	case out.PolicyVersion == nil || aws.ToString(out.PolicyVersion.VersionId) == "":
		return "", removed, wrongAnswer("iam:CreatePolicyVersion", "it holds no version")
	}
	return aws.ToString(out.PolicyVersion.VersionId), removed, nil
}

func (w *Writer) versions(ctx context.Context, arn string) ([]types.PolicyVersion, error) {
	client := w.client.iam()
	return collect(ctx, "iam:ListPolicyVersions", func(ctx context.Context, marker *string) (page[types.PolicyVersion], error) {
		out, err := client.ListPolicyVersions(ctx, &awsiam.ListPolicyVersionsInput{PolicyArn: &arn, Marker: marker})
		if err != nil {
			return page[types.PolicyVersion]{}, err
		}
		return listPage(out.Versions, out.IsTruncated, out.Marker), nil
	})
}

// oldest is the version with the lowest number that is not the default.
func oldest(versions []types.PolicyVersion) string {
	number := func(v types.PolicyVersion) int {
		n, err := strconv.Atoi(strings.TrimPrefix(aws.ToString(v.VersionId), "v"))
		if err != nil {
			return 1 << 30
		}
		return n
	}
	rest := slices.DeleteFunc(slices.Clone(versions), func(v types.PolicyVersion) bool { return v.IsDefaultVersion })
	if len(rest) == 0 {
		return ""
	}
	return aws.ToString(slices.MinFunc(rest, func(a, b types.PolicyVersion) int { return number(a) - number(b) }).VersionId)
}

// DefaultVersion returns the id of a managed policy's default version.
func (w *Writer) DefaultVersion(ctx context.Context, arn string) (string, error) {
	versions, err := w.versions(ctx, arn)
	if err != nil {
		return "", w.failed("reading the versions of "+arn, err)
	}
	for _, v := range versions {
		if v.IsDefaultVersion {
			return aws.ToString(v.VersionId), nil
		}
	}
	return "", w.failed("reading the versions of "+arn, fmt.Errorf("none is the default"))
}

// SetDefaultVersion makes a version of a managed policy the one that counts.
func (w *Writer) SetDefaultVersion(ctx context.Context, arn, id string) error {
	_, err := w.client.iam().SetDefaultPolicyVersion(ctx, &awsiam.SetDefaultPolicyVersionInput{PolicyArn: &arn, VersionId: &id})
	return w.failed("making version "+id+" of "+arn+" the default", err)
}

// DeleteVersion removes a version of a managed policy.
func (w *Writer) DeleteVersion(ctx context.Context, arn, id string) error {
	_, err := w.client.iam().DeletePolicyVersion(ctx, &awsiam.DeletePolicyVersionInput{PolicyArn: &arn, VersionId: &id})
	return w.failed("removing version "+id+" of "+arn, err)
}

// failed explains an error of a write; nil stays nil. Whatever became of it,
// what was read before may be true no longer.
func (w *Writer) failed(op string, err error) error {
	w.client.read.policies.forget()
	if err == nil {
		return nil
	}
	return explain(op, err)
}
