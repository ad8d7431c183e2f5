package remedy

import (
	"fmt"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// A SetUp is what an account needs from nothing: principals with their
// policies, and a bucket.
type SetUp struct {
	Principals []NewPrincipal
	// Bucket is nil where none is made.
	Bucket *NewBucket
}

// A NewPrincipal is a role or user that is made.
type NewPrincipal struct {
	Kind, Name string // role or user
	ID         string // RemotionLambdaRole: what it is called in a template or program
	// Service assumes the role.
	Service string
	// PolicyName and Policy are what it is given.
	PolicyName string
	Policy     *policy.Document
}

// A NewBucket is a bucket with object ACLs that lets the public read what is
// meant for it, named PREFIX-REGION-SUFFIX with the Region's dashes left out.
type NewBucket struct{ ID, Prefix string }

// SetUpForms are the forms of a set-up.
var SetUpForms = []Form{FormCloudFormation, FormTerraform, FormCDK}

// Render returns the set-up in a form.
func (s *SetUp) Render(form Form) (string, error) {
	changes, err := s.changes(form)
	if err != nil {
		return "", err
	}
	switch form {
	case FormCloudFormation:
		return s.cloudFormation(changes)
	case FormTerraform:
		return s.terraform(changes)
	case FormCDK:
		return s.cdk(changes)
	}
	return "", fmt.Errorf("%q is no form of a set-up", form)
}

// changes give the principals their policies: inline ones, or managed ones where
// the quotas of IAM want that.
func (s *SetUp) changes(form Form) ([]*Change, error) {
	var out []*Change
	for i := range s.Principals {
		p := &s.Principals[i]
		d := &account.Declaration{Language: account.CloudFormation, Name: p.ID, Label: p.Name}
		if form == FormTerraform {
			d = &account.Declaration{Language: account.Terraform, Name: "aws_iam_" + p.Kind + "." + snake(p.Name), Label: p.Name, Folder: "."}
		}
		h := &Holding{Kind: p.Kind, Name: p.Name, ARN: "arn:aws:iam::" + iam.UnknownAccount + ":" + p.Kind + "/" + p.Name, Declared: d}
		c, err := Attach(p.Policy, h, Placement{Name: p.PolicyName})
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// trust is the trust policy of a role.
func (p *NewPrincipal) trust() *policy.Document {
	return &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{{
		Effect: policy.Allow, Principals: &policy.Principals{Service: []string{p.Service}}, Actions: []string{"sts:AssumeRole"},
	}}}
}

// setUpComment is what no template can do.
const setUpComment = "Keys of a user are made by hand: aws iam create-access-key --user-name NAME"

// publicComment says why the bucket is unchanged.
// Source: @remotion/lambda-client 4.0.527, get-or-create-bucket: it deletes the
// bucket's ownership controls and public access block, and makes it public-read.
const publicComment = "As Remotion makes it: objects have ACLs, and sites are read by the public"
