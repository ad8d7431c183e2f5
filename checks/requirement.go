package checks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// A Requirement is a policy that a principal must be granted in full, taken
// apart into its grants.
type Requirement struct {
	audit.Requirement
	Document *policy.Document
	Modules  []audit.Module
	Grants   []Grant
	// Operations are what the product does with the policy; none for a policy
	// of the user's own.
	Operations []Operation
	// Features are the names of those that were added to the documented policy,
	// Facts what a user of them should know.
	Features []string
	Facts    []audit.Diagnosis
	// narrowed says that only some operations are asked about. Besides are the
	// grants without which these go on, and are degraded: they are asked about,
	// so that an operation comes to the same as in a check of everything, and
	// they do not count.
	narrowed bool
	Besides  []Grant
	// Notes are sentences that belong into the report.
	Notes []string
	pack  *Pack
}

// Pack returns what is known of the product that requires it; never nil.
func (r *Requirement) Pack() *Pack {
	if r.pack == nil {
		return &Pack{}
	}
	return r.pack
}

// WithBesides is the requirement with what its operations can do without.
func (r *Requirement) WithBesides() *Requirement {
	if len(r.Besides) == 0 {
		return r
	}
	out := *r
	out.Grants = slices.Concat(r.Grants, r.Besides)
	return &out
}

// Apart takes the findings about what the operations can do without out of
// those of [Requirement.WithBesides].
func (r *Requirement) Apart(findings []audit.Finding) (counted, besides []audit.Finding) {
	counted = make([]audit.Finding, 0, len(findings)) // which a report keeps
	for i := range findings {
		f := &findings[i]
		if slices.ContainsFunc(r.Besides, func(g Grant) bool { return g.Action == f.Action && g.Resource == f.Resource }) {
			besides = append(besides, *f)
		} else {
			counted = append(counted, *f)
		}
	}
	return counted, besides
}

// Narrowed reports whether only some operations are asked about.
func (r *Requirement) Narrowed() bool { return r.narrowed }

// Has reports whether a feature was added.
func (r *Requirement) Has(feature string) bool { return slices.Contains(r.Features, feature) }

// A Grant is one action on one resource pattern of a requirement.
type Grant struct {
	Module   string
	Sid      string
	Action   string
	Resource string
	// Feature is the one that requires the grant; empty for the documented
	// policy.
	Feature string
}

// FromDocument takes any policy as the requirement, of a product about which nothing is known, see [Pack.FromDocument].
func FromDocument(name string, doc *policy.Document) (*Requirement, error) {
	return (&Pack{}).FromDocument(name, doc)
}

// FromDocument takes any policy as the requirement. Of the pack it has how names
// are made, and none of the facts about its own policies. A statement that cannot
// be a requirement is an error that names it: what a Deny, NotAction,
// NotResource or Condition leaves open cannot be demanded of a principal.
// Actions with wildcards represent all known actions that they match.
func (p *Pack) FromDocument(name string, doc *policy.Document) (*Requirement, error) {
	r := newRequirement(p.withoutFacts(), name, doc)
	for _, w := range doc.Warnings() {
		r.Notes = append(r.Notes, name+":"+w.String())
	}
	for i := range doc.Statements {
		s := &doc.Statements[i]
		if err := refuse(i, s); err != nil {
			return nil, err
		}
		title := s.Sid
		if title == "" {
			title = fmt.Sprintf("Statement %d", i+1)
		}
		names, err := r.expand(s)
		if err != nil {
			return nil, err
		}
		r.addStatement(audit.Module{Name: fmt.Sprintf("statement-%d", i+1), Title: title, Sid: s.Sid}, s, names)
	}
	return r, nil
}

// refuse says why a statement cannot be a requirement.
func refuse(index int, s *policy.Statement) error {
	problem := ""
	switch {
	case s.Principals != nil:
		problem = "names a Principal: a requirement is an identity-based policy"
	case s.Effect == policy.Deny:
		problem = "is a Deny: a requirement says what must be allowed"
	case s.NotAction:
		problem = "has NotAction: name the actions that are required"
	case s.NotResource:
		problem = "has NotResource: name the resources that are required"
	case slices.ContainsFunc(s.Resources, func(r string) bool { return strings.Contains(r, "${") }):
		problem = "has a policy variable in its Resource: write out what is required"
	case len(s.Conditions) > 0:
		problem = "has a Condition: remove it, and give the request's context with --context"
	default:
		return nil
	}
	name := fmt.Sprintf("statement %d", index+1)
	if s.Sid != "" {
		name += fmt.Sprintf(" (%s)", s.Sid)
	}
	return &policy.ParseError{Pos: s.Start, Msg: name + " " + problem}
}

func (r *Requirement) expand(s *policy.Statement) ([]string, error) {
	var out []string
	for _, a := range s.Actions {
		if !strings.ContainsAny(a, "*?") {
			if _, ok := actions.Lookup(a); !ok {
				r.Notes = append(r.Notes, fmt.Sprintf("no service is known to have the action %s; it is compared as text", a))
			}
			out = append(out, a)
			continue
		}
		known := actions.Expand(a)
		service, _, _ := strings.Cut(a, ":")
		if len(known) == 0 || strings.ContainsAny(service, "*?") {
			return nil, &policy.ParseError{Pos: s.Start, Msg: fmt.Sprintf("action pattern %q cannot be a requirement", a), Hint: "name a service and actions that exist, as in s3:Get*"}
		}
		// Of what a wildcard represents, only that which works on one of the
		// resources can be required.
		for _, name := range known {
			if action, ok := actions.Lookup(name); ok && slices.ContainsFunc(s.Resources, action.Takes) {
				out = append(out, name)
			}
		}
	}
	return out, nil
}

func newRequirement(p *Pack, name string, doc *policy.Document) *Requirement {
	compact, _ := doc.MarshalJSON() // a parsed document always prints
	sum := sha256.Sum256(compact)
	return &Requirement{
		Requirement: audit.Requirement{Name: name, Digest: "sha256:" + hex.EncodeToString(sum[:])},
		Document:    doc,
		pack:        p,
	}
}

func (r *Requirement) addStatement(m audit.Module, s *policy.Statement, actionNames []string) {
	r.Modules = append(r.Modules, m)
	for _, a := range actionNames {
		for _, res := range s.Resources {
			g := Grant{Module: m.Name, Sid: s.Sid, Action: a, Resource: res}
			if !slices.Contains(r.Grants, g) {
				r.Grants = append(r.Grants, g)
			}
		}
	}
}

// Remarks are the notes and facts that whoever reads the policy should know.
func (r *Requirement) Remarks() []string {
	out := slices.Clone(r.Notes)
	for i := range r.Facts {
		out = append(out, r.Facts[i].Message)
	}
	return out
}
