package actions

import (
	"slices"
	"strings"
	"sync"

	"remotion-doctor/iam/policy"
)

// An Action is one action of a service.
type Action struct {
	Service       string // the prefix: s3
	Name          string // GetObject
	AccessLevel   string // Read, Write, List, Tagging or Permissions management
	ResourceTypes []ResourceType
	ConditionKeys []string
}

// A ResourceType is a type of resource that an action works on.
type ResourceType struct {
	Name     string // bucket
	Required bool   // the action cannot be granted without one
	ARN      string // arn:${Partition}:s3:::${BucketName}
	forms    []form
}

// A form is one of the ARNs that a type of resource may have.
type form struct {
	service  string // may be a variable
	resource string // every variable in ${…}
}

// formsOf takes the forms of a type apart, which are separated by commas.
func formsOf(arn string) []form {
	var out []form
	for text := range strings.SplitSeq(arn, ",") {
		if a, ok := policy.ParseARN(strings.TrimSpace(text)); ok {
			out = append(out, form{a.Service, strings.ReplaceAll(a.Resource, "*", "${Any}")})
		}
	}
	return out
}

// String returns the action as policies write it.
func (a Action) String() string { return a.Service + ":" + a.Name }

// Lookup returns an action by its name, such as s3:GetObject, in any case.
func Lookup(name string) (Action, bool) {
	prefix, rest, ok := strings.Cut(strings.ToLower(name), ":")
	if !ok {
		return Action{}, false
	}
	s := serviceOf(prefix)
	if s == nil {
		return Action{}, false
	}
	a, ok := s.actions[rest]
	return a, ok
}

// Services returns the prefixes of all services, sorted.
func Services() []string { return slices.Clone(names()) }

// Names returns the names of a service's actions, sorted.
func Names(service string) []string {
	s := serviceOf(strings.ToLower(service))
	if s == nil {
		return nil
	}
	return slices.Clone(s.names)
}

// Expand returns the known actions that a pattern such as s3:Get* matches, as
// policies write them, sorted by service and name.
func Expand(pattern string) []string {
	p := policy.CompileGlob(strings.ToLower(pattern))
	prefix, _, _ := strings.Cut(strings.ToLower(pattern), ":")
	candidates := []string{prefix}
	if strings.ContainsAny(prefix, "*?") {
		candidates = Services()
	}
	var out []string
	for _, name := range candidates {
		for _, action := range Names(name) {
			full := name + ":" + action
			if p.Match(strings.ToLower(full)) {
				out = append(out, full)
			}
		}
	}
	return out
}

// keys maps condition keys in lower case, up to the slash of a tag key, to
// their types.
var keys = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(keyTypes) {
		key, typ, ok := strings.Cut(strings.TrimSpace(line), " ")
		if ok {
			m[keyFamily(key)] = typ
		}
	}
	return m
})

// keyFamily is the key in lower case; of aws:RequestTag/team only
// aws:requesttag/.
func keyFamily(key string) string {
	key = strings.ToLower(key)
	if i := strings.IndexByte(key, '/'); i >= 0 {
		return key[:i+1]
	}
	return key
}

// IsList reports whether a condition key is multivalued, and whether the key
// is known at all.
func IsList(conditionKey string) (list, known bool) {
	typ, known := keys()[keyFamily(conditionKey)]
	return strings.HasPrefix(typ, "ArrayOf"), known
}
