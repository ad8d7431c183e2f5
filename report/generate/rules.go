package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/invopop/jsonschema"
)

// id names the schema of this version of reports. It is a name and no address.
const id = "urn:remotion-doctor:schema:report:1"

// sha256 is the form of digests, and placeholder what redaction puts in their
// place.
const (
	sha256      = "sha256:[0-9a-f]{64}"
	placeholder = "digest-[0-9]+"
)

// rules say by "Type.property" what values satisfy beyond their type. An integer
// without a rule is a count, or a place from 0.
var rules = map[string]func(*jsonschema.Schema){
	"Report.digest":       pattern(sha256),
	"Requirement.digest":  pattern("(" + sha256 + "|" + placeholder + ")?"), // empty where the requirement was not found
	"PolicyRecord.digest": pattern(sha256 + "|" + placeholder),
	"Source.digest":       pattern("(" + sha256 + "|" + placeholder + ")?"),
	"Section.source":      pattern(sha256 + "|" + placeholder),
	"StatementRef.index":  from(-1),
	"PolicyChange.index":  from(-1),
	"Problem.exitCode":    oneOf(1, 2, 3),
	"Muted.expires":       format("date"),
	"Muted.since":         format("date"),
}

func pattern(text string) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.Pattern = "^(?:" + text + ")$" }
}

func from(least int) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.Minimum = json.Number(fmt.Sprint(least)) }
}

func oneOf(values ...any) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.Enum = values }
}

func format(name string) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.Format = name }
}

// refine applies the rules to a schema and its definitions, and gives a property
// without a comment that of its type. The error names a rule without a property,
// and a property that nobody describes.
func refine(root *jsonschema.Schema, comments map[string]string) error {
	used := map[string]bool{}
	var bare []string
	refineOne := func(name string, s *jsonschema.Schema) {
		for p := s.Properties.Oldest(); p != nil; p = p.Next() {
			key, v := name+"."+p.Key, p.Value
			if rule, ok := rules[key]; ok {
				used[key] = true
				rule(v)
			} else if v.Type == "integer" && v.Enum == nil {
				from(0)(v)
			}
			if v.Description == "" && v.OneOf == nil {
				v.Description = comments[key]
			}
			if v.Description == "" {
				bare = append(bare, key)
			}
		}
	}
	refineOne("Report", root)
	for name, s := range root.Definitions {
		if s.Properties != nil {
			refineOne(name, s)
		}
	}
	for _, name := range []string{"Position", "Location"} {
		placed(root.Definitions[name])
	}
	for key := range rules {
		if !used[key] {
			return fmt.Errorf("there is no property %s for a rule", key)
		}
	}
	if len(bare) > 0 {
		return fmt.Errorf("without a comment: %s", strings.Join(bare, ", "))
	}
	return nil
}

// placed says of a position that it is known, from 1, or not, 0.
func placed(s *jsonschema.Schema) {
	known := func(rule func(*jsonschema.Schema)) *jsonschema.Schema {
		out := &jsonschema.Schema{Properties: jsonschema.NewProperties()}
		for _, name := range []string{"line", "column"} {
			v := &jsonschema.Schema{Type: "integer"}
			rule(v)
			out.Properties.Set(name, v)
		}
		return out
	}
	s.OneOf = []*jsonschema.Schema{known(from(1)), known(func(v *jsonschema.Schema) { v.Const = 0 })}
}
