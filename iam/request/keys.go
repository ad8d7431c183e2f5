package request

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// sdk: the AWS SDK sends requests by HTTPS, straight from the principal. The
// keys about the source of a request are in those that a service makes for
// itself ("aws:SourceArn", "aws:CalledVia", "aws:PrincipalServiceName").
func (b *builder) sdk(p iam.Principal) {
	b.add("aws:SecureTransport", iam.Boolean, "true")
	b.add("aws:ViaAWSService", iam.Boolean, "false")
	b.absent("aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:CalledViaAWSMCP", "aws:AssumedRoot")
	if iam.IsService(p.ARN) {
		b.add("aws:PrincipalIsAWSService", iam.Boolean, "true")
		b.text("aws:PrincipalServiceName", p.ARN)
		return
	}
	b.add("aws:PrincipalIsAWSService", iam.Boolean, "false")
	b.absent("aws:PrincipalServiceName", "aws:PrincipalServiceNamesList")
	b.absent("aws:SourceArn", "aws:SourceAccount", "aws:SourceOwner", "aws:SourceOrgID", "aws:SourceOrgPaths")
}

// OfPrincipal returns the keys that follow from a principal's ARN. uniqueID is
// that of the user or role, or empty.
// Source: IAM User Guide, "IAM policy elements: Variables and tags", principal
// key values; recorded cases caller-*, prin-key-*.
func OfPrincipal(p iam.Principal, uniqueID string) iam.Context {
	b := &builder{}
	a, ok := policy.ParseARN(p.ARN)
	if !ok || strings.HasSuffix(p.Type(), "-provider") {
		return nil
	}
	b.text("aws:PrincipalArn", p.ARN)
	b.text("aws:PrincipalAccount", a.AccountID)
	kind := "User"
	switch {
	case a.Type() == "user":
		b.text("aws:username", a.Name())
		if uniqueID != "" {
			b.text("aws:userid", uniqueID)
		}
	case a.Type() == "role":
		kind = "AssumedRole"
		if uniqueID != "" && p.Session != "" {
			b.text("aws:userid", uniqueID+":"+p.Session)
		}
	case a.Type() == "federated-user":
		kind = "FederatedUser"
		b.text("aws:userid", a.AccountID+":"+a.Name())
	case a.Resource == "root":
		kind = "Account"
		b.text("aws:userid", a.AccountID)
	}
	if a.Type() != "user" && a.Type() != "group" {
		b.absent("aws:username")
	}
	b.text("aws:PrincipalType", kind)
	return b.context
}

// principal: tags, organization and the time of the credentials.
func (b *builder) principal(f *Facts) {
	kind := f.Principal.Type()
	for _, key := range slices.Sorted(maps.Keys(f.Tags)) {
		b.text("aws:PrincipalTag/"+key, f.Tags[key])
	}
	// A session of a role has the tags that were passed with it besides ("Passing
	// session tags in AWS STS"); services pass none.
	if f.Tags != nil && !f.MoreTags && (kind == "user" || f.Principal.Host.ByService()) {
		b.absent("aws:PrincipalTag/*")
	}
	switch {
	case f.Organization.ID != "":
		b.text("aws:PrincipalOrgID", f.Organization.ID)
	case f.Organization.None:
		b.absent("aws:PrincipalOrgID", "aws:PrincipalOrgPaths")
	}
	if kind == "role" && !f.Now.IsZero() {
		b.add("aws:TokenIssueTime", iam.Date, f.Now.UTC().Format(time.RFC3339))
	}
}

// The keys that tell where credentials come from.
const (
	sourceFunction = "lambda:SourceFunctionArn"
	sourceInstance = "ec2:SourceInstanceArn"
)

// host: what the service adds that got the credentials, and what it does not.
// Source: AWS Lambda Developer Guide, "Working with Lambda execution environment
// credentials"; Amazon EC2 User Guide, "Use instance roles", condition keys of
// the instance; IAM User Guide, "aws:MultiFactorAuthPresent".
func (b *builder) host(f *Facts) {
	kind := f.Principal.Type()
	if f.Principal.Host.ByService() || kind == "user" {
		b.absent("glue:RoleAssumedBy", "glue:CredentialIssuingService", "identitystore:UserId", "aws:ChatbotSourceArn", "aws:FederatedProvider")
	}
	if f.Principal.Host.ByService() {
		b.add("aws:MultiFactorAuthPresent", iam.Boolean, "false")
		b.absent("aws:MultiFactorAuthAge", "aws:SourceIdentity")
	}
	if f.Principal.Host.Kind == iam.HostFunction {
		if f.Principal.Host.ARN != "" {
			b.text(sourceFunction, unqualified(f.Principal.Host.ARN))
		}
	} else if f.Principal.Host.Kind != "" || kind == "user" {
		b.absent(sourceFunction)
	}
	if f.Principal.Host.Kind == iam.HostInstance {
		if f.Principal.Host.ARN != "" {
			b.text(sourceInstance, f.Principal.Host.ARN)
		}
	} else if f.Principal.Host.Kind != "" || kind == "user" {
		b.absent(sourceInstance, "ec2:RoleDelivery", "ssm:SourceInstanceArn", "aws:Ec2InstanceSourceVpc", "aws:Ec2InstanceSourcePrivateIPv4")
	}
}

// unqualified is the ARN of a function without version or alias.
func unqualified(arn string) string {
	a, ok := policy.ParseARN(arn)
	if parts := strings.SplitN(a.Resource, ":", 3); ok && len(parts) == 3 {
		a.Resource = parts[0] + ":" + parts[1]
		return a.String()
	}
	return arn
}

// resource: the keys that follow from what is asked for.
func (b *builder) resource(f *Facts, action, resource, owner string) {
	a, _ := policy.ParseARN(resource)
	service, _, _ := strings.Cut(strings.ToLower(action), ":")
	if region := f.RegionOf(service, a); region != "" {
		b.text("aws:RequestedRegion", region)
	}
	if owner == "" && !strings.ContainsAny(a.AccountID, "*?") {
		owner = a.AccountID
	}
	b.owner(f, action, cmp.Or(owner, f.Principal.AccountID))
}

// owner: the keys about the account of the resource, which may be empty.
func (b *builder) owner(f *Facts, action, owner string) {
	if owner != "" && owner != iam.UnknownAccount {
		b.text("aws:ResourceAccount", owner)
		if owner == f.Principal.AccountID && f.Organization.ID != "" {
			b.text("aws:ResourceOrgID", f.Organization.ID)
		}
	}
	if service, _, _ := strings.Cut(strings.ToLower(action), ":"); service == "s3" {
		b.s3(owner)
	}
}

// s3: AWS accepts TLS 1.2 and 1.3, and the SDK signs with version 4.
// Source: AWS Security Blog, "TLS 1.2 to become the minimum TLS protocol level
// for all AWS API endpoints"; Amazon S3 User Guide, "Amazon S3 policy keys",
// s3:TlsVersion, s3:signatureversion.
func (b *builder) s3(owner string) {
	b.context = append(b.context, iam.ContextEntry{Key: "s3:TlsVersion", Type: iam.Numeric, Values: []string{"1.2", "1.3"}, OneOf: true})
	b.text("s3:signatureversion", "AWS4-HMAC-SHA256")
	if owner != "" && owner != iam.UnknownAccount {
		b.text("s3:ResourceAccount", owner)
	}
}

// homes are the regions that requests to services without regions carry in
// aws:RequestedRegion, by partition.
// Source: IAM User Guide, "aws:RequestedRegion".
var homes = map[string]string{"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}

// regionless are the services that have one endpoint for all regions.
// Source: AWS General Reference, "AWS service endpoints", global endpoints.
var regionless = map[string]bool{"iam": true, "organizations": true, "cloudfront": true, "route53": true}

// RegionOf returns the region of a request to a service about a resource; empty
// where it is not known.
func (f *Facts) RegionOf(service string, a policy.ARN) string {
	partition := cmp.Or(f.Principal.Partition(), a.Partition, "aws")
	switch {
	case regionless[service]:
		return homes[partition]
	case a.Region != "" && !strings.ContainsAny(a.Region, "*?"):
		return a.Region
	}
	return f.Region
}
