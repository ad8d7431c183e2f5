package request

import (
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
)

// Of returns what a snapshot tells of a principal: its unique id, and its tags
// where they were read.
func Of(s *account.Snapshot, p iam.Principal) Facts {
	f := Facts{Principal: p}
	switch p.Type() {
	case "role":
		if r, err := s.Role(p.Name()); err == nil {
			f.UniqueID, f.Tags = r.RoleID, tags(r.Tags)
		}
	case "user":
		if u, err := s.User(p.Name()); err == nil {
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
