package iac

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/policy"
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

// A jsonReader makes nodes of JSON text.
type jsonReader struct {
	file  string
	src   []byte
	dec   *jsontext.Decoder
	pos   *cursor
	nodes int
}

func newJSONReader(file string, src []byte) *jsonReader {
	return &jsonReader{file: file, src: src, pos: newCursor(src), dec: jsontext.NewDecoder(bytes.NewBuffer(src))}
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
	return n, nil
}

// start returns where the token that comes next begins.
func (r *jsonReader) start() int {
	i := int(r.dec.InputOffset())
	for i < len(r.src) && bytes.IndexByte([]byte(" \t\r\n,:"), r.src[i]) >= 0 {
		i++
	}
	return i
}

func (r *jsonReader) located(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	offset, msg := int(r.dec.InputOffset()), err.Error()
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		offset, msg = int(e.ByteOffset), e.Err.Error()
		if errors.Is(err, jsontext.ErrDuplicateName) {
			msg = fmt.Sprintf("duplicate key %q", e.JSONPointer.LastToken())
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		offset, msg = len(r.src), "unexpected end of the document"
	}
	return &Error{r.file, newCursor(r.src).at(offset), msg, ""}
}

// value reads the value that comes next.
func (r *jsonReader) value() (*node, error) {
	at := r.pos.at(r.start())
	if r.nodes++; r.nodes > maxNodes {
		return nil, &Error{r.file, at, fmt.Sprintf("the file holds more than %d values", maxNodes), ""}
	}
	tok, err := r.dec.ReadToken()
	if err != nil {
		return nil, err
	}
	n := &node{start: at}
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
	n.end = r.pos.at(int(r.dec.InputOffset()))
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
