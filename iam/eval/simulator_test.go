package eval

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// A simulatorCase is a line of aws-simulator.jsonl: a request to the real
// policy simulator and what it answered.
type simulatorCase struct {
	Op               string     `json:"op"`
	Policies         []string   `json:"policies"`
	Boundary         []string   `json:"boundary"`
	ScpLevels        [][]string `json:"scp_levels"`
	ResourcePolicy   string     `json:"resource_policy"`
	ResourceOwner    string     `json:"resource_owner"`
	Caller           string     `json:"caller"`
	Actions          []string   `json:"actions"`
	Resources        []string   `json:"resources"`
	ResourceHandling string     `json:"resource_handling"`
	Context          []struct {
		Key    string   `json:"key"`
		Type   string   `json:"type"`
		Values []string `json:"values"`
	} `json:"context"`
	MaxItems  int               `json:"max_items"`
	Marker    string            `json:"marker"`
	Source    string            `json:"source_arn"`
	Principal recordedPrincipal `json:"principal"`
	Exclude   []struct {
		Type   string `json:"type"`
		ARN    string `json:"arn"`
		Inline *struct {
			Name           string `json:"name"`
			AttachmentType string `json:"attachment_type"`
			AttachmentName string `json:"attachment_name"`
		} `json:"inline"`
	} `json:"exclude"`
	Expect struct {
		Error     *recordedError   `json:"error"`
		Results   []recordedResult `json:"results"`
		Truncated *bool            `json:"truncated"`
		Marker    string           `json:"marker"`
	} `json:"expect"`
}

type recordedError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// A recordedPrincipal is the state of an identity when it was asked about.
type recordedPrincipal struct {
	ARN     string            `json:"arn"`
	Inline  map[string]string `json:"inline"`
	Managed map[string]string `json:"managed"`
	Groups  []struct {
		Name    string            `json:"name"`
		Inline  map[string]string `json:"inline"`
		Managed map[string]string `json:"managed"`
	} `json:"groups"`
	Boundary     string `json:"boundary"`
	BoundaryName string `json:"boundary_name"`
}

type recordedResult struct {
	Action         string              `json:"action"`
	Decision       string              `json:"decision"`
	ResourceName   string              `json:"resource_name"`
	Matched        []recordedStatement `json:"matched"`
	Missing        []string            `json:"missing"`
	OrgAllows      *bool               `json:"org_allows"`
	BoundaryAllows *bool               `json:"boundary_allows"`
	Details        map[string]string   `json:"details"`
	Resources      []recordedRow       `json:"resources"`
}

type recordedStatement struct {
	Policy string `json:"policy"`
	Type   string `json:"type"`
	Start  [2]int `json:"start"`
	End    [2]int `json:"end"`
}

type recordedRow struct {
	ARN            string            `json:"arn"`
	Decision       string            `json:"decision"`
	Matched        []string          `json:"matched"`
	Missing        []string          `json:"missing"`
	BoundaryAllows *bool             `json:"boundary_allows"`
	Details        map[string]string `json:"details"`
}

func TestRecordedSimulator(t *testing.T) {
	eachCase(t, "aws-simulator.jsonl", func(t *testing.T, c simulatorCase) {
		out, err := c.ask(t)
		if want := c.Expect.Error; want != nil {
			api, ok := errors.AsType[*APIError](err)
			if !ok || api.Code != want.Code || api.Message != want.Message {
				t.Errorf("error:\n got %v\nwant %s: %s", err, want.Code, want.Message)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		got := recorded(out)
		for i := range c.Expect.Results {
			normalize(&c.Expect.Results[i])
			if c.Op == "custom" && len(c.ScpLevels) == 0 {
				c.Expect.Results[i].OrgAllows = nil // depends on the recording account
			}
		}
		for i := range got {
			normalize(&got[i])
			if i < len(c.Expect.Results) && c.Expect.Results[i].OrgAllows == nil {
				got[i].OrgAllows = nil
			}
		}
		if diff := gocmp.Diff(c.Expect.Results, got); diff != "" {
			t.Errorf("-recorded +got\n%s", diff)
		}
		if c.Expect.Truncated != nil && *c.Expect.Truncated != out.IsTruncated {
			t.Errorf("truncated %v, want %v", out.IsTruncated, *c.Expect.Truncated)
		}
	})
}

func (c *simulatorCase) input() SimulationInput {
	in := SimulationInput{
		PolicyInputList: c.Policies, PermissionsBoundaryPolicyInputList: c.Boundary,
		ActionNames: c.Actions, ResourceArns: c.Resources, ResourcePolicy: c.ResourcePolicy,
		ResourceOwner: c.ResourceOwner, CallerArn: c.Caller, ResourceHandlingOption: c.ResourceHandling,
		MaxItems: c.MaxItems, Marker: c.Marker,
	}
	for _, level := range c.ScpLevels {
		in.OrderedOrganizationPolicyInputList = append(in.OrderedOrganizationPolicyInputList, OrganizationLevel{level})
	}
	for _, e := range c.Context {
		in.ContextEntries = append(in.ContextEntries, SimulationContext{e.Key, e.Type, e.Values})
	}
	for _, x := range c.Exclude {
		e := PolicyExclusion{PolicyType: x.Type, PolicyArn: x.ARN}
		if x.Inline != nil {
			e.InlinePolicyIdentifier = &InlinePolicyIdentifier{x.Inline.Name, x.Inline.AttachmentType, x.Inline.AttachmentName}
		}
		in.PolicyExclusionList = append(in.PolicyExclusionList, e)
	}
	return in
}

func (c *simulatorCase) ask(t *testing.T) (SimulationOutput, error) {
	t.Helper()
	in := c.input()
	if c.Op == "custom" {
		return SimulateCustomPolicy(in)
	}
	in.PolicySourceArn = cmp.Or(c.Source, c.Principal.ARN)
	engine, err := New(c.Principal.snapshot())
	if err != nil {
		t.Fatal(err)
	}
	return engine.SimulatePrincipalPolicy(in)
}

// snapshot builds the account that the identity was in. It is in an
// organization whose SCPs allow.
func (p *recordedPrincipal) snapshot() *account.Snapshot {
	s := &account.Snapshot{AccountID: "111122223333", Organization: &account.Organization{
		ServiceControlPolicies: [][]account.NamedPolicy{{{Name: "FullAWSAccess", Document: account.Document{
			Text: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
		}}}},
	}}
	managed := func(documents map[string]string) []account.AttachedPolicy {
		var out []account.AttachedPolicy
		for _, name := range slices.Sorted(maps.Keys(documents)) {
			arn := "arn:aws:iam::111122223333:policy/simulation/" + name
			out = append(out, account.AttachedPolicy{PolicyName: name, PolicyArn: arn})
			if _, err := s.ManagedPolicy(arn); err == nil {
				continue
			}
			s.AuthorizationDetails.Policies = append(s.AuthorizationDetails.Policies, account.ManagedPolicy{
				PolicyName: name, Arn: arn, DefaultVersionID: "v1",
				PolicyVersionList: []account.PolicyVersion{{VersionID: "v1", Document: account.Document{Text: documents[name]}}},
			})
		}
		return out
	}
	inline := func(documents map[string]string) []account.InlinePolicy {
		var out []account.InlinePolicy
		for _, name := range slices.Sorted(maps.Keys(documents)) {
			out = append(out, account.InlinePolicy{PolicyName: name, PolicyDocument: account.Document{Text: documents[name]}})
		}
		return out
	}
	a, ok := policy.ParseARN(p.ARN)
	if !ok {
		return s
	}
	var groups []string
	for _, g := range p.Groups {
		groups = append(groups, g.Name)
		s.AuthorizationDetails.Groups = append(s.AuthorizationDetails.Groups, account.Group{
			GroupName: g.Name, GroupPolicyList: inline(g.Inline), AttachedManagedPolicies: managed(g.Managed),
		})
	}
	attached := managed(p.Managed)
	var boundary *account.AttachedBoundary
	if p.Boundary != "" {
		name := "example-sim-fixture-0-boundary"
		list := managed(map[string]string{name: p.Boundary})
		boundary = &account.AttachedBoundary{PermissionsBoundaryArn: list[0].PolicyArn}
	}
	switch a.Type() {
	case "user":
		s.AuthorizationDetails.Users = []account.User{{
			UserName: a.Name(), Arn: p.ARN, UserPolicyList: inline(p.Inline), AttachedManagedPolicies: attached,
			GroupList: groups, PermissionsBoundary: boundary,
		}}
	case "role":
		s.AuthorizationDetails.Roles = []account.Role{{
			RoleName: a.Name(), Arn: p.ARN, RolePolicyList: inline(p.Inline), AttachedManagedPolicies: attached,
			PermissionsBoundary: boundary,
		}}
	case "group":
		s.AuthorizationDetails.Groups = append(s.AuthorizationDetails.Groups, account.Group{
			GroupName: a.Name(), Arn: p.ARN, GroupPolicyList: inline(p.Inline), AttachedManagedPolicies: attached,
		})
	}
	return s
}

// recorded turns an answer into the form of the recordings.
func recorded(out SimulationOutput) []recordedResult {
	var list []recordedResult
	for _, r := range out.EvaluationResults {
		rr := recordedResult{
			Action: r.EvalActionName, Decision: r.EvalDecision, ResourceName: r.EvalResourceName,
			Missing: r.MissingContextValues, Details: r.EvalDecisionDetails,
		}
		if r.OrganizationsDecisionDetail != nil {
			rr.OrgAllows = &r.OrganizationsDecisionDetail.AllowedByOrganizations
		}
		if r.PermissionsBoundaryDecisionDetail != nil {
			rr.BoundaryAllows = &r.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary
		}
		for _, m := range r.MatchedStatements {
			rr.Matched = append(rr.Matched, recordedStatement{
				m.SourcePolicyID, m.SourcePolicyType,
				[2]int{m.StartPosition.Line, m.StartPosition.Column},
				[2]int{m.EndPosition.Line, m.EndPosition.Column},
			})
		}
		for _, row := range r.ResourceSpecificResults {
			x := recordedRow{ARN: row.EvalResourceName, Decision: row.EvalResourceDecision, Missing: row.MissingContextValues, Details: row.EvalDecisionDetails}
			if row.PermissionsBoundaryDecisionDetail != nil {
				x.BoundaryAllows = &row.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary
			}
			for _, m := range row.MatchedStatements {
				x.Matched = append(x.Matched, m.SourcePolicyID)
			}
			rr.Resources = append(rr.Resources, x)
		}
		list = append(list, rr)
	}
	return list
}

// normalize sorts what the recordings hold in no stable order.
func normalize(r *recordedResult) {
	slices.SortFunc(r.Matched, func(a, b recordedStatement) int {
		return cmp.Or(strings.Compare(a.Policy, b.Policy), a.Start[0]-b.Start[0], a.Start[1]-b.Start[1])
	})
	r.Matched, r.Missing = orNil(r.Matched), orNil(r.Missing)
	slices.Sort(r.Missing)
	if len(r.Details) == 0 {
		r.Details = nil
	}
	for i := range r.Resources {
		row := &r.Resources[i]
		slices.Sort(row.Matched)
		slices.Sort(row.Missing)
		row.Matched, row.Missing = orNil(row.Matched), orNil(row.Missing)
		if len(row.Details) == 0 {
			row.Details = nil
		}
	}
}

func orNil[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}

func TestSimulationInputIsCLIJSON(t *testing.T) {
	var in SimulationInput
	text := `{"PolicyInputList":["{}"],"ActionNames":["s3:GetObject"],"ContextEntries":[{"ContextKeyName":"a:b","ContextKeyType":"string","ContextKeyValues":["c"]}]}`
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(in)
	if err != nil || string(out) != text {
		t.Errorf("%s, %v", out, err)
	}
}

// TestSourceOfAnotherAccount: whoever asks may simulate the principals of its own
// account alone, also where the file does not say which that is.
func TestSourceOfAnotherAccount(t *testing.T) {
	t.Parallel()
	s := &account.Snapshot{AuthorizationDetails: account.AuthorizationDetails{Roles: []account.Role{{RoleName: "app", Arn: "arn:aws:iam::111122223333:role/app"}}}}
	e, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.SimulatePrincipalPolicy(SimulationInput{PolicySourceArn: "arn:aws:iam::444455556666:role/app", ActionNames: []string{"s3:GetObject"}})
	const want = "InvalidInput: Invalid Policy Source Arn: caller's account 111122223333 does not have access to policies in account 444455556666"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
