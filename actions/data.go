package actions

import (
	_ "embed"
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
// required; KEYS are numbers of keys; "-" stands for none.
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

// index finds the block of each service without reading the blocks.
var index = sync.OnceValue(func() map[string]string {
	blocks := strings.Split(data, "\nservice ")[1:]
	m := make(map[string]string, len(blocks))
	for _, b := range blocks {
		name, rest, _ := strings.Cut(b, "\n")
		m[name] = rest
	}
	return m
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
	block, ok := index()[name]
	if !ok {
		return nil
	}
	s, _ := services.LoadOrStore(name, parseService(name, block))
	return s.(*service)
}
