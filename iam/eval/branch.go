package eval

import (
	"slices"
	"strings"

	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// branches says of conditions on missing keys whether they hold: those that stand
// in some statements as they are and in others turned round, as a tag that must
// and must not have a value, or the two branches of an Fn::If. What is decided
// alike whichever way they turn out is decided.
type branches map[string]bool

// maxTwoWays bounds the conditions whose two ways are tried, all at once.
const maxTwoWays = 8

// twoWay identifies a condition that either holds or, turned round, holds in its
// place, whatever the value of its key is and if there is none. negated says
// that this is the one that is turned round.
//
// Source: IAM User Guide, "Condition operators": a negated operator matches an
// absent key; "Multivalued context keys": a plain operator matches none.
func (s *statement) twoWay(i int) (id string, negated, ok bool) {
	c, src := &s.conditions[i], &s.source().Conditions[i]
	if key, negated, ok := policy.Alternative(c.key); ok {
		return strings.ToLower(key), negated, true
	}
	if list, _ := actions.IsList(c.key); list || c.set != "" || c.ifExists || len(src.Values) == 0 {
		return "", false, false
	}
	switch c.family {
	case familyNull:
		if len(src.Values) != 1 {
			return "", false, false
		}
		return "null\n" + c.lowerKey, !strings.EqualFold(src.Values[0], "true"), true
	case familyString, familyStringFold, familyStringLike:
		values := slices.Sorted(slices.Values(src.Values))
		return strings.Join(append([]string{string('0' + rune(c.family)), c.lowerKey}, values...), "\n"), c.negated, true
	}
	return "", false, false
}

// twoWays returns the conditions of statements about the request's action whose
// two ways favour it in some statements and not in others: only they can make a
// difference by being tried. Where there are too many there are none.
func (c *Compiled) twoWays(r *request) []string {
	favours := map[string][2]bool{}
	for _, s := range c.sets() {
		for _, p := range s.programs {
			for _, st := range p.about(r) {
				for i := range st.conditions {
					if len(st.conditions[i].absentKeys(r)) == 0 {
						continue
					}
					if id, negated, ok := st.twoWay(i); ok {
						way := favours[id]
						if negated == st.deny {
							way[0] = true
						} else {
							way[1] = true
						}
						favours[id] = way
					}
				}
			}
		}
	}
	var out []string
	for id, way := range favours {
		if way[0] && way[1] {
			out = append(out, id)
		}
	}
	if len(out) > maxTwoWays {
		return nil
	}
	slices.Sort(out)
	return out
}

// worlds returns the request once for each way in which the two-way conditions
// can turn out; nothing where there are none.
func (c *Compiled) worlds(r *Request) []*Request {
	ids := c.twoWays(&r.request)
	if len(ids) == 0 {
		return nil
	}
	out := make([]*Request, 1<<len(ids))
	for n := range out {
		world := *r
		world.branches = branches{}
		for i, id := range ids {
			world.branches[id] = n>>i&1 != 0
		}
		out[n] = &world
	}
	return out
}

// branched reports whether a condition holds, where the request says so.
func (s *statement) branched(i int, r *request) (holds, known bool) {
	if r.branches == nil {
		return false, false
	}
	id, negated, ok := s.twoWay(i)
	if !ok {
		return false, false
	}
	holds, known = r.branches[id]
	return holds != negated, known
}
