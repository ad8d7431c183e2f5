package iac

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// includeMacro is the macro that puts a file in its place.
const includeMacro = "AWS::Include"

// awsTransforms are the transforms of AWS that are read here, or that add
// nothing which concerns a principal of the template.
// Source: CloudFormation Template Reference, "Transforms".
var awsTransforms = map[string]bool{
	includeMacro:                     true, // read
	"AWS::Serverless-2016-10-31":     true, // read
	"AWS::LanguageExtensions":        true, // read
	"AWS::SecretsManager-2020-07-23": true, // adds a nested stack with a rotation function and a role of its own
	"AWS::SecretsManager-2024-09-16": true, // the same
	"AWS::CodeDeployBlueGreen":       true, // adds a hook that shifts traffic between ECS task sets
	"AWS::ServiceCatalog":            true, // replaces references to the outputs of provisioned products, which are unknown
}

// settle returns the members of an object with its loops done and its local
// includes read, and in words what of it stays open: a macro among the members
// may add any, and change the others.
func (s *stack) settle(n *node) (members []member, open []string) {
	if n == nil {
		return nil, nil
	}
	for _, key := range n.twice {
		open = append(open, "the key "+key+", which is there twice,")
	}
	if !hasFunction(n) {
		return n.members, open
	}
	for _, m := range n.members {
		switch {
		case isLoop(m.key):
			one := *n
			one.members = []member{m}
			inner, err := s.loops(&one)
			if err != nil {
				open = append(open, "what "+m.key+" makes ("+reasonOf(err)+")")
				continue
			}
			members = append(members, inner...)
		case m.key == "Fn::Transform":
			included, why := s.include(m.value)
			switch {
			case why != "":
				open = append(open, why)
			case included.is(objectNode):
				members = append(members, missing(members, included.members)...)
			default:
				open = append(open, "what "+macroName(m.value)+" puts there, which is no object")
			}
		case strings.HasPrefix(m.key, "Fn::"):
			open = append(open, "the result of "+m.key)
		default:
			members = append(members, m)
		}
	}
	return members, open
}

func hasFunction(n *node) bool {
	for i := range n.members {
		if strings.HasPrefix(n.members[i].key, "Fn::") {
			return true
		}
	}
	return false
}

// missing returns the members whose keys a list does not have yet.
func missing(have, more []member) []member {
	keys := keySet{}
	for _, m := range have {
		keys.add(m.key)
	}
	var out []member
	for _, m := range more {
		if keys.add(m.key) {
			out = append(out, m)
		}
	}
	return out
}

// reasonOf is what an error says, without its place.
func reasonOf(err error) string {
	if e, ok := err.(*Error); ok {
		return e.Msg
	}
	return err.Error()
}

func macroName(n *node) string {
	if n.is(textNode) {
		return "the macro " + n.text
	}
	return "the macro " + n.get("Name").str()
}

// transformed resolves an Fn::Transform that is a whole value.
func (s *stack) transformed(n *node) (value, error) {
	included, why := s.include(n)
	if why != "" {
		return opaque(why), nil
	}
	return s.resolve(included)
}

// include reads the file of an AWS::Include; why says in words what is not
// known, where it cannot be read or another macro is called.
// Source: CloudFormation Template Reference, "AWS::Include transform".
func (s *stack) include(n *node) (included *node, why string) {
	what := "what " + macroName(n) + " makes"
	if n.get("Name").str() != includeMacro {
		return nil, what
	}
	location := n.at("Parameters", "Location")
	if location == nil {
		return nil, what
	}
	v, err := s.resolve(location)
	path, known := v.known()
	if err != nil || !known {
		return nil, what + " (from " + v.what() + ")"
	}
	what += " (from " + path + ")"
	file, ok := s.app.reach(s.file, path)
	if !ok || s.including[file] || len(s.including) > maxNested {
		return nil, what
	}
	s.including[file] = true
	defer delete(s.including, file)
	data, err := readFile(file, maxTemplate)
	if err != nil {
		return nil, what
	}
	parse := parseYAML
	if strings.HasPrefix(strings.TrimSpace(string(data)), "{") {
		parse = parseJSON
	}
	if included, err = parse(s.file, data); err != nil {
		return nil, what
	}
	// Places are those of the call: the file has others.
	relocate(included, value{start: n.start, end: n.end})
	return included, ""
}

// reach returns the path of a file that a template names relative to itself.
// What is not below the folder of the first template or the working directory
// is not read: a template may be a stranger's.
func (a *app) reach(from, name string) (string, bool) {
	name = strings.TrimPrefix(name, "file://")
	if name == "" || strings.Contains(name, "://") || filepath.IsAbs(name) || a.root == "" {
		return "", false
	}
	file := filepath.Join(filepath.Dir(from), filepath.FromSlash(name))
	real, err := filepath.EvalSymlinks(file)
	if err != nil || !isFile(real) {
		return "", false
	}
	for _, root := range []string{a.root, "."} {
		if within(root, real) {
			return file, true
		}
	}
	return "", false
}

func within(root, path string) bool {
	root, errRoot := filepath.EvalSymlinks(root)
	root, errAbs := filepath.Abs(root)
	path, errPath := filepath.Abs(path)
	if errRoot != nil || errAbs != nil || errPath != nil {
		return false
	}
	relative, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(relative)
}

// length is Fn::Length of AWS::LanguageExtensions.
func (s *stack) length(n *node) (value, error) {
	v, err := s.resolve(n)
	if err != nil || v.kind != listValue {
		return unknownText("the length of "+v.what(), "", nil), err
	}
	out := textOf(strconv.Itoa(len(v.items)))
	out.raw = numberNode
	return out, nil
}

// jsonString is Fn::ToJsonString of AWS::LanguageExtensions: text, with unknown
// parts where the value has them.
func (s *stack) jsonString(n *node) (value, error) {
	v, err := s.resolve(n)
	if err != nil {
		return value{}, err
	}
	out := value{kind: textValue}
	appendJSON(&out, v)
	return out, nil
}

func appendJSON(out *value, v value) {
	text := func(s string) { out.parts = append(out.parts, part{text: s}) }
	switch v.kind {
	case listValue:
		text("[")
		for i, item := range v.items {
			if i > 0 {
				text(",")
			}
			appendJSON(out, item)
		}
		text("]")
	case objectValue:
		text("{")
		for i, m := range v.members {
			if i > 0 {
				text(",")
			}
			text(jsonText(m.key) + ":")
			appendJSON(out, m.value)
		}
		text("}")
	case textValue:
		if known, ok := v.known(); ok && (v.raw == numberNode || v.raw == boolNode) {
			text(known)
			return
		}
		text(`"`)
		for _, p := range v.parts {
			if p.unknown == nil {
				quoted := jsonText(p.text)
				p.text = quoted[1 : len(quoted)-1]
			}
			out.parts = append(out.parts, p)
		}
		text(`"`)
	case opaqueValue, choiceValue:
		out.parts = append(out.parts, part{unknown: &unknown{name: v.what()}})
	default:
		text("null")
	}
}

func jsonText(s string) string {
	data, err := json.Marshal(s)
	if err != nil { // strings always marshal
		return fmt.Sprintf("%q", s)
	}
	return string(data)
}
