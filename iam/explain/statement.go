package explain

import (
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

// A statement is one of a policy with what each of its elements says to the
// request.
type statement struct {
	tracer *tracer
	layer  iam.Layer
	policy *eval.Policy
	index  int
	source *policy.Statement

	principal, action, resource bool
	failing                     []policy.Condition // conditions that do not hold
}

func (t *tracer) statement(l iam.Layer, p *eval.Policy, index int) *statement {
	s := &statement{tracer: t, layer: l, policy: p, index: index, source: &p.Document.Statements[index]}
	s.principal = !namesPrincipals(l) || s.tests(func(v *policy.Statement) {
		v.Effect, v.Principals = s.source.Effect, s.source.Principals
	})
	s.action = s.tests(func(v *policy.Statement) { v.Actions, v.NotAction = s.source.Actions, s.source.NotAction })
	s.resource = s.testsResources(s.source.Resources)
	for _, c := range s.source.Conditions {
		if !s.testsCondition(c) {
			s.failing = append(s.failing, c)
		}
	}
	return s
}

// namesPrincipals reports whether the policies of a layer say whom they are
// about.
func namesPrincipals(l iam.Layer) bool { return l == iam.LayerResource || l == iam.LayerEndpoint }

// tests reports whether a statement that concerns everything, but for what set
// takes from this one, applies to the request.
func (s *statement) tests(set func(*policy.Statement)) bool {
	v := policy.Statement{Effect: policy.Allow, Actions: []string{"*"}, Resources: []string{"*"}}
	set(&v)
	doc := &policy.Document{Version: s.policy.Document.Version, Statements: []policy.Statement{v}}
	layer := iam.LayerIdentity
	if v.Principals != nil {
		layer = s.layer
	}
	d := s.tracer.ask(layer, []eval.Policy{{Name: s.policy.Name, Document: doc}})
	return d == iam.Allowed || d == iam.ExplicitDeny
}

func (s *statement) testsActions(patterns []string) bool {
	return s.tests(func(v *policy.Statement) { v.Actions = patterns })
}

// testsResources takes a statement without resources, as trust policies have
// them, to be about any.
func (s *statement) testsResources(patterns []string) bool {
	if len(patterns) == 0 {
		return true
	}
	return s.tests(func(v *policy.Statement) { v.Resources, v.NotResource = patterns, s.source.NotResource })
}

func (s *statement) testsCondition(c policy.Condition) bool {
	return s.tests(func(v *policy.Statement) { v.Conditions = []policy.Condition{c} })
}

// carries reports whether the request has a condition key.
func (s *statement) carries(key string) bool {
	return s.testsCondition(policy.Condition{Operator: "Null", Key: key, Values: []string{"false"}})
}

func (s *statement) applies() bool {
	return s.principal && s.action && s.resource && len(s.failing) == 0
}

func (s *statement) ref() iam.StatementRef {
	file, start, end := s.policy.Origin.Locate(s.index, s.source.Start, s.source.End)
	return iam.StatementRef{
		Policy: s.policy.Name, PolicyID: s.policy.ID, Sid: s.source.Sid, Index: s.index, Effect: s.source.Effect,
		Layer: s.layer, Start: start, End: end, File: file,
	}
}

// nearMiss describes the statement if exactly one element keeps it from
// applying. Under a decision that is no implicit deny only a Deny matters, and
// only one that hangs on keys which the request does not carry.
func (s *statement) nearMiss(decision iam.Decision) (iam.NearMiss, bool) {
	deny := s.source.Effect == policy.Deny
	wanted := decision == iam.ImplicitDeny && !deny
	conditional := s.principal && s.action && s.resource
	switch {
	case !wanted && !(deny && conditional && s.failsByAbsence()):
		return iam.NearMiss{}, false
	case conditional:
		return s.conditionMiss(), true
	case len(s.failing) > 0:
		return iam.NearMiss{}, false
	case s.principal && s.action:
		return s.resourceMiss(), true
	case s.principal && s.resource && s.sameService():
		return s.actionMiss(), true
	case s.action && s.resource:
		return s.principalMiss(), true
	}
	return iam.NearMiss{}, false
}

func (s *statement) failsByAbsence() bool {
	return len(s.failing) > 0 && !slices.ContainsFunc(s.failing, func(c policy.Condition) bool { return s.carries(c.Key) })
}

// sameService reports whether the statement concerns actions of the request's
// service: what concerns another service is no near miss.
func (s *statement) sameService() bool {
	service, _, _ := strings.Cut(strings.ToLower(s.tracer.probe.Action), ":")
	return s.source.NotAction || slices.ContainsFunc(s.source.Actions, func(a string) bool {
		prefix, _, _ := strings.Cut(strings.ToLower(a), ":")
		return prefix == service
	})
}

// quote returns the statement with its text, and marks in it.
func (s *statement) quote(marked []element) iam.TraceStatement {
	doc, src := s.policy.Document, s.source
	if doc.Text(src) == "" {
		// A document that was built has no text of its own.
		one := &policy.Document{Version: doc.Version, Statements: []policy.Statement{*src}}
		if parsed, err := policy.Parse(one.Indent()); err == nil {
			doc, src = parsed, &parsed.Statements[0]
		}
	}
	out := iam.TraceStatement{StatementRef: s.ref(), PolicyARN: s.policy.ARN, Quote: doc.Text(src), Marks: []iam.Mark{}}
	spans := doc.Elements(src)
	for _, e := range marked {
		for _, pointer := range e.pointers {
			if at, ok := spans[pointer]; ok {
				out.Marks = append(out.Marks, iam.Mark{Element: e.name, Start: at.Start, End: at.End})
			}
		}
	}
	slices.SortFunc(out.Marks, func(a, b iam.Mark) int { return a.Start - b.Start })
	return out
}

// An element is a part of a statement, with the places where it may stand.
type element struct {
	name     string
	pointers []string
}

// deciding are the elements by which the statement applies: the patterns that
// match, and all conditions.
func (s *statement) deciding() []element {
	var out []element
	for i, a := range s.source.Actions {
		if !s.source.NotAction && s.testsActions([]string{a}) {
			out = append(out, nth(s.source.ActionElement(), i))
			break
		}
	}
	for i, r := range s.source.Resources {
		if !s.source.NotResource && s.testsResources([]string{r}) {
			out = append(out, nth(s.source.ResourceElement(), i))
			break
		}
	}
	if s.source.NotAction {
		out = append(out, all("NotAction", len(s.source.Actions)))
	}
	if s.source.NotResource {
		out = append(out, all("NotResource", len(s.source.Resources)))
	}
	for _, c := range s.source.Conditions {
		out = append(out, conditionElement(c))
	}
	return out
}
