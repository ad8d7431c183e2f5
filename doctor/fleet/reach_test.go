package fleet

import (
	"slices"
	"testing"

	"remotion-doctor/doctor/fleet/roster"
	"remotion-doctor/source/awsapi"
)

// TestRoles: the role of an account is in the partition of the credentials.
func TestRoles(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-west-1":     "arn:aws:iam::123456789012:role/audit/reader",
		"cn-north-1":    "arn:aws-cn:iam::123456789012:role/audit/reader",
		"us-gov-west-1": "arn:aws-us-gov:iam::123456789012:role/audit/reader",
	} {
		r := &Reach{AWS: awsapi.Options{Isolated: true, Region: region}, AssumeRole: "audit/reader"}
		list := []roster.Account{{ID: "123456789012"}}
		r.Listed(list)
		if got := r.roles(&list[0]); len(got) != 1 || got[0].ARN != want {
			t.Errorf("%s: %v, want %s", region, got, want)
		}
		own := roster.Account{ID: "123456789012", Own: true}
		named := roster.Account{ID: "123456789012", Roles: []string{"arn:aws:iam::1:role/a", "arn:aws:iam::2:role/b"}}
		if got := r.roles(&own); len(got) != 0 {
			t.Errorf("%s: %v for the own account", region, got)
		}
		if got := r.roles(&named); !slices.EqualFunc(got, named.Roles, func(r awsapi.Role, arn string) bool { return r.ARN == arn }) {
			t.Errorf("%s: %v for named roles", region, got)
		}
	}
}
