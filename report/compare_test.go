package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

func (s DiffSummary) counts() [7]int {
	return [7]int{s.Fixed, s.Broken, s.Changed, s.Added, s.Removed, s.Unchanged, s.Unchecked}
}

// later is the report with everything different that can be.
func later(t *testing.T) *audit.Report {
	t.Helper()
	r := every(t)
	r.GeneratedAt = r.GeneratedAt.Add(24 * time.Hour)
	s := &r.Sections[0]
	s.Requirement.Version, s.Requirement.Digest = "4.0.600", "sha256:4"
	s.Principal.ARN += "2"
	s.Regions = []string{"us-east-1"}
	s.Policies[0].Digest = "sha256:changed"
	s.Policies[0].Statements = s.Policies[0].Statements[:1]
	s.Policies = append(s.Policies, audit.PolicyRecord{Name: "new", Layer: iam.LayerBoundary, Digest: "sha256:5"})
	s.Findings[0].Status, s.Findings[0].Reason = audit.Fail, "no statement grants it" // broken
	s.Findings[2].Status, s.Findings[2].Reason = audit.Pass, "granted as documented"  // fixed
	s.Findings[5].Reason = "the boundary does not allow it"                           // changed
	s.Findings[6].Action = "lambda:New"                                               // added and removed
	s.Diagnoses[0].Code = "other-trouble"                                             // one added, one fixed
	r.Sections[1].Error = &audit.Problem{Message: "AWS could not be reached", ExitCode: 3}
	r.Sections[1].Findings = nil
	return r
}

func TestCompare(t *testing.T) {
	d := Compare(every(t), later(t))
	if got, want := d.Summary.counts(), [7]int{2, 1, 1, 2, 1, 13, 1}; got != want {
		t.Errorf("fixed, broken, changed, added, removed, unchanged, unchecked: %v, want %v", got, want)
	}
	var b bytes.Buffer
	for name, write := range map[string]func() error{
		"80.txt":      func() error { return ComparisonTable(&b, d, Options{Width: 80}) },
		"piped.txt":   func() error { return ComparisonTable(&b, d, Options{}) },
		"md":          func() error { return ComparisonMarkdown(&b, d) },
		"json.golden": func() error { return ComparisonJSON(&b, d) },
	} {
		b.Reset()
		if err := write(); err != nil {
			t.Fatal(err)
		}
		golden(t, "testdata/diff."+name, b.Bytes())
	}
	if same := Compare(every(t), every(t)); same.Summary.Worse() || len(same.Sections) > 0 {
		t.Errorf("a report differs from itself: %+v", same.Summary)
	}
	if back := Compare(later(t), every(t)); back.Summary.Fixed != d.Summary.Broken+1 || back.Summary.Removed != d.Summary.Added-1 {
		t.Errorf("the way back is another: %+v", back.Summary)
	}
}

func TestBaseline(t *testing.T) {
	old, now := every(t), later(t)
	now.Sections[0].Principal.ARN = old.Sections[0].Principal.ARN
	Baseline(now, old)
	for i := range now.Sections[0].Findings {
		f := &now.Sections[0].Findings[i]
		isNew := i == 0 || i == 6 // broken, added
		switch {
		case f.Status == audit.Pass && f.Muted != nil, isNew && f.Muted != nil:
			t.Errorf("%s is muted", f.Action)
		case !isNew && f.Status != audit.Pass && f.Muted == nil:
			t.Errorf("%s is not muted", f.Action)
		case f.Action == "servicequotas:GetServiceQuota" && f.Muted.By != audit.MutedByWaiver:
			t.Errorf("the baseline takes from the waiver: %+v", f.Muted)
		}
	}
	if s := now.Sections[0].Summary; s.Total()-s.Pass-s.Muted != 2 {
		t.Errorf("%+v", s)
	}
	if now.OK {
		t.Error("what is muted passes for met")
	}
	// What got worse is new.
	for _, tt := range []struct {
		old, now audit.Status
		muted    bool
	}{{audit.Partial, audit.Fail, false}, {audit.Fail, audit.Partial, true}, {audit.Unknown, audit.Fail, false}, {audit.Fail, audit.Unknown, true}, {audit.Fail, audit.Blocked, true}, {audit.Pass, audit.Unknown, false}} {
		old, now := many(t, 1), many(t, 1)
		old.Sections[0].Findings[0].Status, now.Sections[0].Findings[0].Status = tt.old, tt.now
		Baseline(now, old)
		if got := now.Sections[0].Findings[0].Muted != nil; got != tt.muted {
			t.Errorf("%s that was %s: muted is %v", tt.now, tt.old, got)
		}
	}
}

func TestWaive(t *testing.T) {
	for name, tt := range map[string]struct {
		waiver string
		muted  int
		note   string
	}{
		"an action":        {"action: S3:putobject", 1, ""},
		"a pattern":        {"action: s3:*", 10, ""},
		"a resource":       {`action: "*", resource: "arn:aws:lambda:*"`, 2, ""},
		"a module":         {"module: function-management", 2, ""},
		"another target":   {`action: "*", target: nobody`, 0, "matches nothing that fails"},
		"a principal":      {`action: lambda:*, principal: "arn:aws:iam::123456789012:role/service-role/*"`, 2, ""},
		"on its last day":  {"action: s3:PutObject, expires: 2026-11-23", 1, ""},
		"a day later":      {"action: s3:PutObject, expires: 2026-11-22", 0, "expired on 2026-11-22: ask o; it would mute 1 finding"},
		"a diagnosis":      {"diagnosis: trust-policy", 2, ""},
		"no diagnosis":     {"diagnosis: stale-policy", 0, "the waiver for diagnosis stale-policy (line 2) matches nothing that fails"},
		"what passes":      {"action: s3:GetObject, target: video-api", 0, "matches nothing that fails"},
		"expired and idle": {"action: nobody:Knows, expires: 2020-01-01", 0, "it would mute nothing"},
	} {
		text := "waivers:\n  - { reason: r, owner: o, " + tt.waiver
		if !strings.Contains(text, "expires") {
			text += ", expires: 2027-01-01"
		}
		waivers, err := ReadWaivers(strings.NewReader(text + " }\n"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r := every(t)
		r.Notes = nil
		for i := range r.Sections[0].Findings {
			r.Sections[0].Findings[i].Muted = nil
		}
		r.Sections[0].Diagnoses[1].Muted = nil
		r.Sections = r.Sections[:1]
		Waive(r, waivers)
		got := r.Sections[0].Summary.Muted
		for _, d := range r.Sections[0].Diagnoses {
			if d.Muted != nil {
				got += 2 // so that it is not taken for a finding
			}
		}
		if got != tt.muted {
			t.Errorf("%s mutes %d, want %d", name, got, tt.muted)
		}
		if notes := strings.Join(r.Notes, "; "); tt.note == "" && notes != "" || !strings.Contains(notes, tt.note) {
			t.Errorf("%s: the notes are %q", name, notes)
		}
	}
}

func TestReadWaiversRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"waivers:\n  - text":                               "2:5: a waiver is a mapping",
		"waivers:\n  - {reason: r, owner: o}":              "2:5: the waiver names no action, no module, no diagnosis and no id",
		"waivers:\n  - {action: a, owner: o}":              "2:5: the waiver gives no reason",
		"waivers:\n  - {action: a, reason: r}":             "2:5: the waiver names no owner",
		"waivers:\n  - {action: a, reason: r, owner: o}":   "2:5: expires must be a day",
		"waivers:\n  - {action: [a], reason: r, owner: o}": "2:14: ",
		"waivers:\n  - {actoin: a}":                        `2:6: a waiver has no field "actoin"`,
		"waiver: []":                                       `1:1: a file of waivers has no field "waiver"`,
		"waivers: []\nmore: 1":                             `2:1: a file of waivers has no field "more"`,
		"waivers: 1":                                       `1:10: "waivers" must be a list`,
		"[]":                                               "1:1: a file of waivers has the field",
		"waivers: [":                                       "did not find",
	} {
		_, err := ReadWaivers(strings.NewReader(text))
		if _, ok := errors.AsType[*WaiverError](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if w, err := ReadWaivers(strings.NewReader("")); err != nil || len(w) != 0 {
		t.Errorf("an empty file: %v, %v", w, err)
	}
	if w, err := ReadWaivers(strings.NewReader(`{"waivers": [{"action": "s3:*", "reason": "r", "owner": "o", "expires": "2027-01-01"}]}`)); err != nil || len(w) != 1 {
		t.Errorf("JSON: %v, %v", w, err)
	}
}

func TestMerge(t *testing.T) {
	old, now, other := every(t), later(t), many(t, 150)
	now.Sections[0].Principal.ARN, now.Sections[0].Regions = old.Sections[0].Principal.ARN, old.Sections[0].Regions
	now.Caller = "arn:aws:iam::123456789012:user/other"
	for _, r := range []*audit.Report{old, now, other} {
		if err := Seal(r); err != nil {
			t.Fatal(err)
		}
	}
	m := Merge([]*audit.Report{now, other, old})
	if len(m.Sections) != 6 || len(m.Merged) != 3 || m.Engine != audit.EngineBoth || m.Caller != "" || !m.GeneratedAt.Equal(now.GeneratedAt) || m.OK {
		t.Errorf("%d sections of %d reports, %s, %q, %s", len(m.Sections), len(m.Merged), m.Engine, m.Caller, m.GeneratedAt)
	}
	if s := m.Sections[0]; s.Source != now.Digest || s.Requirement.Version != "4.0.600" {
		t.Errorf("the older section stays: %s", s.Requirement.Version)
	}
	if e := EngineOf(m, &m.Sections[len(m.Sections)-1]); e != audit.EngineLocal {
		t.Errorf("the section of a local report was decided by %s", e)
	}
	again := Merge([]*audit.Report{m, now})
	if len(again.Sections) != 6 || len(again.Merged) != 3 {
		t.Errorf("merged again: %d sections of %d reports", len(again.Sections), len(again.Merged))
	}
}
