package remotion

import (
	"slices"
	"testing"

	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/accessdenied"
	"remotion-doctor/iam/actions"
)

func TestPains(t *testing.T) {
	for _, p := range pains {
		if p.Cause == "" || p.Cure == "" || p.Source == "" || len(p.Patterns)+len(p.About) == 0 {
			t.Errorf("%s says too little", p.Code)
		}
		for _, a := range p.Actions {
			if _, ok := actions.Lookup(a); !ok {
				t.Errorf("%s: there is no action %s", p.Code, a)
			}
		}
	}
	for _, tt := range []struct{ text, want string }{
		{"InvalidBucketAclWithObjectOwnership: Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting", "stale-policy"},
		{"PARTIAL SUCCESS: The s3:PutBucketOwnershipControls was found, but the s3:PutBucketPublicAccessBlock was not", "stale-policy"},
		{"AccessDenied: User: arn:aws:iam::123456789012:user/remotion is not authorized to perform: s3:PutBucketPublicAccessBlock on resource", "stale-policy"},
		{"AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/vercel-fn/x is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:123456789012:function:remotion-render-4-0-1-mem2048mb-disk2048mb-120sec because no identity-based policy allows the lambda:InvokeFunction action", "host-role"},
		{"UnrecognizedClientException: The AWS credentials provided were probably mixed up.", "mixed-up-keys"},
		{"You have tried to call a Remotion Lambda function, but have not set the environment variable AWS_ACCESS_KEY_ID or REMOTION_AWS_ACCESS_KEY_ID.", "credentials-check"},
		{"AccessControlListNotSupported: The bucket does not allow ACLs", "bucket-disallows-acl"},
		{"Unable to access item \"out.mp4\" from bucket \"x\" (got a 403 error when heading the file). The Lambda role must have permission for both \"s3:GetObject\" and \"s3:ListBucket\" actions.", "output-bucket"},
		{"InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.", "trust-policy"},
		{"The role \"remotion-lambda-role\" does not exist in your AWS account or has the wrong policy assigned to it. Common reasons:", "trust-policy"},
		{"You have multiple buckets (remotionlambda-useast1-a, remotionlambda-useast1-b) in your S3 region (us-east-1) starting with \"remotionlambda-\".", "multiple-buckets"},
		{"is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::remotionlambda-x\" with an explicit deny in a service control policy", "public-buckets-forbidden"},
		{"DependencyAccessDeniedException: Service-linked role creation access denied.", "quota-increase"},
		{"InvalidClientTokenId: The security token included in the request is invalid", "security-token"},
		{"AccessDeniedException: UnknownError", "list-functions"},
		{"is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/my-role", "pass-role"},
		{"ResourceConflictException: Function already exist: remotion-render-4-0-1-mem2048mb-disk2048mb-120sec", "no-compatible-function"},
		{"The provided execution role does not have permissions to call CreateNetworkInterface on EC2", "vpc"},
		{"AccessDenied: not authorized to perform: kms:GenerateDataKey on this resource", "kms"},
		{"not authorized to perform: s3:AbortMultipartUpload", "multipart"},
	} {
		got := pack.PainsOf(denial(tt.text))
		if len(got) == 0 || got[0].Code != tt.want {
			t.Errorf("%s: %v, want %s", tt.text, codes(got), tt.want)
		}
	}
	if got := pack.PainsOf(denial("TypeError: x is not a function")); len(got) > 0 {
		t.Errorf("%v for another error", codes(got))
	}
}

// denial is a text as package accessdenied reads it.
func denial(text string) checks.Denial {
	m := accessdenied.Parse(text)
	return checks.Denial{Text: accessdenied.Text(text), Action: m.Action, Resource: m.Resource, Principal: m.Principal, Layer: m.Layer, Decision: m.Decision}
}

// TestPainsFollowTheLayer: an error that a Deny caused is never known as one that
// a grant cures, and a renderer's never as the caller's.
func TestPainsFollowTheLayer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		d    checks.Denial
		want string
	}{
		{checks.Denial{Action: "lambda:InvokeFunction", Principal: "arn:aws:sts::111122223333:assumed-role/api/x", Layer: iam.LayerIdentity, Decision: iam.ImplicitDeny}, "host-role"},
		{checks.Denial{Action: "lambda:InvokeFunction", Principal: "arn:aws:sts::111122223333:assumed-role/api/x", Layer: iam.LayerIdentity, Decision: iam.ExplicitDeny}, ""},
		{checks.Denial{Action: "lambda:InvokeFunction", Principal: "arn:aws:sts::111122223333:assumed-role/api/x", Layer: iam.LayerSCP, Decision: iam.ExplicitDeny}, ""},
		{checks.Denial{Action: "iam:PassRole", Layer: iam.LayerBoundary, Decision: iam.ImplicitDeny}, ""},
		{checks.Denial{Action: "iam:PassRole", Layer: iam.LayerIdentity, Decision: iam.ImplicitDeny}, "pass-role"},
		{checks.Denial{Action: "s3:PutBucketPolicy", Layer: iam.LayerSCP, Decision: iam.ExplicitDeny}, "public-buckets-forbidden"},
		{checks.Denial{Action: "lambda:GetLayerVersion", Layer: iam.LayerResource, Decision: iam.ImplicitDeny}, "layer-not-shared"},
		{checks.Denial{Action: "lambda:GetLayerVersion", Layer: iam.LayerIdentity, Decision: iam.ImplicitDeny}, ""},
		{checks.Denial{Action: "kms:Decrypt", Layer: iam.LayerResource, Decision: iam.ImplicitDeny}, ""},
		{checks.Denial{Action: "sts:AssumeRoleWithWebIdentity"}, "web-identity"},
	} {
		got := ""
		if pains := pack.PainsOf(tt.d); len(pains) > 0 {
			got = pains[0].Code
		}
		if got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.d, got, tt.want)
		}
	}
}

func codes(pains []checks.Pain) []string {
	var out []string
	for _, p := range pains {
		out = append(out, p.Code)
	}
	slices.Sort(out)
	return out
}
