package files

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/source/iac"
)

// Declares reports whether a file is a template, plan or state, which declares
// policies among other things, and no policy: by its ending and the elements at
// its top.
func Declares(path string, data []byte) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".yaml", ".yml", ".template", ".tfplan", ".tfstate":
		return true
	}
	var top map[string]json.RawMessage
	if json.Unmarshal(data, &top) != nil {
		return false
	}
	if _, ok := top["Statement"]; ok {
		return false
	}
	return slices.ContainsFunc([]string{
		"Resources", "AWSTemplateFormatVersion", "planned_values", "resource_changes", "terraform_version", "deployment", "steps", "artifacts",
	}, func(key string) bool { _, ok := top[key]; return ok })
}

// DeployedPolicies returns the policies that a template or plan declares, whoever
// has them and also where nobody does, and the gaps in what was read of them. The
// error is a [*source.Error].
func DeployedPolicies(t Template) ([]iac.Policy, []iam.Gap, error) {
	open, _, err := t.open()
	if err != nil {
		return nil, nil, err
	}
	d, err := open(iac.Options{AccountID: t.AccountID, Parameters: maps.Clone(t.Parameters), Region: first(t.Regions)})
	if err != nil {
		return nil, nil, fileError(err)
	}
	return d.Policies(), policyGaps(d), nil
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// policyGaps are the gaps of a deployment and of the principals in it, each once.
func policyGaps(d *iac.Deployment) []iam.Gap {
	out := slices.Concat(d.Unread, d.Snapshot.Open)
	details := &d.Snapshot.AuthorizationDetails
	for i := range details.Roles {
		out = append(out, details.Roles[i].Gaps...)
	}
	for i := range details.Users {
		out = append(out, details.Users[i].Gaps...)
	}
	for i := range details.Groups {
		out = append(out, details.Groups[i].Gaps...)
	}
	for i := range details.Policies {
		out = append(out, details.Policies[i].Gaps...)
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(out, func(g iam.Gap) bool {
		key := g.String()
		twice := seen[key]
		seen[key] = true
		return twice || g.Kind == iam.GapAssumption || g.Kind == iam.GapLimit
	})
}
