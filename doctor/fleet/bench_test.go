package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/fixtures/organization"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/report"
	"remotion-doctor/source/files"
)

// madeUp is an organization whose callers have policies of several releases, one of
// them too little.
func madeUp(t testing.TB, accounts, principals int) *organization.Organization {
	t.Helper()
	o := &organization.Organization{Seed: 1, Accounts: accounts, Principals: principals}
	if err := o.AddPolicies(); err != nil {
		t.Fatal(err)
	}
	o.Callers = append(o.Callers, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:*:*:function:remotion-render-*"}}`)
	return o
}

// placesOf are the accounts of an organization, each made when it is opened.
func placesOf(o *organization.Organization) []Place {
	var out []Place
	for i := range o.Accounts {
		out = append(out, Place{ID: o.ID(i), Open: func(context.Context) (Account, error) {
			s, err := account.Read(o.Snapshot(i))
			if err != nil {
				return Account{}, err
			}
			src, err := files.Snapshot(s, files.Overlay{}, managed.Embedded())
			return Account{Snapshot: s, Source: src}, err
		}})
	}
	return out
}

// TestTogetherAsAlone: what an audit of many accounts says of a principal is what a
// check of it alone says.
func TestTogetherAsAlone(t *testing.T) {
	t.Parallel()
	places := placesOf(madeUp(t, 10, 60))
	o := options()
	r := audited(t, t.Context(), t.TempDir(), places, o)
	checked := 0
	for i := range r.Sections {
		s := &r.Sections[i]
		a := opened(t, places, s.Principal.AccountID)
		alone := o.Options
		alone.Source, alone.Targets = a.Source, []doctor.Target{{Target: s.Target, Requirements: []string{s.Requirement.Name}}}
		own, err := doctor.Check(t.Context(), alone)
		if err != nil {
			t.Fatal(err)
		}
		if want, got := findings(t, &own.Sections[0]), findings(t, s); want != got {
			t.Errorf("%s: alone\n%s\nin the audit\n%s", s.Principal.ARN, want, got)
		}
		checked++
	}
	if checked < 5 {
		t.Errorf("only %d principals were found", checked)
	}
}

func opened(t testing.TB, places []Place, id string) Account {
	t.Helper()
	i := slices.IndexFunc(places, func(p Place) bool { return p.ID == id })
	a, err := places[i].Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func findings(t testing.TB, s *audit.Section) string {
	t.Helper()
	var b strings.Builder
	for i := range s.Findings {
		f := &s.Findings[i]
		fmt.Fprintln(&b, f.Action, f.Resource, f.Status, f.Reason, f.NotGranted)
	}
	return b.String()
}

// BenchmarkOrganization audits the snapshots of a made-up organization:
// ORGANIZATION=ACCOUNTSxPRINCIPALS, 20x50 where it is not given. "alone/together" is
// how much longer it takes to check each principal that was found by itself, from
// the same snapshots, measured on some of them.
//
//	ORGANIZATION=1000x500 go test ./doctor/fleet -run xxx -bench Organization -benchtime 1x -timeout 30m
func BenchmarkOrganization(b *testing.B) {
	accounts, principals := size(b)
	places := placesOf(madeUp(b, accounts, principals))
	o := options()
	for b.Loop() {
		start := time.Now()
		d, err := OpenDir(b.TempDir(), DirOptions{Arguments: o.Arguments, Now: o.Now})
		if err != nil {
			b.Fatal(err)
		}
		r, err := Do(b.Context(), places, o, Plan{Abreast: runtime.GOMAXPROCS(0), Dir: d})
		if err != nil {
			b.Fatal(err)
		}
		together := time.Since(start)
		b.ReportMetric(float64(accounts*principals)/together.Seconds(), "principals/s")
		b.ReportMetric(float64(len(r.Sections)), "checked")
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-sys")
		b.ReportMetric(alone(b, places, o, r)*float64(len(r.Sections))/together.Seconds(), "alone/together")
	}
}

// alone is how many seconds the check of one principal by itself takes.
func alone(b *testing.B, places []Place, o Options, r *audit.Report) float64 {
	b.Helper()
	n := min(len(r.Sections), 20)
	start := time.Now()
	for i := range r.Sections[:n] {
		s := &r.Sections[i]
		a := opened(b, places, s.Principal.AccountID)
		o.Source, o.Targets = a.Source, []doctor.Target{{Target: s.Target, Requirements: []string{s.Requirement.Name}}}
		if _, err := doctor.Check(b.Context(), o.Options); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start).Seconds() / float64(max(n, 1))
}

// BenchmarkJoin joins the parts of a made-up organization into one report, as JSON,
// with one part in memory at a time and with all of them. "peak-MiB" is how much of
// the heap was in use at most.
//
//	ORGANIZATION=1000x500 go test ./doctor/fleet -run xxx -bench Join -benchtime 1x -timeout 30m
func BenchmarkJoin(b *testing.B) {
	accounts, principals := size(b)
	dir := b.TempDir()
	o := options()
	d, err := OpenDir(dir, DirOptions{Arguments: o.Arguments, Now: o.Now})
	if err == nil {
		err = Run(b.Context(), placesOf(madeUp(b, accounts, principals)), o, d, runtime.GOMAXPROCS(0), nil)
	}
	if err != nil {
		b.Fatal(err)
	}
	j := Joining{Open: opener(b), Warn: func(string) {}}
	b.Run("stream", func(b *testing.B) {
		j.Stream = true
		benchmarkJoin(b, func() error {
			_, s, err := JoinFolders([]string{dir}, j)
			if err != nil {
				return err
			}
			return s.Write(io.Discard, report.FormatJSON, report.Options{})
		})
	})
	b.Run("whole", func(b *testing.B) {
		j.Stream = false
		benchmarkJoin(b, func() error {
			r, _, err := JoinFolders([]string{dir}, j)
			if err != nil {
				return err
			}
			return errors.Join(report.Seal(r), report.CompactJSON(io.Discard, r))
		})
	})
}

func benchmarkJoin(b *testing.B, join func() error) {
	runtime.GC()
	ctx, cancel := context.WithCancel(b.Context())
	peak := make(chan uint64)
	go func() {
		most := uint64(0)
		for ctx.Err() == nil {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			time.Sleep(20 * time.Millisecond)
		}
		peak <- most
	}()
	for b.Loop() {
		if err := join(); err != nil {
			b.Fatal(err)
		}
	}
	cancel()
	b.ReportMetric(float64(<-peak)/(1<<20), "peak-MiB")
}

// size is how large the organization is that ORGANIZATION asks for.
func size(b *testing.B) (accounts, principals int) {
	accounts, principals = 20, 50
	if text := os.Getenv("ORGANIZATION"); text != "" {
		if _, err := fmt.Sscanf(text, "%dx%d", &accounts, &principals); err != nil {
			b.Fatalf("ORGANIZATION=%s: %v", text, err)
		}
	}
	return accounts, principals
}
