package change

import (
	"context"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/remedy"
)

// A world is what AWS shows of a principal and of some managed policies. The
// documents are texts: whoever takes a change back need not understand them.
type world struct {
	principal iam.Principal
	inline    []remedy.Held
	attached  []remedy.Held
	managed   map[iam.PolicyID]State
}

// look reads what things are now.
func look(ctx context.Context, r Reader, p iam.Principal, list []thing) (*world, error) {
	s, err := r.Principal(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, g := range s.Unread[p.ARN] {
		if g.Layer == iam.LayerIdentity {
			return nil, &Unread{g}
		}
	}
	w := &world{principal: p, managed: map[iam.PolicyID]State{}}
	if err := w.hold(s); err != nil {
		return nil, err
	}
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

// hold takes what is attached to the principal from a snapshot.
func (w *world) hold(s *account.Snapshot) error {
	var inline []account.InlinePolicy
	var attached []account.AttachedPolicy
	if w.principal.Type() == "user" {
		u, err := s.User(w.principal.Name())
		if err != nil {
			return err
		}
		inline, attached = u.UserPolicyList, u.AttachedManagedPolicies
	} else {
		r, err := s.Role(w.principal.Name())
		if err != nil {
			return err
		}
		inline, attached = r.RolePolicyList, r.AttachedManagedPolicies
	}
	for _, p := range inline {
		w.inline = append(w.inline, remedy.Held{Name: p.PolicyName, Text: p.PolicyDocument.Text})
	}
	for _, a := range attached {
		h := remedy.Held{Name: a.PolicyName, ARN: a.PolicyArn}
		if p, err := s.ManagedPolicy(a.PolicyArn); err == nil {
			state := managedState(p)
			h.Text = state.Text()
		}
		w.attached = append(w.attached, h)
	}
	return nil
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
		for _, h := range w.inline {
			if iam.InlinePolicy(w.principal.ARN, h.Name) == t.policy {
				return State{Exists: true, Document: h.Text}
			}
		}
		return State{}
	case attachmentArea:
		for _, h := range w.attached {
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
