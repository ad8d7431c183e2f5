package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/iam/policy"
)

// waiverNodes returns the entries of a file of waivers: one document with the
// one field waivers, a list. Faults are worded as the file's author sees it.
func waiverNodes(data []byte) ([]*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, &WaiverError{Msg: yamlFault(err)}
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, &WaiverError{Msg: "more than one YAML document"}
	}
	return waiverList(doc.Content[0])
}

func waiverList(root *yaml.Node) ([]*yaml.Node, error) {
	if isNull(root) {
		return nil, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, faultAt(root, `a file of waivers has the field "waivers", a list`)
	}
	var list []*yaml.Node
	seen := false
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		switch {
		case key.Value != "waivers":
			return nil, faultAt(key, `a file of waivers has no field %q, only "waivers"`, key.Value)
		case seen:
			return nil, faultAt(key, `duplicate field "waivers"`)
		case value.Kind != yaml.SequenceNode && !isNull(value):
			return nil, faultAt(value, `"waivers" must be a list`)
		}
		list, seen = value.Content, true
	}
	return list, nil
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func faultAt(n *yaml.Node, format string, args ...any) error {
	return &WaiverError{policy.Position{Line: n.Line, Column: n.Column}, fmt.Sprintf(format, args...)}
}

// checkWaiverFields reports the first field that a waiver does not have, has
// twice, or whose value is no text.
func checkWaiverFields(n *yaml.Node) error {
	known := map[string]bool{"action": true, "resource": true, "principal": true, "target": true, "account": true, "region": true, "file": true, "id": true, "subject": true, "module": true, "diagnosis": true, "reason": true, "owner": true, "expires": true}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		switch {
		case !known[key.Value]:
			return faultAt(key, "a waiver has no field %q", key.Value)
		case seen[key.Value]:
			return faultAt(key, "duplicate field %q", key.Value)
		case value.Kind != yaml.ScalarNode:
			return faultAt(value, "%q must be a text", key.Value)
		}
		seen[key.Value] = true
	}
	return nil
}

// yamlPrefix is what the library says about itself.
var yamlPrefix = regexp.MustCompile(`^yaml: (\w+ errors: )?`)

// yamlFault is an error of the YAML library without the library's name.
func yamlFault(err error) string {
	return yamlPrefix.ReplaceAllString(strings.Join(strings.Fields(err.Error()), " "), "")
}
