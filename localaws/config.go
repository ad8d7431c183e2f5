package localaws

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// configRequest are the fields of SelectAggregateResourceConfig.
type configRequest struct {
	Expression string
	Aggregator string `json:"ConfigurationAggregatorName"`
	Limit      int

	Evaluations []TakenEvaluation
	ResultToken string
	NextToken   string
}

// aggregator is the name of the one aggregator that there is.
const aggregator = "org"

// configPage is how many results a page has at most.
// Source: AWS Config API Reference, "SelectAggregateResourceConfig".
const configPage = 100

// selection is the form of the queries that are understood:
// SELECT a, b.c WHERE resourceType = 'X' [AND accountId = 'Y'].
var selection = regexp.MustCompile(`(?is)^\s*SELECT\s+(.+?)\s+WHERE\s+resourceType\s*=\s*'([^']+)'(?:\s+AND\s+accountId\s*=\s*'(\d{12})')?\s*$`)

var commas = regexp.MustCompile(`\s*,\s*`)

// counting is the query for the accounts that have something of a type.
var counting = regexp.MustCompile(`(?is)^\s*SELECT\s+accountId,\s*COUNT\(\*\)\s+WHERE\s+resourceType\s*=\s*'([^']+)'\s+GROUP\s+BY\s+accountId\s*$`)

// config answers AWS Config's query of an aggregator, in the account that has it.
func (s *Server) config(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	fail := func(e apiError) { writeJSONError(w, e) }
	if _, stopped := s.stop(w, r, operation, fail); stopped {
		return
	}
	var in configRequest
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		fail(apiError{"SerializationException", 400, "The request could not be read"})
		return
	}
	if operation == "PutEvaluations" {
		s.takeEvaluations(w, in, fail)
		return
	}
	grouped := counting.FindStringSubmatch(in.Expression)
	m := selection.FindStringSubmatch(in.Expression)
	switch {
	case operation != "SelectAggregateResourceConfig" || s.cloud == nil:
		fail(apiError{"UnknownOperationException", 400, "The operation is not known"})
		return
	case in.Aggregator != aggregator || s.snapshot.AccountID != s.cloud.o.Home:
		fail(apiError{"NoSuchConfigurationAggregatorException", 400, "The configuration aggregator does not exist."})
		return
	case grouped != nil:
		m = []string{"", "accountId", grouped[1], ""}
	case m == nil:
		fail(apiError{"InvalidExpressionException", 400, "The syntax of the query is incorrect."})
		return
	}
	fields := commas.Split(m[1], -1)
	var all []string
	for _, item := range s.cloud.items(m[2]) {
		if m[3] == "" || m[3] == item["accountId"] {
			all = append(all, selected(item, fields))
		}
	}
	if grouped != nil {
		all = slices.Compact(all)
	}
	list, next, e := pagedBy(all, in.NextToken, configPage)
	if e.Code != "" {
		fail(e)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(map[string]any{"Results": list, "NextToken": next}) // a client that went away is no fault of ours
}

// selected is a result: the fields of an item, each in its place.
func selected(item map[string]any, fields []string) string {
	out := map[string]any{}
	for _, f := range fields {
		from, to := item, out
		path := strings.Split(f, ".")
		for i, name := range path {
			value, ok := from[name]
			if !ok {
				break
			}
			if i == len(path)-1 {
				to[name] = value
				break
			}
			inner, ok := value.(map[string]any)
			if !ok {
				break
			}
			if to[name] == nil {
				to[name] = map[string]any{}
			}
			from, to = inner, to[name].(map[string]any)
		}
	}
	text, err := json.Marshal(out)
	if err != nil {
		return "{}"
	}
	return string(text)
}

// items are the configuration items of a type in all accounts, by account.
func (c *Cloud) items(kind string) []map[string]any {
	var out []map[string]any
	for _, id := range slices.Sorted(maps.Keys(c.accounts)) {
		s := c.accounts[id].snapshot
		for _, item := range itemsOf(s, kind) {
			item["accountId"], item["resourceType"] = id, kind
			out = append(out, item)
		}
	}
	return out
}

// itemsOf are those of one account, in the shapes of AWS Config's schemas.
//
// Source: github.com/awslabs/aws-config-resource-schema; policy documents are
// encoded as URLs.
func itemsOf(s *account.Snapshot, kind string) []map[string]any {
	var out []map[string]any
	add := func(region, name, arn string, configuration map[string]any, tags []account.Tag) {
		list := []map[string]string{}
		for _, t := range tags {
			list = append(list, map[string]string{"key": t.Key, "value": t.Value, "tag": t.Key + "=" + t.Value})
		}
		out = append(out, map[string]any{"awsRegion": region, "resourceName": name, "arn": arn, "configuration": configuration, "tags": list})
	}
	d := &s.AuthorizationDetails
	switch kind {
	case "AWS::IAM::Role":
		for i := range d.Roles {
			r := &d.Roles[i]
			c := map[string]any{"path": r.Path, "roleName": r.RoleName, "roleId": r.RoleID, "arn": r.Arn, "rolePolicyList": inline(r.RolePolicyList), "attachedManagedPolicies": attached(r.AttachedManagedPolicies)}
			if r.AssumeRolePolicyDocument != nil {
				c["assumeRolePolicyDocument"] = url.QueryEscape(r.AssumeRolePolicyDocument.Text)
			}
			bounded(c, r.PermissionsBoundary)
			var profiles []map[string]string
			for _, p := range s.InstanceProfiles {
				for _, in := range p.Roles {
					if in.Arn == r.Arn {
						profiles = append(profiles, map[string]string{"arn": p.Arn, "instanceProfileName": p.InstanceProfileName})
					}
				}
			}
			c["instanceProfileList"] = profiles
			add("global", r.RoleName, r.Arn, c, r.Tags)
		}
	case "AWS::IAM::User":
		for i := range d.Users {
			u := &d.Users[i]
			c := map[string]any{"path": u.Path, "userName": u.UserName, "userId": u.UserID, "arn": u.Arn, "userPolicyList": inline(u.UserPolicyList), "attachedManagedPolicies": attached(u.AttachedManagedPolicies), "groupList": u.GroupList}
			bounded(c, u.PermissionsBoundary)
			add("global", u.UserName, u.Arn, c, u.Tags)
		}
	case "AWS::IAM::Group":
		for i := range d.Groups {
			g := &d.Groups[i]
			add("global", g.GroupName, g.Arn, map[string]any{"path": g.Path, "groupName": g.GroupName, "groupId": g.GroupID, "arn": g.Arn, "groupPolicyList": inline(g.GroupPolicyList), "attachedManagedPolicies": attached(g.AttachedManagedPolicies)}, nil)
		}
	case "AWS::IAM::Policy":
		for i := range d.Policies {
			p := &d.Policies[i]
			var versions []map[string]any
			for _, v := range p.PolicyVersionList {
				versions = append(versions, map[string]any{"versionId": v.VersionID, "isDefaultVersion": v.IsDefaultVersion, "document": url.QueryEscape(v.Document.Text)})
			}
			add("global", p.PolicyName, p.Arn, map[string]any{"policyName": p.PolicyName, "arn": p.Arn, "path": p.Path, "defaultVersionId": p.DefaultVersionID, "policyVersionList": versions}, p.Tags)
		}
	case "AWS::Lambda::Function":
		for i := range s.Functions {
			f := &s.Functions[i]
			a, _ := policy.ParseARN(f.FunctionArn)
			add(a.Region, f.FunctionName, f.FunctionArn, map[string]any{"functionName": f.FunctionName, "functionArn": f.FunctionArn, "role": f.Role}, nil)
		}
	}
	return out
}

// bounded adds the boundary to a configuration, where there is one.
func bounded(configuration map[string]any, b *account.AttachedBoundary) {
	if b != nil {
		configuration["permissionsBoundary"] = map[string]string{"permissionsBoundaryArn": b.PermissionsBoundaryArn, "permissionsBoundaryType": b.PermissionsBoundaryType}
	}
}

func inline(list []account.InlinePolicy) []map[string]string {
	out := []map[string]string{}
	for _, p := range list {
		out = append(out, map[string]string{"policyName": p.PolicyName, "policyDocument": url.QueryEscape(p.PolicyDocument.Text)})
	}
	return out
}

func attached(list []account.AttachedPolicy) []map[string]string {
	out := []map[string]string{}
	for _, p := range list {
		out = append(out, map[string]string{"policyName": p.PolicyName, "policyArn": p.PolicyArn})
	}
	return out
}

// pagedBy cuts a list into pages of a size.
func pagedBy[T any](all []T, token string, size int) (list []T, next *string, e apiError) {
	start := 0
	if token != "" && token != "SAME" { // the fault same-marker begins anew
		if _, err := fmt.Sscanf(token, "page-%d", &start); err != nil || start < 0 || start > len(all) {
			return nil, nil, apiError{"InvalidInputException", 400, "You provided an invalid pagination token."}
		}
	}
	end := min(start+size, len(all))
	if end < len(all) {
		text := fmt.Sprintf("page-%d", end)
		next = &text
	}
	return append([]T{}, all[start:end]...), next, apiError{}
}

// A TakenEvaluation is one that AWS Config was given.
type TakenEvaluation struct {
	ComplianceResourceType, ComplianceResourceId, ComplianceType, Annotation string
	OrderingTimestamp                                                        float64
	Token                                                                    string `json:"-"`
}

type evaluations struct {
	mu   sync.Mutex
	list []TakenEvaluation
}

// Evaluations are those that AWS Config was given so far.
func (s *Server) Evaluations() []TakenEvaluation {
	s.taken.mu.Lock()
	defer s.taken.mu.Unlock()
	return slices.Clone(s.taken.list)
}

// takeEvaluations checks what AWS Config checks.
// Source: AWS Config API Reference, "PutEvaluations" and "Evaluation".
func (s *Server) takeEvaluations(w http.ResponseWriter, in configRequest, fail func(apiError)) {
	if in.ResultToken == "" || len(in.Evaluations) > 100 {
		fail(apiError{"InvalidParameterValueException", 400, "One or more of the specified parameters are not valid."})
		return
	}
	for _, e := range in.Evaluations {
		known := e.ComplianceType == "COMPLIANT" || e.ComplianceType == "NON_COMPLIANT" || e.ComplianceType == "NOT_APPLICABLE"
		if !known || len([]rune(e.Annotation)) > 256 || e.ComplianceResourceId == "" || e.ComplianceResourceType == "" || e.OrderingTimestamp <= 0 {
			fail(apiError{"ValidationException", 400, "1 validation error detected at 'evaluations'"})
			return
		}
	}
	s.taken.mu.Lock()
	defer s.taken.mu.Unlock()
	for _, e := range in.Evaluations {
		e.Token = in.ResultToken
		s.taken.list = append(s.taken.list, e)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_, _ = w.Write([]byte(`{"FailedEvaluations":[]}`)) // a client that went away is no fault of ours
}
