package accessdenied

import (
	"regexp"
	"strings"
	"sync"

	"remotion-doctor/iam"
)

// A Diagnosis is what is known of one error: what it means, and what cures it.
type Diagnosis struct {
	Pattern *regexp.Regexp // on the text as one line; nil fits every text
	// Action and Resource are what the error concerns where the text does not
	// tell.
	Action, Resource string
	Layer            iam.Layer
	Says             string
	Cures            []string
	// Conclusive says that no look at the principal's policies shows more.
	Conclusive bool
	// NoDenial says that no policy denied anything: the error has another cause.
	NoDenial bool
	// Opaque fits only texts that name neither the action nor the layer.
	Opaque bool
}

// none is known for an error that is no denial.
func none(pattern, says string, cures ...string) Diagnosis {
	d := beyond(pattern, "", "", says, cures...)
	d.NoDenial = true
	return d
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
		if d.Pattern != nil && !d.Pattern.MatchString(text) || d.Opaque && m.Layer != "" || d.NoDenial && strings.Contains(text, "authorized to perform") {
			continue
		}
		if found := firstGroup(d.Pattern, text); found != "" {
			m.Resource = found
		}
		m.NoDenial = d.NoDenial
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

// firstGroup is the first part in parentheses that a pattern finds.
func firstGroup(p *regexp.Regexp, text string) string {
	if p == nil || p.NumSubexp() == 0 {
		return ""
	}
	found := p.FindStringSubmatch(text)
	for _, f := range found[min(1, len(found)):] {
		if f != "" {
			return f
		}
	}
	return ""
}

// implied are the actions of errors that name none.
// Source: the errors' own pages, in S3's, Lambda's and Service Quotas' guides.
var implied = sync.OnceValue(func() []Diagnosis {
	return []Diagnosis{
		about(`(?i)role defined for the function cannot be assumed by Lambda`, "sts:AssumeRole", ""),
		about(`(?i)Service-linked role creation access denied|DependencyAccessDeniedException`, "iam:CreateServiceLinkedRole", "arn:aws:iam::*:role/aws-service-role/servicequotas.amazonaws.com/AWSServiceRoleForServiceQuotas"),
		about(`(?i)AccessControlListNotSupported|bucket does not allow ACLs`, "s3:PutObjectAcl", ""),
		about(`(?i)InvalidBucketAclWithObjectOwnership|PARTIAL SUCCESS.{0,80}PutBucketOwnershipControls`, "s3:PutBucketOwnershipControls", "arn:aws:s3:::remotionlambda-*"),
		about(`(?i)Cross-account pass role is not allowed`, "iam:PassRole", ""),
		about(`(?i)403 error when heading the file`, "s3:GetObject", ""),
		about(`(?i)permissions to call CreateNetworkInterface`, "ec2:CreateNetworkInterface", "*"),
	}
})

func about(pattern, action, resource string) Diagnosis {
	return Diagnosis{Pattern: regexp.MustCompile(pattern), Action: action, Resource: resource}
}

// imply fills in the action of an error that names none, and reports whether it
// did.
func imply(m *iam.DeniedMessage, text string) bool {
	for _, d := range implied() {
		if d.Pattern.MatchString(text) {
			taken := m.Action == ""
			if taken {
				m.Action = d.Action
			}
			if m.Resource == "" && m.Action == d.Action {
				m.Resource = d.Resource
			}
			return taken
		}
	}
	return false
}

// diagnoses are errors of AWS that need no knowledge of a product, the special
// ones first.
// Source: STS API Reference, "AssumeRoleWithWebIdentity", Errors; S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors";
// IAM User Guide, "Troubleshoot IAM".
var diagnoses = sync.OnceValue(func() []Diagnosis {
	return []Diagnosis{
		known(`(?i)(?:\(403\)|403) when calling the HeadObject operation|HeadObject.{0,120}(?:403|Forbidden)|(?:403|Forbidden).{0,120}HeadObject`,
			"s3:GetObject", "",
			"HeadObject needs s3:GetObject on the object; without s3:ListBucket on the bucket S3 answers 403 also for an object that does not exist",
			"grant s3:GetObject on the objects and s3:ListBucket on the bucket", "look whether the object exists at all"),
		none(`(?i)Signature expired: .{0,40}is now earlier than|Signature not yet current|RequestTimeTooSkewed|RequestExpired|difference between the request time and the (?:current|server's) time`,
			"the clock of this host differs by more than five minutes from AWS's (system time): AWS rejects the signature before any policy is evaluated",
			"set the system time (`timedatectl set-ntp true`; restart Docker Desktop or WSL after a sleep), then try again"),
		none(`(?i)ExpiredToken|security token included in the request is expired|token.{0,20} has expired|SSO session .{0,40}(?:has expired|is invalid)`,
			"the session has expired, so AWS did not evaluate any policy", "sign in again (`aws sso login`), or renew the credentials"),
		none(`(?i)No OpenIDConnect provider found in your account`,
			"the account has no IAM OIDC provider for the token's issuer, so STS looked at no trust policy", "create the OIDC provider in the role's account (`aws iam create-open-id-connect-provider`), or correct the account in the role's ARN"),
		none(`(?i)Incorrect token audience`,
			"the IAM OIDC provider does not list the token's audience (aud) as a client ID, so STS looked at no trust policy", "add the audience to the OIDC provider (`aws iam add-client-id-to-open-id-connect-provider`), or request the token with an audience that it lists"),
		none(`(?i)InvalidIdentityToken|retrieve verification key from your identity provider|IDPCommunicationError|ID ?P reported an error`,
			"STS could not verify the token with its issuer, so it looked at no trust policy", "check that the issuer's URL serves its keys (/.well-known/openid-configuration) and that the token is whole and has not expired"),
		none(`(?i)SignatureDoesNotMatch|InvalidSignatureException|request signature we calculated does not match`,
			"the secret access key does not belong to the access key, so AWS did not evaluate any policy", "set both again; look for spaces and quotes around them"),
		none(`(?i)OptInRequired|region .{0,40}is not enabled`,
			"the Region is not enabled in this account", "enable it in the AWS console under Account, or use another Region"),
		none(`(?i)CredentialsProviderError|Could not load credentials from any providers|Unable to locate credentials|NoCredentialProviders|failed to refresh cached credentials`,
			"the SDK found no credentials, so no request reached AWS", "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, where the code runs"),
		none(`(?i)Function not found: ?(arn:[^\s"',)]+)|ResourceNotFoundException.{0,80}(arn:[\w-]+:lambda:[^\s"',)]+:function:[^\s"',)]+)`,
			"Lambda has no function of this name in this Region: it is not deployed there, was deleted, or has another version in its name", "deploy the function in this Region, or use the name of one that exists (`aws lambda list-functions`)"),
		none(`(?i)Invalid Entity ?Arn|InvalidEntityArn`,
			"the simulator accepts ARNs of IAM users, groups and roles only; this ARN is of a session or of another kind", "pass the role's own ARN, arn:aws:iam::ACCOUNT:role/NAME, instead of the session's"),
		none(`(?i)NoSuchBucket|specified bucket does not exist`,
			"no bucket has this name, or it is in another account or Region", "check the name and the Region"),
		none(`(?i)TooManyRequestsException|Rate ?exceeded|ThrottlingException|\bThrottling\b|SlowDown|RequestLimitExceeded`,
			"AWS throttled the request: there were too many requests at once, and no policy was evaluated", "try again later, render with fewer functions (a higher framesPerLambda), or raise the quota of concurrent Lambda executions in Service Quotas"),
		beyond(`(?i)Cross-account pass role is not allowed`,
			"iam:PassRole", "", "a role can only be passed within its own account; no policy cures that", "create the execution role in the account of the function"),
		{
			Pattern: regexp.MustCompile(`(?i)<Code>AccessDenied</Code>|\bAccessDenied: Access Denied\b|^(?:\w*Error: )?Access Denied\.?(?: at |$)|S3.{0,120}Access ?Denied|Access ?Denied.{0,200}(?:S3|HostID|x-amz-id-2)|\((?:AccessDenied|403)\) when calling the \w*(?:Object|Bucket|Buckets|ObjectsV2|Objects|Upload|Part|PublicAccessBlock|Controls|Lifecycle\w*) operation`),
			Opaque:  true,
			Says:    "S3 does not say which action or layer: an IAM policy, the bucket's policy, Block Public Access, a KMS key, or a VPC endpoint may stop it, or the account is not of the bucket's organization; S3 also answers this for a missing object if the caller may not list the bucket",
			Cures:   []string{"the call that failed shows the action: PutObject is s3:PutObject, HeadObject s3:GetObject, ListObjectsV2 s3:ListBucket"},
		},
	}
})
