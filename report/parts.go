package report

import (
	"bytes"
	"cmp"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// A Text is the JSON of a report, in a file or in memory: an [io.SectionReader] or
// a [bytes.Reader]. What is read of it is read twice, and little is held at a time.
type Text interface {
	io.ReaderAt
	Size() int64
}

const byteOrderMark = "\ufeff"

// A parts is a report's JSON taken apart.
type parts struct {
	text Text
	// head is the report with null for its sections, where they are a list.
	head []byte
	// at is where the list of sections stands, behind its name; 0 where there is
	// none.
	at int64
}

func (p *parts) hasList() bool { return p.at > 0 }

// partsOf takes the JSON of a report apart.
func partsOf(text Text) (*parts, error) {
	p := &parts{text: text, head: []byte{'{'}}
	start := int64(0)
	mark := make([]byte, len(byteOrderMark))
	if n, _ := text.ReadAt(mark, 0); string(mark[:n]) == byteOrderMark {
		start = int64(n)
	}
	dec := jsontext.NewDecoder(io.NewSectionReader(text, start, text.Size()-start))
	err := members(dec, func(name string) error {
		value := jsontext.Value("null")
		var err error
		if at := start + dec.InputOffset(); name == "sections" && dec.PeekKind() == '[' {
			p.at, err = at, dec.SkipValue()
		} else {
			value, err = dec.ReadValue()
		}
		if err == nil {
			p.head, err = appendMember(p.head, name, value)
		}
		return err
	})
	p.head = append(p.head, '}')
	return p, err
}

// sections goes through the sections, where they are a list. What it hands out
// holds until the next one, and may be changed.
func (p *parts) sections(do func([]byte) error) error {
	if !p.hasList() {
		return nil
	}
	list := io.NewSectionReader(p.text, p.at, p.text.Size()-p.at)
	for b := []byte{0}; b[0] != '['; { // behind a colon, and blanks
		if _, err := list.Read(b); err != nil {
			return err
		}
	}
	if _, err := list.Seek(-1, io.SeekCurrent); err != nil {
		return err
	}
	dec := jsontext.NewDecoder(list)
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	var room []byte
	for dec.PeekKind() != ']' {
		value, err := dec.ReadValue()
		if err == nil {
			room = append(room[:0], value...)
			err = do(room)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// errNoObject says that JSON is no object, or not one alone.
var errNoObject = errors.New("this is no JSON object")

// members goes through the names of an object's members; do reads the values.
func members(dec *jsontext.Decoder, do func(name string) error) error {
	if token, err := dec.ReadToken(); err != nil || token.Kind() != '{' {
		return cmp.Or(err, errNoObject)
	}
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err == nil {
			err = do(token.String())
		}
		if err != nil {
			return err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	if _, err := dec.ReadToken(); err != io.EOF {
		return cmp.Or(err, errNoObject)
	}
	return nil
}

// eachMember goes through the members of a JSON object in their order.
func eachMember(object []byte, do func(name string, value jsontext.Value) error) error {
	dec := jsontext.NewDecoder(bytes.NewBuffer(object))
	return members(dec, func(name string) error {
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		return do(name, value)
	})
}

// appendMember adds a member to an object that is not closed.
func appendMember(object []byte, name string, value jsontext.Value) ([]byte, error) {
	if len(object) > 1 {
		object = append(object, ',')
	}
	object, err := jsontext.AppendQuote(object, name)
	return append(append(object, ':'), value...), err
}
