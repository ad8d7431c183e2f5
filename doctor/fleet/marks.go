package fleet

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/checks"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

// marks are what a policy that concerns the product is known by.
type marks struct {
	names []string
	// released are the actions of the released policies, lowercase, by a title
	// such as "the caller policy of 3.3.54".
	released []released
	// seen are the reasons by the text of a policy: of many principals it is the
	// same.
	seen map[string]string
}

type released struct {
	title   string
	actions []string
}

func newMarks(p *checks.Pack) *marks {
	m := &marks{names: p.Traces.Names, seen: map[string]string{}}
	for _, q := range p.Policies {
		grants, err := p.GrantsOf(q.Name, q.Since, q.Partition)
		if err != nil {
			continue // Pack.Validate holds that every policy of a pack can be read
		}
		m.released = append(m.released, released{fmt.Sprintf("the %s policy of %s", q.Name, q.Since), lower(checks.ActionsOf(grants))})
	}
	slices.Reverse(m.released) // the newest first
	return m
}

// of returns a reason for each of a principal's policies that concerns the
// product.
func (m *marks) of(p eval.Policies) []string {
	var out []string
	for _, q := range p.Identity {
		why, ok := m.seen[q.Document.Source]
		if !ok || q.Document.Source == "" {
			why = m.reason(q.Document)
			m.seen[q.Document.Source] = why
		}
		if why != "" {
			out = append(out, fmt.Sprintf("policy %s %s", q.Name, why))
		}
	}
	return out
}

func (m *marks) reason(d *policy.Document) string {
	for i := range d.Statements {
		for _, r := range d.Statements[i].Resources {
			for _, n := range m.names {
				if strings.Contains(strings.ToLower(r), n) {
					return "names " + n + "*"
				}
			}
		}
	}
	have := lower(checks.ActionsOf(checks.Pairs(d)))
	var best *released
	most := 0
	for i := range m.released {
		r := &m.released[i]
		if n := common(have, r.actions); n > most && 5*n >= 4*len(r.actions) {
			best, most = r, n
		}
	}
	if best == nil {
		return ""
	}
	return "resembles " + best.title
}

// common is how many of a released policy's actions a policy states word by word.
// From four fifths on the policies are said to be alike: fewer are common to many
// programs that use S3 and Lambda.
func common(have, released []string) int {
	n := 0
	for _, a := range released {
		if slices.Contains(have, a) {
			n++
		}
	}
	return n
}

func lower(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.ToLower(s)
	}
	return out
}
