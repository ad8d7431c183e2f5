package remedy

import (
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A Denied is a request that was denied, however that is known: from an error
// message, from what AWS recorded, or from the policies.
type Denied struct {
	// Layer and Effect say what decided; both may be empty where that is not
	// known.
	Layer  iam.Layer
	Effect iam.Decision
	Action string
	// Resource is an ARN or *, Who the ARN of the denied principal; either may be
	// empty.
	Resource, Who string
	// Statement is the deciding one; nil where it is not known.
	Statement *iam.StatementRef
}

// Advise says why a request is denied, in whose hands that is, and what cures
// it. Only an implicit deny of the identity-based policies is cured by a grant.
//
// Source: IAM User Guide, "Policy evaluation logic" and "Troubleshoot access
// denied error messages".
func Advise(d Denied) audit.Advice {
	for i := range advices {
		a := &advices[i]
		if a.layer == d.Layer && a.effect == d.Effect && (a.action == "" || policy.MatchGlob(a.action, d.Action)) {
			return a.fill(&d)
		}
	}
	return audit.Advice{}
}

// Grantable reports whether a grant to the principal cures a denied request.
func (d Denied) Grantable() bool {
	return d.Layer == iam.LayerIdentity && d.Effect == iam.ImplicitDeny
}

// An adviceRule is the advice about one layer and effect, for all actions or for
// those of a pattern. The texts have {action}, {resource}, {who}, {policy} (the
// resource's own policy), {owner} and {statement}.
type adviceRule struct {
	layer        iam.Layer
	effect       iam.Decision
	action       string
	owner, cause string
	cures        []string
}

const (
	organization = "the administrator of the AWS organization (its management account)"
	noGrant      = "; no grant outweighs it"
)

// advices are the rules, for each layer the special ones first.
var advices = []adviceRule{
	{iam.LayerIdentity, iam.ImplicitDeny, "sts:AssumeRole*", "the administrator of the role", "the trust policy of {resource} does not let {who} assume it, or {who} has no grant to", []string{"name {who} in the role's trust policy; in another account, grant {action} to {who} as well"}},
	{iam.LayerIdentity, iam.ImplicitDeny, "", "whoever manages the policies of {who}", "no identity-based policy of {who} allows {action} on {resource}", []string{"grant {action} on {resource} to {who}"}},
	{iam.LayerIdentity, iam.ExplicitDeny, "", "whoever manages the policies of {who}", "an identity-based policy of {who} explicitly denies {action}{statement}" + noGrant, []string{"remove or narrow the Deny statement, or except {resource} from it"}},

	{iam.LayerResource, iam.ImplicitDeny, "kms:*", "the owner of the KMS key", "KMS gives one answer for three causes: the key does not exist in this Region, the key policy does not allow {who}, or it denies {who}", []string{"check the key's Region and ARN first", "let the key policy allow {action} for {who}, or delegate to IAM policies and allow it there as well"}},
	{iam.LayerResource, iam.ImplicitDeny, "sts:*", "the administrator of the role", "the trust policy of {resource} does not allow {who}", []string{"allow {who} in the role's trust policy"}},
	{iam.LayerResource, iam.ImplicitDeny, "lambda:GetLayerVersion", "the owner of the layer", "the layer's own policy does not allow {who}: the layer version does not exist in this Region, or its owner has not shared it with this account", []string{"use the layer of the function's Region, or ask the layer's owner to share it (`aws lambda add-layer-version-permission`)"}},
	{iam.LayerResource, iam.ImplicitDeny, "", "the owner of {resource}", "{policy} does not allow {who} to call {action}; across accounts both sides must allow it", []string{"ask the owner to allow {who} in {policy}"}},
	{iam.LayerResource, iam.ExplicitDeny, "", "the owner of {resource}", "{policy} explicitly denies {action}{statement}" + noGrant, []string{"change {policy}: remove or narrow the Deny, or except {who}"}},

	{iam.LayerBoundary, iam.ImplicitDeny, "", "whoever owns the permissions boundary", "the permissions boundary of {who} does not allow {action}; a policy attached to {who} cannot exceed it", []string{"ask the owner to allow {action} in the boundary, or to set another boundary"}},
	{iam.LayerBoundary, iam.ExplicitDeny, "", "whoever owns the permissions boundary", "the permissions boundary of {who} explicitly denies {action}{statement}" + noGrant, []string{"ask the owner to remove or narrow the Deny in the boundary"}},

	{iam.LayerSCP, iam.ImplicitDeny, "", organization, "no service control policy of the organization allows {action}; no grant in the account outweighs that", []string{"ask the administrator to allow {action} for this account at every level"}},
	{iam.LayerSCP, iam.ExplicitDeny, "", organization, "a service control policy explicitly denies {action}{statement}; no grant in the account outweighs it", []string{"ask the administrator to except {who} or {resource} from the Deny"}},
	{iam.LayerRCP, iam.ImplicitDeny, "", organization, "no resource control policy of the organization allows {action} on {resource}; no grant outweighs that", []string{"ask the administrator to allow {action} in the resource control policies at every level"}},
	{iam.LayerRCP, iam.ExplicitDeny, "", organization, "a resource control policy explicitly denies {action} on {resource}{statement}; no grant outweighs it", []string{"ask the administrator to except {who} or {resource} from the Deny"}},

	{iam.LayerSession, iam.ImplicitDeny, "", "whoever starts the session", "the session policy passed to AssumeRole (or to the federation call) does not allow {action}; a policy attached to the role cannot exceed it", []string{"add {action} to the session policy, or start the session without one"}},
	{iam.LayerSession, iam.ExplicitDeny, "", "whoever starts the session", "the session policy passed to AssumeRole (or to the federation call) explicitly denies {action}{statement}" + noGrant, []string{"remove the Deny from the session policy"}},

	{iam.LayerEndpoint, iam.ImplicitDeny, "", "the owner of the VPC endpoint", "the policy of the VPC endpoint does not allow {action}: the code runs in a VPC, and no policy of {who} changes that", []string{"ask the owner to allow {action} on {resource} in the VPC endpoint policy"}},
	{iam.LayerEndpoint, iam.ExplicitDeny, "", "the owner of the VPC endpoint", "the policy of the VPC endpoint explicitly denies {action}{statement}" + noGrant, []string{"ask the owner to remove or narrow the Deny in the VPC endpoint policy"}},

	{iam.LayerPublicAccess, iam.ImplicitDeny, "s3:Put*", "the owner of {resource}", "S3 Block Public Access, of the bucket or of the account, refuses what makes {resource} public; no grant outweighs that", []string{"write a policy or ACL that is not public, or ask the owner to turn off the setting that the message names"}},
	{iam.LayerPublicAccess, iam.ImplicitDeny, "", "the owner of {resource}", "{policy} is public, and S3 Block Public Access (RestrictPublicBuckets) keeps other accounts out", []string{"ask the owner to name {who} in {policy} in place of everyone; Block Public Access does not affect a policy that is not public"}},

	{"", iam.ExplicitDeny, "", "whoever owns the policy with the Deny", "a statement explicitly denies {action}; AWS does not say in which policy, and no grant outweighs it", []string{"find the Deny: an identity-based policy, the resource's policy, a permissions boundary, a service control policy or a session policy may hold it"}},
	{"", iam.ImplicitDeny, "", "", "no statement that was read allows {action} on {resource}; AWS does not say which layer decided", nil},
}

func (a *adviceRule) fill(d *Denied) audit.Advice {
	statement := ""
	if s := d.Statement; s != nil && s.Sid != "" {
		statement = ` (statement "` + s.Sid + `")`
	}
	words := strings.NewReplacer(
		"{action}", or(d.Action, "the action"), "{resource}", or(d.Resource, "the resource"),
		"{who}", who(d.Who), "{policy}", ownPolicy(d.Resource), "{statement}", statement,
	)
	out := audit.Advice{Layer: d.Layer, Effect: d.Effect, Owner: words.Replace(a.owner), Cause: words.Replace(a.cause)}
	for _, c := range a.cures {
		out.Cures = append(out.Cures, words.Replace(c))
	}
	return out
}

func or(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}

// who names a principal by its kind and name.
func who(arn string) string {
	p, err := iam.NewPrincipal(arn)
	if err != nil {
		return or(arn, "the caller")
	}
	return p.Type() + " " + p.Name()
}

// ownPolicy names the policy of a resource as people call it.
func ownPolicy(resource string) string {
	a, ok := policy.ParseARN(resource)
	switch {
	case !ok:
		return "the resource's policy"
	case a.Service == "s3":
		bucket, _, _ := strings.Cut(a.Resource, "/")
		return "the bucket policy of " + bucket
	case a.Service == "kms":
		return "the key policy of " + a.Resource
	case a.Service == "lambda":
		return "the resource policy of " + a.Resource
	case a.Service == "iam":
		return "the trust policy of " + a.Resource
	}
	return "the policy of " + a.Resource
}
