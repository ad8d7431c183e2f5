package change

import (
	"slices"

	"remotion-doctor/iam"
	"remotion-doctor/remedy"
)

// reconcile returns the writes that lead from one state of a thing to another.
// Documents come back byte for byte; version ids do not.
func reconcile(t thing, now, want State) []Step {
	if exact(now, want) {
		return nil
	}
	switch {
	case t.area == inlineArea && want.Exists:
		return []Step{{Do: PutInline, Policy: t.policy, Document: want.Document}}
	case t.area == inlineArea:
		return []Step{{Do: DeleteInline, Policy: t.policy}}
	case t.area == attachmentArea && want.Exists:
		return []Step{{Do: Attach, Policy: t.policy}}
	case t.area == attachmentArea:
		return []Step{{Do: Detach, Policy: t.policy}}
	case !want.Exists:
		return destroy(t.policy, now)
	case !now.Exists:
		return rebuild(t.policy, want)
	}
	return versions(t.policy, now, want)
}

// destroy deletes a managed policy. DeletePolicy needs the other versions gone
// (IAM API Reference, DeletePolicy).
func destroy(id iam.PolicyID, now State) []Step {
	var out []Step
	for _, v := range now.Versions {
		if !v.Default {
			out = append(out, Step{Do: DeleteVersion, Policy: id, Version: v.ID})
		}
	}
	return append(out, Step{Do: DeletePolicy, Policy: id})
}

// rebuild creates a managed policy that somebody deleted.
func rebuild(id iam.PolicyID, want State) []Step {
	out := []Step{{Do: CreatePolicy, Policy: id, Document: want.Text(), Path: want.Path, Description: want.Description}}
	for _, v := range want.Versions {
		if !v.Default {
			out = append(out, Step{Do: CreateVersion, Policy: id, Document: v.Document})
		}
	}
	return out
}

// versions changes which versions there are and which of them is the default.
func versions(id iam.PolicyID, now, want State) []Step {
	m := match(now.Versions, want.Versions)
	var set, drop, missing []Step
	for i, v := range want.Versions {
		switch found := m[i]; {
		case found < 0 && v.Default:
			set = []Step{{Do: CreateVersion, Policy: id, Document: v.Document, Default: true}}
		case found < 0:
			missing = append(missing, Step{Do: CreateVersion, Policy: id, Document: v.Document})
		case v.Default && !now.Versions[found].Default:
			set = []Step{{Do: SetDefaultVersion, Policy: id, Version: now.Versions[found].ID}}
		}
	}
	for i, v := range now.Versions {
		if !slices.Contains(m, i) {
			drop = append(drop, Step{Do: DeleteVersion, Policy: id, Version: v.ID})
		}
	}
	if len(set) > 0 && set[0].Do == CreateVersion && len(now.Versions) >= remedy.MaxVersions {
		// There is room for the default only after another one went.
		if i := slices.IndexFunc(drop, func(s Step) bool { return !isDefault(now, s.Version) }); i >= 0 {
			first := drop[i]
			return slices.Concat([]Step{first}, set, slices.Delete(drop, i, i+1), missing)
		}
	}
	return slices.Concat(set, drop, missing)
}

func isDefault(s State, id string) bool {
	return slices.ContainsFunc(s.Versions, func(v Version) bool { return v.Default && v.ID == id })
}

// match finds for each wanted version one with the same document: that of the
// same id where it is, else another one. -1 represents none.
func match(now, want []Version) []int {
	out := make([]int, len(want))
	used := map[int]bool{}
	find := func(i int, sameID bool) int {
		for n, v := range now {
			if !used[n] && v.Document == want[i].Document && (!sameID || v.ID == want[i].ID) {
				used[n] = true
				return n
			}
		}
		return -1
	}
	for i := range want {
		out[i] = find(i, true)
	}
	for i := range want {
		if out[i] < 0 {
			out[i] = find(i, false)
		}
	}
	return out
}
