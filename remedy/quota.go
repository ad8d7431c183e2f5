package remedy

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"remotion-doctor/iam/policy"
)

// IAM's quotas for policies, in characters without white space.
// Source: IAM User Guide, "IAM and AWS STS quotas".
const (
	MaxManaged     = 6144
	maxUserInline  = 2048
	maxRoleInline  = 10240
	maxGroupInline = 5120
	// MaxAttached is the default number of managed policies that one identity
	// may have; AWS raises it on request.
	MaxAttached = 10
	MaxVersions = 5
)

// InlineQuota is what the inline policies of an identity may come to together.
func InlineQuota(kind string) int {
	switch kind {
	case "user":
		return maxUserInline
	case "group":
		return maxGroupInline
	}
	return maxRoleInline
}

// Size counts a document as IAM does: "IAM doesn't count white space when
// calculating the size of a policy against these quotas" (IAM User Guide, "IAM
// and AWS STS quotas").
func Size(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

func sizeOf(doc *policy.Document) int {
	compact, _ := doc.MarshalJSON() // a document always prints
	return Size(string(compact))
}

// Split divides a document into as few as its statements allow, each at most
// limit characters. A statement that is too long by itself is divided by its
// resources, then by its actions.
func Split(doc *policy.Document, limit int) ([]*policy.Document, error) {
	var out []*policy.Document
	fits := func(statements []policy.Statement) bool {
		return sizeOf(&policy.Document{Version: doc.Version, Statements: statements}) <= limit
	}
	var current []policy.Statement
	flush := func() {
		if len(current) > 0 {
			out = append(out, &policy.Document{Version: doc.Version, Statements: current})
		}
		current = nil
	}
	for _, s := range doc.Statements {
		parts, err := divide(s, func(s policy.Statement) bool { return fits([]policy.Statement{s}) })
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			if !fits(append(slices.Clone(current), part)) {
				flush()
			}
			current = append(current, part)
		}
	}
	flush()
	for _, d := range out {
		nameStatements(d.Statements)
	}
	return out, nil
}

// divide cuts a statement that does not fit in halves.
func divide(s policy.Statement, fits func(policy.Statement) bool) ([]policy.Statement, error) {
	if fits(s) {
		return []policy.Statement{s}, nil
	}
	first, second := s, s
	switch {
	case len(s.Resources) > 1 && !s.NotResource:
		half := len(s.Resources) / 2
		first.Resources, second.Resources = s.Resources[:half], s.Resources[half:]
	case len(s.Actions) > 1 && !s.NotAction:
		half := len(s.Actions) / 2
		first.Actions, second.Actions = s.Actions[:half], s.Actions[half:]
	default:
		return nil, fmt.Errorf("statement %q is larger than a policy may be", s.Sid)
	}
	a, err := divide(first, fits)
	if err != nil {
		return nil, err
	}
	b, err := divide(second, fits)
	return append(a, b...), err
}

// Join returns a document with the statements of two, those of the second
// renamed where IAM would refuse their Sids. Statements of the second that the
// first holds already are left out.
func Join(have, more *policy.Document) *policy.Document {
	out := &policy.Document{Version: policy.Version2012, ID: have.ID, Statements: slices.Clone(have.Statements)}
	if have.Version != policy.Version2012 && have.HasVariableText() {
		// In the old version ${…} is text, which a newer version would take for
		// a variable.
		out.Version = have.Version
	}
	n := len(out.Statements)
	for _, s := range more.Statements {
		if !slices.ContainsFunc(out.Statements, func(t policy.Statement) bool { return sameGrant(s, t) }) {
			out.Statements = append(out.Statements, s)
		}
	}
	renameFrom(out.Statements, n)
	return out
}

func sameGrant(a, b policy.Statement) bool {
	return a.Effect == b.Effect && a.NotAction == b.NotAction && a.NotResource == b.NotResource &&
		len(a.Conditions) == 0 && len(b.Conditions) == 0 &&
		sameSet(lower(a.Actions), lower(b.Actions)) && sameSet(a.Resources, b.Resources)
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// lower: IAM compares actions without case.
func lower(actions []string) []string {
	out := make([]string, len(actions))
	for i, a := range actions {
		out[i] = strings.ToLower(a)
	}
	return out
}
