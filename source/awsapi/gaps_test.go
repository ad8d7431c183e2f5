package awsapi

import (
	"context"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/source"
)

// guarded adds to the rich account a policy with a Deny, and a boundary.
func guarded(s *account.Snapshot) {
	rich(s)
	deny := account.Document{Text: `{"Version":"2012-10-17","Statement":[{"Sid":"KeepOut","Effect":"Deny","Action":"s3:DeleteBucket","Resource":"*"}]}`}
	for i := range s.AuthorizationDetails.Roles {
		r := &s.AuthorizationDetails.Roles[i]
		if r.RoleName == "complete-renderer" {
			r.RolePolicyList = append(r.RolePolicyList, account.InlinePolicy{PolicyName: "guard", PolicyDocument: deny})
			r.PermissionsBoundary = &account.AttachedBoundary{PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: "arn:aws:iam::123456789012:policy/unused"}
		}
	}
}

// TestGaps: what may not be read, and what failed for a passing reason, is a gap
// that names the operation; the rest was read.
func TestGaps(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fault   string
		where   string
		kind    iam.GapKind
		affects iam.GapEffect
		layer   iam.Layer
	}{
		{"ListRolePolicies=denied", "iam:ListRolePolicies role/complete-renderer", iam.GapSampled, iam.MayBoth, iam.LayerIdentity},
		{"GetRolePolicy[=own]=denied", "iam:GetRolePolicy role/complete-renderer, policy own", iam.GapSampled, iam.MayBoth, iam.LayerIdentity},
		{"ListAttachedRolePolicies=denied", "iam:ListAttachedRolePolicies role/complete-renderer", iam.GapSampled, iam.MayBoth, iam.LayerIdentity},
		{"GetPolicy[policy/extra]=denied", "iam:GetPolicy arn:aws:iam::123456789012:policy/extra", iam.GapSampled, iam.MayBoth, iam.LayerIdentity},
		{"GetPolicyVersion[policy/extra]=throttle", "iam:GetPolicyVersion arn:aws:iam::123456789012:policy/extra", iam.GapIncomplete, iam.MayBoth, iam.LayerIdentity},
		{"GetRole=denied", "iam:GetRole role/complete-renderer", iam.GapSampled, iam.MayDeny, iam.LayerBoundary},
		{"GetRole=503", "iam:GetRole role/complete-renderer", iam.GapIncomplete, iam.MayDeny, iam.LayerBoundary},
		{"GetPolicy[policy/unused]=denied", "iam:GetPolicy arn:aws:iam::123456789012:policy/unused", iam.GapUnread, iam.MayDeny, iam.LayerBoundary},
		{"GetPolicy[policy/unused]=500", "iam:GetPolicy arn:aws:iam::123456789012:policy/unused", iam.GapIncomplete, iam.MayDeny, iam.LayerBoundary},
		{"GetRolePolicy[=own]=throttle", "iam:GetRolePolicy role/complete-renderer, policy own", iam.GapIncomplete, iam.MayBoth, iam.LayerIdentity},
		{"GetRolePolicy[=own]=reset", "iam:GetRolePolicy role/complete-renderer, policy own", iam.GapIncomplete, iam.MayBoth, iam.LayerIdentity},
		{"GetRolePolicy[=own]=cut", "iam:GetRolePolicy role/complete-renderer, policy own", iam.GapIncomplete, iam.MayBoth, iam.LayerIdentity},
		{"GetRolePolicy[=own]=truncate", "iam:GetRolePolicy role/complete-renderer, policy own", iam.GapIncomplete, iam.MayBoth, iam.LayerIdentity},
		{"GetRolePolicy[=own]=empty-result", "iam:GetRolePolicy role/complete-renderer, policy own", iam.GapIncomplete, iam.MayBoth, iam.LayerIdentity},
		{"GetRolePolicy[=own]=html", "iam:GetRolePolicy role/complete-renderer, policy own", iam.GapIncomplete, iam.MayBoth, iam.LayerIdentity},
		{"ListRolePolicies=lost-marker", "iam:ListRolePolicies role/complete-renderer", iam.GapIncomplete, iam.MayBoth, iam.LayerIdentity},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			t.Parallel()
			p, err := policiesFrom(t.Context(), open(t, guarded, tt.fault), complete)
			if err != nil || len(p.Gaps) != 1 {
				t.Fatalf("%+v, %v", p.Gaps, err)
			}
			g := p.Gaps[0]
			if g.Where != tt.where || g.Kind != tt.kind || g.Affects != tt.affects || g.Layer != tt.layer || g.What == "" || g.Why == "" || g.Hint == "" {
				t.Errorf("%+v", g)
			}
			names := []string{}
			for i := range p.Identity {
				names = append(names, p.Identity[i].Name)
			}
			if !strings.HasPrefix(tt.fault, "ListRolePolicies") && !slices.Contains(names, "guard") {
				t.Errorf("the Deny that was read is lost: %v", names)
			}
			if (p.Boundary == nil) != (tt.layer == iam.LayerBoundary) {
				t.Errorf("boundary %v", p.Boundary)
			}
		})
	}
}

// TestGapsOfUsers: the groups of a user are policies of its own.
func TestGapsOfUsers(t *testing.T) {
	t.Parallel()
	user := iam.Principal{ARN: deployer, AccountID: "123456789012"}
	for _, tt := range []struct{ fault, where string }{
		{"ListGroupsForUser=denied", "iam:ListGroupsForUser user/deployer"},
		{"ListGroupPolicies=denied", "iam:ListGroupPolicies group/video-team"},
		{"GetGroupPolicy[=own]=denied", "iam:GetGroupPolicy group/video-team, policy own"},
		{"GetUserPolicy[=own]=denied", "iam:GetUserPolicy user/deployer, policy own"},
		{"GetUser=denied", "iam:GetUser user/deployer"},
	} {
		p, err := policiesFrom(t.Context(), open(t, rich, tt.fault), user)
		if err != nil || len(p.Gaps) != 1 || p.Gaps[0].Where != tt.where || p.Gaps[0].Kind != iam.GapSampled || len(p.Identity) == 0 {
			t.Errorf("%s: %+v, %d policies, %v", tt.fault, p.Gaps, len(p.Identity), err)
		}
	}
}

// TestNothingKnown: where no more can be learned by reading on, the answer is an
// error.
func TestNothingKnown(t *testing.T) {
	t.Parallel()
	nobody := iam.Principal{ARN: "arn:aws:iam::123456789012:role/nobody", AccountID: "123456789012"}
	for _, tt := range []struct {
		p     iam.Principal
		fault string
		kind  source.Kind
	}{
		{nobody, "DescribePolicy=denied", source.KindNotFound},
		{complete, "GetRolePolicy=expired", source.KindCredentials},
		{complete, "*=expired", source.KindCredentials},
	} {
		if p, err := policiesFrom(t.Context(), open(t, rich, tt.fault), tt.p); err == nil || asError(t, err).Kind != tt.kind {
			t.Errorf("%s: %d policies, %v", tt.fault, len(p.Identity), err)
		}
	}
}

// TestUnknownDocument: a document that is no policy is a gap and no error.
func TestUnknownDocument(t *testing.T) {
	t.Parallel()
	odd := func(s *account.Snapshot) {
		s.AuthorizationDetails.Roles = append(s.AuthorizationDetails.Roles, account.Role{
			RoleName: "odd", Arn: "arn:aws:iam::123456789012:role/odd",
			RolePolicyList: []account.InlinePolicy{{PolicyName: "new", PolicyDocument: account.Document{Text: `{"Version":"2099-01-01","Grants":[]}`}}},
		})
	}
	p, err := policiesFrom(t.Context(), open(t, odd), iam.Principal{ARN: "arn:aws:iam::123456789012:role/odd", AccountID: "123456789012"})
	if err != nil || len(p.Gaps) != 1 || p.Gaps[0].Kind != iam.GapUnread || p.Gaps[0].Affects != iam.MayBoth {
		t.Errorf("%+v, %v", p.Gaps, err)
	}
}

// TestPoliciesReadOnce: the policies of a principal are read once, and again
// after a change.
func TestPoliciesReadOnce(t *testing.T) {
	t.Parallel()
	c := open(t, rich, "GetRolePolicy[=own]=denied:1")
	for range 3 {
		if p, err := policiesFrom(t.Context(), c, complete); err != nil || len(p.Gaps) != 1 {
			t.Fatalf("%+v, %v", p.Gaps, err)
		}
	}
	if err := c.Writer().DeleteInline(t.Context(), iam.Principal{ARN: "arn:aws:iam::123456789012:role/complete-renderer"}, "own"); err != nil {
		t.Fatal(err)
	}
	if p, err := policiesFrom(t.Context(), c, complete); err != nil || len(p.Gaps) != 0 || slices.ContainsFunc(p.Identity, isOwn) {
		t.Errorf("after the change: %+v, %v", p.Gaps, err)
	}
}

// TestBucketGaps: settings that could not be read name the operation.
func TestBucketGaps(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fault, where string
		kind         iam.GapKind
	}{
		{"GetBucketOwnershipControls=denied", "s3:GetBucketOwnershipControls " + bucket, iam.GapUnread},
		{"GetPublicAccessBlock=denied", "s3:GetPublicAccessBlock " + bucket, iam.GapUnread},
		{"GetPublicAccessBlock=503", "s3:GetPublicAccessBlock " + bucket, iam.GapIncomplete},
	} {
		b, err := open(t, rich, tt.fault).Bucket(t.Context(), bucket, "us-east-1")
		if err != nil || len(b.Gaps) != 1 || b.Gaps[0].Where != tt.where || b.Gaps[0].Kind != tt.kind {
			t.Errorf("%s: %+v, %v", tt.fault, b.Gaps, err)
		}
	}
}

// TestSnapshotOfOneRegionOff: the other regions are written.
func TestSnapshotOfOneRegionOff(t *testing.T) {
	t.Parallel()
	c := open(t, full(1), "*[/ap-east-1/]=unrecognized")
	s, err := c.Snapshot(t.Context(), SnapshotOptions{Regions: []string{"us-east-1", "ap-east-1"}})
	if err != nil || len(s.Functions) == 0 {
		t.Fatalf("%v", err)
	}
	for _, g := range s.Gaps {
		if g.Resource != "ap-east-1" || !strings.Contains(g.Reason, "ap-east-1") {
			t.Errorf("%+v", g)
		}
	}
	if len(s.Gaps) != 4 {
		t.Errorf("%d gaps", len(s.Gaps))
	}
}

// TestRegionOff: the hint is about the Region, and only where it can be off.
func TestRegionOff(t *testing.T) {
	t.Parallel()
	c := open(t, nil, "ListFunctions=unrecognized")
	for region, kind := range map[string]source.Kind{"ap-east-1": source.KindRegion, "mx-central-1": source.KindRegion, "us-east-1": source.KindCredentials, "eu-west-1": source.KindCredentials} {
		_, err := c.Functions(t.Context(), region, "remotion")
		if e := asError(t, err); e.Kind != kind || strings.Contains(e.Hint, "enable-region --region-name "+region) != (kind == source.KindRegion) {
			t.Errorf("%s: %v (%s), hint %s", region, e, e.Kind, e.Hint)
		}
	}
}

// TestPartialSnapshotFor: a snapshot for one target keeps what was read, and
// says what was not.
func TestPartialSnapshotFor(t *testing.T) {
	t.Parallel()
	c := open(t, guarded, "GetPolicy[policy/extra]=denied")
	r, err := c.Resolve(t.Context(), role)
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.OnlyFor(t.Context(), []Resolved{{role, r}})
	if err != nil || len(s.Gaps) != 1 || !strings.Contains(s.Gaps[0].Operation, "iam:GetPolicy") || len(s.Unread[r.Principal.ARN]) != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	if p, err := policiesOf(s, r.Principal); err != nil || len(p.Gaps) != 1 || len(p.Identity) == 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestEvaluateWrongAnswers: an answer that contradicts itself, or the question,
// decides nothing; one that lacks a result leaves the probe open.
func TestEvaluateWrongAnswers(t *testing.T) {
	t.Parallel()
	probes := []iam.Probe{
		{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"},
		{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/l"},
		{Action: "s3:PutObject", Resource: "arn:aws:s3:::b/k"},
	}
	for fault, says := range map[string]string{
		"duplicate": "twice", "foreign": "was not asked", "contradict": "contradicts", "same-marker": "marker",
	} {
		v, err := open(t, nil, "SimulatePrincipalPolicy="+fault).Evaluate(t.Context(), complete, probes)
		if e := asError(t, err); e.Kind != source.KindAnswer || e.Operation != "iam:SimulatePrincipalPolicy" || !strings.Contains(e.Msg, says) {
			t.Errorf("%s: %+v, %v", fault, v, err)
		}
	}
	v, err := open(t, nil, "SimulatePrincipalPolicy=missing").Evaluate(t.Context(), complete, probes)
	if err != nil || v[0].Decision != "" || !v[0].Incomplete || v[0].Problem == "" || v[2].Decision == "" {
		t.Errorf("%+v, %v", v, err)
	}
	// One call of several that fails leaves the others.
	many := append(slices.Clone(probes), iam.Probe{Action: "s3:ListAllMyBuckets", Resource: "*"})
	v, err = open(t, nil, "SimulatePrincipalPolicy[ListAllMyBuckets]=throttle").Evaluate(t.Context(), complete, many)
	if err != nil || v[0].Decision == "" || v[3].Decision != "" || !v[3].Incomplete {
		t.Errorf("%+v, %v", v, err)
	}
	// The spellings of an action are answered each.
	same := []iam.Probe{{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}, {Action: "S3:getobject", Resource: "arn:aws:s3:::b/k"}}
	if v, err := open(t, nil).Evaluate(t.Context(), complete, same); err != nil || v[0].Decision != v[1].Decision || v[0].Decision == "" {
		t.Errorf("%+v, %v", v, err)
	}
}

// policiesFrom returns a principal's policies without what every reading
// assumes.
func policiesFrom(ctx context.Context, c *Client, p iam.Principal) (eval.Policies, error) {
	out, err := c.Policies(ctx, p)
	out.Gaps = slices.DeleteFunc(out.Gaps, func(g iam.Gap) bool { return g.Kind == iam.GapAssumption })
	return out, err
}

func isOwn(p eval.Policy) bool { return p.Name == "own" }
