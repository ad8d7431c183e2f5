package remedy

import (
	"slices"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// A Holding is what is attached to a role or user, as far as attaching more
// depends on it.
type Holding struct {
	Kind, Name, ARN string // role or user
	// Declared is how a file declares it; nil where it exists.
	Declared *account.Declaration
	Inline   []Held
	Attached []Held

	// goingInline and goingAttached count for the quotas until a change has
	// taken them away: characters of inline policies, names of managed ones.
	goingInline   int
	goingAttached []string
}

// A Held is one policy.
type Held struct {
	Name     string
	ARN      string // of a managed policy
	Text     string // as it is stored
	Document *policy.Document
	Versions []Version // of a managed policy, where they are known
}

// A Version is one version of a managed policy.
type Version struct {
	ID      string
	Default bool
}

// HoldingOf reads what is attached to a role or user from a snapshot.
func HoldingOf(s *account.Snapshot, kind, nameOrARN string) (*Holding, error) {
	h := &Holding{Kind: kind}
	var inline []account.InlinePolicy
	var attached []account.AttachedPolicy
	if kind == "user" {
		u, err := s.User(nameOrARN)
		if err != nil {
			return nil, err
		}
		h.ARN, h.Name, h.Declared, inline, attached = u.Arn, u.UserName, u.Declared, u.UserPolicyList, u.AttachedManagedPolicies
	} else {
		r, err := s.Role(nameOrARN)
		if err != nil {
			return nil, err
		}
		h.ARN, h.Name, h.Declared, inline, attached = r.Arn, r.RoleName, r.Declared, r.RolePolicyList, r.AttachedManagedPolicies
	}
	for _, p := range inline {
		doc, err := policy.Parse(p.PolicyDocument.Text)
		if err != nil {
			return nil, err
		}
		h.Inline = append(h.Inline, Held{Name: p.PolicyName, Text: p.PolicyDocument.Text, Document: doc})
	}
	for _, a := range attached {
		held, err := managed(s, a)
		if err != nil {
			return nil, err
		}
		h.Attached = append(h.Attached, held)
	}
	return h, nil
}

func managed(s *account.Snapshot, a account.AttachedPolicy) (Held, error) {
	p, err := s.ManagedPolicy(a.PolicyArn)
	if err != nil {
		return Held{}, err
	}
	v, err := p.Default()
	if err != nil {
		return Held{}, err
	}
	doc, err := policy.Parse(v.Document.Text)
	if err != nil {
		return Held{}, err
	}
	held := Held{Name: p.PolicyName, ARN: p.Arn, Text: v.Document.Text, Document: doc}
	for _, v := range p.PolicyVersionList {
		held.Versions = append(held.Versions, Version{v.VersionID, v.VersionID == p.DefaultVersionID || v.IsDefaultVersion})
	}
	return held, nil
}

// InlineSize is what the inline policies come to together.
func (h *Holding) InlineSize() int {
	n := h.goingInline
	for _, p := range h.Inline {
		n += Size(p.Text)
	}
	return n
}

func (h *Holding) inline(name string) *Held {
	i := slices.IndexFunc(h.Inline, func(p Held) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &h.Inline[i]
}

func (h *Holding) attached(name string) *Held {
	i := slices.IndexFunc(h.Attached, func(p Held) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &h.Attached[i]
}
