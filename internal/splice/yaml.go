package splice

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A spot is the end of a block in a YAML text.
type spot struct {
	node   *yaml.Node // the object or list
	indent int        // of its keys or dashes
	unit   int        // by which values are indented
	next   int        // the line of what follows, from 1; 0 for the end of the document
	column int        // of what follows, from 1
}

func insertYAML(src []byte, path []string, p piece) (*Result, error) {
	root, err := parse(src)
	if err != nil {
		return nil, err
	}
	at, err := find(root, path, p.key, src)
	if err != nil {
		return nil, err
	}
	text, err := p.print(at, lineEnd(src))
	if err != nil {
		return nil, err
	}
	for _, offset := range at.offsets(src) {
		before := ""
		piece := text
		if offset == len(src) && offset > 0 && src[offset-1] != '\n' {
			// The last line has no end, and the new last line gets none.
			before, piece = lineEnd(src), strings.TrimSuffix(text, lineEnd(src))
		}
		out := cut(src, offset, before+piece)
		if same(root, out.Text, path, p) {
			return out, nil
		}
	}
	return nil, refuse("the file is not indented in a way that can be added to")
}

func parse(src []byte) (*yaml.Node, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(src, &root); err != nil {
		return nil, err
	}
	if len(root.Content) == 0 {
		return nil, refuse("the file is empty")
	}
	return root.Content[0], nil
}

// find finds the block at a path.
func find(n *yaml.Node, path []string, key string, src []byte) (*spot, error) {
	at := &spot{unit: 2}
	outer := 0
	for _, name := range path {
		if n.Kind != yaml.MappingNode || n.Style&yaml.FlowStyle != 0 {
			return nil, refuse("what holds %s is not written as a block", name)
		}
		outer = column(n)
		i := member(n, name)
		if i < 0 {
			return nil, refuse("there is no %s", name)
		}
		if i+2 < len(n.Content) {
			at.next, at.column = n.Content[i+2].Line, n.Content[i+2].Column
		}
		n = n.Content[i+1]
	}
	at.node = n
	kind := yaml.SequenceNode
	if key != "" {
		kind = yaml.MappingNode
	}
	if n.Kind != kind || n.Style&yaml.FlowStyle != 0 || len(n.Content) == 0 {
		return nil, refuse("%s is not written as a block", strings.Join(path, "."))
	}
	if key != "" && member(n, key) >= 0 {
		return nil, taken(key)
	}
	at.indent = column(n) - 1
	if key == "" {
		line := line(src, n.Content[0].Line)
		at.indent = len(line) - len(strings.TrimLeft(line, " "))
		if !strings.HasPrefix(line[at.indent:], "-") {
			return nil, refuse("%s is not written as a block", strings.Join(path, "."))
		}
	} else if step := column(n) - outer; outer > 0 && step > 1 && step <= 8 {
		at.unit = step
	}
	return at, nil
}

// column is where the keys of a block stand, from 1.
func column(n *yaml.Node) int { return n.Content[0].Column }

// member is the index of a key in an object; the last one counts.
func member(n *yaml.Node, name string) int {
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		if n.Content[i].Kind == yaml.ScalarNode && n.Content[i].Value == name {
			return i
		}
	}
	return -1
}

func line(src []byte, n int) string {
	for range n - 1 {
		_, src, _ = bytes.Cut(src, []byte("\n"))
	}
	first, _, _ := bytes.Cut(src, []byte("\n"))
	return string(first)
}

// offsets are the places where the block may end, the likeliest first: before
// the blank lines and comments of what follows, before the blank lines, right
// before what follows. The last one is where the block begins: a text without a
// line end, at the end of the file, would get one.
func (at *spot) offsets(src []byte) []int {
	starts := []int{0}
	for i, c := range src {
		if c == '\n' && i+1 < len(src) {
			starts = append(starts, i+1)
		}
	}
	text := func(i int) string {
		end := len(src)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		return strings.TrimRight(string(src[starts[i]:end]), "\r\n")
	}
	next, indent := at.next-1, at.column-1
	if at.next == 0 {
		next, indent = len(starts), at.indent-1
		for i := at.node.Content[0].Line; i < len(starts); i++ {
			if l := text(i); strings.HasPrefix(l, "---") || strings.HasPrefix(l, "...") {
				next = i
				break
			}
		}
	}
	offset := func(i int) int {
		if i >= len(starts) {
			return len(src)
		}
		return starts[i]
	}
	back := func(skip func(string) bool) int {
		i := next
		for i > at.node.Content[0].Line && skip(text(i-1)) {
			i--
		}
		return offset(i)
	}
	blank := func(l string) bool { return strings.TrimSpace(l) == "" }
	comment := func(l string) bool {
		trimmed := strings.TrimLeft(l, " ")
		return strings.HasPrefix(trimmed, "#") && len(l)-len(trimmed) <= indent
	}
	return []int{back(func(l string) bool { return blank(l) || comment(l) }), back(blank), offset(next), offset(at.node.Content[0].Line - 1)}
}

// print writes the piece as a block.
func (p piece) print(at *spot, newline string) (string, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{p.value}}
	if p.key != "" {
		key := &yaml.Node{}
		key.SetString(p.key)
		n = &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{key, p.value}}
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(at.unit)
	if err := enc.Encode(n); err != nil {
		return "", err
	}
	if err := enc.Close(); err != nil {
		return "", err
	}
	var out strings.Builder
	for l := range strings.Lines(b.String()) {
		out.WriteString(strings.Repeat(" ", at.indent) + strings.TrimRight(l, "\n") + newline)
	}
	return out.String(), nil
}

// same reports whether a text holds what it held before and, in what is at the
// path, the piece.
func same(before *yaml.Node, text []byte, path []string, p piece) bool {
	after, err := parse(text)
	if err != nil {
		return false
	}
	n := after
	for _, name := range path {
		i := -1
		if n.Kind == yaml.MappingNode {
			i = member(n, name)
		}
		if i < 0 {
			return false
		}
		n = n.Content[i+1]
	}
	i := -1
	switch {
	case p.key != "":
		i = member(n, p.key)
		if i < 0 || !equal(n.Content[i+1], p.value) {
			return false
		}
		n.Content = slices.Delete(n.Content, i, i+2)
	case len(n.Content) > 0 && equal(n.Content[len(n.Content)-1], p.value):
		n.Content = n.Content[:len(n.Content)-1]
	case len(n.Content) > 0 && equal(n.Content[0], p.value):
		n.Content = n.Content[1:]
	default:
		return false
	}
	return equal(before, after)
}

// equal compares what two nodes say.
func equal(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Value != b.Value || a.ShortTag() != b.ShortTag() || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !equal(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}
