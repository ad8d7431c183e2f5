package localaws

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"remotion-doctor/iam/account"
)

// organizationRequest are the fields of Organizations' requests.
type organizationRequest struct {
	ChildID  string `json:"ChildId"`
	TargetID string `json:"TargetId"`
	PolicyID string `json:"PolicyId"`
	Filter   string

	ParentID   string `json:"ParentId"`
	ResourceID string `json:"ResourceId"`
	UnitID     string `json:"OrganizationalUnitId"`
	NextToken  string
}

// organizations answers Organizations' JSON protocol: the operation in
// X-Amz-Target. A snapshot knows the policies of each level and not what the
// levels are called; they are named r-root, ou-root-1, … and the account's id.
func (s *Server) organizations(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	fail := func(e apiError) { writeJSONError(w, e) }
	if _, stopped := s.stop(w, r, operation, fail); stopped {
		return
	}
	var in organizationRequest
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		fail(apiError{"SerializationException", 400, "The request could not be read"})
		return
	}
	out, err := s.organization(operation, in)
	if err.Code != "" {
		fail(err)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(out) // a client that went away is no fault of ours
}

// organization answers one operation: of the organization around the account, else by
// what the snapshot says of it.
func (s *Server) organization(operation string, in organizationRequest) (any, apiError) {
	if s.cloud != nil {
		if list, ok := listing[operation]; ok {
			return s.list(list, in)
		}
		if operation == "DescribeOrganization" {
			return s.cloud.o.Directory.describe(), apiError{} // every account may ask
		}
	}
	if s.snapshot.Organization == nil {
		return nil, apiError{"AWSOrganizationsNotInUseException", 400, "Your account is not a member of an organization."}
	}
	o := organization{s.snapshot}
	switch operation {
	case "DescribeOrganization":
		return o.describe(), apiError{}
	case "ListParents":
		return o.parents(in.ChildID)
	case "ListPoliciesForTarget":
		return o.policiesFor(in.TargetID, in.Filter)
	case "DescribePolicy":
		return o.policy(in.PolicyID)
	}
	return nil, apiError{"UnknownOperationException", 400, "The operation is not known"}
}

// list answers an operation about the whole organization, to its management
// account.
// Source: Organizations API Reference, "ListAccounts": only from the management
// account or a delegated administrator.
func (s *Server) list(list func(*Directory, organizationRequest) (any, apiError), in organizationRequest) (any, apiError) {
	d := &s.cloud.o.Directory
	if s.snapshot.AccountID != d.Management {
		return nil, apiError{"AccessDeniedException", 400, "You don't have permissions to access this resource."}
	}
	return list(d, in)
}

// An organization is the one of a snapshot with names for its levels.
type organization struct{ snapshot *account.Snapshot }

// id is that of the organization; a snapshot may not know it.
func (o organization) id() string { return cmp.Or(o.snapshot.Organization.ID, "o-snapshot") }

// management is the organization's management account.
func (o organization) management() string {
	return cmp.Or(o.snapshot.Organization.ManagementAccountID, "999999999999")
}

// arn is that of something of the organization.
func (o organization) arn(kind, rest string) string {
	return "arn:" + cmp.Or(o.snapshot.Partition, "aws") + ":organizations::" + o.management() + ":" + kind + "/" + o.id() + rest
}

func (o organization) describe() any {
	return map[string]any{"Organization": map[string]any{
		"Id": o.id(), "Arn": o.arn("organization", ""), "FeatureSet": "ALL",
		"MasterAccountId": o.management(), "MasterAccountArn": o.arn("account", "/"+o.management()),
	}}
}

// chain are the ids from the root to the account.
func (o organization) chain() []string {
	n := max(2, len(o.snapshot.Organization.ServiceControlPolicies), len(o.snapshot.Organization.ResourceControlPolicies))
	out := []string{"r-root"}
	for i := 1; i < n-1; i++ {
		out = append(out, fmt.Sprintf("ou-root-%d", i))
	}
	return append(out, o.snapshot.AccountID)
}

func (o organization) parents(child string) (any, apiError) {
	for i, id := range o.chain() {
		if id != child || i == 0 {
			continue
		}
		kind := "ORGANIZATIONAL_UNIT"
		if i == 1 {
			kind = "ROOT"
		}
		return map[string]any{"Parents": []any{map[string]string{"Id": o.chain()[i-1], "Type": kind}}}, apiError{}
	}
	return nil, apiError{"ChildNotFoundException", 400, "You specified a child that does not exist."}
}

// levels returns the policies of a type and the letter that their ids have.
func (o organization) levels(kind string) (levels [][]account.NamedPolicy, letter string) {
	switch kind {
	case "SERVICE_CONTROL_POLICY":
		return o.snapshot.Organization.ServiceControlPolicies, "s"
	case "RESOURCE_CONTROL_POLICY":
		return o.snapshot.Organization.ResourceControlPolicies, "r"
	}
	return nil, ""
}

func (o organization) policiesFor(target, kind string) (any, apiError) {
	levels, letter := o.levels(kind)
	list := []any{}
	found := false
	for i, id := range o.chain() {
		if id != target {
			continue
		}
		found = true
		if i < len(levels) {
			for j, p := range levels[i] {
				list = append(list, o.summary(p.Name, kind, fmt.Sprintf("p-%s%d-%d", letter, i, j)))
			}
		}
	}
	if !found {
		return nil, apiError{"TargetNotFoundException", 400, "You specified a target that does not exist."}
	}
	return map[string]any{"Policies": list}, apiError{}
}

func (o organization) summary(name, kind, id string) map[string]any {
	return map[string]any{"Id": id, "Arn": o.arn("policy", "/"+strings.ToLower(kind)+"/"+id), "Name": name, "Type": kind, "AwsManaged": false}
}

func (o organization) policy(id string) (any, apiError) {
	for _, kind := range []string{"SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"} {
		levels, letter := o.levels(kind)
		for i := range levels {
			for j, p := range levels[i] {
				if fmt.Sprintf("p-%s%d-%d", letter, i, j) == id {
					return map[string]any{"Policy": map[string]any{"PolicySummary": o.summary(p.Name, kind, id), "Content": p.Document.Text}}, apiError{}
				}
			}
		}
	}
	return nil, apiError{"PolicyNotFoundException", 400, "You specified a policy that does not exist."}
}
