package change_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"remotion-doctor/change"
	"remotion-doctor/iam"
	"remotion-doctor/localaws"
	"remotion-doctor/remedy"
	"remotion-doctor/source/awsapi"
)

// quick gives AWS, which shows everything at once here, no time.
var quick = change.Options{Settle: 20 * time.Millisecond}

// applied starts an account and applies a change to it.
func applied(t *testing.T, name string) (*endpoint, *awsapi.Client, *change.Store, *change.Journal) {
	t.Helper()
	e := serve(t, localaws.Options{}, nil)
	c := e.client(t)
	store := &change.Store{Folder: t.TempDir()}
	j, err := store.Apply(t.Context(), c.Writer(), plan(t, c, changes[name](t)), quick)
	if err != nil {
		t.Fatal(err)
	}
	return e, c, store, j
}

func lookAt(t *testing.T, c *awsapi.Client, j *change.Journal, force ...int) *change.Back {
	t.Helper()
	b, err := change.Look(t.Context(), c, j, force, time.Now(), quick)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func refusal(err error) string {
	if e, ok := errors.AsType[*change.Refusal](err); ok {
		return e.Msg
	}
	return ""
}

// others are what somebody else does to what a change wrote, and the step that
// stands against the undo of it.
var others = []struct {
	name, change string
	do           func(t *testing.T, w *awsapi.Writer) error
	step         int // 0: the undo goes on without asking
	forceable    bool
}{
	{"edits the inline policy", "new inline", func(t *testing.T, w *awsapi.Writer) error {
		return w.PutInline(t.Context(), principal(), "new", grant("s3:Other").Text)
	}, 1, true},
	{"makes a deleted policy anew", "replace", func(t *testing.T, w *awsapi.Writer) error {
		return w.PutInline(t.Context(), principal(), "mine", grant("s3:Other").Text)
	}, 2, true},
	{"makes a new version of a policy that was created", "managed", func(t *testing.T, w *awsapi.Writer) error {
		return w.CreateVersion(t.Context(), "arn:aws:iam::123456789012:policy/new", grant("s3:Other").Text, true)
	}, 1, true},
	{"attaches a policy that was created", "managed", func(t *testing.T, w *awsapi.Writer) error {
		return w.Attach(t.Context(), iam.Principal{ARN: "arn:aws:iam::123456789012:user/ann"}, "arn:aws:iam::123456789012:policy/new")
	}, 1, false},
	{"makes another version the default", "new version", func(t *testing.T, w *awsapi.Writer) error {
		return w.SetDefaultVersion(t.Context(), ownARN, "v1")
	}, 1, true},
	{"deletes an old version", "new version", func(t *testing.T, w *awsapi.Writer) error {
		return w.DeleteVersion(t.Context(), ownARN, "v1")
	}, 1, true},
	{"deletes the policy that was detached", "detach", func(t *testing.T, w *awsapi.Writer) error {
		if err := w.DeleteVersion(t.Context(), ownARN, "v1"); err != nil {
			return err
		}
		return w.DeletePolicy(t.Context(), ownARN)
	}, 2, false},
	{"attaches again what was detached", "detach", func(t *testing.T, w *awsapi.Writer) error {
		return w.Attach(t.Context(), principal(), ownARN)
	}, 0, false},
	{"adds a policy of another name", "replace", func(t *testing.T, w *awsapi.Writer) error {
		return w.PutInline(t.Context(), principal(), "theirs", grant("s3:Other").Text)
	}, 0, false},
}

// TestUndoStopsAtOthersChanges: what somebody else changed stops the undo before
// its first write, and is overwritten only where that is asked for by step.
func TestUndoStopsAtOthersChanges(t *testing.T) {
	t.Parallel()
	for _, tt := range others {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, c, store, j := applied(t, tt.change)
			if err := tt.do(t, c.Writer()); err != nil {
				t.Fatal(err)
			}
			between := e.details(t)
			b := lookAt(t, c, j)
			err := b.Run(t.Context(), store, c.Writer(), quick)
			if tt.step == 0 {
				if err != nil || j.Closed != change.TakenBack {
					t.Errorf("%v, closed %q", err, j.Closed)
				}
				return
			}
			if refusal(err) == "" || len(b.Conflicts) != 1 || b.Conflicts[0].Step != tt.step || b.Conflicts[0].Why == "" {
				t.Fatalf("%v, %+v", err, b.Conflicts)
			}
			if diff := cmp.Diff(between, e.details(t)); diff != "" {
				t.Errorf("something was written:\n%s", diff)
			}
			forced := lookAt(t, c, j, tt.step)
			if err := forced.Run(t.Context(), store, c.Writer(), quick); (err == nil) != tt.forceable {
				t.Errorf("forced: %v, %+v", err, forced.Conflicts)
			}
		})
	}
}

// TestUndoForcedIsTheInverse: what is forced comes back byte for byte.
func TestUndoForcedIsTheInverse(t *testing.T) {
	t.Parallel()
	e := serve(t, localaws.Options{}, nil)
	before, c, store := e.details(t), e.client(t), &change.Store{Folder: t.TempDir()}
	j, err := store.Apply(t.Context(), c.Writer(), plan(t, c, changes["all"](t)), quick)
	if err != nil {
		t.Fatal(err)
	}
	w := c.Writer()
	err = errors.Join(
		w.PutInline(t.Context(), principal(), "own", grant("s3:Other").Text),
		w.CreateVersion(t.Context(), "arn:aws:iam::123456789012:policy/team/new", grant("s3:Other").Text, true),
		w.DeleteVersion(t.Context(), fullARN, "v3"),
	)
	if err != nil {
		t.Fatal(err)
	}
	b := lookAt(t, c, j)
	var force []int
	for _, conflict := range b.Conflicts {
		force = append(force, conflict.Step)
		if len(conflict.Diff) == 0 && conflict.Policy != fullARN {
			t.Errorf("step %d shows no difference", conflict.Step)
		}
	}
	if len(force) == 0 {
		t.Fatal("nothing stands against the undo")
	}
	if err := lookAt(t, c, j, force...).Run(t.Context(), store, w, quick); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, e.details(t)); diff != "" {
		t.Errorf("the account is not as it was:\n%s", diff)
	}
	if _, err := change.Look(t.Context(), c, j, []int{99}, time.Now(), quick); refusal(err) == "" {
		t.Errorf("a step that there is not is forced: %v", err)
	}
}

// TestHalfDoneUndoGoesOn: an undo that fails at any of its writes, in any way,
// is run again until it is done.
func TestHalfDoneUndoGoesOn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"all", "sixth version", "replace"} {
		for _, m := range []string{"denied", "lost", "done-500", "500"} {
			t.Run(name+"/"+m, func(t *testing.T) {
				t.Parallel()
				for n := 1; ; n++ {
					e := serve(t, localaws.Options{}, nil)
					before, c, store := e.details(t), e.client(t), &change.Store{Folder: t.TempDir()}
					j, err := store.Apply(t.Context(), c.Writer(), plan(t, c, changes[name](t)), quick)
					if err != nil {
						t.Fatal(err)
					}
					server := e.writes.Handler.(*localaws.Server)
					server.SetFaults([]localaws.Fault{{Operation: "write", Kind: m, Skip: n - 1}})
					b := lookAt(t, c, j)
					_ = b.Run(t.Context(), store, c.Writer(), quick)
					server.SetFaults(nil)
					undoAll(t, store, c, quick)
					if diff := cmp.Diff(before, e.details(t)); diff != "" {
						t.Errorf("write %d: the account is not as it was:\n%s", n, diff)
					}
					if n >= len(b.Steps) {
						return
					}
				}
			})
		}
	}
}

// TestChangesStack: several changes of one role are undone newest first.
func TestChangesStack(t *testing.T) {
	t.Parallel()
	e := serve(t, localaws.Options{}, nil)
	// The clock stands still, and goes back.
	clock := time.Now()
	store := &change.Store{Folder: t.TempDir(), Now: func() time.Time { return clock }}
	c := e.client(t)
	var states [][]string
	for _, name := range []string{"new inline", "changed inline", "sixth version", "replace"} {
		states = append(states, e.details(t))
		if name == "sixth version" {
			clock = clock.Add(-time.Hour)
		}
		p := plan(t, c, changes[name](t))
		if _, err := store.Apply(t.Context(), c.Writer(), p, quick); err != nil {
			t.Fatal(err)
		}
	}
	for i := len(states) - 1; i >= 0; i-- {
		open, _, err := store.Open(principal())
		if err != nil || len(open) != i+1 {
			t.Fatalf("%d open, %v", len(open), err)
		}
		if err := lookAt(t, c, open[0]).Run(t.Context(), store, c.Writer(), quick); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(states[i], e.details(t)); diff != "" {
			t.Errorf("after undoing change %d:\n%s", i+1, diff)
		}
	}
}

// TestOneChangeAtATime: of two changes at once one is refused before it writes,
// by the lock or because the other one has changed what it depends on.
func TestOneChangeAtATime(t *testing.T) {
	t.Parallel()
	e := serve(t, localaws.Options{Latency: 5 * time.Millisecond}, nil)
	before, c, store := e.details(t), e.client(t), &change.Store{Folder: t.TempDir()}
	plans := []*change.Plan{plan(t, c, changes["changed inline"](t)), plan(t, c, changes["changed inline"](t))}
	errs := make([]error, len(plans))
	var g sync.WaitGroup
	for i, p := range plans {
		g.Go(func() { _, errs[i] = store.Apply(t.Context(), c.Writer(), p, quick) })
	}
	g.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || refusal(errors.Join(errs...)) == "" {
		t.Errorf("%v", errs)
	}
	undoAll(t, store, c, quick)
	if diff := cmp.Diff(before, e.details(t)); diff != "" {
		t.Errorf("the account is not as it was:\n%s", diff)
	}
}

// TestNothingWritten: a change that AWS refused at its first write leaves
// nothing to undo, and does not stand before the one that wrote something.
func TestNothingWritten(t *testing.T) {
	t.Parallel()
	e, c, store, _ := applied(t, "new inline")
	server := e.writes.Handler.(*localaws.Server)
	server.SetFaults([]localaws.Fault{{Operation: "write", Kind: "denied"}})
	j, err := store.Apply(t.Context(), c.Writer(), plan(t, c, changes["replace"](t)[1:]), quick)
	if incomplete, ok := errors.AsType[*change.Incomplete](err); !ok || incomplete.Unknown || incomplete.Done != 0 || j.Closed != change.NothingWritten {
		t.Errorf("%+v, %v", j, err)
	}
	if open, closed, err := store.Open(principal()); err != nil || len(open) != 1 || closed == nil {
		t.Errorf("%d open, %v, %v", len(open), closed, err)
	}
}

// TestJournal: what a process that died left of a line is passed over, and
// nothing else is.
func TestJournal(t *testing.T) {
	t.Parallel()
	_, c, store, j := applied(t, "replace")
	if info, err := os.Stat(j.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	whole, err := os.ReadFile(j.Path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(j.Path, whole[:len(whole)-9], 0o600); err != nil {
		t.Fatal(err)
	}
	cut, err := change.Read(j.Path)
	if err != nil {
		t.Fatal(err)
	}
	if done, unknown := cut.Wrote(); done != 3 || unknown != 1 {
		t.Errorf("%d done and %d unknown", done, unknown)
	}
	undoAll(t, store, c, quick)
	if after, err := change.Read(j.Path); err != nil || after.Closed != change.TakenBack {
		t.Errorf("%+v, %v", after, err)
	}
	for name, text := range map[string]string{
		"empty":            "",
		"not JSON":         "x\n",
		"another format":   `{"event":"plan","format":1,"plan":{}}` + "\n",
		"a line is broken": strings.Replace(string(whole), `{"event":"begin"`, `{"event:`, 1),
		"no such step":     strings.Replace(string(whole), `"step":1`, `"step":9`, 1),
		"no such event":    strings.Replace(string(whole), `{"event":"begin"`, `{"event":"other"`, 1),
	} {
		path := filepath.Join(t.TempDir(), "journal.jsonl")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := change.Read(path); err == nil {
			t.Errorf("%s: is read", name)
		}
	}
}

// TestMakeRefuses: what AWS would refuse, or what is not to be changed, is
// refused before the first write.
func TestMakeRefuses(t *testing.T) {
	t.Parallel()
	c := serve(t, localaws.Options{}, nil).client(t)
	for name, steps := range map[string][]remedy.Step{
		"exists and is not attached":         {{Kind: remedy.CreateManaged, Policy: "arn:aws:iam::123456789012:policy/OWN", After: document(t, "s3:GetObject")}},
		"over a quota of IAM: the inline":    {{Kind: remedy.PutInline, Policy: iam.InlinePolicy(roleARN, "new"), After: document(t, "s3:"+strings.Repeat("x", 10240))}},
		"over a quota of IAM: the policy":    {{Kind: remedy.NewVersion, Policy: ownARN, After: document(t, "s3:"+strings.Repeat("x", 6144))}},
		"over a quota of IAM: the role woul": manyPolicies(t, 8),
	} {
		if _, err := tryPlan(t, c, steps); !strings.Contains(refusal(err), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, arn := range []string{
		"arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
		"arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef",
	} {
		_, err := change.Make(t.Context(), c, &remedy.Change{Kind: "role", ARN: arn}, &remedy.Holding{}, time.Now())
		if !strings.Contains(refusal(err), "refusing to change "+arn) {
			t.Errorf("%s: %v", arn, err)
		}
	}
}

func manyPolicies(t *testing.T, n int) []remedy.Step {
	var out []remedy.Step
	for i := range n {
		out = append(out, remedy.Step{Kind: remedy.CreateManaged, Policy: iam.ManagedPolicy("arn:aws:iam::123456789012:policy/p" + string(rune('a'+i))), After: document(t, "s3:GetObject")})
	}
	return out
}

// TestSixthVersion: the plan says which version goes, and undo that its number
// is new.
func TestSixthVersion(t *testing.T) {
	t.Parallel()
	_, c, store, j := applied(t, "sixth version")
	if p := j.Plan; len(p.Deletes) != 1 || !strings.Contains(p.Notes[0], "version v1 of "+fullARN) || p.Steps[0].Before.Versions[0].Created == "" {
		t.Errorf("%+v", p)
	}
	b := lookAt(t, c, j)
	if len(b.Notes) != 1 || !strings.Contains(b.Notes[0], "version v1 of "+fullARN+" comes back as a version with a new number") {
		t.Errorf("%q", b.Notes)
	}
	if err := b.Run(t.Context(), store, c.Writer(), quick); err != nil {
		t.Fatal(err)
	}
	p, err := c.ReadPolicy(t.Context(), fullARN)
	if err != nil || p.DefaultVersionID != "v5" || len(p.PolicyVersionList) != 5 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestOwnPolicyIsRecognized: EntityAlreadyExists is success where it is our own
// policy, and stops the change where it is somebody else's.
func TestOwnPolicyIsRecognized(t *testing.T) {
	t.Parallel()
	for _, own := range []bool{true, false} {
		e := serve(t, localaws.Options{}, nil)
		c, store := e.client(t), &change.Store{Folder: t.TempDir()}
		p := plan(t, c, changes["managed"](t))
		s := p.Steps[0]
		description := s.Description
		if !own {
			description = "somebody else's"
		}
		w := &early{Writer: c.Writer(), first: func(w change.Writer) error {
			return w.CreatePolicy(t.Context(), s.Policy.Name(), s.Path, description, s.Document)
		}}
		_, err := store.Apply(t.Context(), w, p, quick)
		if (err == nil) != own {
			t.Errorf("own %v: %v", own, err)
		}
	}
}

// An early is a writer that does something right before its first policy.
type early struct {
	change.Writer
	first func(change.Writer) error
}

// CreatePolicy makes a managed policy.
func (e *early) CreatePolicy(ctx context.Context, name, path, description, document string) error {
	if err := e.first(e.Writer); err != nil {
		return err
	}
	return e.Writer.CreatePolicy(ctx, name, path, description, document)
}
