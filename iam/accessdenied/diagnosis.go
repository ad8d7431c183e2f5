package accessdenied

import (
	"regexp"
	"sync"

	"remotion-doctor/iam"
)

// A Diagnosis is what is known of one error: what it means, and what cures it.
type Diagnosis struct {
	Pattern *regexp.Regexp // on the text as one line; nil fits every text
	// Action and Resource are what the error is about where the text does not
	// tell.
	Action, Resource string
	Layer            iam.Layer
	Says             string
	Cures            []string
	// Conclusive says that no look at the principal's policies tells more.
	Conclusive bool
}

func known(pattern, action, resource, says string, cures ...string) Diagnosis {
	return Diagnosis{Pattern: regexp.MustCompile(pattern), Action: action, Resource: resource, Says: says, Cures: cures}
}

// beyond is known for an error that no policy of the principal cures.
func beyond(pattern, action, resource, says string, cures ...string) Diagnosis {
	d := known(pattern, action, resource, says, cures...)
	d.Conclusive = true
	return d
}

// diagnose fills in what the first diagnosis that fits knows.
func diagnose(m *iam.DeniedMessage, text string, list []Diagnosis) {
	for i := range list {
		d := &list[i]
		if d.Pattern != nil && !d.Pattern.MatchString(text) {
			continue
		}
		m.Diagnosis, m.Cures, m.Conclusive = d.Says, d.Cures, d.Conclusive
		if m.Action == "" {
			m.Action = d.Action
		}
		if m.Resource == "" && m.Action == d.Action {
			m.Resource = d.Resource
		}
		if m.Layer == "" {
			m.Layer = d.Layer
		}
		return
	}
}

// implied are the actions of errors that name none.
// Source: the errors' own pages, in S3's, Lambda's and Service Quotas' guides.
var implied = sync.OnceValue(func() []Diagnosis {
	return []Diagnosis{
		about(`(?i)role defined for the function cannot be assumed by Lambda`, "sts:AssumeRole", ""),
		about(`(?i)Service-linked role creation access denied|DependencyAccessDeniedException`, "iam:CreateServiceLinkedRole", "arn:aws:iam::*:role/aws-service-role/servicequotas.amazonaws.com/AWSServiceRoleForServiceQuotas"),
		about(`(?i)AccessControlListNotSupported|bucket does not allow ACLs`, "s3:PutObjectAcl", ""),
		about(`(?i)InvalidBucketAclWithObjectOwnership|PARTIAL SUCCESS.{0,80}PutBucketOwnershipControls`, "s3:PutBucketOwnershipControls", "arn:aws:s3:::remotionlambda-*"),
		about(`(?i)403 error when heading the file`, "s3:GetObject", ""),
		about(`(?i)permissions to call CreateNetworkInterface`, "ec2:CreateNetworkInterface", "*"),
	}
})

func about(pattern, action, resource string) Diagnosis {
	return Diagnosis{Pattern: regexp.MustCompile(pattern), Action: action, Resource: resource}
}

// imply fills in the action of an error that names none.
func imply(m *iam.DeniedMessage, text string) {
	for _, d := range implied() {
		if d.Pattern.MatchString(text) {
			if m.Action == "" {
				m.Action = d.Action
			}
			if m.Resource == "" && m.Action == d.Action {
				m.Resource = d.Resource
			}
			return
		}
	}
}

// diagnoses are errors of AWS that need no knowledge of a product, the special
// ones first.
// Source: S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors";
// IAM User Guide, "Troubleshoot IAM".
var diagnoses = sync.OnceValue(func() []Diagnosis {
	return []Diagnosis{
		known(`(?i)(?:\(403\)|403) when calling the HeadObject operation|HeadObject.{0,120}(?:403|Forbidden)|(?:403|Forbidden).{0,120}HeadObject`,
			"s3:GetObject", "",
			"HeadObject needs s3:GetObject on the object; without s3:ListBucket on the bucket S3 answers 403 also for an object that does not exist",
			"grant s3:GetObject on the objects and s3:ListBucket on the bucket", "look whether the object exists at all"),
		beyond(`(?i)ExpiredToken|security token included in the request is expired|token.{0,20} has expired`,
			"", "", "the session has expired; no policy cures that", "sign in again (`aws sso login`), or renew the credentials"),
		beyond(`(?i)SignatureDoesNotMatch|InvalidSignatureException`,
			"", "", "the secret access key does not belong to the access key; no policy cures that", "set both anew; look for blanks and quotes around them"),
		beyond(`(?i)OptInRequired|region .{0,40}is not enabled`,
			"", "", "the region is not enabled in this account; no policy cures that", "enable it in the console, or use another region"),
		beyond(`(?i)Cross-account pass role is not allowed`,
			"iam:PassRole", "", "a role can only be passed within its own account; no policy cures that", "create the execution role in the account of the function"),
		beyond(`(?i)VPC endpoint policy`,
			"", "", "the policy of the VPC endpoint stops it: the function or host is in a VPC, and what it may reach is bound there; a grant to the role does not cure it", "ask who owns the VPC endpoint to allow it"),
		beyond(`(?i)NoSuchBucket|specified bucket does not exist`,
			"", "", "the bucket does not exist under this name in this account; no policy cures that", "look at the name and at the region"),
		beyond(`(?i)TooManyRequestsException|Rate ?exceeded|ThrottlingException`,
			"", "", "AWS took too many requests: this is no denial, and no policy cures it", "raise the quota of concurrent Lambda executions, in Service Quotas"),
		{
			Pattern: regexp.MustCompile(`(?i)<Code>AccessDenied</Code>|^(?:\w*Error: )?(?:AccessDenied: )?Access Denied\.?$|S3.{0,120}Access ?Denied|Access ?Denied.{0,200}(?:S3|HostID|x-amz-id-2)|\((?:AccessDenied|403)\) when calling the \w*(?:Object|Bucket|Buckets|ObjectsV2|Objects|Upload|Part|PublicAccessBlock|Controls|Lifecycle\w*) operation`),
			Says:    "S3 does not tell which action or layer: an IAM policy, the bucket's policy, Block Public Access, a KMS key, or a VPC endpoint may stop it, or the account is not of the bucket's organization; for a missing object it says so, too, to who may not list the bucket",
			Cures:   []string{"the call that failed tells the action: PutObject is s3:PutObject, HeadObject s3:GetObject, ListObjectsV2 s3:ListBucket"},
		},
	}
})
