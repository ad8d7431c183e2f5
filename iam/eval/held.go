package eval

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// heldResources compiles the policies of the resources in the snapshot but of
// roles, which [Engine.trustPolicy] finds.
func (e *Engine) heldResources() *Resources {
	var list []ResourcePolicy
	for _, name := range e.snapshot.BucketNames() {
		if own, ok := e.bucket(name); ok {
			list = append(list, own)
		}
	}
	for _, arn := range slices.Sorted(maps.Keys(e.snapshot.ResourcePolicies)) {
		list = append(list, e.resourcePolicy(ResourcePolicy{ARN: arn}, arn, e.snapshot.ResourcePolicies[arn]))
	}
	return NewResources(list...)
}

// bucket returns what is known of a bucket; false where its policy is a gap of the
// snapshot.
func (e *Engine) bucket(name string) (ResourcePolicy, bool) {
	own := ResourcePolicy{ARN: "arn:" + cmp.Or(e.snapshot.Partition, "aws") + ":s3:::" + name, Account: e.snapshot.AccountID}
	// The bucket's own setting; that of the account may be stricter.
	if b, err := e.snapshot.Bucket(name); err == nil && b.PublicAccessBlock != nil && b.PublicAccessBlock.RestrictPublicBuckets {
		own.PublicAccess = &PublicAccess{RestrictPublicBuckets: true}
	}
	doc := e.snapshot.BucketPolicies[name]
	switch {
	case doc.Text != "":
		return e.resourcePolicy(own, name, doc), true
	case e.snapshot.BucketUnread(name):
		return own, false
	}
	own.None = true
	return own, true
}

// resourcePolicy gives a resource its policy.
func (e *Engine) resourcePolicy(own ResourcePolicy, name string, doc account.Document) ResourcePolicy {
	p, err := e.parse("of "+name, doc.Text)
	if err != nil {
		own.Why = err.Error()
		return own
	}
	own.Policy = &Policy{
		ID: fileID(doc, iam.InlinePolicy(own.ARN, "")), Name: displayName(name, doc), Document: p.document, Origin: doc.Origin, program: p,
	}
	return own
}

// displayName is what a file calls the policy of a resource, else the resource's
// name.
func displayName(name string, doc account.Document) string {
	a, ok := policy.ParseARN(name)
	switch {
	case !ok: // a bucket's name
		return name
	case doc.Origin != nil && doc.Origin.ID != "":
		return doc.Origin.ID.Name()
	}
	return a.Resource[strings.LastIndexAny(a.Resource, "/:")+1:]
}
