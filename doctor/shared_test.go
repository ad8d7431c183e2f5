package doctor_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/source"
	"remotion-doctor/source/files"
)

// A counting source counts what is asked of it.
type counting struct {
	source.Source
	asked *atomic.Int64
}

func (c counting) Evaluate(ctx context.Context, p iam.Principal, probes []iam.Probe) ([]iam.Verdict, error) {
	c.asked.Add(1)
	return c.Source.Evaluate(ctx, p, probes)
}

// TestFleetIsJudgedOnce: a fleet of roles with few policies costs what differs.
func TestFleetIsJudgedOnce(t *testing.T) {
	t.Parallel()
	var asked [2]atomic.Int64
	for i, n := range []int{60, 120} {
		o := fleet(t, n)
		o.Source = counting{o.Source, &asked[i]}
		if _, err := doctor.Check(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	// What each role is asked by itself is one grant: two questions, and two more
	// where it is verified.
	if more := asked[1].Load() - asked[0].Load(); more > 4*60 {
		t.Errorf("60 more roles with the same policies are asked %d questions", more)
	}
}

// parts are pieces of policies, each of which may tell one role from another. %[1]s
// is the name of some role.
var parts = []string{
	`{"Effect":"Allow","Action":"iam:SimulatePrincipalPolicy","Resource":"arn:aws:iam::123456789012:role/%[1]s"}`,
	`{"Effect":"Allow","Action":["iam:PassRole","s3:*"],"Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/%[1]s"}}}`,
	`{"Effect":"Deny","Action":"lambda:InvokeFunction","Resource":"*","Condition":{"ArnNotEquals":{"AWS:principalarn":["arn:aws:iam::123456789012:role/%[1]s","arn:aws:iam::123456789012:role/other"]}}}`,
	`{"Effect":"Deny","Action":"s3:Put*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"%[1]s"}}}`,
	`{"Effect":"Deny","Action":"s3:Get*","Resource":"arn:aws:s3:::remotionlambda-*/${aws:PrincipalArn}*"}`,
	`{"Effect":"Allow","Action":"lambda:*","Resource":"arn:aws:lambda:*:*:function:remotion-render-*","Condition":{"StringLike":{"aws:RequestedRegion":"${aws:PrincipalTag/team}*"}}}`,
	`{"Effect":"Deny","Action":"logs:*","Resource":"*","Condition":{"StringLike":{"aws:userid":"*:%[1]s"}}}`,
	`{"Effect":"Deny","Action":"logs:*","Resource":"*","Condition":{"Null":{"aws:username":"true"},"StringLike":{"aws:PrincipalArn":"*%[1]s"}}}`,
	`{"Effect":"Allow","Action":"*","Resource":"*"}`,
	`{"Effect":"Deny","Action":"lambda:DeleteFunction","Resource":"*","Condition":{"DateGreaterThan":{"aws:TokenIssueTime":"2020-01-01T00:00:00Z"}}}`,
	`{"Effect":"Allow","Action":["servicequotas:*","logs:*"],"Resource":"*"}`,
	`{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/%[1]s"}`,
}

// somePolicy is a document of some parts.
func somePolicy(r *rand.Rand) string {
	names := []string{"fleet-1", "fleet-2", "fleet-*", "fleet-?", "remotion-lambda-role"}
	var statements []string
	for range 1 + r.IntN(3) {
		text := parts[r.IntN(len(parts))]
		if strings.Contains(text, "%[1]s") {
			text = fmt.Sprintf(text, names[r.IntN(len(names))])
		}
		statements = append(statements, text)
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// somePrincipals is the policy of a bucket that treats some roles in another way.
func somePrincipals(r *rand.Rand) string {
	who := []string{
		`"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:role/fleet-1"}`,
		`"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::123456789012:root","arn:aws:iam::123456789012:role/fleet-2"]}`,
		`"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::123456789012:role/fleet-2","arn:aws:iam::123456789012:role/other"]}`,
		`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"}`,
		`"Effect":"Deny","Principal":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/fleet-1"}}`,
	}
	return `{"Version":"2012-10-17","Statement":[{` + who[r.IntN(len(who))] +
		`,"Action":"s3:*","Resource":["arn:aws:s3:::remotionlambda-useast1-abc1234567","arn:aws:s3:::remotionlambda-useast1-abc1234567/*"]}]}`
}

// someFleet is an account in which several roles have the same policies.
func someFleet(t *testing.T, r *rand.Rand) doctor.Options {
	t.Helper()
	s, err := account.Read(fixtures.Demo)
	if err != nil {
		t.Fatal(err)
	}
	d := &s.AuthorizationDetails
	var o doctor.Options
	documents := []string{somePolicy(r), somePolicy(r)}
	teams := []string{"fleet-1", "us-east"}
	if r.IntN(2) == 0 {
		documents[1], teams[1] = documents[0], teams[0]
	}
	for i, name := range []string{"fleet-1", "fleet-2", "remotion-lambda-role"} {
		role := account.Role{RoleName: name, RoleID: fmt.Sprintf("AROA%d", i), Arn: "arn:aws:iam::123456789012:role/" + name}
		for k := range 2 {
			role.RolePolicyList = append(role.RolePolicyList, account.InlinePolicy{
				PolicyName: fmt.Sprint("policy-", k), PolicyDocument: account.Document{Text: documents[r.IntN(2)]},
			})
		}
		if teams[0] != teams[1] && r.IntN(2) == 0 {
			role.AttachedManagedPolicies = d.Roles[0].AttachedManagedPolicies
		}
		role.Tags = []account.Tag{{Key: "team", Value: teams[r.IntN(2)]}}
		d.Roles = append(d.Roles[:len(d.Roles):len(d.Roles)], role)
		o.Targets = append(o.Targets, doctor.Target{Target: audit.Target{Kind: audit.TargetRole, Name: role.Arn}, Requirements: []string{"caller"}})
	}
	if r.IntN(2) == 0 && s.Organization != nil {
		level := s.Organization.ServiceControlPolicies
		level[0] = append(level[0], account.NamedPolicy{Name: "fleet", Document: account.Document{Text: somePolicy(r)}})
	}
	if r.IntN(2) == 0 {
		s.BucketPolicies = map[string]account.Document{"remotionlambda-useast1-abc1234567": {Text: somePrincipals(r)}}
	}
	src, err := files.Snapshot(s, files.Overlay{}, managed.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	o.Source, o.Regions = src, []string{"us-east-1", "eu-west-1"}
	o.Excess, o.Strict = r.IntN(40) == 0, r.IntN(4) == 0
	return o
}

// TestSharedJudgements: whatever tells roles from another, a section says in a
// fleet what it says where its target is checked alone.
func TestSharedJudgements(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		o := someFleet(t, rand.New(rand.NewPCG(seed, 13)))
		all, err := doctor.Check(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		targets := o.Targets
		for i := range targets {
			o.Targets = targets[i : i+1]
			one, err := doctor.Check(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			for k := range one.Sections {
				got, want := text(t, &all.Sections[i+k]), text(t, &one.Sections[k])
				if got != want {
					t.Fatalf("seed %d: the section of %s is not what it is by itself:\n%s\n%s", seed, targets[i].Name, got, want)
				}
			}
		}
	}
}
