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

	"remotion-doctor/change"
	"remotion-doctor/doctor"
	"remotion-doctor/report"
	"remotion-doctor/source/awsapi"
)

// apply writes the changes: it shows them, asks, writes, waits and checks again.
func (a *app) apply(ctx context.Context, o *doctor.Options, f *fixFlags, fixes []planned) error {
	client, ok := o.Source.(*awsapi.Client)
	if !ok {
		return usage("leave --engine and files out", "--apply writes to AWS, not to files")
	}
	if err := a.renderFixes(a.stdout, fixes, f); err != nil {
		return err
	}
	todo := slices.DeleteFunc(slices.Clone(fixes), func(x planned) bool { return x.Change == nil })
	for i := range todo {
		if err := todo[i].writable(); err != nil {
			return err
		}
		if err := rightPrincipal(ctx, o, &todo[i]); err != nil {
			return err
		}
		if err := a.mayWrite(ctx, client, todo[i].plan); err != nil {
			return err
		}
		if _, err := io.WriteString(a.stdout, listed(todo[i].plan)); err != nil {
			return err
		}
	}
	if len(todo) == 0 {
		return left(remedies(fixes))
	}
	if len(todo) > 1 && f.record != "" {
		return usage("without --undo-file each has a file of its own", "--undo-file is for one principal, and %d would be changed", len(todo))
	}
	if err := a.confirm(f, question(todo)); err != nil {
		return err
	}
	for i := range todo {
		if err := a.write1(ctx, client, f, todo[i].plan); err != nil {
			return err
		}
	}
	return a.checkAgain(ctx, o, client, f, remedies(todo))
}

func remedies(list []planned) []*doctor.Remedy {
	out := make([]*doctor.Remedy, len(list))
	for i := range list {
		out[i] = list[i].Remedy
	}
	return out
}

// question asks about all writes, and names what they destroy.
func question(todo []planned) string {
	n, deletes := 0, ""
	for i := range todo {
		n += len(todo[i].plan.Steps)
		for _, d := range todo[i].plan.Deletes {
			deletes += ", and delete " + d
		}
	}
	if n == 1 {
		return "Write this change to AWS" + deletes + "?"
	}
	return fmt.Sprintf("Write these %d changes to AWS%s?", n, deletes)
}

// writable refuses what must not be written.
func (x *planned) writable() error {
	switch {
	case x.Holding == nil:
		return &failure{exitIncomplete, "refusing to write: what is attached to " + x.Principal.ARN + " could not be read, and could be overwritten", "grant iam:ListRolePolicies, iam:GetRolePolicy and iam:ListAttachedRolePolicies, or paste the output of --as cli"}
	case x.problem != nil:
		return changeFailure(x.problem)
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

// write1 writes the change of one principal.
func (a *app) write1(ctx context.Context, client *awsapi.Client, f *fixFlags, p *change.Plan) error {
	store, err := a.store(f)
	if err != nil {
		return err
	}
	j, err := store.Apply(ctx, client.Writer(), p, a.patient())
	if err != nil {
		return changeFailure(err)
	}
	return a.say("written; what was there is kept in " + j.Path)
}

// patient tells what is being waited for.
func (a *app) patient() change.Options {
	said := ""
	return change.Options{Tell: func(what string) {
		if what != said {
			said = what
			_ = a.say(what) // a lost line is no reason to stop
		}
	}}
}

// changeFailure gives the errors of package change their exit code and hint.
func changeFailure(err error) error {
	if e, ok := errors.AsType[*change.Refusal](err); ok {
		return &failure{exitNotMet, e.Msg, e.Hint}
	}
	if e, ok := errors.AsType[*change.Unread](err); ok {
		return &failure{exitIncomplete, e.Error(), e.Gap.Hint}
	}
	e, ok := errors.AsType[*change.Incomplete](err)
	if !ok {
		return err
	}
	hint := e.Hint
	if e.Err != nil && hint == "" {
		hint = asFailure(e.Err).hint
	}
	switch {
	case e.Unknown:
		hint = fmt.Sprintf("%d of %d writes were made, and the next one may have been; `fix --undo` finds out and puts back what was there", e.Done, e.Total)
	case e.Done > 0:
		hint = fmt.Sprintf("%d of %d writes were made; `fix --undo` puts back what was there", e.Done, e.Total)
	}
	return &failure{exitIncomplete, e.Msg, hint}
}

// checkAgain waits out IAM's propagation and audits once more.
func (a *app) checkAgain(ctx context.Context, o *doctor.Options, client *awsapi.Client, f *fixFlags, todo []*doctor.Remedy) error {
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
func (a *app) untilItPasses(ctx context.Context, o *doctor.Options, client *awsapi.Client, f *fixFlags, todo []*doctor.Remedy) (failed string, err error) {
	if err := pause(ctx, f.wait); err != nil {
		return "", err
	}
	deadline := a.now().Add(f.patience)
	for {
		// What was read before the change must not be taken for what is there.
		client.Forget()
		failed, err := recheck(ctx, *o, todo)
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
