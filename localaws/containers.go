package localaws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/iam/policy"
)

// ecs answers ECS's JSON protocol: the operation in X-Amz-Target.
func (s *Server) ecs(w http.ResponseWriter, r *http.Request, region string) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	fail := func(e apiError) { writeJSONError(w, e) }
	if _, stopped := s.stop(w, r, operation, fail); stopped {
		return
	}
	var in struct {
		TaskDefinition string `json:"taskDefinition"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		fail(apiError{"SerializationException", 400, "The request could not be read"})
		return
	}
	switch operation {
	case "DescribeTaskDefinition":
	case "ListTaskDefinitionFamilies":
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(map[string]any{"families": s.families(region)}) // a client that went away is no fault of ours
		return
	default:
		fail(apiError{"UnknownOperationException", 400, "The operation is not known"})
		return
	}
	t, err := s.snapshot.TaskDefinition(in.TaskDefinition)
	if err != nil {
		fail(apiError{"ClientException", 400, "Unable to describe task definition."})
		return
	}
	a, _ := policy.ParseARN(t.TaskDefinitionArn)
	family, number, _ := strings.Cut(a.Name(), ":")
	revision, _ := strconv.Atoi(number) // a snapshot may hold none
	out := map[string]any{"taskDefinitionArn": t.TaskDefinitionArn, "family": family, "revision": revision, "status": "ACTIVE"}
	if t.TaskRoleArn != "" {
		out["taskRoleArn"] = t.TaskRoleArn
	}
	if t.ExecutionRoleArn != "" {
		out["executionRoleArn"] = t.ExecutionRoleArn
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(map[string]any{"taskDefinition": out}) // a client that went away is no fault of ours
}

// families are the families of task definitions in a region.
func (s *Server) families(region string) []string {
	out := []string{}
	for i := range s.snapshot.TaskDefinitions {
		a, _ := policy.ParseARN(s.snapshot.TaskDefinitions[i].TaskDefinitionArn)
		family, _, _ := strings.Cut(a.Name(), ":")
		if a.Region == region && !slices.Contains(out, family) {
			out = append(out, family)
		}
	}
	slices.Sort(out)
	return out
}

// clusters are those that have pod identity associations. A snapshot does not
// tell their region; they are taken to be in that of the first function.
func (s *Server) clusters(region string) []string {
	out := []string{}
	if len(s.snapshot.Functions) > 0 {
		if a, ok := policy.ParseARN(s.snapshot.Functions[0].FunctionArn); ok && a.Region != region {
			return out
		}
	}
	for _, p := range s.snapshot.PodIdentities {
		if !slices.Contains(out, p.ClusterName) {
			out = append(out, p.ClusterName)
		}
	}
	slices.Sort(out)
	return out
}

// eks answers EKS's REST protocol; the pod identity associations of a
// cluster are known.
func (s *Server) eks(w http.ResponseWriter, r *http.Request, region string) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	operation := r.Method + " " + r.URL.Path
	if r.Method == http.MethodGet && len(parts) >= 3 && parts[0] == "clusters" && parts[2] == "pod-identity-associations" {
		operation = "ListPodIdentityAssociations"
		if len(parts) == 4 {
			operation = "DescribePodIdentityAssociation"
		}
	}
	if r.Method == http.MethodGet && len(parts) == 1 && parts[0] == "clusters" {
		operation = "ListClusters"
	}
	fail := func(e apiError) { writeJSONError(w, e) }
	if _, stopped := s.stop(w, r, operation, fail); stopped {
		return
	}
	if operation == "ListClusters" {
		writeJSON(w, map[string]any{"clusters": s.clusters(region)})
		return
	}
	if !strings.Contains(operation, "PodIdentity") {
		fail(apiError{"UnknownOperationException", 404, "The operation is not known"})
		return
	}
	list := s.podIdentities(parts[1], r)
	if operation == "ListPodIdentityAssociations" {
		writeJSON(w, map[string]any{"associations": list})
		return
	}
	for _, p := range list {
		if p["associationId"] == parts[3] {
			writeJSON(w, map[string]any{"association": p})
			return
		}
	}
	fail(apiError{"ResourceNotFoundException", 404, "No pod identity association found for ID: " + parts[3]})
}

func (s *Server) podIdentities(cluster string, r *http.Request) []map[string]any {
	namespace, account := r.URL.Query().Get("namespace"), r.URL.Query().Get("serviceAccount")
	out := []map[string]any{}
	for i := range s.snapshot.PodIdentities {
		p := &s.snapshot.PodIdentities[i]
		if p.ClusterName != cluster || namespace != "" && p.Namespace != namespace || account != "" && p.ServiceAccount != account {
			continue
		}
		out = append(out, map[string]any{
			"clusterName": cluster, "namespace": p.Namespace, "serviceAccount": p.ServiceAccount, "roleArn": p.RoleArn,
			"associationId": fmt.Sprintf("a-%017d", i+1),
		})
	}
	return out
}
