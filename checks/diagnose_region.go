package checks

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// regionKey is the condition key of Region locks.
const regionKey = "aws:RequestedRegion"

// RegionLock names a policy that allows only some Regions: it stops every
// regional action in the others, which looks like many grants that are missing.
// Source: IAM User Guide, "AWS: Denies access to AWS based on the requested
// Region"; Control Tower User Guide, "Region deny control".
func RegionLock(s *Situation) []audit.Diagnosis {
	if list := s.lockByStatements(); len(list) > 0 {
		return list
	}
	if d, ok := s.lockByEvidence(); ok {
		return []audit.Diagnosis{d}
	}
	return nil
}

// alike is how many actions a lock stops at least: fewer are grants that are
// missing.
const alike = 2

// lockByEvidence: several actions are allowed in some of the Regions and denied
// in the same others.
func (s *Situation) lockByEvidence() (audit.Diagnosis, bool) {
	actions := map[string][]string{}
	layers, denied := map[string]iam.Layer{}, map[string]bool{}
	for i := range s.Findings {
		f := &s.Findings[i]
		if f.Status == audit.Pass || f.Status == audit.Unknown {
			continue
		}
		open, shut := regionsOf(f)
		if len(open) > 0 && len(shut) > 0 {
			key := strings.Join(shut, ", ") + "|" + strings.Join(open, ", ")
			actions[key] = append(actions[key], f.Action)
			layers[key] = f.Layer
			denied[key] = denied[key] || explicitly(f)
		}
	}
	for key, list := range actions {
		if len(list) < alike || len(actions) > 1 {
			continue
		}
		shut, open, _ := strings.Cut(key, "|")
		d := lock(fmt.Sprintf("%s in %s: %d actions are allowed in %s and denied in %s", lockWords(layers[key]), shut, len(list), open, shut), layers[key])
		if layers[key] == iam.LayerIdentity && !denied[key] {
			d = grantedElsewhere(len(list), open, shut)
		}
		d.Actions, d.Region = list, shut
		return d, true
	}
	return audit.Diagnosis{}, false
}

// grantedElsewhere: no statement denies, the grants are for some Regions only.
func grantedElsewhere(n int, open, shut string) audit.Diagnosis {
	return audit.Diagnosis{
		Code: "region-lock", Severity: audit.SeverityWarning,
		Message: fmt.Sprintf("the policies of the principal grant %d actions in %s, and not in %s (a Region lock)", n, open, shut),
		Hint:    "grant them in " + shut + " too, or leave it out of --region",
		Source:  "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
	}
}

func lockWords(l iam.Layer) string {
	if l == "" {
		return "the policies allow some Regions only (a Region lock)"
	}
	return "the " + l.Title() + " blocks this Region (a Region lock)"
}

// regionsOf are the Regions in which all evidence of a finding is allowed, and
// those in which some is denied.
func regionsOf(f *audit.Finding) (open, shut []string) {
	denied := map[string]bool{}
	for i := range f.Evidence {
		if e := &f.Evidence[i]; e.Region != "" {
			denied[e.Region] = denied[e.Region] || e.Verdict.Decision != iam.Allowed
		}
	}
	for region, no := range denied {
		if no {
			shut = append(shut, region)
		} else {
			open = append(open, region)
		}
	}
	slices.Sort(open)
	slices.Sort(shut)
	return open, shut
}

func lock(message string, layer iam.Layer) audit.Diagnosis {
	hint := "use a Region that is allowed, or ask the owner of the policy to add this one; no grant outweighs a Deny"
	if layer == iam.LayerSCP || layer == iam.LayerRCP {
		hint = "use a Region that is allowed, or ask the administrator of the AWS organization to add this one; no grant outweighs it"
	}
	return audit.Diagnosis{Code: "region-lock", Severity: audit.SeverityWarning, Message: message, Hint: hint, Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-requested-region.html"}
}
