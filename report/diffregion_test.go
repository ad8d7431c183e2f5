package report

import (
	"slices"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// inRegions is a report about one finding that is granted in some of its Regions.
func inRegions(t *testing.T, granted, regions []string) *audit.Report {
	t.Helper()
	f := audit.Finding{Module: "storage", Action: "s3:GetObject", Resource: "*", Status: audit.Pass, Reason: "granted in " + strings.Join(granted, ", ")}
	for _, region := range regions {
		e := audit.Evidence{Region: region, Verdict: &iam.Verdict{Decision: iam.ImplicitDeny}}
		if slices.Contains(granted, region) {
			e.Verdict.Decision = iam.Allowed
		} else {
			f.Status = audit.Partial
		}
		f.Evidence = append(f.Evidence, e)
	}
	s := audit.Section{
		Target: audit.Target{Kind: audit.TargetRole, Name: "r"}, Principal: iam.Principal{ARN: "arn:aws:iam::123456789012:role/r", AccountID: "123456789012"},
		Requirement: audit.Requirement{Name: "caller"}, Regions: regions, Findings: []audit.Finding{f}, Modules: []audit.Module{{Name: "storage"}},
	}
	return &audit.Report{SchemaVersion: audit.SchemaVersion, Sections: []audit.Section{filled(s)}}
}

// TestDiffNamesRegions: a difference names the Regions in which a finding differs,
// and calls other Regions a cause only where nothing else can be one.
func TestDiffNamesRegions(t *testing.T) {
	t.Parallel()
	const us, eu, ap = "us-east-1", "eu-west-1", "ap-south-1"
	tests := map[string]struct {
		old, now [2][]string // granted, checked
		regions  []string    // of the section
		cause    bool
	}{
		"one of two":               {[2][]string{{us, eu}, {us, eu}}, [2][]string{{us}, {us, eu}}, []string{eu}, false},
		"both":                     {[2][]string{{us, eu}, {us, eu}}, [2][]string{{}, {us, eu}}, []string{us, eu}, false},
		"another order":            {[2][]string{{us, eu}, {us, eu}}, [2][]string{{eu}, {eu, us}}, []string{us}, false},
		"a new Region":             {[2][]string{{us}, {us}}, [2][]string{{us}, {us, eu}}, []string{eu}, true},
		"a new Region and another": {[2][]string{{us}, {us}}, [2][]string{{}, {us, eu}}, []string{us}, false},
		"a Region less":            {[2][]string{{us}, {us, eu}}, [2][]string{{us}, {us}}, []string{eu}, true},
		"other Regions":            {[2][]string{{us}, {us}}, [2][]string{{}, {ap}}, []string{ap}, true},
		"the same in another way":  {[2][]string{{us}, {us, eu}}, [2][]string{{eu}, {us, eu}}, []string{us, eu}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := Compare(inRegions(t, tt.old[0], tt.old[1]), inRegions(t, tt.now[0], tt.now[1]))
			if len(d.Sections) != 1 {
				t.Fatalf("%d sections differ", len(d.Sections))
			}
			s := d.Sections[0]
			if !sameSet(s.Regions, tt.regions) {
				t.Errorf("it differs in %v, want %v", s.Regions, tt.regions)
			}
			if said := strings.Contains(strings.Join(s.Why, "\n"), "the regions are"); said != tt.cause {
				t.Errorf("the Regions are a cause: %v, want %v: %v", said, tt.cause, s.Why)
			}
		})
	}
}

// TestBaselineAndExcess: a baseline mutes no grant beyond the need, whether or not
// it contains one.
func TestBaselineAndExcess(t *testing.T) {
	t.Parallel()
	section := func(excess ...iam.Excess) *audit.Report {
		r := inRegions(t, []string{"us-east-1"}, []string{"us-east-1"})
		r.Sections[0].Excess, r.Gate.DenyExcess = append([]iam.Excess{}, excess...), true
		return r
	}
	one, two := iam.Excess{Action: "iam:PassRole", Resource: "*"}, iam.Excess{Action: "s3:*", Resource: "*"}
	for name, tt := range map[string]struct {
		old, now *audit.Report
		want     int
	}{
		"nothing, then one": {section(), section(one), 1},
		"another":           {section(one), section(two), 1},
		"the same":          {section(one), section(one), 1},
		"not looked for":    {inRegions(t, nil, []string{"us-east-1"}), section(one), 1},
	} {
		Baseline(tt.now, tt.old)
		if v := tt.now.Verdict(); v.Excess != tt.want || v.ExitCode != 1 {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
