package checks

import (
	"strings"
	"sync"
)

// A made holds what a [Pack] makes of its documents, which is the same for every
// principal. What goes out of it is shared, and not to be changed.
type made struct {
	granted  sync.Map // *Policy -> []Grant
	released sync.Map // [2]string of name and partition -> []Release
	brought  sync.Map // [3]string of policy, release and partition -> []Grant
}

// once returns what m holds for a key, and makes it where there is nothing yet.
// Errors are not kept.
func once[T any](m *sync.Map, key any, build func() (T, error)) (T, error) {
	if v, ok := m.Load(key); ok {
		if held, ok := v.(T); ok {
			return held, nil
		}
	}
	v, err := build()
	if err == nil {
		m.Store(key, v)
	}
	return v, err
}

// A grantSet finds grants that are the same as another (see [Grant.same]).
type grantSet map[[2]string]bool

func setOf(grants []Grant) grantSet {
	out := make(grantSet, len(grants))
	for _, g := range grants {
		out[g.key()] = true
	}
	return out
}

func (s grantSet) has(g Grant) bool { return s[g.key()] }

// all reports whether the set has all of some grants.
func (s grantSet) all(grants []Grant) bool {
	for _, g := range grants {
		if !s.has(g) {
			return false
		}
	}
	return true
}

// key is equal for grants that are the same. Action names are ASCII, so that
// lower case is what EqualFold compares.
func (g Grant) key() [2]string { return [2]string{strings.ToLower(g.Action), widened(g.Resource)} }
