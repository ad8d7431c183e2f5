package eval

import (
	"cmp"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A ResourcePolicy is the policy of one resource, or what is known in its
// place. The zero ResourcePolicy is one that could not be read.
type ResourcePolicy struct {
	// ARN is that of the resource which has the policy: of a bucket for its
	// objects, of a function for its versions.
	ARN string
	// Account is the owner; empty for the account in the ARN, or the
	// principal's own where the ARN has none.
	Account string
	// Policy is nil where there is none, or it is not known.
	Policy *Policy
	// None says that the resource is known to have no policy.
	None bool
	// Why the policy is not known, in a sentence without a period.
	Why string
	// PublicAccess is the Block Public Access of a bucket with that of its
	// account; nil where it is not known.
	PublicAccess *PublicAccess
}

// PublicAccess is what S3 Block Public Access does to requests.
type PublicAccess struct {
	// RestrictPublicBuckets: a bucket with a public policy serves only services
	// and its own account.
	// Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3
	// storage".
	RestrictPublicBuckets bool
}

// A resourcePolicy is a compiled ResourcePolicy.
type resourcePolicy struct {
	*ResourcePolicy
	set    *set // nil without a policy
	public bool // the policy is public
}

func compileResourcePolicy(p *ResourcePolicy) resourcePolicy {
	out := resourcePolicy{ResourcePolicy: p, set: compileOne(iam.LayerResource, p.Policy)}
	out.public = p.Policy != nil && isPublic(p.Policy.Document)
	return out
}

// A mandate says which policy of a resource must allow a request, where one
// must.
type mandate uint8

const (
	noMandate mandate = iota
	// keyMandate: "No AWS principal … has any permissions to a KMS key unless
	// they are explicitly allowed … in a key policy, IAM policy, or grant" and
	// IAM policies count only where the key policy lets them (AWS KMS Developer
	// Guide, "Key policies in AWS KMS").
	keyMandate
	// trustMandate: "IAM role trust policies and KMS key policies are
	// exceptions … they must explicitly allow access" (IAM User Guide, "Policy
	// evaluation logic").
	trustMandate
)

// mandateOf says whose policy must allow an action on a resource.
func mandateOf(action, service, resource string) mandate {
	if service != "kms" && !trusts(action) {
		return noMandate
	}
	a, ok := policy.ParseARN(resource)
	switch {
	case !ok:
	case service == "kms" && a.Service == "kms" && strings.HasPrefix(a.Resource, "key/"):
		return keyMandate
	case trusts(action) && a.Service == "iam" && strings.HasPrefix(a.Resource, "role/"):
		return trustMandate
	}
	return noMandate
}

// trusts reports whether a role's trust policy decides about an action.
// Source: Service Authorization Reference, "Actions defined by AWS STS", those
// on a role.
func trusts(action string) bool {
	return strings.HasPrefix(action, "sts:assumerole") || action == "sts:tagsession" || action == "sts:setsourceidentity"
}

// decides reports whether the policy of a resource takes part in an action on it:
// that of a role does only where somebody assumes it.
func decides(action, resource string) bool {
	if !strings.Contains(resource, ":iam:") {
		return true
	}
	a, ok := policy.ParseARN(resource)
	return !ok || a.Service != "iam" || trusts(action)
}

// names reports whether the policy of some resource concerns the one of a
// request, or about another part of it: of a bucket, its other objects.
func (s *set) names(resource string) bool {
	root := rootOf(resource)
	for _, p := range s.programs {
		for i := range p.document.Statements {
			st := &p.document.Statements[i]
			if len(st.Resources) == 0 || st.NotResource {
				return true
			}
			if slices.ContainsFunc(st.Resources, func(r string) bool {
				return policy.MatchResource(rootOf(r), root) || policy.MatchResource(r, resource)
			}) {
				return true
			}
		}
	}
	return false
}

// rootOf is the resource that has the policy: the bucket of an object.
func rootOf(resource string) string {
	if a, ok := policy.ParseARN(resource); ok && a.Service == "s3" && a.Region == "" {
		a.Resource, _, _ = strings.Cut(a.Resource, "/")
		return a.String()
	}
	return resource
}

// kindred reports whether the policy of some resource could be that of the
// request's resource: it names one of the same service and type, or any.
func (s *set) kindred(resource string) bool {
	want, ok := policy.ParseARN(resource)
	if !ok {
		return true
	}
	for _, p := range s.programs {
		for i := range p.document.Statements {
			st := &p.document.Statements[i]
			if len(st.Resources) == 0 {
				return want.Service == "iam" || want.Service == ""
			}
			for _, r := range st.Resources {
				have, ok := policy.ParseARN(r)
				if !ok || have.Service == want.Service && cmp.Or(have.Type(), want.Type()) == want.Type() {
					return want.Service != "iam"
				}
			}
		}
	}
	return false
}

// fixedKeys are the condition keys by which a statement for everyone is not
// public, where a value is fixed.
// Source: Amazon S3 User Guide, "The meaning of 'public'", bucket policies.
var fixedKeys = map[string]bool{
	"aws:sourceip": true, "aws:sourcearn": true, "aws:sourcevpc": true, "aws:sourcevpce": true, "aws:sourceowner": true,
	"aws:sourceaccount": true, "aws:principalorgid": true, "aws:principalarn": true, "aws:principalaccount": true, "aws:userid": true,
	"s3:x-amz-server-side-encryption-aws-kms-key-id": true, "s3:dataaccesspointarn": true, "s3:dataaccesspointaccount": true,
}

// isPublic reports whether a bucket's policy is public: a statement allows
// everyone, without a condition on a fixed value.
func isPublic(doc *policy.Document) bool {
	return slices.ContainsFunc(doc.Statements, func(s policy.Statement) bool {
		p := s.Principals
		everyone := p != nil && (p.Not || p.Any || slices.Contains(p.AWS, "*"))
		return s.Effect == policy.Allow && everyone && !slices.ContainsFunc(s.Conditions, fixes)
	})
}

func fixes(c policy.Condition) bool {
	op, _ := policy.ParseOperator(c.Operator)
	spec := operatorSpecs[op.Name]
	if !fixedKeys[strings.ToLower(c.Key)] || spec.negated || op.IfExists || op.Set == policy.ForAllValues || spec.family == familyNull {
		return false
	}
	return !slices.ContainsFunc(c.Values, func(v string) bool { return strings.ContainsAny(v, "*?$") || strings.HasSuffix(v, "/0") })
}
