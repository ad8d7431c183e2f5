package iac

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/iam/policy"
)

// parseYAML reads the first document of a YAML file.
func parseYAML(file string, src []byte) (*node, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(src, &root); err != nil {
		return nil, yamlError(file, err)
	}
	if len(root.Content) == 0 {
		return nil, &Error{file, policy.Position{Line: 1, Column: 1}, "the document is empty", ""}
	}
	r := &yamlReader{file: file, open: map[*yaml.Node]bool{}}
	return r.value(root.Content[0], 0)
}

func yamlError(file string, err error) error {
	out := &Error{file, policy.Position{Line: 1, Column: 1}, err.Error(), ""}
	e, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return out
	}
	out.Msg = e.Message
	for _, mark := range []yaml.Mark{e.ContextMark, e.Mark} {
		if mark.Line > 0 {
			out.Pos = policy.Position{Line: mark.Line, Column: max(1, mark.Column)}
		}
	}
	if strings.Contains(out.Msg, "cannot start any token") {
		out.Hint = "YAML is indented with blanks, not with tabs"
	}
	return out
}

// A yamlReader makes nodes of a YAML tree. Aliases are followed, up to a limit.
type yamlReader struct {
	file  string
	nodes int
	open  map[*yaml.Node]bool // those that are being read
}

func yamlAt(n *yaml.Node) policy.Position { return policy.Position{Line: n.Line, Column: n.Column} }

func (r *yamlReader) fail(n *yaml.Node, hint, format string, args ...any) error {
	return &Error{r.file, yamlAt(n), fmt.Sprintf(format, args...), hint}
}

// maxDepth bounds how deep values may be nested.
const maxDepth = 200

func (r *yamlReader) value(n *yaml.Node, depth int) (*node, error) {
	if r.nodes++; r.nodes > maxNodes {
		return nil, r.fail(n, "aliases (*name) that hold aliases multiply", "the document expands to more than %d values", maxNodes)
	}
	if depth > maxDepth {
		return nil, r.fail(n, "", "values are nested more than %d deep", maxDepth)
	}
	if n.Kind == yaml.AliasNode {
		return r.alias(n, depth)
	}
	out := &node{start: yamlAt(n), end: yamlAt(n)}
	var err error
	switch n.Kind {
	case yaml.MappingNode:
		out.kind = objectNode
		err = r.object(n, out, depth)
	case yaml.SequenceNode:
		out.kind = listNode
		for _, c := range n.Content {
			v, err := r.value(c, depth+1)
			if err != nil {
				return nil, err
			}
			out.items = append(out.items, v)
			out.end = v.end
		}
	case yaml.ScalarNode:
		r.scalar(n, out)
	default:
		return nil, r.fail(n, "", "this is no value")
	}
	if err != nil {
		return nil, err
	}
	return short(n.Tag, out), nil
}

func (r *yamlReader) alias(n *yaml.Node, depth int) (*node, error) {
	if n.Alias == nil || r.open[n.Alias] {
		return nil, r.fail(n, "", "the alias *%s is within itself", n.Value)
	}
	return r.value(n.Alias, depth)
}

func (r *yamlReader) scalar(n *yaml.Node, out *node) {
	out.text, out.kind = n.Value, textNode
	switch n.Tag {
	case "!!int", "!!float":
		out.kind = numberNode
	case "!!bool":
		out.kind, out.text = boolNode, strings.ToLower(n.Value)
	case "!!null":
		out.kind = nullNode
	}
	if text, ok := yaml11Bool(n); ok {
		out.word = text
	}
	// The end of a text of several lines is not known; its first line is shown.
	first, _, _ := strings.Cut(n.Value, "\n")
	out.end.Column += utf8.RuneCountInString(first)
}

// yaml11Bool reads the words that are booleans in YAML 1.1, which
// CloudFormation reads. As a name, such as that of a condition, they stay as
// they are written.
// Source: CloudFormation User Guide, "Template formats": "YAML version 1.1
// specification".
func yaml11Bool(n *yaml.Node) (text string, ok bool) {
	if n.Style != 0 || n.Tag != "!!str" {
		return "", false
	}
	switch n.Value {
	case "yes", "Yes", "YES", "on", "On", "ON":
		return "true", true
	case "no", "No", "NO", "off", "Off", "OFF":
		return "false", true
	}
	return "", false
}

func (r *yamlReader) object(n *yaml.Node, out *node, depth int) error {
	r.open[n] = true
	defer delete(r.open, n)
	keys := keySet{}
	var merged []*node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			return r.fail(key, "", "a key must be a string")
		}
		v, err := r.value(n.Content[i+1], depth+1)
		if err != nil {
			return err
		}
		if out.end.Line < v.end.Line || out.end.Line == v.end.Line && out.end.Column < v.end.Column {
			out.end = v.end
		}
		if key.Tag == "!!merge" || key.Value == "<<" && key.Style == 0 {
			merged = append(merged, v)
			continue
		}
		if !keys.add(key.Value) {
			// YAML forbids it, and what reads templates takes the last one.
			out.twice = append(out.twice, key.Value)
			out.members = slices.DeleteFunc(out.members, func(m member) bool { return m.key == key.Value })
		}
		out.members = append(out.members, member{key.Value, yamlAt(key), v})
	}
	for _, m := range merged {
		r.merge(out, m, keys)
	}
	return nil
}

// merge adds the members of a merged object (<<: *name) that are not there.
func (r *yamlReader) merge(out, from *node, keys keySet) {
	for _, item := range from.items {
		r.merge(out, item, keys)
	}
	for _, m := range from.members {
		if keys.add(m.key) {
			out.members = append(out.members, m)
		}
	}
}

// short turns a short tag into the object that it represents: !Ref x is
// {"Ref": x}, !GetAtt a.b is {"Fn::GetAtt": "a.b"}.
func short(tag string, n *node) *node {
	if !strings.HasPrefix(tag, "!") || strings.HasPrefix(tag, "!!") || tag == "!" {
		return n
	}
	name := tag[1:]
	if name != "Ref" && name != "Condition" {
		name = "Fn::" + name
	}
	if n.kind == numberNode || n.kind == boolNode || n.kind == nullNode {
		n.kind = textNode
	}
	return object(name, n)
}
