package doctor_test

import (
	"encoding/json"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/source/files"
)

// fleet is the audit of n roles in two Regions.
func fleet(tb testing.TB, n int) doctor.Options {
	tb.Helper()
	data, args, err := fixtures.Fleet(n)
	if err != nil {
		tb.Fatal(err)
	}
	snapshot, err := account.Read(data)
	if err != nil {
		tb.Fatal(err)
	}
	src, err := files.Snapshot(snapshot, files.Overlay{}, managed.Embedded())
	if err != nil {
		tb.Fatal(err)
	}
	o := doctor.Options{Source: src, Regions: []string{"us-east-1", "eu-west-1"}}
	for _, name := range args {
		if !strings.HasPrefix(name, "--") {
			o.Targets = append(o.Targets, doctor.Target{Target: audit.Target{Kind: audit.TargetRole, Name: name}, Requirements: []string{"caller"}})
		}
	}
	return o
}

// TestFleetInOrder: sections that are judged side by side come out in the order
// of the targets, and say what each says by itself.
func TestFleetInOrder(t *testing.T) {
	t.Parallel()
	o := fleet(t, 30)
	all, err := doctor.Check(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	targets := o.Targets
	for i := range targets {
		o.Targets = targets[i : i+1]
		one, err := doctor.Check(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		want, got := text(t, &one.Sections[0]), text(t, &all.Sections[i])
		if got != want {
			t.Errorf("section %d of %s is not what it is by itself:\n%s\n%s", i, targets[i].Name, got, want)
		}
	}
}

func text(t *testing.T, s *audit.Section) string {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// BenchmarkFleet audits 100 roles in two Regions.
func BenchmarkFleet(b *testing.B) {
	o := fleet(b, 100)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := doctor.Check(b.Context(), o); err != nil {
			b.Fatal(err)
		}
	}
}
