package policy

import "strings"

// The two versions of the policy language. A document without a version has
// the semantics of Version2008: its ${...} are literal text.
// Source: IAM User Guide, "IAM JSON policy elements: Version".
const (
	Version2008 = "2008-10-17"
	Version2012 = "2012-10-17"
)

// An Effect says whether a statement allows or denies.
type Effect string

// The effects, spelled as IAM requires.
const (
	Allow Effect = "Allow"
	Deny  Effect = "Deny"
)

// A Document is one IAM policy document.
type Document struct {
	Version    string // "", Version2008 or Version2012
	ID         string // the Id element of resource-based policies
	Statements []Statement

	// Source is the text that the document was parsed from; empty for a
	// document that was built.
	Source string
}

// HasVariables reports whether ${...} in the document are policy variables.
func (d *Document) HasVariables() bool { return d.Version == Version2012 }

// HasVariableText reports whether the document holds text that is a policy
// variable in [Version2012].
func (d *Document) HasVariableText() bool {
	text, _ := d.MarshalJSON() // a document always prints
	return strings.Contains(string(text), "${")
}

// A Statement is one statement of a Document.
type Statement struct {
	Sid    string
	Effect Effect

	// Principals is nil in identity-based policies.
	Principals *Principals

	// Actions are patterns such as s3:Get*. NotAction says that the statement
	// concerns every action except these.
	Actions   []string
	NotAction bool

	// Resources are patterns such as arn:aws:s3:::bucket/*. NotResource says
	// that the statement concerns every resource except these. Trust policies
	// have none.
	Resources   []string
	NotResource bool

	Conditions []Condition

	// Start and End are where the statement's braces are in the source,
	// End just behind the closing one.
	Start, End Position
	// After is the place just behind the token before the statement: an
	// opening bracket or the previous statement. The policy simulator reports
	// it as the statement's start.
	After Position
	// Span is the statement's text in the source, braces included.
	Span Span
}

// Principals says whom a statement of a resource-based policy concerns.
type Principals struct {
	Not bool // NotPrincipal
	Any bool // "*" in place of the whole element

	AWS, Service, Federated, CanonicalUser []string
}

// A Condition is one operator, one key and the values it is compared with. A
// statement applies only where all its conditions hold.
type Condition struct {
	Operator string // as written, ForAllValues: and IfExists included
	Key      string // as written; keys are matched without case
	Values   []string
}

// ActionElement returns the name of the element that Actions came from.
func (s *Statement) ActionElement() string { return elementName("Action", s.NotAction) }

// ResourceElement returns the name of the element that Resources came from.
func (s *Statement) ResourceElement() string { return elementName("Resource", s.NotResource) }

func elementName(name string, not bool) string {
	if not {
		return "Not" + name
	}
	return name
}

// Text returns the statement as it is in the document's source.
func (d *Document) Text(s *Statement) string {
	if s.Span.End > len(d.Source) || s.Span.Start >= s.Span.End {
		return ""
	}
	return d.Source[s.Span.Start:s.Span.End]
}

// ContextKeys returns the condition keys and policy variables that the
// document uses, each once per spelling, in the order in which they stand
// there.
func (d *Document) ContextKeys() []string {
	var keys []string
	seen := map[string]bool{}
	add := func(key string) {
		if !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	variables := func(texts []string) {
		if !d.HasVariables() {
			return
		}
		for _, text := range texts {
			if !strings.Contains(text, "${") {
				continue
			}
			for _, part := range parseTemplate(text) {
				if part.key != "" {
					add(part.key)
				}
			}
		}
	}
	for i := range d.Statements {
		s := &d.Statements[i]
		variables(s.Resources)
		for _, c := range s.Conditions {
			add(c.Key)
			variables(c.Values)
		}
	}
	return keys
}
