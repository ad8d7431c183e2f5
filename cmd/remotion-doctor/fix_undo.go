package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"remotion-doctor/doctor"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi"
)

// A record is what --apply wrote, and what was there before.
type record struct {
	Version   int            `json:"version"`
	Principal string         `json:"principal"`
	At        time.Time      `json:"at"`
	Steps     []recordedStep `json:"steps"`
}

// A recordedStep is one write.
type recordedStep struct {
	Kind       remedy.StepKind `json:"kind"`
	Policy     string          `json:"policy"`
	ARN        string          `json:"arn,omitzero"`
	Before     string          `json:"before,omitzero"`
	After      string          `json:"after,omitzero"`
	VersionID  string          `json:"versionId,omitzero"` // of a managed policy, the one that was made
	PreviousID string          `json:"previousId,omitzero"`
}

// recordPath is where the record of a principal is kept.
func (a *app) recordPath(f *fixFlags, p iam.Principal) (string, error) {
	if f.record != "" {
		return f.record, nil
	}
	folder := a.getenv("XDG_STATE_HOME")
	if folder == "" {
		var err error
		if folder, err = os.UserConfigDir(); err != nil {
			return "", usage("name a file with --undo-file", "there is no folder to keep what was there in: %v", err)
		}
	}
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune("+=,.@_-", r) || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, p.AccountID+"-"+p.Type()+"-"+p.Name())
	return filepath.Join(folder, "remotion-doctor", "undo", name+".json"), nil
}

// write keeps the record, readable by the user alone.
func (r *record) write(path string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return usage("name another file with --undo-file", "keeping what was there: %v", err)
	}
	return writeFile(context.Background(), path, outfile.Private, append(data, '\n'))
}

func readRecord(path string) (*record, error) {
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, usage("only what --apply wrote can be put back; --undo-file names another record", "there is no record of a change in %s", path)
	}
	if err != nil {
		return nil, usage("", "reading the record of the change: %v", err)
	}
	var r record
	if err := json.Unmarshal(data, &r); err != nil || r.Version != 1 {
		return nil, usage("", "reading %s: this is no record of a change", path)
	}
	return &r, nil
}

// undo puts back what was there before the last --apply.
func (a *app) undo(ctx context.Context, o *doctor.Options, f *fixFlags) error {
	client, ok := o.Source.(awsSource)
	if !ok {
		return usage("leave --engine and files out", "--undo writes to AWS, not to files")
	}
	found, err := doctor.Resolve(ctx, *o)
	if err != nil {
		return err
	}
	path, err := a.recordPath(f, found.Principal)
	if err != nil {
		return err
	}
	r, err := readRecord(path)
	if err != nil {
		return err
	}
	if r.Principal != found.Principal.ARN {
		return usage("", "%s is about %s, not about %s", path, r.Principal, found.Principal.ARN)
	}
	now, err := doctor.Holding(ctx, o.Source, found.Principal)
	if err != nil {
		return err
	}
	if what := r.changed(now); what != "" {
		return &failure{exitNotMet, "refusing to put back: " + what + " changed since --apply wrote it", "look at it, and change it by hand; " + path + " holds what was there"}
	}
	back := r.reverse(found.Principal)
	var lines []report.DiffLine
	for _, l := range remedy.Diff(back) {
		lines = append(lines, report.DiffLine(l))
	}
	if err := report.PolicyDiff(a.stdout, lines, a.look(a.stdout, f)); err != nil {
		return err
	}
	if err := a.confirm(f, "Put this back?"); err != nil {
		return err
	}
	for i := len(r.Steps) - 1; i >= 0; i-- {
		if err := undoStep(ctx, client.Writer(), awsapi.Identity{Kind: back.Kind, Name: back.Name}, &r.Steps[i]); err != nil {
			return err
		}
		r.Steps = r.Steps[:i]
		if err := r.write(path); err != nil {
			return err
		}
	}
	if err := os.Remove(path); err != nil {
		return usage("", "removing the record of the change: %v", err)
	}
	return a.say("put back what was there before " + r.At.Format(time.RFC3339))
}

// changed names the policy that is not as --apply left it; empty if none.
func (r *record) changed(now *remedy.Holding) string {
	for _, s := range r.Steps {
		inline := slices.IndexFunc(now.Inline, func(h remedy.Held) bool { return h.Name == s.Policy })
		attached := slices.IndexFunc(now.Attached, func(h remedy.Held) bool { return h.ARN == s.ARN })
		same := true
		switch s.Kind {
		case remedy.PutInline:
			same = inline >= 0 && sameDocument(now.Inline[inline].Text, s.After)
		case remedy.DeleteInline:
			same = inline < 0
		case remedy.NewVersion:
			same = attached >= 0 && sameDocument(now.Attached[attached].Text, s.After)
		case remedy.Detach:
			same = attached < 0
		}
		if !same {
			return "the policy " + s.Policy
		}
	}
	return ""
}

// reverse is the change that undoes the record, for showing it.
func (r *record) reverse(p iam.Principal) *remedy.Change {
	c := &remedy.Change{Kind: p.Type(), Name: p.Name(), ARN: p.ARN}
	for i := len(r.Steps) - 1; i >= 0; i-- {
		s := &r.Steps[i]
		step := remedy.Step{Kind: s.Kind, Policy: s.Policy, ARN: s.ARN, Before: s.After}
		if doc, err := policy.Parse(s.Before); err == nil {
			step.After = doc
		}
		switch {
		case s.Kind == remedy.PutInline && step.After == nil:
			step.Kind = remedy.DeleteInline
		case s.Kind == remedy.DeleteInline:
			step.Kind = remedy.PutInline
		case s.Kind == remedy.CreateManaged:
			step.Kind = remedy.Detach
		case s.Kind == remedy.Detach:
			step.Kind = remedy.CreateManaged
		}
		c.Steps = append(c.Steps, step)
	}
	return c
}

// undoStep puts back what one write changed.
func undoStep(ctx context.Context, w *awsapi.Writer, id awsapi.Identity, s *recordedStep) error {
	switch s.Kind {
	case remedy.PutInline:
		if s.Before == "" {
			return w.DeleteInline(ctx, id, s.Policy)
		}
		return w.PutInline(ctx, id, s.Policy, s.Before)
	case remedy.DeleteInline:
		return w.PutInline(ctx, id, s.Policy, s.Before)
	case remedy.Detach:
		return w.Attach(ctx, id, s.ARN)
	case remedy.CreateManaged:
		if err := w.Detach(ctx, id, s.ARN); err != nil && !notFound(err) {
			return err
		}
		return w.DeletePolicy(ctx, s.ARN)
	case remedy.NewVersion:
		if err := w.SetDefaultVersion(ctx, s.ARN, s.PreviousID); err != nil {
			if !notFound(err) {
				return err
			}
			// The version that was there is gone: its text comes back as a new one.
			_, _, err := w.NewVersion(ctx, s.ARN, s.Before)
			return err
		}
		return w.DeleteVersion(ctx, s.ARN, s.VersionID)
	}
	return fmt.Errorf("the record holds a step of an unknown kind %q", s.Kind)
}

func notFound(err error) bool {
	e, ok := err.(*source.Error)
	return ok && e.Kind == source.KindNotFound
}
