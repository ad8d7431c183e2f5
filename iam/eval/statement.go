package eval

import (
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// A Policy is one policy of a principal.
type Policy struct {
	// ID says which policy it is; statements, records and changes refer to it.
	ID       iam.PolicyID
	Name     string // its display name
	ARN      string // of a managed policy
	Document *policy.Document
	// Origin is where the document is in a file of the user's, or nil.
	Origin *account.Origin
	// source and kind are the simulator's SourcePolicyId and
	// SourcePolicyType, where they are not Name and "IAM Policy".
	source string
	kind   string
	// program is the compiled Document, where it is at hand.
	program *program
}

// A statement is a compiled policy.Statement.
type statement struct {
	deny        bool
	notAction   bool
	notResource bool
	noResource  bool             // a trust policy's statement: about the role itself
	actions     []policy.Pattern // none where the program finds the statement by name
	resources   []resourcePattern
	conditions  []condition
	document    *policy.Document
	index       int
	// open says that the statement uses keys: conditions or variables.
	open bool
}

// A resourcePattern is a pattern that may hold policy variables.
type resourcePattern struct {
	policy.Pattern
	template *policy.Template
}

func compileStatement(doc *policy.Document, index int) statement {
	s := &doc.Statements[index]
	out := statement{
		deny: s.Effect == policy.Deny, notAction: s.NotAction, notResource: s.NotResource,
		noResource: len(s.Resources) == 0,
		resources:  make([]resourcePattern, len(s.Resources)),
		document:   doc, index: index,
	}
	if s.NotAction || slices.ContainsFunc(s.Actions, isWild) {
		out.actions = make([]policy.Pattern, len(s.Actions))
		for i, a := range s.Actions {
			out.actions[i] = policy.CompileGlob(strings.ToLower(a))
		}
	}
	for i, r := range s.Resources {
		out.resources[i] = compileResource(r, doc.HasVariables())
		out.open = out.open || out.resources[i].template != nil
	}
	if len(s.Conditions) > 0 {
		out.open = true
		out.conditions = make([]condition, len(s.Conditions))
		for i, c := range s.Conditions {
			out.conditions[i] = compileCondition(c, doc.HasVariables())
		}
	}
	return out
}

func compileResource(text string, variables bool) resourcePattern {
	if variables {
		if t, ok := policy.ParseTemplate(text); ok {
			return resourcePattern{template: &t}
		}
	}
	return resourcePattern{Pattern: policy.CompileResource(text)}
}

// match reports whether the pattern matches. A variable without a value makes
// the pattern match nothing, also within NotResource.
// Source: IAM User Guide, "IAM policy elements: Variables and tags".
func (p *resourcePattern) match(r *request, open bool) bool {
	if p.template == nil {
		return p.Match(r.resource)
	}
	text, ok := p.template.Expand(r.single)
	if !ok && open && r.mayFill(p.template) {
		text, ok = p.template.ExpandOpen(r.single), true
	}
	return ok && policy.MatchResource(text, r.resource)
}

// mayFill reports whether all variables that have no value may have one.
func (r *request) mayFill(t *policy.Template) bool {
	lacking := t.Lacks(r.single)
	return len(r.absent(lacking)) == len(lacking)
}

func (s *statement) matchesAction(r *request) bool {
	if s.actions == nil {
		return slices.ContainsFunc(s.source().Actions, func(a string) bool { return strings.EqualFold(a, r.action) })
	}
	for i := range s.actions {
		if s.actions[i].Match(r.action) {
			return !s.notAction
		}
	}
	return s.notAction
}

func (s *statement) matchesResource(r *request) bool {
	if s.noResource {
		return true
	}
	// A variable without a value represents anything where the statement is
	// to apply to as much as it can.
	open := r.assume != asGiven && r.applies(s) != s.notResource
	for i := range s.resources {
		if s.resources[i].match(r, open) {
			return !s.notResource
		}
	}
	return s.notResource
}

func (s *statement) matches(r *request) bool { return s.matchesAction(r) && s.matchesRest(r) }

// matchesRest matches all but the action.
func (s *statement) matchesRest(r *request) bool {
	if !s.matchesResource(r) {
		return false
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		if r.assume != asGiven && len(c.absentKeys(r)) > 0 {
			holds, known := c.branched(r)
			if known && !holds || !known && !r.applies(s) {
				return false
			}
			continue
		}
		if !c.holds(r) {
			return false
		}
	}
	return true
}

func (s *statement) source() *policy.Statement { return &s.document.Statements[s.index] }
