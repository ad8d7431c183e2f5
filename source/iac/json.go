package iac

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/iam/policy"
)

// maxNodes bounds the values of one file that are held in memory.
const maxNodes = 400_000

// A cursor turns growing offsets into positions in one pass over the source.
type cursor struct {
	src    []byte
	offset int
	pos    policy.Position
}

func newCursor(src []byte) *cursor {
	return &cursor{src: src, pos: policy.Position{Line: 1, Column: 1}}
}

func (c *cursor) at(offset int) policy.Position {
	for c.offset < offset && c.offset < len(c.src) {
		b := c.src[c.offset]
		c.offset++
		switch {
		case b == '\r' && c.offset < len(c.src) && c.src[c.offset] == '\n':
			// The line ends behind the LF that follows.
		case b == '\n' || b == '\r':
			c.pos = policy.Position{Line: c.pos.Line + 1, Column: 1}
		case utf8.RuneStart(b):
			c.pos.Column++
		}
	}
	return c.pos
}

// A positioner turns growing offsets into positions.
type positioner interface {
	at(offset int) policy.Position
}

// A jsonReader makes nodes of JSON text.
type jsonReader struct {
	file  string
	src   []byte
	dec   *jsontext.Decoder
	pos   positioner
	nodes int
	limit int // of nodes
	base  int // where in src the decoder's text begins
}

func newJSONReader(file string, src []byte) *jsonReader {
	return &jsonReader{file: file, src: src, limit: maxNodes, pos: newCursor(src), dec: jsontext.NewDecoder(bytes.NewBuffer(src))}
}

// parseJSON reads a whole document.
func parseJSON(file string, src []byte) (*node, error) {
	r := newJSONReader(file, src)
	n, err := r.value()
	if err != nil {
		return nil, r.located(err)
	}
	if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, &Error{file, r.pos.at(r.start()), "text behind the document", ""}
	}
	n.json = true
	return n, nil
}

// start returns where the token that comes next begins.
func (r *jsonReader) start() int {
	i := r.base + int(r.dec.InputOffset())
	for i < len(r.src) && bytes.IndexByte([]byte(" \t\r\n,:"), r.src[i]) >= 0 {
		i++
	}
	return i
}

func (r *jsonReader) located(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	offset, msg := r.base+int(r.dec.InputOffset()), err.Error()
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		offset, msg = r.base+int(e.ByteOffset), e.Err.Error()
		if errors.Is(err, jsontext.ErrDuplicateName) {
			msg = fmt.Sprintf("duplicate key %q", e.JSONPointer.LastToken())
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		offset, msg = len(r.src), "unexpected end of the document"
	}
	return &Error{r.file, r.again().at(offset), msg, ""}
}

// again starts over with positions: an error may lie before what was read.
func (r *jsonReader) again() positioner {
	if c, ok := r.pos.(*stringCursor); ok {
		return &stringCursor{raw: c.raw, start: c.start}
	}
	return newCursor(r.src)
}

// value reads the value that comes next.
func (r *jsonReader) value() (*node, error) {
	offset := r.start()
	at := r.pos.at(offset)
	if r.nodes++; r.nodes > r.limit {
		return nil, &Error{r.file, at, fmt.Sprintf("the file contains more than %d values", r.limit), ""}
	}
	tok, err := r.dec.ReadToken()
	if err != nil {
		return nil, err
	}
	n := &node{start: at, offset: offset}
	switch kind := tok.Kind(); kind {
	case '{':
		n.kind = objectNode
		err = r.object(n)
	case '[':
		n.kind = listNode
		err = r.list(n)
	case '"':
		n.kind, n.text = textNode, tok.String()
	case '0':
		n.kind, n.text = numberNode, tok.String()
	case 't', 'f':
		n.kind, n.text = boolNode, tok.String()
	}
	if err != nil {
		return nil, err
	}
	n.end = r.pos.at(r.base + int(r.dec.InputOffset()))
	return n, nil
}

func (r *jsonReader) object(n *node) error {
	for r.dec.PeekKind() != '}' {
		at := r.pos.at(r.start())
		tok, err := r.dec.ReadToken()
		if err != nil {
			return err
		}
		key := tok.String()
		v, err := r.value()
		if err != nil {
			return err
		}
		n.members = append(n.members, member{key, at, v}) // the decoder refuses duplicates
	}
	_, err := r.dec.ReadToken()
	return err
}

func (r *jsonReader) list(n *node) error {
	for r.dec.PeekKind() != ']' {
		v, err := r.value()
		if err != nil {
			return err
		}
		n.items = append(n.items, v)
	}
	_, err := r.dec.ReadToken()
	return err
}

// A stringCursor gives the positions of a JSON text that stands within a JSON
// string of a file. raw is the string without its quotes, start the place of
// its first character.
type stringCursor struct {
	raw     []byte
	start   policy.Position
	decoded int // offset in the text
	offset  int // offset in raw
	columns int
}

func (c *stringCursor) at(offset int) policy.Position {
	for c.decoded < offset && c.offset < len(c.raw) {
		size := 1
		_, length := utf8.DecodeRune(c.raw[c.offset:])
		if c.raw[c.offset] == '\\' && c.offset+1 < len(c.raw) {
			length = 2
			if c.raw[c.offset+1] == 'u' {
				length = min(6, len(c.raw)-c.offset)
				size = escapeSize(c.raw[c.offset : c.offset+length])
			}
		} else {
			size = length
		}
		c.decoded += size
		c.columns += utf8.RuneCount(c.raw[c.offset : c.offset+length])
		c.offset += length
	}
	return policy.Position{Line: c.start.Line, Column: c.start.Column + c.columns}
}

// escapeSize is the number of bytes that \uXXXX becomes; of a surrogate pair
// each half counts two.
func escapeSize(escape []byte) int {
	n, err := strconv.ParseUint(string(escape[2:]), 16, 32)
	switch {
	case err != nil, n < 0x80:
		return 1
	case n < 0x800, n >= 0xD800 && n < 0xE000:
		return 2
	}
	return 3
}

// parseJSONString reads a JSON text within a string of a file.
func parseJSONString(file string, src []byte, n *node) (*node, error) {
	start := n.start
	start.Column++
	end := n.offset + 1
	for end < len(src) && src[end] != '"' {
		if src[end] == '\\' {
			end++
		}
		end++
	}
	raw := src[min(n.offset+1, len(src)):min(end, len(src))]
	text := []byte(n.text)
	r := &jsonReader{file: file, src: text, limit: maxNodes, pos: &stringCursor{raw: raw, start: start}, dec: jsontext.NewDecoder(bytes.NewBuffer(text))}
	out, err := r.value()
	if err != nil {
		return nil, r.located(err)
	}
	if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, &Error{file, r.pos.at(r.start()), "text behind the policy document", ""}
	}
	return out, nil
}
