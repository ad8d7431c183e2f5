package eval

import (
	"maps"
	"slices"
	"strings"

	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// branches says of conditions on missing keys whether they hold: those that some statements have and others have inverted, as a tag that must
// and must not have a value, or the two branches of an Fn::If. What is decided
// alike whichever way they turn out is decided.
type branches struct {
	ways  map[*condition]way
	turns int // a bit for each two-way condition
}

// A way is a two-way condition as it is in a statement.
type way struct {
	bit     int
	negated bool
}

// maxTwoWays bounds the conditions whose two ways are tried, all at once;
// maxWorlds the statements that are looked at for that.
const (
	maxTwoWays = 8
	maxWorlds  = 1 << 12
)

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

// A turn is a condition that is in statements, and whether its holding
// favours the request there, or its not holding.
type turn struct {
	favours, hinders bool
	conditions       []*condition
	negated          []bool
}

// worlds returns the request once for each way in which conditions can turn out
// that favour it in some statements about its action and not in others: only
// these can make a difference by being tried. There are none where that would be
// too many.
func (c *Compiled) worlds(r *Request) []*Request {
	turns, statements := c.turns(r)
	ids := slices.Sorted(maps.Keys(turns))
	ids = slices.DeleteFunc(ids, func(id string) bool { return !turns[id].favours || !turns[id].hinders })
	if len(ids) == 0 || len(ids) > maxTwoWays || statements<<len(ids) > maxWorlds {
		return nil
	}
	ways := map[*condition]way{}
	for bit, id := range ids {
		for i, c := range turns[id].conditions {
			ways[c] = way{bit, turns[id].negated[i]}
		}
	}
	out := make([]*Request, 1<<len(ids))
	for n := range out {
		world := *r
		world.branches = &branches{ways, n}
		out[n] = &world
	}
	return out
}

// turns finds the two-way conditions of statements about the request's action,
// and counts the statements.
func (c *Compiled) turns(r *Request) (found map[string]*turn, statements int) {
	found = map[string]*turn{}
	for _, s := range c.setsOf(r) {
		for _, p := range s.programs {
			about := p.about(&r.request)
			statements += len(about)
			for _, st := range about {
				st.turns(&r.request, found)
			}
		}
	}
	return found, statements
}

func (s *statement) turns(r *request, found map[string]*turn) {
	for i := range s.conditions {
		if len(s.conditions[i].absentKeys(r)) == 0 {
			continue
		}
		id, negated, ok := s.twoWay(i)
		if !ok {
			continue
		}
		t := found[id]
		if t == nil {
			t = &turn{}
			found[id] = t
		}
		t.favours, t.hinders = t.favours || negated == s.deny, t.hinders || negated != s.deny
		t.conditions, t.negated = append(t.conditions, &s.conditions[i]), append(t.negated, negated)
	}
}

// branched reports whether a condition holds, where the request says so.
func (c *condition) branched(r *request) (holds, known bool) {
	if r.branches == nil {
		return false, false
	}
	w, known := r.branches.ways[c]
	return (r.branches.turns>>w.bit&1 != 0) != w.negated, known
}
