// Command generate makes report/schema.json, the JSON Schema of a report, from
// the types of package audit and their comments: go generate ./report.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

func main() {
	out := flag.String("o", "report/schema.json", "the file to write, seen from the project's folder")
	root := flag.String("root", ".", "the project's folder")
	flag.Parse()
	data, err := Schema(*root)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*root, *out), data, 0o644); err != nil {
		log.Fatal(err)
	}
}

const description = "What one run of remotion-doctor asked, was answered, and concludes. " +
	"Within a schemaVersion fields are added, and neither renamed nor removed; so readers ignore fields that they do not know."

// Schema returns the schema of [audit.Report]; root is the project's folder.
func Schema(root string) ([]byte, error) {
	r := &jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true, ExpandedStruct: true}
	enums, err := addSource(r, root, "audit", "iam", "iam/policy")
	if err != nil {
		return nil, err
	}
	r.Mapper = func(t reflect.Type) *jsonschema.Schema { return mapped(t, enums) }
	s := r.Reflect(&audit.Report{})
	s.Title, s.Description = "remotion-doctor report", description
	if v, ok := s.Properties.Get("schemaVersion"); ok {
		v.Const = audit.SchemaVersion
	}
	s.ID = id
	nullable(s.Definitions["Section"], "remediation")
	if err := refine(s, embedded(r.CommentMap)); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// mapped are the types whose JSON form does not follow from their fields.
func mapped(t reflect.Type, enums map[string][]any) *jsonschema.Schema {
	switch {
	case t == reflect.TypeFor[policy.Document]():
		return document()
	case t.Kind() == reflect.String && len(enums[t.PkgPath()+"."+t.Name()]) > 0:
		return &jsonschema.Schema{Type: "string", Enum: enums[t.PkgPath()+"."+t.Name()]}
	}
	return nil
}

// document is a policy: IAM's own JSON, whose grammar is not repeated here.
func document() *jsonschema.Schema {
	members := jsonschema.NewProperties()
	members.Set("Version", &jsonschema.Schema{Type: "string", Description: "the version of the policy language"})
	members.Set("Id", &jsonschema.Schema{Type: "string", Description: "the id of the policy"})
	members.Set("Statement", &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "object"}, Description: "the statements"})
	return &jsonschema.Schema{Type: "object", Description: "A policy in IAM's own JSON.", Properties: members, Required: []string{"Version", "Statement"}}
}

func nullable(s *jsonschema.Schema, name string) {
	v, ok := s.Properties.Get(name)
	if !ok {
		return
	}
	text := v.Description
	v.Description = ""
	s.Properties.Set(name, &jsonschema.Schema{Description: text, OneOf: []*jsonschema.Schema{v, {Type: "null"}}})
}

// embedded are the comments of fields that a type has from one that it embeds.
func embedded(comments map[string]string) map[string]string {
	position := "remotion-doctor/iam/policy.Position."
	return map[string]string{"Location.line": comments[position+"Line"], "Location.column": comments[position+"Column"]}
}

// addSource gives the reflector the comments of packages, and returns the
// constants of each type.
func addSource(r *jsonschema.Reflector, root string, packages ...string) (map[string][]any, error) {
	enums := map[string][]any{}
	r.CommentMap = map[string]string{}
	for _, pkg := range packages {
		path := "remotion-doctor/" + pkg
		p, err := parse(filepath.Join(root, pkg))
		if err != nil {
			return nil, err
		}
		for name, text := range p.comments {
			r.CommentMap[path+"."+name] = strings.Join(strings.Fields(text), " ")
		}
		for name, values := range p.constants {
			enums[path+"."+name] = values
		}
	}
	// A probe that could not be decided has no decision.
	key := "remotion-doctor/iam.Decision"
	enums[key] = append(enums[key], "")
	return enums, nil
}
