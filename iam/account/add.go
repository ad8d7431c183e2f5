package account

import (
	"maps"

	"remotion-doctor/iam"
)

// Add adds what another snapshot of the same account holds.
func (s *Snapshot) Add(o *Snapshot) {
	d, more := &s.AuthorizationDetails, &o.AuthorizationDetails
	d.Users = append(d.Users, more.Users...)
	d.Groups = append(d.Groups, more.Groups...)
	d.Roles = append(d.Roles, more.Roles...)
	d.Policies = append(d.Policies, more.Policies...)
	s.Functions = append(s.Functions, o.Functions...)
	s.Instances = append(s.Instances, o.Instances...)
	s.InstanceProfiles = append(s.InstanceProfiles, o.InstanceProfiles...)
	s.TaskDefinitions = append(s.TaskDefinitions, o.TaskDefinitions...)
	s.PodIdentities = append(s.PodIdentities, o.PodIdentities...)
	s.Buckets = append(s.Buckets, o.Buckets...)
	s.Gaps = append(s.Gaps, o.Gaps...)
	s.Open = append(s.Open, o.Open...)
	if len(o.BucketPolicies) > 0 && s.BucketPolicies == nil {
		s.BucketPolicies = map[string]Document{}
	}
	maps.Copy(s.BucketPolicies, o.BucketPolicies)
	if len(o.ResourcePolicies) > 0 && s.ResourcePolicies == nil {
		s.ResourcePolicies = map[string]Document{}
	}
	maps.Copy(s.ResourcePolicies, o.ResourcePolicies)
	if len(o.Unread) > 0 && s.Unread == nil {
		s.Unread = map[string][]iam.Gap{}
	}
	maps.Copy(s.Unread, o.Unread)
	for _, text := range []struct {
		into *string
		from string
	}{{&s.AccountID, o.AccountID}, {&s.Partition, o.Partition}, {&s.Caller, o.Caller}} {
		if text.from != "" {
			*text.into = text.from
		}
	}
	if o.Organization != nil {
		s.Organization = o.Organization
	}
	s.Version = max(s.Version, o.Version)
}
