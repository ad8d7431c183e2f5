package actions

import (
	_ "embed"
	"strings"
	"sync"

	"remotion-doctor/iam/policy"
)

// practice is practice.txt: a line for each action, with the source of the fact.
//
//go:embed practice.txt
var practice string

// authorizedOn are the actions that have no resource type in the Service
// Authorization Reference, and that the service authorizes against an ARN
// nevertheless: a statement matches where its Resource matches that ARN. The
// fields ${Region} and ${Account} are those of the request. Each has its source in
// practice.txt.
//
// Every other action without a resource type is authorized against "*".
var authorizedOn = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(practice) {
		if fact, _, ok := strings.Cut(line, " | "); ok && line[0] != '#' {
			action, arn, _ := strings.Cut(fact, " ")
			out[strings.ToLower(action)] = arn
		}
	}
	return out
})

// AuthorizedOn returns the ARN that an action without a resource is authorized
// against: "*" for nearly all. A field of the request that is not known becomes
// "*".
func AuthorizedOn(action, partition, region, account string) string {
	template, ok := authorizedOn()[strings.ToLower(action)]
	if !ok {
		return "*"
	}
	known := func(s string) string {
		if s == "" {
			return "*"
		}
		return s
	}
	return strings.NewReplacer("${Partition}", partition, "${Region}", known(region), "${Account}", known(account)).Replace(template)
}

// alsoTaken are resources that a service authorizes an action against, next to the
// types that the Service Authorization Reference lists for it.
//
// Source: AWS CloudFormation User Guide, "Control CloudFormation access with AWS
// Identity and Access Management", "AWS::Serverless transform": the policy that
// allows to create a change set names
// arn:aws:cloudformation:REGION:aws:transform/Serverless-2016-10-31.
var alsoTaken = map[string]string{
	"cloudformation:createchangeset": "arn:*:cloudformation:*:*:transform/*",
	"cloudformation:createstack":     "arn:*:cloudformation:*:*:transform/*",
	"cloudformation:updatestack":     "arn:*:cloudformation:*:*:transform/*",
}

// NeedsNoPermission reports whether every principal may do the action, and no
// policy can deny it.
//
// Source: AWS STS API Reference, GetCallerIdentity: "No permissions are
// required to perform this operation. If an administrator attaches a policy to
// your identity that explicitly denies access to the sts:GetCallerIdentity
// action, you can still perform this operation."
func NeedsNoPermission(action string) bool { return strings.EqualFold(action, "sts:GetCallerIdentity") }

// rcpServices are the services whose resources resource control policies
// restrict.
//
// Source: AWS Organizations User Guide, "Resource control policies", "List of
// AWS services that support RCPs" (S3, STS, KMS, SQS and Secrets Manager since
// November 2024, ECR and OpenSearch Serverless since June 2025, Cognito and
// CloudWatch Logs since January 2026, DynamoDB since February 2026: "AWS expands
// resource control policies … Amazon DynamoDB", What's New with AWS, 2026/02).
var rcpServices = map[string]bool{
	"s3": true, "sts": true, "kms": true, "sqs": true, "secretsmanager": true,
	"ecr": true, "aoss": true, "cognito-idp": true, "cognito-identity": true, "logs": true, "dynamodb": true,
}

// SupportsRCP reports whether resource control policies restrict a service, by
// the prefix of its actions.
func SupportsRCP(service string) bool { return rcpServices[strings.ToLower(service)] }

// grantOperations are what a KMS grant can allow.
// Source: AWS KMS Developer Guide, "Grants in AWS KMS", grant operations.
var grantOperations = words(`Encrypt Decrypt GenerateDataKey GenerateDataKeyWithoutPlaintext GenerateDataKeyPair
	GenerateDataKeyPairWithoutPlaintext ReEncryptFrom ReEncryptTo Sign Verify GenerateMac VerifyMac DeriveSharedSecret
	GetPublicKey CreateGrant RetireGrant DescribeKey`)

// ByGrant reports whether a grant on a KMS key can allow the action.
func ByGrant(action string) bool {
	service, name, _ := strings.Cut(strings.ToLower(action), ":")
	return service == "kms" && grantOperations[name]
}

// words are a set of words in lower case.
func words(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[strings.ToLower(w)] = true
	}
	return out
}

// changesRole are what nobody but AWS can do to the role of a service.
// Source: IAM User Guide, "Using service-linked roles": the permissions and the
// trust policy cannot be changed, and the role is deleted through its service
// or iam:DeleteServiceLinkedRole; IAM Identity Center User Guide, "Permission
// sets": the roles in /aws-reserved/ are changed through Identity Center only.
var changesRole = words(`AttachRolePolicy DetachRolePolicy PutRolePolicy DeleteRolePolicy UpdateAssumeRolePolicy
	PutRolePermissionsBoundary DeleteRolePermissionsBoundary DeleteRole`)

// changesPolicy are what nobody but AWS can do to a policy of AWS's.
// Source: IAM User Guide, "AWS managed policies": "You cannot change the
// permissions defined in AWS managed policies."
var changesPolicy = words(`CreatePolicyVersion DeletePolicy DeletePolicyVersion SetDefaultPolicyVersion TagPolicy UntagPolicy`)

// changesAlias are what nobody but AWS can do to an alias of AWS's.
// Source: AWS KMS API Reference, CreateAlias: "The alias/aws/ prefix is
// reserved for AWS managed keys."
var changesAlias = words(`CreateAlias UpdateAlias DeleteAlias`)

// OwnedByAWS says why no customer can do an action on a resource, whatever the
// policies; empty where they decide.
func OwnedByAWS(action, resource string) string {
	service, name, _ := strings.Cut(strings.ToLower(action), ":")
	if service != "iam" && service != "kms" {
		return ""
	}
	a, ok := policy.ParseARN(resource)
	if !ok {
		return ""
	}
	switch {
	case service == "iam" && changesPolicy[name] && a.AccountID == "aws":
		return "only AWS can change an AWS managed policy"
	case service == "iam" && changesRole[name] && strings.HasPrefix(a.Resource, "role/aws-service-role/"):
		return "only AWS can change a service-linked role"
	case service == "iam" && changesRole[name] && strings.HasPrefix(a.Resource, "role/aws-reserved/"):
		return "only AWS can change a role in /aws-reserved/; change the permission set in IAM Identity Center"
	case service == "kms" && changesAlias[name] && strings.HasPrefix(a.Resource, "alias/aws/"):
		return "only AWS can change an alias that starts with alias/aws/"
	}
	return ""
}
