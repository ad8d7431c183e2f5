package remedy

import (
	"cmp"
	"slices"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// Replace makes the change that leaves the holder with the document alone.
// Policies whose name or ARN is in keep stay. What is needed is added before
// anything goes, so that the holder lacks at no time what it has before and
// after; where IAM's quotas have no room for both at once the error is a
// [*QuotaError].
func Replace(doc *policy.Document, h *Holding, at Placement, keep []string) (*Change, error) {
	name := cmp.Or(at.Name, DefaultName)
	rest, gone := h.without(name, keep)
	c, err := Attach(doc, rest, at)
	if err != nil {
		return nil, err
	}
	var own iam.PolicyID
	for i := range c.Steps {
		s := &c.Steps[i]
		if held := h.inline(s.Name()); s.Kind == PutInline && held != nil {
			s.Before, own = held.Text, s.Policy
		}
	}
	for _, s := range gone {
		if s.Policy != own {
			c.Steps = append(c.Steps, s)
		}
	}
	c.Notes = append(c.Notes, conditional(h, keep)...)
	return c, nil
}

// without returns what a document is added to, and the steps that take the rest
// away. What is taken away counts for the quotas until then; but the policy
// that the document overwrites does not count, and is not joined with.
func (h *Holding) without(name string, keep []string) (rest *Holding, gone []Step) {
	rest = &Holding{Kind: h.Kind, Name: h.Name, ARN: h.ARN, Declared: h.Declared}
	for i := range h.Inline {
		p := &h.Inline[i]
		switch {
		case p.kept(keep):
			rest.Inline = append(rest.Inline, *p)
			continue
		case p.Name != name:
			rest.goingInline += Size(p.Text)
		}
		gone = append(gone, Step{Kind: DeleteInline, Policy: iam.InlinePolicy(h.ARN, p.Name), Before: p.Text})
	}
	for i := range h.Attached {
		p := &h.Attached[i]
		if p.kept(keep) {
			rest.Attached = append(rest.Attached, *p)
			continue
		}
		rest.goingAttached = append(rest.goingAttached, p.Name)
		gone = append(gone, Step{Kind: Detach, Policy: iam.ManagedPolicy(p.ARN), Before: p.Text})
	}
	return rest, gone
}

func (p *Held) kept(keep []string) bool {
	return slices.Contains(keep, p.Name) || p.ARN != "" && slices.Contains(keep, p.ARN)
}
