package splice

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"
)

// A container is an object or list of a JSON text, by offsets.
type container struct {
	open, end int // behind its opening and before its closing bracket
	last      int // where its last member or item begins; 0 where it has none
	lastEnd   int // where that ends
	colon     int // behind the key of the last member
}

func isJSON(src []byte) bool { return jsontext.Value(src).IsValid(jsontext.AllowDuplicateNames(true)) }

func insertJSON(src []byte, path []string, p piece) (*Result, error) {
	skip := len(src) - len(bytes.TrimPrefix(src, byteOrderMark))
	s := &scanner{dec: jsontext.NewDecoder(bytes.NewBuffer(src[skip:]), jsontext.AllowDuplicateNames(true)), base: skip}
	c, err := s.find(path, p.key)
	if err != nil {
		return nil, err
	}
	w := jsonWriter{newline: lineEnd(src), colon: ":"}
	if c.colon > 0 && c.colon+1 < len(src) && src[c.colon+1] == ' ' || c.last == 0 || p.key == "" {
		w.colon = ": "
	}
	indent, own := lineStart(src, c.last)
	closing, _ := lineStart(src, c.end)
	before := ","
	switch {
	case c.last == 0:
		before, w.flat = "", true
	case !own:
		w.flat = true
		if p.key == "" || w.colon == ": " {
			before = ", "
		}
	default:
		before = "," + w.newline + indent
		w.unit = strings.TrimPrefix(indent, closing)
		if w.unit == indent && closing != "" || w.unit == "" {
			w.unit = "  "
		}
	}
	at := c.lastEnd
	if c.last == 0 {
		at = c.open
	}
	if p.key != "" {
		w.text(p.key)
		w.b.WriteString(w.colon)
	}
	w.value(p.value, indent)
	out := cut(src, at, before+w.b.String())
	if !isJSON(bytes.TrimPrefix(out.Text, byteOrderMark)) {
		return nil, refuse("what is put in would break the file")
	}
	return out, nil
}

// lineStart is the white space before an offset in its line, and whether there
// is nothing else.
func lineStart(src []byte, at int) (blank string, own bool) {
	i := bytes.LastIndexByte(src[:at], '\n') + 1
	text := string(src[i:at])
	if strings.TrimLeft(text, " \t") == "" {
		return text, i > 0
	}
	return text[:len(text)-len(strings.TrimLeft(text, " \t"))], false
}

// A scanner finds the container at a path.
type scanner struct {
	dec  *jsontext.Decoder
	base int
}

func (s *scanner) at() int { return s.base + int(s.dec.InputOffset()) }

func (s *scanner) find(path []string, key string) (*container, error) {
	if len(path) == 0 {
		return s.contents(key)
	}
	if s.dec.PeekKind() != '{' {
		return nil, refuse("%s is no object", path[0])
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return nil, err
	}
	var found *container
	for s.dec.PeekKind() != '}' {
		name, err := s.dec.ReadToken()
		if err != nil {
			return nil, err
		}
		if name.String() != path[0] {
			if err := s.dec.SkipValue(); err != nil {
				return nil, err
			}
			continue
		}
		if found != nil {
			return nil, refuse("%s is there twice", path[0])
		}
		if found, err = s.find(path[1:], key); err != nil {
			return nil, err
		}
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return nil, err
	}
	if found == nil {
		return nil, refuse("there is no %s", path[0])
	}
	return found, nil
}

// contents reads the container that the decoder is at: an object where the
// piece has a key, else a list.
func (s *scanner) contents(key string) (*container, error) {
	kind, end := jsontext.Kind('['), jsontext.Kind(']')
	if key != "" {
		kind, end = '{', '}'
	}
	if s.dec.PeekKind() != kind {
		return nil, refuse("there is nothing that can be added to")
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return nil, err
	}
	c := &container{open: s.at()}
	for s.dec.PeekKind() != end {
		raw, err := s.dec.ReadValue()
		if err != nil {
			return nil, err
		}
		c.last = s.at() - len(raw)
		if key != "" {
			if name, err := jsontext.AppendUnquote(nil, raw); err != nil || string(name) == key {
				return nil, taken(key)
			}
			c.colon = s.at()
			if err := s.dec.SkipValue(); err != nil {
				return nil, err
			}
		}
		c.lastEnd = s.at()
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return nil, err
	}
	c.end = s.at() - 1
	return c, nil
}

// A jsonWriter writes a value of YAML as JSON.
type jsonWriter struct {
	b                    strings.Builder
	newline, unit, colon string
	flat                 bool // on one line
}

func (w *jsonWriter) text(s string) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	w.b.Write(bytes.TrimRight(b.Bytes(), "\n"))
}

// long are the functions of CloudFormation behind YAML's short tags.
var long = map[string]string{"!Ref": "Ref", "!Sub": "Fn::Sub", "!GetAtt": "Fn::GetAtt"}

func (w *jsonWriter) value(n *yaml.Node, indent string) {
	if name := long[n.Tag]; name != "" {
		plain := *n
		plain.Tag = ""
		n = &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: name}, &plain}}
	}
	switch n.Kind {
	case yaml.MappingNode:
		w.list('{', '}', len(n.Content)/2, indent, func(i int, inner string) {
			w.text(n.Content[2*i].Value)
			w.b.WriteString(w.colon)
			w.value(n.Content[2*i+1], inner)
		})
	case yaml.SequenceNode:
		w.list('[', ']', len(n.Content), indent, func(i int, inner string) { w.value(n.Content[i], inner) })
	default:
		w.text(n.Value)
	}
}

func (w *jsonWriter) list(open, end byte, n int, indent string, each func(i int, inner string)) {
	inner := indent + w.unit
	w.b.WriteByte(open)
	for i := range n {
		switch {
		case !w.flat:
			w.b.WriteString(map[bool]string{true: ","}[i > 0] + w.newline + inner)
		case i > 0:
			w.b.WriteString("," + strings.TrimPrefix(w.colon, ":"))
		}
		each(i, inner)
	}
	if !w.flat && n > 0 {
		w.b.WriteString(w.newline + indent)
	}
	w.b.WriteByte(end)
}
