package accessdenied

import (
	"regexp"
	"sync"

	"remotion-doctor/audit"
)

// A Diagnosis is what is known of one error: what it means, and what cures it.
type Diagnosis struct {
	Pattern *regexp.Regexp // on the text as one line
	// Action and Resource are what the error is about where the text does not
	// tell.
	Action, Resource string
	Layer            audit.Layer
	Says             string
	Cures            []string
}

func known(pattern, action, resource, says string, cures ...string) Diagnosis {
	return Diagnosis{Pattern: regexp.MustCompile(pattern), Action: action, Resource: resource, Says: says, Cures: cures}
}

// diagnose fills in what the first diagnosis that fits knows.
func diagnose(m *audit.DeniedMessage, text string, list []Diagnosis) {
	for i := range list {
		d := &list[i]
		if !d.Pattern.MatchString(text) {
			continue
		}
		m.Diagnosis, m.Cures = d.Says, d.Cures
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

// diagnoses are the errors that are known, the special ones first.
//
// Sources: Remotion's pages "permissions", "bucket-disallows-acl",
// "security-token" and "unrecognizedclientexception", remotion-dev/remotion
// #1129, #1699, #1891, #1941, #2149, #3362, #4838, #5001, pull request #11161;
// S3 User Guide, "Troubleshoot access denied errors"; Lambda Developer Guide,
// "Troubleshoot deployment issues".
var diagnoses = sync.OnceValue(func() []Diagnosis {
	return []Diagnosis{
		known(`(?i)role defined for the function cannot be assumed by Lambda`,
			"sts:AssumeRole", "",
			"Lambda may not assume the execution role: the role does not exist under this name, was created seconds ago, or its trust policy does not name lambda.amazonaws.com; no permissions policy cures that",
			"let the role's trust policy allow sts:AssumeRole to the service lambda.amazonaws.com",
			"look at the name: Remotion expects remotion-lambda-role, unless --custom-role-arn names another",
			"try again in a minute if the role is new"),
		known(`(?i)Service-linked role creation access denied|DependencyAccessDeniedException`,
			"iam:CreateServiceLinkedRole", "arn:aws:iam::*:role/aws-service-role/servicequotas.amazonaws.com/AWSServiceRoleForServiceQuotas",
			"the first request to raise a quota creates the service-linked role of Service Quotas, which needs iam:CreateServiceLinkedRole; Remotion's policy does not grant it",
			"raise one quota in the console of Service Quotas once, as an administrator",
			"or: aws iam create-service-linked-role --aws-service-name servicequotas.amazonaws.com"),
		known(`(?i)expected the bucket owner|ExpectedBucketOwner|x-amz-expected-bucket-owner`,
			"s3:PutObject", "",
			"the output bucket belongs to another account: Remotion sends ExpectedBucketOwner with its own account, so that no bucket policy makes this work",
			"give the credentials of the other account as s3OutputProvider"),
		known(`(?i)AccessControlListNotSupported|bucket does not allow ACLs`,
			"s3:PutObjectAcl", "",
			"the bucket has ACLs disabled (Object Ownership: bucket owner enforced); no IAM policy cures that",
			"render with privacy: 'no-acl'", "or enable ACLs on the bucket: Object Ownership, bucket owner preferred"),
		known(`(?i)InvalidBucketAclWithObjectOwnership|PARTIAL SUCCESS.{0,80}PutBucketOwnershipControls`,
			"s3:PutBucketOwnershipControls", "arn:aws:s3:::remotionlambda-*",
			"Remotion made a bucket and could not configure it: the policy is older than Remotion 3.3.87, which added s3:PutBucketOwnershipControls and s3:PutBucketPublicAccessBlock",
			"grant the caller the newest policy: remotion-doctor fix", "delete the half-made bucket before the next try"),
		known(`(?i)BlockPublicAcls|public ACLs are prevented`,
			"s3:PutObjectAcl", "",
			"S3 Block Public Access refuses public ACLs, on the bucket or on the account; no IAM policy cures that",
			"render with privacy: 'no-acl' or 'private'", "or switch BlockPublicAcls off for this bucket"),
		known(`(?i)BlockPublicPolicy|public (?:bucket )?policies are prevented`,
			"s3:PutBucketPolicy", "",
			"S3 Block Public Access refuses public bucket policies; no IAM policy cures that. Remotion falls back to an ACL",
			"switch BlockPublicPolicy off for this bucket, or ask the administrator of the account"),
		known(`(?i)403 error when heading the file|Unable to access item.{0,200}403`,
			"s3:GetObject", "",
			"before a render Remotion looks whether the output exists, as the role of the render function, not as the caller: that role needs s3:GetObject on the objects and s3:ListBucket on the output bucket",
			"grant both to the render function's role, remotion-lambda-role", "or use Remotion 4.0.523 or newer, which does without"),
		known(`(?i)(?:\(403\)|403) when calling the HeadObject operation|HeadObject.{0,120}(?:403|Forbidden)|(?:403|Forbidden).{0,120}HeadObject`,
			"s3:GetObject", "",
			"HeadObject needs s3:GetObject on the object; without s3:ListBucket on the bucket S3 answers 403 also for an object that does not exist",
			"grant s3:GetObject on the objects and s3:ListBucket on the bucket", "look whether the object exists at all"),
		known(`(?i)UnrecognizedClientException|credentials provided were probably mixed up`,
			"", "",
			"the access key is not known to AWS: within a Lambda function or on a host with a role, its AWS_ACCESS_KEY_ID is taken without its session token",
			"set REMOTION_AWS_ACCESS_KEY_ID and REMOTION_AWS_SECRET_ACCESS_KEY where the code runs", "or grant the host's own role: remotion-doctor check --function NAME"),
		known(`(?i)InvalidClientTokenId|security token included in the request is invalid`,
			"", "",
			"the credentials are not accepted: the region is an opt-in region that is not enabled, a temporary key (ASIA…) came without its session token, or the key is wrong; no policy cures that",
			"enable the region in the account, or use one that is enabled by default", "give AWS_SESSION_TOKEN with a temporary key"),
		known(`(?i)ExpiredToken|security token included in the request is expired|token.{0,20} has expired`,
			"", "", "the session has expired; no policy cures that", "sign in again (`aws sso login`), or renew the credentials"),
		known(`(?i)SignatureDoesNotMatch|InvalidSignatureException`,
			"", "", "the secret access key does not belong to the access key; no policy cures that", "set both anew; look for blanks and quotes around them"),
		known(`(?i)OptInRequired|region .{0,40}is not enabled`,
			"", "", "the region is not enabled in this account; no policy cures that", "enable it in the console, or use another region"),
		known(`(?i)have not set the environment variable|REMOTION_AWS_ACCESS_KEY_ID.{0,80}not set`,
			"", "", "Remotion found no credentials: on EC2, ECS and EKS it does not look for the role of the host unless told",
			"set REMOTION_SKIP_AWS_CREDENTIALS_CHECK=1 where the code runs", "or set REMOTION_AWS_PROFILE or REMOTION_AWS_ACCESS_KEY_ID"),
		known(`(?i)No (?:Lambda )?functions? with version .{0,40}found|No compatible (?:Lambda )?functions?`,
			"lambda:InvokeFunction", "",
			"either none is deployed for this version, or the caller may not invoke it: without lambda:InvokeFunction Remotion drops functions from its list in silence",
			"look: remotion-doctor check --for render", "or deploy one: npx remotion lambda functions deploy"),
		known(`(?i)ResourceConflictException|Function already exist`,
			"lambda:InvokeFunction", "",
			"the function exists, and the caller may not invoke it: without lambda:InvokeFunction Remotion takes it for missing and creates it again",
			"grant lambda:InvokeFunction on function:remotion-render-*"),
		known(`(?i)multiple buckets.{0,80}remotionlambda|remotionlambda.{0,80}multiple buckets`,
			"", "", "there is more than one bucket remotionlambda-… in the region, and Remotion does not choose; no policy cures that", "delete those that are not in use, or name one with forceBucketName"),
		known(`(?i)Cross-account pass role is not allowed`,
			"iam:PassRole", "", "a role can only be passed within its own account; no policy cures that", "create the execution role in the account of the function"),
		known(`(?i)execution role does not have permissions to call CreateNetworkInterface`,
			"ec2:CreateNetworkInterface", "*", "the function is in a VPC, and its execution role may not make network interfaces there; Remotion's role policy does not grant it",
			"attach AWSLambdaVPCAccessExecutionRole to the function's role"),
		known(`(?i)ciphertext refers to a customer master key|KMSAccessDenied|kms:(?:Decrypt|GenerateDataKey)`,
			"kms:GenerateDataKey", "", "the bucket is encrypted with a KMS key, which needs kms:GenerateDataKey and kms:Decrypt on the key, in the key's policy and in the role's; Remotion's policies grant neither",
			"grant both on the key: remotion-doctor check --kms-key ARN"),
		known(`(?i)VPC endpoint policy`,
			"", "", "the policy of the VPC endpoint stops it: the function or host is in a VPC, and what it may reach is bound there; a grant to the role does not cure it", "ask who owns the VPC endpoint to allow it"),
		known(`(?i)AccessDenied(?:Exception)?: (?:UnknownError|Unknown)`,
			"", "", "Lambda denied the request and told nothing: the SDK could not read its answer", "look which call failed, and ask: remotion-doctor explain lambda:ListFunctions '*'", "look whether the account is active and Lambda is not closed for it by an organization"),
		known(`(?i)NoSuchBucket|specified bucket does not exist`,
			"", "", "the bucket does not exist under this name in this account; no policy cures that", "look at the name and at the region"),
		known(`(?i)TooManyRequestsException|Rate ?exceeded|ThrottlingException`,
			"", "", "AWS took too many requests: this is no denial, and no policy cures it", "raise the quota of concurrent Lambda executions: npx remotion lambda quotas increase"),
		{
			Pattern: regexp.MustCompile(`(?i)<Code>AccessDenied</Code>|^(?:\w*Error: )?(?:AccessDenied: )?Access Denied\.?$|S3.{0,120}Access ?Denied|Access ?Denied.{0,200}(?:S3|HostID|x-amz-id-2)|\((?:AccessDenied|403)\) when calling the \w*(?:Object|Bucket|Buckets|ObjectsV2|Objects|Upload|Part|PublicAccessBlock|Controls|Lifecycle\w*) operation`),
			Says:    "S3 does not tell which action or layer: an IAM policy, the bucket's policy, Block Public Access, a KMS key, or a VPC endpoint may stop it, or the account is not of the bucket's organization; for a missing object it says so, too, to who may not list the bucket",
			Cures:   []string{"the call that failed tells the action: PutObject is s3:PutObject, HeadObject s3:GetObject, ListObjectsV2 s3:ListBucket"},
		},
	}
})
