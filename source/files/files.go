// Package files makes sources of what the user has in files: a snapshot of an
// account, a template or plan, or policies alone, each with further policies
// laid over it. Nothing here asks AWS.
package files

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/managed"
	"remotion-doctor/source"
	"remotion-doctor/source/iac"
)

// A Source answers from files through the offline evaluator. It is a
// [source.Source].
type Source struct {
	engine   *eval.Engine
	snapshot *account.Snapshot
	overlay  Overlay
	// deployment is nil where the source is a snapshot or policy files.
	deployment *iac.Deployment
	// principal is the ARN that policy files belong to; empty otherwise.
	principal string
	notes     []string
	// now is when the requests are made.
	now func() time.Time
}

var _ source.Source = (*Source)(nil)

// Snapshot makes a source of an account's snapshot, with the policies of an
// overlay laid over those of every principal. Managed policies that the
// snapshot only names are taken from the library.
func Snapshot(s *account.Snapshot, o Overlay, library *managed.Library) (*Source, error) {
	notes := library.Complete(s)
	engine, err := eval.New(s)
	return &Source{engine: engine, snapshot: s, overlay: o, now: time.Now, notes: slices.Concat(o.notes, notes)}, err
}

// Policies makes a source of the overlay alone: its identity policies belong to
// the principal with an ARN. An empty ARN makes them those of a role in the
// given account or, where that is empty too, in the only account that the
// policies name.
func Policies(o Overlay, library *managed.Library, principal, accountID string) (*Source, error) {
	out, err := Snapshot(&account.Snapshot{}, o, library)
	if err != nil {
		return nil, err
	}
	var notes []string
	out.principal, notes = o.assumedPrincipal(principal, accountID)
	out.notes = append(out.notes, notes...)
	if _, err := iam.NewPrincipal(out.principal); err != nil {
		return nil, &source.Error{Op: "reading the principal", Kind: source.KindInput, Msg: err.Error(), Hint: "it looks like arn:aws:iam::123456789012:role/name"}
	}
	return out, nil
}

// Engine implements [source.Source].
func (s *Source) Engine() audit.Engine { return audit.EngineLocal }

// Region implements [source.Source]: files name no region.
func (s *Source) Region() string { return "" }

// Usage implements [source.Source]: nothing is asked of AWS.
func (s *Source) Usage() audit.Usage { return audit.Usage{} }

// Caller implements [source.Source].
func (s *Source) Caller(context.Context) (string, error) {
	return "", source.NotHeld("files have no caller")
}

// Decode implements [source.Source].
func (s *Source) Decode(context.Context, string) (string, error) {
	return "", source.NotHeld("only AWS can decode an authorization message")
}

// Resolve implements [source.Source].
func (s *Source) Resolve(_ context.Context, t audit.Target) (source.Resolution, error) {
	out, err := s.resolve(t)
	out.Notes = append(out.Notes, s.notes...)
	return out, err
}

func (s *Source) resolve(t audit.Target) (source.Resolution, error) {
	switch {
	case t.Kind == audit.TargetFile:
		p, err := iam.NewPrincipal(cmp.Or(s.principal, t.Name))
		if err != nil {
			return source.Resolution{}, source.NotHeld("%s is no policy file of this source", t.Name)
		}
		return source.Resolution{Principal: p}, nil
	case s.principal != "":
		return source.Resolution{}, source.NotHeld("policy files contain no %s", t)
	case s.deployment != nil:
		return s.inDeployment(t)
	}
	return s.inSnapshot(t)
}

// Policies implements [source.Source]: the principal's policies with those that
// are laid over them.
func (s *Source) Policies(_ context.Context, p iam.Principal) (eval.Policies, error) {
	var own eval.Policies
	if s.principal == "" {
		var err error
		if own, err = s.engine.Policies(p.ARN); err != nil && s.engine.Abroad(p) {
			own, err = s.engine.Stranger(p)
		}
		if err != nil {
			return own, unreadable(p, err)
		}
	} else if owner, err := iam.NewPrincipal(s.principal); err != nil || p.ARN != owner.ARN {
		return own, unreadable(p, &account.NotFoundError{Kind: p.Type(), Name: p.Name()})
	}
	out := s.overlay.over(own)
	out.Facts.Now = s.now()
	out.Gaps = slices.Concat(own.Gaps, snapshotGaps(s.snapshot), s.assumptions())
	return out, nil
}

func unreadable(p iam.Principal, err error) error {
	kind := source.KindInput
	if _, ok := errors.AsType[*account.NotFoundError](err); ok {
		kind = source.KindNotFound
	}
	return &source.Error{Op: "reading the policies of " + p.ARN, Kind: kind, Msg: err.Error(), Err: err}
}

// assumptions are the layers that the files never claimed to hold.
func (s *Source) assumptions() []iam.Gap {
	var out []iam.Gap
	assume := func(l iam.Layer, effect iam.GapEffect, hint string) {
		out = append(out, iam.Gap{
			What: l.Title(), Layer: l, Affects: effect, Kind: iam.GapAssumption, Hint: hint,
			Why: s.held() + " no " + l.Title(),
		})
	}
	organization := s.snapshot.Organization != nil
	if s.overlay.SCPs == nil && !organization {
		assume(iam.LayerSCP, iam.MayDeny, "give it with --scp, or take a snapshot that contains the organization's policies")
	}
	if s.overlay.RCPs == nil && !organization {
		assume(iam.LayerRCP, iam.MayDeny, "give it with --rcp, or take a snapshot that contains the organization's policies")
	}
	if s.overlay.Resource == nil {
		assume(iam.LayerResource, iam.MayBoth, "give it with --resource-policy")
	}
	return out
}

// held is the source in words, with its verb.
func (s *Source) held() string {
	switch {
	case s.principal != "":
		return "the policy files say nothing about it: there is"
	case s.deployment != nil:
		return "the file contains"
	}
	return "the snapshot contains"
}

// Evaluate implements [iam.Evaluator].
func (s *Source) Evaluate(ctx context.Context, p iam.Principal, probes []iam.Probe) ([]iam.Verdict, error) {
	own, err := s.Policies(ctx, p)
	if err != nil {
		return nil, err
	}
	return eval.NewEvaluator(p.ARN, own.As(p)).Evaluate(ctx, probes)
}

// At sets the clock, by which credentials are issued when a request is made.
func (s *Source) At(now func() time.Time) { s.now = now }

// Principal implements [source.Source]. It is the whole snapshot.
func (s *Source) Principal(_ context.Context, p iam.Principal) (*account.Snapshot, error) {
	if s.principal != "" {
		return nil, source.NotHeld("policy files are attached to nothing")
	}
	if _, err := s.engine.Policies(p.ARN); err != nil {
		return nil, unreadable(p, err)
	}
	return s.snapshot, nil
}

// notHeldIn is the error for a fact that the snapshot lacks.
func notHeldIn(err error) error {
	return &source.Error{Op: "looking in the snapshot", Kind: source.KindNotHeld, Msg: strings.TrimSpace(err.Error()), Err: err}
}
