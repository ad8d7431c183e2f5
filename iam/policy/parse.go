package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxSize is the length in bytes above which a document is refused. IAM's API
// takes policies of at most 131,072 characters.
const MaxSize = 1 << 20

// A ParseError says where and why a document was refused.
type ParseError struct {
	Pos  Position
	Msg  string
	Hint string // what to do, or empty
}

func (e *ParseError) Error() string { return fmt.Sprintf("%s: %s", e.Pos, e.Msg) }

// Parse reads a policy document with IAM's strictness: case-sensitive and
// unique keys, nothing behind the document, and only the characters that IAM
// stores. The error is a [*ParseError].
//
// Source: IAM User Guide, "Grammar of the IAM JSON policy language", and the
// API's constraints on policy documents.
func Parse(src string) (*Document, error) {
	if len(src) > MaxSize {
		return nil, &ParseError{Position{1, 1}, fmt.Sprintf("document of %d bytes is larger than %d", len(src), MaxSize), "IAM accepts policies of at most 131,072 characters"}
	}
	p := &parser{src: src, doc: &Document{Source: src}}
	if err := p.checkCharacters(); err != nil {
		return nil, err
	}
	p.dec = jsontext.NewDecoder(bytes.NewBufferString(src), jsontext.AllowDuplicateNames(false))
	if err := p.document(); err != nil {
		return nil, p.located(err)
	}
	return p.doc, nil
}

// DecodeURL decodes a document as IAM's read calls return it, URL-encoded by
// RFC 3986 ("+" stays). Text that is not encoded is returned unchanged.
func DecodeURL(s string) string {
	if strings.HasPrefix(strings.TrimSpace(s), "{") {
		return s
	}
	if decoded, err := url.PathUnescape(s); err == nil {
		return decoded
	}
	return s
}

type parser struct {
	src   string
	dec   *jsontext.Decoder
	doc   *Document
	lines *Lines
	pos   cursor
}

// checkCharacters refuses what the API's pattern
// [\u0009\u000A\u000D\u0020-\u00FF]+ refuses.
func (p *parser) checkCharacters() error {
	for i := 0; i < len(p.src); i++ {
		c := p.src[i]
		if c >= 0x20 && c < 0x80 || c == '\t' || c == '\n' || c == '\r' {
			continue
		}
		r, size := decodeRune(p.src[i:])
		switch {
		case r == '\uFEFF' && i == 0:
			return p.fail(i, "byte order mark before the document", "save the file as UTF-8 without BOM")
		case r < 0:
			return p.fail(i, "invalid UTF-8", "save the file as UTF-8")
		case r < 0x20 || r > 0xFF:
			return p.fail(i, fmt.Sprintf("character %U is not allowed in a policy", r), "IAM stores only tab, line breaks and U+0020 to U+00FF; write others as \\u escapes")
		}
		i += size - 1
	}
	return nil
}

func (p *parser) fail(offset int, msg, hint string) error {
	if p.lines == nil {
		p.lines = NewLines(p.src)
	}
	return &ParseError{p.lines.At(offset), msg, hint}
}

// failf reports a fault of the value that was read last.
func (p *parser) failf(start int, format string, args ...any) error {
	return p.fail(start, fmt.Sprintf(format, args...), "")
}

// located turns an error of the JSON decoder into a ParseError.
func (p *parser) located(err error) error {
	if pe, ok := errors.AsType[*ParseError](err); ok {
		return pe
	}
	offset := int(p.dec.InputOffset())
	msg := err.Error()
	if se, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		offset = int(se.ByteOffset)
		msg = se.Err.Error()
		if errors.Is(err, jsontext.ErrDuplicateName) {
			name := se.JSONPointer.LastToken()
			msg = fmt.Sprintf("duplicate key %q", name)
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		msg = "unexpected end of the document"
		offset = len(p.src)
	}
	return p.fail(offset, msg, "")
}

// start returns where the value that comes next begins.
func (p *parser) start() int {
	i := int(p.dec.InputOffset())
	for i < len(p.src) && strings.IndexByte(" \t\r\n,:", p.src[i]) >= 0 {
		i++
	}
	return i
}

func (p *parser) document() error {
	if strings.TrimSpace(p.src) == "" {
		return p.fail(0, "the document is empty", "")
	}
	seen := false
	err := p.object("a policy document", func(key string, at int) error {
		var err error
		switch key {
		case "Version":
			p.doc.Version, err = p.text(key)
			if err == nil && p.doc.Version != Version2012 && p.doc.Version != Version2008 {
				return p.fail(at, fmt.Sprintf("Version %q does not exist", p.doc.Version), `use "2012-10-17"`)
			}
		case "Id":
			p.doc.ID, err = p.text(key)
		case "Statement":
			seen = true
			err = p.statements()
		default:
			return p.unknownKey(at, key, "a policy document", "Version", "Id", "Statement")
		}
		return err
	})
	if err != nil {
		return err
	}
	if !seen {
		return p.fail(0, "the document has no Statement", "")
	}
	if _, err := p.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return p.fail(p.start(), "text behind the document", "remove it, or give each document a file of its own")
	}
	return p.checkSids()
}

func (p *parser) unknownKey(at int, key, where string, known ...string) error {
	for _, k := range known {
		if strings.EqualFold(k, key) {
			return p.fail(at, fmt.Sprintf("key %q must be written %q", key, k), "IAM's keys are case-sensitive")
		}
	}
	return p.fail(at, fmt.Sprintf("%s has no element %q", where, key), "it has "+strings.Join(known, ", "))
}

// object reads an object and calls member before each value, with the key's
// name and the value's offset. member reads the value.
func (p *parser) object(what string, member func(key string, at int) error) error {
	at := p.start()
	if p.dec.PeekKind() != '{' {
		return p.wrongKind(at, what, "an object")
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return err
	}
	for p.dec.PeekKind() != '}' {
		keyAt := p.start()
		tok, err := p.dec.ReadToken()
		if err != nil {
			return err
		}
		if err := member(p.textOf(tok, keyAt), keyAt); err != nil {
			return err
		}
	}
	_, err := p.dec.ReadToken()
	return err
}

func (p *parser) wrongKind(at int, what, want string) error {
	kind := p.dec.PeekKind()
	if kind == 0 {
		_, err := p.dec.ReadToken()
		return err
	}
	return p.failf(at, "%s must be %s, not %s", what, want, KindName(kind))
}

// KindName names a kind of JSON value as a sentence does: "an object".
func KindName(k jsontext.Kind) string {
	switch k {
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '{':
		return "an object"
	case '[':
		return "an array"
	}
	return "the end"
}

func (p *parser) text(what string) (string, error) {
	at := p.start()
	if p.dec.PeekKind() != '"' {
		return "", p.wrongKind(at, what, "a string")
	}
	tok, err := p.dec.ReadToken()
	if err != nil {
		return "", err
	}
	return p.textOf(tok, at), nil
}

// textOf returns the text of the token that was read last and begins at an
// offset. It is a part of the source where the token has no escapes.
func (p *parser) textOf(tok jsontext.Token, at int) string {
	raw := p.src[at:p.dec.InputOffset()]
	if len(raw) >= 2 && raw[0] == '"' && strings.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	return tok.String()
}

// texts reads a string or a non-empty array of strings.
func (p *parser) texts(what string) ([]string, error) {
	return p.list(what, false)
}

func (p *parser) list(what string, scalars bool) ([]string, error) {
	at := p.start()
	if p.dec.PeekKind() != '[' {
		v, err := p.scalar(what, scalars)
		if err != nil {
			return nil, err
		}
		return []string{v}, nil
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return nil, err
	}
	values := make([]string, 0, 4)
	for p.dec.PeekKind() != ']' {
		v, err := p.scalar(what, scalars)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return nil, err
	}
	if len(values) == 0 && !scalars {
		return nil, p.failf(at, "%s is empty", what)
	}
	return values, nil
}

// scalar reads a string and, in conditions, also a number or boolean: "Quotation
// marks are optional for numeric and Boolean values" (IAM User Guide, grammar).
func (p *parser) scalar(what string, any bool) (string, error) {
	at := p.start()
	switch kind := p.dec.PeekKind(); {
	case kind == '"', any && (kind == '0' || kind == 't' || kind == 'f'):
		tok, err := p.dec.ReadToken()
		if err != nil {
			return "", err
		}
		return p.textOf(tok, at), nil
	case any:
		return "", p.wrongKind(at, what, "a string, number or boolean")
	default:
		return "", p.wrongKind(at, what, "a string")
	}
}
