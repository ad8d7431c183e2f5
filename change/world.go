package change

import (
	"context"
	"fmt"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/remedy"
)

// A world is what AWS shows of a principal and of some managed policies.
type world struct {
	principal iam.Principal
	holding   *remedy.Holding
	managed   map[iam.PolicyID]State
}

// look reads what things are now.
func look(ctx context.Context, r Reader, p iam.Principal, list []thing) (*world, error) {
	s, err := r.ReadPrincipal(ctx, p)
	if err != nil {
		return nil, err
	}
	h, err := remedy.HoldingOf(s, p.Type(), p.Name())
	if err != nil {
		return nil, fmt.Errorf("reading the policies of %s: %w", p.ARN, err)
	}
	w := &world{principal: p, holding: h, managed: map[iam.PolicyID]State{}}
	for _, t := range list {
		if _, known := w.managed[t.policy]; t.area != managedArea || known {
			continue
		}
		if err := w.read(ctx, r, t.policy); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// read reads a managed policy.
func (w *world) read(ctx context.Context, r Reader, id iam.PolicyID) error {
	m, err := r.ReadPolicy(ctx, string(id))
	w.managed[id] = managedState(m)
	return err
}

func managedState(m *account.ManagedPolicy) State {
	if m == nil {
		return State{}
	}
	s := State{Exists: true, Path: m.Path, Description: m.Description, Uses: m.AttachmentCount + m.PermissionsBoundaryUsageCount}
	if s.Path == "" {
		s.Path = "/"
	}
	for _, v := range m.PolicyVersionList {
		s.Versions = append(s.Versions, Version{ID: v.VersionID, Created: v.CreateDate, Default: v.IsDefaultVersion || v.VersionID == m.DefaultVersionID, Document: v.Document.Text})
	}
	return s
}

// state returns what a thing is.
func (w *world) state(t thing) State {
	switch t.area {
	case inlineArea:
		for _, h := range w.holding.Inline {
			if iam.InlinePolicy(w.principal.ARN, h.Name) == t.policy {
				return State{Exists: true, Document: h.Text}
			}
		}
		return State{}
	case attachmentArea:
		for _, h := range w.holding.Attached {
			if h.ARN == string(t.policy) {
				return State{Exists: true}
			}
		}
		return State{}
	}
	return w.managed[t.policy]
}

func (w *world) states(list []thing) map[thing]State {
	out := map[thing]State{}
	for _, t := range list {
		out[t] = w.state(t)
	}
	return out
}
