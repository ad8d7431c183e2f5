package policy

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Elements returns where the values of a statement stand, as ranges of bytes
// of its [Document.Text], by JSON pointer: /Action/0, /Resource,
// /Condition/StringEquals/aws:SourceVpc. Built documents have none.
func (d *Document) Elements(s *Statement) map[string]Span {
	text := d.Text(s)
	out := map[string]Span{}
	dec := jsontext.NewDecoder(strings.NewReader(text))
	for {
		switch dec.PeekKind() {
		case '{', '}', '[', ']':
			if _, err := dec.ReadToken(); err != nil {
				return out
			}
		case '"', '0', 't', 'f', 'n':
			v, err := dec.ReadValue()
			if err != nil {
				return out
			}
			end := int(dec.InputOffset())
			// Within an object every other value is a name.
			if kind, n := dec.StackIndex(dec.StackDepth()); kind == '{' && n%2 == 1 {
				continue
			}
			out[string(dec.StackPointer())] = Span{end - len(v), end}
		default:
			return out
		}
	}
}

// Pointer makes a JSON pointer of the names and indexes on the way to a value.
func Pointer(path ...string) string {
	var b strings.Builder
	for _, p := range path {
		b.WriteByte('/')
		b.WriteString(pointerEscaper.Replace(p))
	}
	return b.String()
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")
