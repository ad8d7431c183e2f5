package awsapi

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"

	"remotion-doctor/iam"
)

// A Writer changes the policies of roles and users. It is the only part of the
// program that writes to AWS, and only `fix --apply` and `fix --undo` make one.
// Each method is one call of IAM's API. The errors are [*source.Error].
type Writer struct{ *Client }

// Writer returns what writes with the client's credentials.
func (c *Client) Writer() *Writer { return &Writer{c} }

// PutInline writes an inline policy.
func (w *Writer) PutInline(ctx context.Context, p iam.Principal, name, document string) error {
	var err error
	who := p.Name()
	if p.Type() == "user" {
		_, err = w.iam().PutUserPolicy(ctx, &awsiam.PutUserPolicyInput{UserName: &who, PolicyName: &name, PolicyDocument: &document})
	} else {
		_, err = w.iam().PutRolePolicy(ctx, &awsiam.PutRolePolicyInput{RoleName: &who, PolicyName: &name, PolicyDocument: &document})
	}
	return w.failed("writing the inline policy "+name, err)
}

// DeleteInline removes an inline policy.
func (w *Writer) DeleteInline(ctx context.Context, p iam.Principal, name string) error {
	var err error
	who := p.Name()
	if p.Type() == "user" {
		_, err = w.iam().DeleteUserPolicy(ctx, &awsiam.DeleteUserPolicyInput{UserName: &who, PolicyName: &name})
	} else {
		_, err = w.iam().DeleteRolePolicy(ctx, &awsiam.DeleteRolePolicyInput{RoleName: &who, PolicyName: &name})
	}
	return w.failed("removing the inline policy "+name, err)
}

// Attach attaches a managed policy.
func (w *Writer) Attach(ctx context.Context, p iam.Principal, arn string) error {
	var err error
	who := p.Name()
	if p.Type() == "user" {
		_, err = w.iam().AttachUserPolicy(ctx, &awsiam.AttachUserPolicyInput{UserName: &who, PolicyArn: &arn})
	} else {
		_, err = w.iam().AttachRolePolicy(ctx, &awsiam.AttachRolePolicyInput{RoleName: &who, PolicyArn: &arn})
	}
	return w.failed("attaching "+arn, err)
}

// Detach detaches a managed policy.
func (w *Writer) Detach(ctx context.Context, p iam.Principal, arn string) error {
	var err error
	who := p.Name()
	if p.Type() == "user" {
		_, err = w.iam().DetachUserPolicy(ctx, &awsiam.DetachUserPolicyInput{UserName: &who, PolicyArn: &arn})
	} else {
		_, err = w.iam().DetachRolePolicy(ctx, &awsiam.DetachRolePolicyInput{RoleName: &who, PolicyArn: &arn})
	}
	return w.failed("detaching "+arn, err)
}

// CreatePolicy makes a managed policy.
func (w *Writer) CreatePolicy(ctx context.Context, name, path, description, document string) error {
	in := &awsiam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &document}
	if path != "" && path != "/" {
		in.Path = &path
	}
	if description != "" {
		in.Description = &description
	}
	out, err := w.iam().CreatePolicy(ctx, in)
	if err == nil && (out.Policy == nil || aws.ToString(out.Policy.Arn) == "") {
		err = wrongAnswer("iam:CreatePolicy", "it has no policy")
	}
	return w.failed("creating the managed policy "+name, err)
}

// DeletePolicy removes a managed policy that is attached to nothing.
func (w *Writer) DeletePolicy(ctx context.Context, arn string) error {
	_, err := w.iam().DeletePolicy(ctx, &awsiam.DeletePolicyInput{PolicyArn: &arn})
	return w.failed("deleting "+arn, err)
}

// CreateVersion gives a managed policy a new version. Every call makes another
// one, so that it is tried once: whoever gets no answer has to look.
func (w *Writer) CreateVersion(ctx context.Context, arn, document string, asDefault bool) error {
	out, err := w.iam().CreatePolicyVersion(ctx, &awsiam.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: &document, SetAsDefault: asDefault}, func(o *awsiam.Options) {
		o.Retryer = onlyRefused{o.Retryer}
	})
	if err == nil && (out.PolicyVersion == nil || aws.ToString(out.PolicyVersion.VersionId) == "") {
		err = wrongAnswer("iam:CreatePolicyVersion", "it has no version")
	}
	return w.failed("writing a new version of "+arn, err)
}

// SetDefaultVersion makes a version of a managed policy the one that counts.
func (w *Writer) SetDefaultVersion(ctx context.Context, arn, id string) error {
	_, err := w.iam().SetDefaultPolicyVersion(ctx, &awsiam.SetDefaultPolicyVersionInput{PolicyArn: &arn, VersionId: &id})
	return w.failed("making version "+id+" of "+arn+" the default", err)
}

// DeleteVersion removes a version of a managed policy.
func (w *Writer) DeleteVersion(ctx context.Context, arn, id string) error {
	_, err := w.iam().DeletePolicyVersion(ctx, &awsiam.DeletePolicyVersionInput{PolicyArn: &arn, VersionId: &id})
	return w.failed("deleting version "+id+" of "+arn, err)
}

// onlyRefused retries what AWS refused for too many requests, and nothing that
// it may have done.
type onlyRefused struct{ aws.Retryer }

// IsErrorRetryable reports whether a call is tried again.
func (r onlyRefused) IsErrorRetryable(err error) bool {
	e, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	_, throttled := retry.DefaultThrottleErrorCodes[e.ErrorCode()]
	return throttled
}

// failed explains an error of a write; nil stays nil. Whatever became of it,
// what was read before may be true no longer.
func (w *Writer) failed(op string, err error) error {
	w.Forget()
	if err == nil {
		return nil
	}
	return explain(op, err)
}
