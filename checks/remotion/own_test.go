package remotion_test

import (
	"reflect"
	"slices"
	"testing"

	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam"
)

// TestOwnGrants: what is asked about grants that are not a principal's own is the
// same for every role of an account, whatever it is called.
func TestOwnGrants(t *testing.T) {
	t.Parallel()
	scope := checks.Scope{Regions: []string{"us-east-1", "eu-west-1"}}
	for _, name := range remotion.Pack().PolicyNames() {
		r, err := remotion.Pack().Required(name, "", "aws")
		if err != nil {
			t.Fatal(err)
		}
		common, own := *r, 0
		common.Grants = slices.DeleteFunc(slices.Clone(r.Grants), checks.Grant.Own)
		own = len(r.Grants) - len(common.Grants)
		var asked [2][]iam.Probe
		for i, arn := range []string{"arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/remotion-lambda-role"} {
			p, err := iam.NewPrincipal(arn)
			if err != nil {
				t.Fatal(err)
			}
			plan, err := common.Plan(p, scope)
			if err != nil {
				t.Fatal(err)
			}
			asked[i] = plan.Probes()
		}
		if len(asked[0]) == 0 || !reflect.DeepEqual(asked[0], asked[1]) {
			t.Errorf("%s: two roles are asked different questions about grants that are not their own", name)
		}
		if name == "caller" && own == 0 {
			t.Error("the caller simulates its own policies: that grant is its own")
		}
	}
}
