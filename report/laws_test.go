package report

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// The laws of reports, over generated reports in which names, accounts, Regions
// and files are drawn from so few that they collide all the time.

var (
	lawAccounts = []string{"111122223333", "444455556666", ""}
	lawRegions  = [][]string{{"us-east-1"}, {"eu-west-1"}, {"us-east-1", "eu-west-1"}, {"eu-west-1", "us-east-1"}}
	lawFiles    = []string{"", "dev.yaml", "infra/prod.yaml"}
	lawNames    = []string{"northwind-api", "northwind-site", "zenith, films"}
	lawPolicies = []string{"northwind-guard", "zenith-base"}
	lawBuckets  = []string{"", "remotionlambda-northwind-films", "remotionlambda-useast1-abcdefghij"}
	// lawSecrets are the words that must not be left after redaction.
	lawSecrets = []string{"northwind", "zenith", "111122223333", "444455556666", "abcdefghij", "prod.yaml", "dev.yaml"}
)

func anyOf[T any](t *rapid.T, name string, list []T) T { return rapid.SampledFrom(list).Draw(t, name) }

func genReport(t *rapid.T) *audit.Report {
	r := &audit.Report{
		SchemaVersion: audit.SchemaVersion, Tool: audit.Tool{Name: "remotion-doctor", Version: "1.2.3"}, Engine: audit.EngineLocal,
		GeneratedAt: time.Date(2026, 11, rapid.IntRange(1, 28).Draw(t, "day"), 12, 0, 0, 0, time.UTC),
		Gate: audit.Gate{
			FailOn:     anyOf(t, "fail on", []audit.Threshold{"", "", audit.FailOnPartial, audit.FailOnFail, audit.FailOnNever}),
			DenyExcess: rapid.Bool().Draw(t, "deny excess"),
		},
		Directory: anyOf(t, "directory", []string{"", "northwind/infra"}),
	}
	for range rapid.IntRange(0, 6).Draw(t, "sections") {
		r.Sections = append(r.Sections, genSection(t))
	}
	r.Sections = append([]audit.Section{}, r.Sections...)
	return sealed(t, r)
}

// sealed returns the report as it comes out of its JSON.
func sealed(t rapid.TB, r *audit.Report) *audit.Report {
	if err := Seal(r); err != nil {
		t.Fatal(err)
	}
	out, err := Decode(jsonOf(t, r))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func jsonOf(t rapid.TB, r *audit.Report) []byte {
	var b bytes.Buffer
	if err := JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func genSection(t *rapid.T) audit.Section {
	name, account := anyOf(t, "name", lawNames), anyOf(t, "account", lawAccounts)
	s := audit.Section{
		Target:      audit.Target{Kind: anyOf(t, "kind", []audit.TargetKind{audit.TargetFunction, audit.TargetRole}), Name: name},
		Requirement: audit.Requirement{Name: anyOf(t, "requirement", []string{"caller", "renderer"}), Version: "4.0.527", Digest: "sha256:1111111111111111111111111111111111111111111111111111111111111111"},
		Regions:     anyOf(t, "regions", lawRegions), Coverage: audit.CoverageProven,
		Modules: []audit.Module{{Name: "storage", Title: "Storage"}, {Name: "engines", Title: "Engines"}},
	}
	if account != "" {
		s.Principal = iam.Principal{ARN: "arn:aws:iam::" + account + ":role/" + name, AccountID: account}
	}
	if file := anyOf(t, "file", lawFiles); file != "" {
		s.Location = &iam.Location{File: file, Position: policy.Position{Line: rapid.IntRange(1, 9).Draw(t, "line"), Column: 1}}
	}
	s.Gaps = rapid.SliceOfN(rapid.Custom(genGap), 0, 2).Draw(t, "gaps")
	s.Incomplete = rapid.IntRange(0, 7).Draw(t, "incomplete") == 0
	if rapid.IntRange(0, 7).Draw(t, "error") == 0 {
		s.Error = &audit.Problem{Message: fmt.Sprintf("no role named %q", name), Hint: "check the name", ExitCode: anyOf(t, "code", []int{2, 3})}
		return filled(s)
	}
	s.Findings = rapid.SliceOfN(rapid.Custom(genFinding), 0, 5).Draw(t, "findings")
	s.Diagnoses = rapid.SliceOfN(rapid.Custom(genDiagnosis), 0, 3).Draw(t, "diagnoses")
	if rapid.IntRange(0, 3).Draw(t, "excess known") > 0 {
		s.Excess = append([]iam.Excess{}, rapid.SliceOfN(rapid.Custom(genExcess), 0, 2).Draw(t, "excess")...)
	}
	s.Policies = rapid.SliceOfN(rapid.Custom(genRecord), 0, 2).Draw(t, "policies")
	s.Summary = audit.Summarize(s.Findings)
	return filled(s)
}

func genGap(t *rapid.T) iam.Gap {
	name := anyOf(t, "policy", lawPolicies)
	return iam.Gap{
		Where: anyOf(t, "where", []string{"iam:GetRolePolicy role/northwind-api, policy " + name, "infra/prod.yaml:4:2"}), What: fmt.Sprintf("inline policy %q", name),
		Why: "AWS did not answer", Affects: iam.MayBoth, Hint: "run it again",
		Kind: anyOf(t, "kind", []iam.GapKind{iam.GapUnread, iam.GapAssumption, iam.GapAssumption, iam.GapSampled, iam.GapIncomplete}),
	}
}

func genRef(t *rapid.T) iam.StatementRef {
	name := anyOf(t, "policy", lawPolicies)
	owner := "arn:aws:iam::" + anyOf(t, "owner", lawAccounts[:2]) + ":"
	return iam.StatementRef{
		Policy: name, Effect: policy.Deny, Layer: iam.LayerIdentity, Index: rapid.IntRange(0, 1).Draw(t, "index"),
		PolicyID: anyOf(t, "id", []iam.PolicyID{"", iam.ManagedPolicy(owner + "policy/" + name), iam.InlinePolicy(owner+"role/northwind-api", name), iam.FilePolicy("infra/prod.yaml", name), iam.OrganizationPolicy(iam.LayerSCP, 1, name)}),
	}
}

func genMuted(t *rapid.T) *audit.Muted {
	return anyOf(t, "muted", []*audit.Muted{nil, nil, nil, {By: audit.MutedByBaseline, Since: "2026-10-01"}, {By: audit.MutedByWaiver, Reason: "northwind", Owner: "zenith", Expires: "2027-01-01"}})
}

func genFinding(t *rapid.T) audit.Finding {
	bucket := anyOf(t, "bucket", lawBuckets[1:])
	f := audit.Finding{
		Module: anyOf(t, "module", []string{"storage", "engines"}), Action: anyOf(t, "action", []string{"s3:GetObject", "s3:PutObject"}), Resource: "arn:aws:s3:::" + bucket + "/*",
		Status: anyOf(t, "status", []audit.Status{audit.Pass, audit.Pass, audit.Partial, audit.Fail, audit.Blocked, audit.Unknown}),
		Reason: "no statement grants it",
	}
	if f.Status != audit.Pass {
		f.Muted = genMuted(t)
		f.Statements = []iam.StatementRef{genRef(t)}
		f.Reason = "Deny in policy " + f.Statements[0].Policy
	}
	return f
}

func genDiagnosis(t *rapid.T) audit.Diagnosis {
	d := audit.Diagnosis{
		Code: anyOf(t, "code", []string{"bucket-region", "feature-too-new"}), Severity: anyOf(t, "severity", []audit.Severity{audit.SeverityError, audit.SeverityWarning, audit.SeverityNote}),
		Bucket: anyOf(t, "bucket", lawBuckets), Feature: anyOf(t, "feature", []string{"", "storage-class", "cancellation"}), Region: anyOf(t, "region", []string{"", "us-east-1"}),
	}
	d.Message = "the feature " + d.Feature + " does not work with the bucket " + d.Bucket
	if d.Severity == audit.SeverityError {
		d.Muted = genMuted(t)
	}
	return d
}

func genExcess(t *rapid.T) iam.Excess {
	return iam.Excess{Statement: genRef(t), Action: "iam:PassRole", Resource: "*", Example: "arn:aws:iam::111122223333:role/northwind-admin", Why: "hands on any role", Dangerous: rapid.Bool().Draw(t, "dangerous")}
}

func genRecord(t *rapid.T) audit.PolicyRecord {
	ref := genRef(t)
	return audit.PolicyRecord{Name: ref.Policy, PolicyID: ref.PolicyID, Layer: ref.Layer, Digest: "sha256:" + strings.Repeat(anyOf(t, "digest", []string{"1", "2"}), 64), Statements: []audit.Quote{}}
}

// TestLawDiff: a report does not differ from itself.
func TestLawDiff(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := genReport(t)
		d := Compare(r, r)
		if len(d.Sections) > 0 || d.Summary.Worse() || d.Summary.Changed+d.Summary.Fixed+d.Summary.Removed+d.Summary.SectionsAdded+d.Summary.SectionsRemoved > 0 {
			t.Fatalf("a report differs from itself: %+v", d)
		}
	})
}

// TestLawMerge: one report merged is itself, byte for byte; of several no
// section is lost, nor is the verdict better than that of each.
func TestLawMerge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := genReport(t), genReport(t)
		before := jsonOf(t, a)
		if after := jsonOf(t, sealed(t, Merge([]*audit.Report{a}))); !bytes.Equal(before, after) {
			t.Fatalf("merged alone, %s became %s", before, after)
		}
		m := sealed(t, Merge([]*audit.Report{a, b}))
		left := map[mergeKey]bool{}
		for _, key := range mergeKeys(m) {
			left[key] = true
		}
		for _, r := range []*audit.Report{a, b} {
			for _, key := range mergeKeys(r) {
				if !left[key] {
					t.Fatalf("the section %+v is lost", key)
				}
			}
		}
		if again := Merge([]*audit.Report{m, m}); len(again.Sections) != len(m.Sections) {
			t.Fatalf("merged with itself it has %d sections, not %d", len(again.Sections), len(m.Sections))
		}
	})
}

// TestLawIDs: ids occur once, and neither order nor verdict changes them.
func TestLawIDs(t *testing.T) {
	t.Parallel()
	all := func(r *audit.Report) []string {
		ids := r.Identities()
		out := slices.Clone(ids.Sections)
		for _, list := range [][][]string{ids.Findings, ids.Diagnoses, ids.Excess} {
			for _, l := range list {
				out = append(out, l...)
			}
		}
		slices.Sort(out)
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		r := genReport(t)
		before := all(r)
		if twice := slices.Compact(slices.Clone(before)); len(twice) != len(before) {
			t.Fatalf("%d ids for %d things", len(twice), len(before))
		}
		if keys := mergeKeys(r); !slices.ContainsFunc(keys, func(k mergeKey) bool { return k.n > 0 }) {
			slices.Reverse(r.Sections) // sections with nothing to tell them apart are numbered as they stand
		}
		for i := range r.Sections {
			s := &r.Sections[i]
			slices.Reverse(s.Findings)
			slices.Reverse(s.Diagnoses)
			slices.Reverse(s.Excess)
			slices.Reverse(s.Regions)
		}
		r.GeneratedAt = r.GeneratedAt.AddDate(1, 0, 0)
		if after := all(r); !slices.Equal(before, after) {
			t.Fatalf("in another order the ids are %v, not %v", after, before)
		}
	})
}

// TestLawBaseline: a report is no news to its own baseline, and a baseline mutes
// nothing that it does not contain.
func TestLawBaseline(t *testing.T) {
	t.Parallel()
	unmuted := func(r *audit.Report) *audit.Report {
		for i := range r.Sections {
			s := &r.Sections[i]
			for j := range s.Findings {
				s.Findings[j].Muted = nil
			}
			for j := range s.Diagnoses {
				s.Diagnoses[j].Muted = nil
			}
		}
		return r
	}
	rapid.Check(t, func(t *rapid.T) {
		old, now := unmuted(genReport(t)), unmuted(genReport(t))
		itself := sealed(t, old)
		Baseline(itself, old)
		if v := itself.Verdict(); v.Findings+v.Diagnoses > 0 {
			t.Fatalf("against itself %d findings and %d diagnoses count", v.Findings, v.Diagnoses)
		}
		Baseline(now, old)
		for i := range now.Sections {
			s := &now.Sections[i]
			for j := range s.Findings {
				if f := &s.Findings[j]; f.Muted != nil && !containsFinding(old, s, f) {
					t.Fatalf("%s of %+v is muted", f.Action, s.Identity())
				}
			}
			for j := range s.Diagnoses {
				if d := &s.Diagnoses[j]; d.Muted != nil && !containsDiagnosis(old, s, d) {
					t.Fatalf("%+v of %+v is muted", d, s.Identity())
				}
			}
		}
	})
}

// alike are the sections of a report about the same that were checked in all
// Regions of s.
func alike(r *audit.Report, s *audit.Section) []*audit.Section {
	var out []*audit.Section
	for i := range r.Sections {
		o := &r.Sections[i]
		if o.Identity().AnyRegion() != s.Identity().AnyRegion() {
			continue
		}
		if !slices.ContainsFunc(s.Regions, func(region string) bool { return !slices.Contains(o.Regions, region) }) {
			out = append(out, o)
		}
	}
	return out
}

func containsFinding(r *audit.Report, s *audit.Section, f *audit.Finding) bool {
	for _, o := range alike(r, s) {
		for i := range o.Findings {
			if was := &o.Findings[i]; was.Action == f.Action && was.Resource == f.Resource && was.Status != audit.Pass {
				return true
			}
		}
	}
	return false
}

func containsDiagnosis(r *audit.Report, s *audit.Section, d *audit.Diagnosis) bool {
	for _, o := range alike(r, s) {
		for i := range o.Diagnoses {
			was := &o.Diagnoses[i]
			if was.Severity == audit.SeverityError && was.Code == d.Code && was.Bucket == d.Bucket && was.Feature == d.Feature && was.Region == d.Region {
				return true
			}
		}
	}
	return false
}

// TestLawRedact: no name of the report is left in any form of it, its ids are
// those of the redacted names, and the verdict is the same.
func TestLawRedact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := genReport(t)
		out, err := Redact(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range Formats() {
			var b strings.Builder
			if err := Write(&b, out, f, Options{Verbose: true}); err != nil {
				t.Fatal(err)
			}
			text := strings.ToLower(b.String())
			for _, word := range lawSecrets {
				if i := strings.Index(text, word); i >= 0 {
					t.Fatalf("%s tells %q: %s", f, word, text[max(0, i-80):min(len(text), i+80)])
				}
			}
			for _, id := range r.Identities().Sections {
				if strings.Contains(text, id) {
					t.Fatalf("%s has the id %s of what was redacted", f, id)
				}
			}
		}
		if a, b := r.Verdict(), out.Verdict(); a != b {
			t.Fatalf("redacted, the verdict is %+v, not %+v", b, a)
		}
		if len(labels(out)) != len(labels(r)) {
			t.Fatal("redaction lost a section")
		}
	})
}

// TestLawLabels: no two rows of a report look alike.
func TestLawLabels(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seen := map[string]bool{}
		for _, l := range labels(genReport(t)) {
			if seen[l.String()] {
				t.Fatalf("two sections are called %s", l)
			}
			seen[l.String()] = true
		}
	})
}
