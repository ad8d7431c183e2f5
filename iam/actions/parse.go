package actions

import (
	"slices"
	"strconv"
	"strings"
)

func parseService(name, block string) *service {
	s := &service{actions: map[string]Action{}}
	var types []ResourceType
	var keys []string
	for line := range strings.Lines(block) {
		kind, rest, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		switch kind {
		case "t":
			typeName, arn, _ := strings.Cut(rest, "|")
			types = append(types, ResourceType{Name: typeName, ARN: arn, forms: formsOf(arn)})
		case "k":
			keys = strings.Split(rest, " ")
		case "a":
			a := parseAction(name, rest, types, keys)
			s.actions[strings.ToLower(a.Name)] = a
			s.names = append(s.names, a.Name)
		}
	}
	slices.Sort(s.names)
	return s
}

func parseAction(service, line string, types []ResourceType, keys []string) Action {
	f := strings.Fields(line)
	a := Action{Service: service, Name: f[0], AccessLevel: accessLevels[f[1]]}
	for n := range numbers(f[2]) {
		text, required := strings.CutSuffix(n, "*")
		if i, err := strconv.Atoi(text); err == nil && i < len(types) {
			t := types[i]
			t.Required = required
			a.ResourceTypes = append(a.ResourceTypes, t)
		}
	}
	for n := range numbers(f[3]) {
		if i, err := strconv.Atoi(n); err == nil && i < len(keys) {
			a.ConditionKeys = append(a.ConditionKeys, keys[i])
		}
	}
	return a
}

func numbers(list string) func(func(string) bool) {
	if list == "-" {
		return func(func(string) bool) {}
	}
	return strings.SplitSeq(list, ",")
}

var accessLevels = map[string]string{
	"R": "Read", "W": "Write", "L": "List", "T": "Tagging", "P": "Permissions management",
}
