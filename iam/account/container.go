package account

import (
	"strconv"
	"strings"

	"remotion-doctor/iam/policy"
)

// TaskDefinition returns a task definition by its ARN, FAMILY:REVISION or
// FAMILY, which represents the newest revision.
func (s *Snapshot) TaskDefinition(nameOrARN string) (*TaskDefinition, error) {
	var found *TaskDefinition
	best := -1
	for i := range s.TaskDefinitions {
		t := &s.TaskDefinitions[i]
		a, _ := policy.ParseARN(t.TaskDefinitionArn)
		family, number, _ := strings.Cut(a.Name(), ":")
		revision, err := strconv.Atoi(number)
		if t.TaskDefinitionArn == nameOrARN || a.Name() == nameOrARN {
			return t, nil
		}
		if err == nil && family == nameOrARN && revision > best {
			found, best = t, revision
		}
	}
	if found == nil {
		return nil, &NotFoundError{"task definition", nameOrARN}
	}
	return found, nil
}

// PodIdentity returns the association of CLUSTER/NAMESPACE/SERVICE-ACCOUNT.
func (s *Snapshot) PodIdentity(name string) (*PodIdentityAssociation, error) {
	for i := range s.PodIdentities {
		p := &s.PodIdentities[i]
		if p.ClusterName+"/"+p.Namespace+"/"+p.ServiceAccount == name {
			return p, nil
		}
	}
	return nil, &NotFoundError{"pod identity association", name}
}
