package fleet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam/managed"
	"remotion-doctor/report"
	"remotion-doctor/source/files"
)

// demoAccounts writes snapshots of n accounts, all like the demo account.
func demoAccounts(t *testing.T, n int) []Place {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		id := fmt.Sprintf("%012d", 222222000000+i)
		text := strings.ReplaceAll(string(fixtures.Demo), "123456789012", id)
		if err := os.WriteFile(filepath.Join(dir, id+".json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	places, err := Snapshots(dir, managed.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	if len(places) != n {
		t.Fatalf("%d places, want %d", len(places), n)
	}
	return places
}

func options() Options {
	at := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	return Options{
		Options:   doctor.Options{Tool: audit.Tool{Name: "remotion-doctor", Version: "test"}, Now: func() time.Time { return at }, Regions: []string{"us-east-1"}},
		Arguments: "sha256:00",
	}
}

// run audits places into a folder and returns the joined report.
func run(t *testing.T, ctx context.Context, dir string, places []Place, s Shard) error {
	t.Helper()
	o := options()
	d, err := OpenDir(dir, DirOptions{Arguments: o.Arguments, Now: o.Now})
	if err != nil {
		t.Fatal(err)
	}
	return Run(ctx, s.Among(places), o, d, 2, nil)
}

// joined is the report of folders, as JSON, which is the same whether the parts are in
// memory or read one by one.
func joined(t *testing.T, dirs ...string) string {
	t.Helper()
	text, warnings, err := tryJoining(t, dirs...)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("error %v, warnings %q", err, warnings)
	}
	return text
}

// tryJoining joins folders in both ways.
func tryJoining(t testing.TB, dirs ...string) (text string, warnings []string, err error) {
	t.Helper()
	var held, streamed bytes.Buffer
	j := Joining{Open: opener(t), Warn: func(text string) { warnings = append(warnings, text) }}
	r, _, err := JoinFolders(dirs, j)
	said := warnings
	warnings, j.Stream = nil, true
	_, s, err2 := JoinFolders(dirs, j)
	if fmt.Sprint(err) != fmt.Sprint(err2) || !slices.Equal(said, warnings) {
		t.Errorf("in memory: error %v, warnings %q; streamed: error %v, warnings %q", err, said, err2, warnings)
	}
	if err != nil || err2 != nil {
		return "", warnings, err
	}
	if err := errors.Join(report.Seal(r), report.Write(&held, r, report.FormatJSON, report.Options{}), s.Write(&streamed, report.FormatJSON, report.Options{})); err != nil {
		t.Fatal(err)
	}
	if streamed.String() != held.String() {
		t.Errorf("streamed\n%.2000s\nin memory\n%.2000s", &streamed, &held)
	}
	return held.String(), warnings, nil
}

func opener(t testing.TB) report.Opener {
	return func(name string) (report.Text, func(), error) { return files.OpenInput(t.Context(), nil, name) }
}

// inFolder is the report of the accounts in a folder.
func inFolder(t testing.TB, dir string) *audit.Report {
	t.Helper()
	r, _, err := JoinFolders([]string{dir}, Joining{Open: opener(t), Warn: func(text string) { t.Error(text) }})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestShardsEqualTheWhole(t *testing.T) {
	t.Parallel()
	places := demoAccounts(t, 12)
	whole := t.TempDir()
	if err := run(t, t.Context(), whole, places, Shard{}); err != nil {
		t.Fatal(err)
	}
	var dirs []string
	for i := range 7 {
		s := Shard{i + 1, 7}
		if len(s.Among(places)) == 0 {
			continue
		}
		dir := t.TempDir()
		if err := run(t, t.Context(), dir, places, s); err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, dir)
	}
	if len(dirs) < 3 {
		t.Fatalf("%d shards hold accounts: the test says little", len(dirs))
	}
	if got, want := joined(t, dirs...), joined(t, whole); got != want {
		t.Errorf("the shards' report differs from that of the whole run:\n%.2000s", got)
	}
}

// TestUnreadSaysTheSame: how often AWS was asked is not in the report, since the next
// run may ask it more often.
func TestUnreadSaysTheSame(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Rate exceeded (sts:AssumeRole, 4 attempts)":                              "Rate exceeded (sts:AssumeRole)",
		"AWS is unavailable (HTTP 503) to iam:GetRole, after 12 attempts: try it": "AWS is unavailable (HTTP 503) to iam:GetRole: try it",
		"no such file": "no such file",
	} {
		r := unread(options(), audit.Account{ID: "111122223333"}, errors.New(text))
		if got := r.Sections[0].Error.Message; got != want || r.Accounts[0].Why != want {
			t.Errorf("got %q and %q, want %q", got, r.Accounts[0].Why, want)
		}
	}
}

func TestInterruptedRunEndsTheSame(t *testing.T) {
	t.Parallel()
	places := demoAccounts(t, 8)
	whole, cut := t.TempDir(), t.TempDir()
	if err := run(t, t.Context(), whole, places, Shard{}); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	interrupted := 0
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		o := options()
		d, err := OpenDir(cut, DirOptions{Arguments: o.Arguments, Now: o.Now})
		if err != nil {
			t.Fatal(err)
		}
		after := random.IntN(3)
		err = Run(ctx, places, o, d, 2, func(p Progress) {
			if p.Done > after {
				cancel()
			}
		})
		cancel()
		if err != nil {
			interrupted++
		}
	}
	if interrupted == 0 {
		t.Fatal("no run was interrupted")
	}
	if err := run(t, t.Context(), cut, places, Shard{}); err != nil {
		t.Fatal(err)
	}
	if joined(t, cut) != joined(t, whole) {
		t.Error("the report of interrupted runs differs from that of one run")
	}
}

func TestAccountThatCannotBeRead(t *testing.T) {
	t.Parallel()
	places := demoAccounts(t, 3)
	places[1].Open = func(context.Context) (Account, error) {
		return Account{}, fmt.Errorf("AssumeRole was denied")
	}
	places[2].Skip = "the account is suspended"
	dir := t.TempDir()
	o := options()
	d, err := OpenDir(dir, DirOptions{Arguments: o.Arguments, Now: o.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := Run(t.Context(), places, o, d, 2, nil); err != nil {
		t.Fatal(err)
	}
	index, err := d.WriteIndex(places, o.Tool, Shard{})
	if err != nil {
		t.Fatal(err)
	}
	if s := index.Summary; s.Accounts != 3 || s.Audited != 1 || s.Unread != 1 || s.Skipped != 1 {
		t.Errorf("summary %+v", s)
	}
	r := inFolder(t, dir)
	if v := r.Verdict(); v.ExitCode != 3 || v.Unchecked != 1 {
		t.Errorf("verdict %+v", v)
	}
	if len(r.Accounts) != 3 {
		t.Errorf("%d accounts in the report", len(r.Accounts))
	}
	data, _ := json.Marshal(r.Accounts)
	t.Logf("%s", data)
}
