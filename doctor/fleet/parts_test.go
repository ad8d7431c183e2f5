package fleet

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
)

// do audits places into a folder as the program does.
func do(t *testing.T, ctx context.Context, dir string, places []Place, o Options, p Plan) *audit.Report {
	t.Helper()
	d, err := OpenDir(dir, DirOptions{Arguments: o.Arguments, Now: o.Now})
	if err != nil {
		t.Fatal(err)
	}
	p.Dir, p.Abreast = d, 2
	r, err := Do(ctx, places, o, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// left is the report that a run has left in its folder.
func left(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile(ReportIn(dir))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func remove(t *testing.T, name ...string) {
	t.Helper()
	if err := os.Remove(filepath.Join(name...)); err != nil {
		t.Fatal(err)
	}
}

// TestJoinIsWhatTheRunLeft: of whole runs and of interrupted ones.
func TestJoinIsWhatTheRunLeft(t *testing.T) {
	t.Parallel()
	places, dir := demoAccounts(t, 5), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	r := do(t, ctx, dir, places, options(), Plan{Say: func(Progress) { cancel() }})
	if r.OK || r.Verdict().ExitCode != 3 {
		t.Fatalf("the run was not interrupted: %+v", r.Verdict())
	}
	if joined(t, dir) != left(t, dir) {
		t.Error("the interrupted run left another report")
	}
	do(t, t.Context(), dir, places, options(), Plan{})
	if joined(t, dir) != left(t, dir) {
		t.Error("the whole run left another report")
	}
}

// TestInterruptedResumeKeeps: a run that is stopped before it has looked at what an
// earlier one kept loses nothing of it.
func TestInterruptedResumeKeeps(t *testing.T) {
	t.Parallel()
	places, dir := demoAccounts(t, 5), t.TempDir()
	do(t, t.Context(), dir, places, options(), Plan{})
	before := left(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := do(t, ctx, dir, places, options(), Plan{}); len(r.Accounts) != 5 || r.Accounts[4].Status != audit.AccountAudited {
		t.Errorf("accounts %+v", r.Accounts)
	}
	if left(t, dir) != before || joined(t, dir) != before {
		t.Error("the report is another one")
	}
}

// TestJoinMissesNothing: an account that was to be audited and has no part is in the
// report, and a shard without a folder is named.
func TestJoinMissesNothing(t *testing.T) {
	t.Parallel()
	places, dir := demoAccounts(t, 12), t.TempDir()
	do(t, t.Context(), dir, places, options(), Plan{})
	remove(t, dir, "accounts", places[3].ID+".json")
	r := inFolder(t, dir)
	if len(r.Accounts) != 12 || r.Accounts[3].Status != audit.AccountPending || r.Verdict().OK() {
		t.Errorf("%d accounts, the fourth %+v", len(r.Accounts), r.Accounts[3])
	}
	first, second := t.TempDir(), t.TempDir()
	do(t, t.Context(), first, places, options(), Plan{Shard: Shard{1, 3}})
	do(t, t.Context(), second, places, options(), Plan{Shard: Shard{3, 3}})
	if _, warnings, err := tryJoining(t, first, second); err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "shard 2/3") {
		t.Errorf("error %v, warnings %q", err, warnings)
	}
}

// TestJoinTakesTheNewest: in whichever order the folders are named.
func TestJoinTakesTheNewest(t *testing.T) {
	t.Parallel()
	places, old, now := demoAccounts(t, 2), t.TempDir(), t.TempDir()
	do(t, t.Context(), old, places, options(), Plan{})
	later := options()
	at := later.Now().Add(time.Hour)
	later.Now = func() time.Time { return at }
	do(t, t.Context(), now, places[:1], later, Plan{})
	if joined(t, old, now) != joined(t, now, old) {
		t.Error("the order of the folders decides")
	}
	remove(t, old, "accounts", places[1].ID+".json")
	if r := inFolder(t, old); !r.GeneratedAt.Before(at) || r.Accounts[1].Status != audit.AccountPending {
		t.Errorf("made at %s, %+v", r.GeneratedAt, r.Accounts[1])
	}
}

// TestJoinRefuses: what does not belong together is not put together.
func TestJoinRefuses(t *testing.T) {
	t.Parallel()
	places, one, other := demoAccounts(t, 3), t.TempDir(), t.TempDir()
	do(t, t.Context(), one, places[:2], options(), Plan{})
	o := options()
	o.Arguments = "sha256:01"
	do(t, t.Context(), other, places[2:], o, Plan{})
	empty, odd, bad := t.TempDir(), t.TempDir(), t.TempDir()
	if err := errors.Join(os.Mkdir(empty+"/accounts", 0o700), os.MkdirAll(odd+"/accounts/1.json", 0o700), os.WriteFile(bad+"/index.json", []byte("{"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for want, dirs := range map[string][]string{
		"different questions":       {one, other},
		"it has no folder accounts": {one, t.TempDir()},
		"no report of an account":   {empty},
		"1.json is no regular file": {odd},
		"index.json: unexpected":    {bad},
	} {
		if _, _, err := tryJoining(t, dirs...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	// What an earlier run has left is not of this one.
	do(t, t.Context(), one, places[:1], o, Plan{})
	if r := inFolder(t, one); len(r.Accounts) != 1 || joined(t, one) != left(t, one) {
		t.Errorf("%d accounts", len(r.Accounts))
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.json")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		paths []string
		want  bool
		fault string
	}{
		{[]string{dir, dir}, true, ""},
		{[]string{file, "-"}, false, ""},
		{[]string{dir, file}, false, "some are folders"},
		{[]string{dir, "-"}, false, "some are folders"},
		{[]string{dir + "/nope", dir}, false, "nope: no such file or folder"},
	} {
		got, err := Folders(c.paths)
		if got != c.want || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%q: %v, error %v", c.paths, got, err)
		}
	}
}

// TestResumeNotices: what was read, or is skipped, is not what it was.
func TestResumeNotices(t *testing.T) {
	t.Parallel()
	places, dir := demoAccounts(t, 2), t.TempDir()
	count := func() (opened int) {
		counted := make([]Place, len(places))
		for i, p := range places {
			counted[i] = p
			counted[i].Open = func(ctx context.Context) (Account, error) { opened++; return p.Open(ctx) }
		}
		do(t, t.Context(), dir, counted, options(), Plan{})
		return opened
	}
	if first, second := count(), count(); first != 2 || second != 0 {
		t.Fatalf("opened %d, then %d accounts", first, second)
	}
	places[0].Source = func() string { return "another snapshot" }
	if n := count(); n != 1 {
		t.Errorf("%d accounts were opened for a snapshot that changed", n)
	}
	places[1].Skip = "its status is SUSPENDED"
	if n := count(); n != 0 || inFolder(t, dir).Accounts[1].Status != audit.AccountSkipped {
		t.Errorf("%d accounts were opened, %+v", n, inFolder(t, dir).Accounts[1])
	}
	places[1].Skip = ""
	if n := count(); n != 1 || inFolder(t, dir).Accounts[1].Status != audit.AccountAudited {
		t.Errorf("%d accounts were opened, %+v", n, inFolder(t, dir).Accounts[1])
	}
}

// TestFileOf: no name leads out of the folder.
func TestFileOf(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{"111122223333": "111122223333.json", "profile-team/prod": "profile-team%2Fprod.json", "../../x": "..%2F..%2Fx.json", `a\b`: "a%5Cb.json"} {
		if got := fileOf(id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

// TestSinceOfWhatWasNotRead: nobody is gone from an account that was not read, or that
// another shard has.
func TestSinceOfWhatWasNotRead(t *testing.T) {
	t.Parallel()
	places := demoAccounts(t, 12)
	before := do(t, t.Context(), t.TempDir(), places, options(), Plan{})
	places[0].Open = func(context.Context) (Account, error) { return Account{}, errors.New("denied") }
	now := do(t, t.Context(), t.TempDir(), places, options(), Plan{Since: before})
	if s := now.Since.Summary; s.Gone != 0 || s.New != 0 || s.Unread == 0 || s.Unchanged != s.Unread*11 {
		t.Errorf("%+v", s)
	}
	now = do(t, t.Context(), t.TempDir(), places[1:], options(), Plan{Since: before, Shard: Shard{1, 3}})
	if s := now.Since.Summary; s.Gone > 3 || s.New != 0 || s.Unchanged == 0 {
		t.Errorf("shard: %+v", s)
	}
}
