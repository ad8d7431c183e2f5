package actions

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// data holds one block per service. A block starts with a line "service NAME";
// its other lines are
//
//	t NAME|ARN TEMPLATE         a type of resource
//	k KEY KEY …                 the condition keys, by number from 0
//	a NAME LEVEL TYPES KEYS     an action
//
// TYPES are numbers of t lines, joined by commas, a star behind those that are
// required; KEYS are numbers of keys; "-" represents none.
//
//go:embed data.txt
var data string

// keyTypes holds a line "KEY TYPE" for each condition key.
//
//go:embed keys.txt
var keyTypes string

// Source names the release that the data was made from.
func Source() string {
	line, _, _ := strings.Cut(data, "\n")
	return strings.TrimPrefix(line, "# ")
}

// blockOf finds the block of a service in the text, which takes less time than
// an index of all of them would.
func blockOf(name string) (string, bool) {
	head := "\nservice " + name + "\n"
	i := strings.Index(data, head)
	if i < 0 || strings.Contains(name, "\n") {
		return "", false
	}
	block, _, _ := strings.Cut(data[i+len(head):], "\nservice ")
	return block, true
}

// names lists all services.
var names = sync.OnceValue(func() []string {
	var out []string
	for rest := data; ; {
		_, after, ok := strings.Cut(rest, "\nservice ")
		if !ok {
			slices.Sort(out)
			return out
		}
		name, _, _ := strings.Cut(after, "\n")
		out, rest = append(out, name), after
	}
})

// services caches the services that were read, by name.
var services sync.Map

// A service is a parsed block.
type service struct {
	actions map[string]Action // by name in lower case
	names   []string          // sorted
}

// serviceOf returns the service with a name in lower case, or nil.
func serviceOf(name string) *service {
	if s, ok := services.Load(name); ok {
		return s.(*service)
	}
	block, ok := blockOf(name)
	if !ok {
		return nil
	}
	s, _ := services.LoadOrStore(name, parseService(name, block))
	return s.(*service)
}
