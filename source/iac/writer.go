package iac

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/iam/policy"
)

// A jsonWriter prints JSON on one line and remembers where in the file each
// token came from.
type jsonWriter struct {
	buf   strings.Builder
	fresh bool // nothing is in the innermost bracket yet
	// escape keeps ${...} literal.
	escape bool
	marks  []mark
}

// A mark says that the text from an offset on comes from a place.
type mark struct {
	offset int
	pos    policy.Position
}

// A placedText is text and the place that it comes from.
type placedText struct {
	text string
	at   policy.Position
}

func (w *jsonWriter) mark(at policy.Position) {
	if !at.IsZero() {
		w.marks = append(w.marks, mark{w.buf.Len(), at})
	}
}

func (w *jsonWriter) comma() {
	if !w.fresh && w.buf.Len() > 0 {
		w.buf.WriteByte(',')
	}
	w.fresh = false
}

// before prints the comma that a value needs; behind a key it needs none.
func (w *jsonWriter) before() {
	if s := w.buf.String(); !strings.HasSuffix(s, ":") {
		w.comma()
	}
	w.fresh = false
}

func (w *jsonWriter) open(c byte, at policy.Position) {
	w.before()
	w.mark(at)
	w.buf.WriteByte(c)
	w.fresh = true
}

func (w *jsonWriter) close(c byte) {
	w.buf.WriteByte(c)
	w.fresh = false
}

func (w *jsonWriter) key(name string, at policy.Position) {
	w.comma()
	w.mark(at)
	w.buf.WriteString(quote(name))
	w.buf.WriteByte(':')
}

func (w *jsonWriter) text(s string, at policy.Position) {
	w.before()
	w.mark(at)
	w.buf.WriteString(quote(s))
}

// list prints one text as it is and several as a list.
func (w *jsonWriter) list(texts []placedText, v value) {
	if len(texts) == 1 {
		w.text(texts[0].text, texts[0].at)
		return
	}
	if len(texts) == 0 && v.kind != listValue {
		w.value(v) // of a wrong kind, which the parser says
		return
	}
	w.open('[', v.start)
	for _, t := range texts {
		w.text(t.text, t.at)
	}
	w.close(']')
}

// value prints any value; what is not known is a variable.
func (w *jsonWriter) value(v value) {
	switch v.kind {
	case listValue:
		w.open('[', v.start)
		for _, i := range v.items {
			w.value(i)
		}
		w.close(']')
	case objectValue:
		w.open('{', v.start)
		for _, m := range v.members {
			w.key(m.key, m.at)
			w.value(m.value)
		}
		w.close('}')
	case textValue:
		var b strings.Builder
		for _, p := range v.parts {
			if p.unknown != nil {
				b.WriteString(policy.Unknown(p.unknown.name))
			} else {
				b.WriteString(p.text)
			}
		}
		w.text(b.String(), v.start)
	case opaqueValue:
		w.text(policy.Unknown(v.name), v.start)
	default:
		w.before()
		w.mark(v.start)
		w.buf.WriteString("null")
	}
}

// placeOf returns the place in the file of a position in the printed text.
func (w *jsonWriter) placeOf(pos policy.Position) policy.Position {
	text, offset := w.buf.String(), 0
	for range pos.Column - 1 {
		if offset >= len(text) {
			break
		}
		_, size := utf8.DecodeRuneInString(text[offset:])
		offset += size
	}
	i := sort.Search(len(w.marks), func(i int) bool { return w.marks[i].offset > offset })
	if i == 0 {
		return policy.Position{Line: 1, Column: 1}
	}
	return w.marks[i-1].pos
}

// quote makes a JSON string. What no policy may hold unchanged, is escaped: only the user reads such names.
func quote(s string) string {
	quoted, _ := jsontext.AppendQuote(nil, strings.ToValidUTF8(s, "?")) // fails only for invalid UTF-8
	if !strings.ContainsFunc(string(quoted), func(r rune) bool { return r > 0xFF }) {
		return string(quoted)
	}
	var b strings.Builder
	for _, r := range string(quoted) {
		if r <= 0xFF {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}
