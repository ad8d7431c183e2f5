package request

import (
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
)

// Of returns what a snapshot tells of a principal: its unique id, and its tags
// where they were read.
func Of(s *account.Snapshot, p iam.Principal) Facts {
	f := Facts{Principal: p}
	for i := range s.AuthorizationDetails.Roles {
		if r := &s.AuthorizationDetails.Roles[i]; iam.SameRole(r.Arn, p.ARN) {
			f.UniqueID, f.Tags = r.RoleID, tags(r.Tags)
		}
	}
	for i := range s.AuthorizationDetails.Users {
		if u := &s.AuthorizationDetails.Users[i]; u.Arn == p.ARN {
			f.UniqueID, f.Tags = u.UserID, tags(u.Tags)
		}
	}
	return f
}

// tags is nil where the tags are not known.
func tags(list []account.Tag) map[string]string {
	if list == nil {
		return nil
	}
	out := make(map[string]string, len(list))
	for _, t := range list {
		out[t.Key] = t.Value
	}
	return out
}
