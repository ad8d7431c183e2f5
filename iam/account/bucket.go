package account

import (
	"slices"
	"strings"

	"remotion-doctor/iam"
)

// A Bucket is an S3 bucket, as far as its settings can refuse a request. Its
// policy is in Snapshot.BucketPolicies.
type Bucket struct {
	Name   string
	Region string `json:",omitempty"`
	// ObjectOwnership is BucketOwnerEnforced, BucketOwnerPreferred or
	// ObjectWriter; empty where it is not known.
	ObjectOwnership   string             `json:",omitempty"`
	PublicAccessBlock *PublicAccessBlock `json:",omitempty"`
	// Gaps are the settings that could not be read.
	Gaps []iam.Gap `json:",omitempty"`
}

// A PublicAccessBlock is a bucket's Block Public Access.
type PublicAccessBlock struct {
	BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets bool
}

// Bucket returns a bucket by its name. One with only a known policy
// has no region and no settings.
func (s *Snapshot) Bucket(name string) (*Bucket, error) {
	for i := range s.Buckets {
		if s.Buckets[i].Name == name {
			return &s.Buckets[i], nil
		}
	}
	if _, ok := s.BucketPolicies[name]; ok {
		return &Bucket{Name: name}, nil
	}
	return nil, &NotFoundError{"bucket", name}
}

// BucketUnread reports whether the policy or the settings of a bucket could not
// be read when the snapshot was taken.
func (s *Snapshot) BucketUnread(name string) bool {
	return slices.ContainsFunc(s.Gaps, func(g Gap) bool {
		return strings.HasPrefix(g.Operation, "s3:") && (g.Resource == "" || g.Resource == name)
	})
}

// BucketNames returns the names of all buckets that are known, sorted.
func (s *Snapshot) BucketNames() []string {
	var out []string
	for i := range s.Buckets {
		out = append(out, s.Buckets[i].Name)
	}
	for name := range s.BucketPolicies {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
