package checks

import (
	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
)

// Hooks are small functions for what the data of a [Pack] cannot say. Each may
// be nil. They are pure: whoever calls them has read what they look at.
type Hooks struct {
	// Extents returns what the product touches of a grant in one region; false
	// leaves it to what the grant's resource says by itself.
	Extents func(u *Use) ([]Extent, bool)
	// Narrow returns the resources of a grant for the names and regions that are
	// known; false narrows it to the account and the regions only.
	Narrow func(n Narrowing, g Grant) ([]string, bool)
	// Values returns what a feature is used with, where that follows from the
	// regions; false where it is what the user gave.
	Values func(feature string, d Deployment, regions []string) ([]string, bool)
	// Adapt changes a requirement after the features of a deployment were added.
	// It may change r and all that r holds.
	Adapt func(r *Requirement, d Deployment, regions []string)
	// Describe names a grant where its action alone could be another one's.
	Describe func(g Grant) string
	// Diagnosers look at the findings as a whole, in this order; the [Standard]
	// ones where empty.
	Diagnosers []Diagnoser
	// Lint finds a fault in a resource of a policy, such as a name that the
	// product never makes.
	Lint func(resource string) (Fault, bool)

	// Cures adds to the cure of a known error, by its code, what depends on the
	// denial.
	Cures func(code string, d Denial) []string

	// Trustee returns who assumes the role behind a kind of target; false leaves
	// it to [Trustees].
	Trustee func(kind audit.TargetKind) (Trustee, bool)
	// Role says what is odd about the role that the product's own functions run
	// as. custom says that the user named it.
	Role func(p iam.Principal, functions []string, custom bool) []audit.Diagnosis
	// Host says what the product must be known where its credentials come from
	// the host that a kind of target is.
	Host func(kind audit.TargetKind, release string) []audit.Diagnosis
	// BucketsIn returns those of an account's buckets that the product takes for
	// its own in a region.
	BucketsIn func(names []string, region string) []string
	// Buckets says what is wrong with the number of buckets in some regions.
	// forced is the bucket that the user named, or empty.
	Buckets func(names, regions []string, forced string) []audit.Diagnosis
	// Bucket says which of a bucket's settings stop the product.
	Bucket func(b account.Bucket, use BucketUse) []audit.Diagnosis
	// Credentials says what the product would make of an environment. doctor and
	// product are who the two act as; product is empty where that is not known.
	Credentials func(e *Environment, doctor, product string) []audit.Diagnosis
	// Uses returns the credentials that the product would use.
	Uses func(e *Environment) Credentials
}

// A BucketUse says what a bucket is for.
type BucketUse struct {
	Output  bool   // outputs are written to it; else it is the product's own
	Region  string // of the functions
	Privacy string // of the outputs
}
