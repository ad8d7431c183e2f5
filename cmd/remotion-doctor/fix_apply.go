package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"remotion-doctor/doctor"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
	"remotion-doctor/source/awsapi"
)

// apply writes the changes: it shows them, asks, looks whether something
// changed since, writes, waits and checks again.
func (a *app) apply(ctx context.Context, o *doctor.Options, f *fixFlags, fixes []*doctor.Remedy) error {
	client, ok := o.Source.(awsSource)
	if !ok {
		return usage("leave --engine and files out", "--apply writes to AWS, not to files")
	}
	if err := a.renderFixes(a.stdout, fixes, f); err != nil {
		return err
	}
	todo := slices.DeleteFunc(slices.Clone(fixes), func(x *doctor.Remedy) bool { return x.Change == nil })
	for _, x := range todo {
		if err := writable(x); err != nil {
			return err
		}
	}
	if len(todo) == 0 {
		return left(fixes)
	}
	if len(todo) > 1 && f.record != "" {
		return usage("without --undo-file each has a file of its own", "--undo-file is for one principal, and %d would be changed", len(todo))
	}
	if err := a.confirm(f, fmt.Sprintf("Write %s to AWS?", changesInWords(todo))); err != nil {
		return err
	}
	for _, x := range todo {
		if err := a.write1(ctx, o, f, x); err != nil {
			return err
		}
	}
	return a.checkAgain(ctx, o, client, f, todo)
}

func changesInWords(todo []*doctor.Remedy) string {
	n := 0
	for _, x := range todo {
		n += len(x.Change.Steps)
	}
	if n == 1 {
		return "this change"
	}
	return fmt.Sprintf("these %d changes", n)
}

// writable refuses what must not be written.
func writable(x *doctor.Remedy) error {
	switch {
	case x.Holding == nil:
		return &failure{exitIncomplete, "refusing to write: what is attached to " + x.Principal.ARN + " could not be read, and could be overwritten", "grant iam:ListRolePolicies, iam:GetRolePolicy and iam:ListAttachedRolePolicies, or paste the output of --as cli"}
	case !x.Verified:
		return &failure{exitNotMet, "refusing to write: " + x.Outcome(), "see the notes above for what would still not pass"}
	}
	return nil
}

// confirm asks on the terminal, unless --yes was given.
func (a *app) confirm(f *fixFlags, question string) error {
	if f.yes {
		return nil
	}
	file, ok := a.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return usage("give --yes where nobody can be asked", "this writes to AWS, and standard input is not a terminal")
	}
	if _, err := fmt.Fprintf(a.stderr, "%s [y/N] ", report.Clean(question)); err != nil {
		return err
	}
	answer, err := bufio.NewReader(io.LimitReader(a.stdin, 1000)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return &failure{exitNotMet, "nothing was written", ""}
	}
	return nil
}

// write1 writes the change of one principal, and keeps what was there.
func (a *app) write1(ctx context.Context, o *doctor.Options, f *fixFlags, x *doctor.Remedy) error {
	now, err := doctor.Holding(ctx, o.Source, x.Principal)
	if err != nil {
		return err
	}
	if what := changedSince(x.Holding, now); what != "" {
		return &failure{exitNotMet, "refusing to write: " + what + " changed since it was read", "run the command again"}
	}
	path, err := a.recordPath(f, x.Principal)
	if err != nil {
		return err
	}
	r := &record{Version: 1, Principal: x.Principal.ARN, At: a.now().UTC(), Steps: []recordedStep{}}
	// The file is written first: without it nothing could be put back.
	if err := r.write(path); err != nil {
		return err
	}
	w := o.Source.(awsSource).Writer()
	for i := range x.Change.Steps {
		done, err := writeStep(ctx, w, x.Change, &x.Change.Steps[i])
		if done != nil {
			r.Steps = append(r.Steps, *done)
			err = errors.Join(err, r.write(path))
		}
		if err != nil {
			f := asFailure(err)
			hint := f.hint
			if len(r.Steps) > 0 {
				hint = fmt.Sprintf("%d of %d changes were written; `fix --undo` puts back what was there", len(r.Steps), len(x.Change.Steps))
			}
			return &failure{exitIncomplete, f.msg, hint}
		}
	}
	return a.say("written; what was there is kept in " + path)
}

// changedSince names what differs between two readings; empty if nothing.
func changedSince(before, now *remedy.Holding) string {
	index := func(list []remedy.Held) map[string]string {
		m := map[string]string{}
		for _, h := range list {
			m[h.Name+"\n"+h.ARN] = h.Text
		}
		return m
	}
	for _, pair := range [][2]map[string]string{{index(before.Inline), index(now.Inline)}, {index(before.Attached), index(now.Attached)}} {
		for i := range pair {
			for key, text := range pair[i] {
				if other, ok := pair[1-i][key]; !ok || other != text {
					name, _, _ := strings.Cut(key, "\n")
					return "the policy " + name
				}
			}
		}
	}
	return ""
}

// writeStep does one step and returns what is needed to undo it; nil where
// nothing was written.
func writeStep(ctx context.Context, w *awsapi.Writer, c *remedy.Change, s *remedy.Step) (*recordedStep, error) {
	id := awsapi.Identity{Kind: c.Kind, Name: c.Name}
	done := &recordedStep{Kind: s.Kind, Policy: s.Policy, ARN: s.ARN, Before: s.Before}
	if s.After != nil {
		done.After = s.After.Indent()
	}
	var err error
	switch s.Kind {
	case remedy.PutInline:
		err = w.PutInline(ctx, id, s.Policy, done.After)
	case remedy.DeleteInline:
		err = w.DeleteInline(ctx, id, s.Policy)
	case remedy.Detach:
		err = w.Detach(ctx, id, s.ARN)
	case remedy.NewVersion:
		if done.PreviousID, err = w.DefaultVersion(ctx, s.ARN); err == nil {
			done.VersionID, _, err = w.NewVersion(ctx, s.ARN, done.After)
		}
	case remedy.CreateManaged:
		if done.ARN, err = w.CreatePolicy(ctx, s.Policy, done.After); err != nil {
			return nil, err
		}
		// The policy exists: what fails from here must be undone as well.
		return done, w.Attach(ctx, id, done.ARN)
	}
	if err != nil {
		return nil, err
	}
	return done, nil
}

// checkAgain waits out IAM's propagation and audits once more.
func (a *app) checkAgain(ctx context.Context, o *doctor.Options, client awsSource, f *fixFlags, todo []*doctor.Remedy) error {
	done := a.while("waiting until IAM knows the change everywhere, then checking again")
	failed, err := a.untilItPasses(ctx, o, client, f, todo)
	done()
	if err != nil {
		return err
	}
	return a.conclude(todo, failed)
}

// untilItPasses checks again until everything passes or patience ends, and
// names what does not pass then.
func (a *app) untilItPasses(ctx context.Context, o *doctor.Options, client awsSource, f *fixFlags, todo []*doctor.Remedy) (failed string, err error) {
	if err := pause(ctx, f.wait); err != nil {
		return "", err
	}
	deadline := a.now().Add(f.patience)
	for {
		// What was read before the change must not be taken for what is there.
		fresh := *o
		fresh.Source = newAWSSource(client.Client)
		failed, err := recheck(ctx, fresh, todo)
		if err != nil || failed == "" || !a.now().Before(deadline) {
			return failed, err
		}
		if err := pause(ctx, 2*time.Second); err != nil {
			return "", err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// recheck audits the principals as they are now, and names the first thing
// that should pass and does not.
func recheck(ctx context.Context, o doctor.Options, todo []*doctor.Remedy) (string, error) {
	for _, x := range todo {
		if failed, err := x.Recheck(ctx, o); err != nil || failed != "" {
			return failed, err
		}
	}
	return "", nil
}

func (a *app) conclude(todo []*doctor.Remedy, failed string) error {
	for _, x := range todo {
		if _, err := fmt.Fprintf(a.stdout, "%s: %d of %d pass now\n", report.Clean(x.Principal.ARN), x.After.Pass, x.After.Total()); err != nil {
			return err
		}
	}
	if failed != "" {
		return &failure{exitNotMet, "the change was written, but " + failed + " does not pass yet", "IAM may take some minutes: `remotion-doctor check` tells; `fix --undo` puts back what was there"}
	}
	return left(todo)
}

// sameDocument compares policies by what they say.
func sameDocument(a, b string) bool {
	x, err := policy.Parse(a)
	y, err2 := policy.Parse(b)
	if err != nil || err2 != nil {
		return a == b
	}
	one, _ := x.MarshalJSON() // a parsed document always prints
	two, _ := y.MarshalJSON()
	return string(one) == string(two)
}
