package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

// JSON writes the report indented, the same bytes for the same report. Section
// by section, what many probes share is written once (see [audit.Section]).
func JSON(w io.Writer, r *audit.Report) error { return writeJSON(w, r, jsontext.WithIndent("  ")) }

// CompactJSON writes the report as [JSON] does, without blanks.
func CompactJSON(w io.Writer, r *audit.Report) error { return writeJSON(w, r) }

// written are the options of a report's JSON.
var written = jsonv2.JoinOptions(jsontext.EscapeForJS(true), jsontext.AllowInvalidUTF8(true), jsonv2.FormatNilSliceAsNull(true))

func writeJSON(w io.Writer, r *audit.Report, form ...jsontext.Options) error {
	j := jsonWriter{head: r, many: len(r.Sections) > indentedSections}
	if r.Sections != nil {
		j.each = held(r)
	}
	return j.write(w, form...)
}

// A jsonWriter writes a report: its head, and in the place of the sections those of
// each, null where it is nil.
type jsonWriter struct {
	head *audit.Report
	each sections
	many bool      // sections, see [folder]
	sum  *digester // of the report; nil where the head has the digest already
}

func (j *jsonWriter) write(w io.Writer, form ...jsontext.Options) error {
	head, err := jsonv2.Marshal(headOf(j.head), written)
	if err != nil {
		return err
	}
	enc := jsontext.NewEncoder(&escaper{w: w}, append(form, written)...) // ends the line
	if err := enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	err = eachMember(head, func(name string, value jsontext.Value) error {
		if err := enc.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		if name == "sections" && j.each != nil {
			return j.sections(enc)
		}
		return enc.WriteValue(value)
	})
	if err == nil && j.sum != nil { // the last member
		err = cmp.Or(enc.WriteToken(jsontext.String("digest")), enc.WriteToken(jsontext.String(j.sum.digest())))
	}
	if err != nil {
		return err
	}
	return enc.WriteToken(jsontext.EndObject)
}

func (j *jsonWriter) sections(enc *jsontext.Encoder) error {
	if err := enc.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	o := newFolder(j.many)
	err := j.each(func(s *audit.Section) error {
		s, err := o.fold(s)
		if err == nil && j.sum != nil {
			err = j.sum.hash(s)
		}
		if err != nil {
			return err
		}
		return jsonv2.MarshalEncode(enc, s, written)
	})
	if err != nil {
		return err
	}
	return enc.WriteToken(jsontext.EndArray)
}

// headOf is a report without its sections.
func headOf(r *audit.Report) *audit.Report {
	out := *r
	out.Sections = nil
	return &out
}

// An escaper writes control characters and invisible ones in JSON as escapes:
// the JSON says the same, and a terminal shows what is there.
type escaper struct {
	w    io.Writer
	rest []byte // the beginning of a character that is not whole yet
}

func (e *escaper) Write(data []byte) (int, error) {
	n := len(data)
	if len(e.rest) > 0 {
		data = append(e.rest, data...)
		e.rest = nil
	}
	from := 0
	for i := 0; i < len(data); {
		if data[i] < 0x7F {
			i++
			continue
		}
		if !utf8.FullRune(data[i:]) {
			e.rest = bytes.Clone(data[i:])
			data = data[:i]
			break
		}
		r, size := utf8.DecodeRune(data[i:])
		if unfit(r) {
			if _, err := e.w.Write(data[from:i]); err != nil {
				return 0, err
			}
			if _, err := io.WriteString(e.w, escape(r)); err != nil {
				return 0, err
			}
			from = i + size
		}
		i += size
	}
	_, err := e.w.Write(data[from:])
	return n, err
}

// ReadJSON reads a report that [JSON] wrote. Fields that this version does not
// know are left out, as the promise of [audit.SchemaVersion] wants it. Errors
// begin with line:column where the place is known.
func ReadJSON(rd io.Reader) (*audit.Report, error) {
	data, err := io.ReadAll(rd)
	if err != nil {
		return nil, err
	}
	return Decode(data)
}

// A DecodeError says why something is no report.
type DecodeError struct {
	Pos policy.Position // zero where no place is at fault
	Msg string
}

func (e *DecodeError) Error() string {
	if e.Pos.IsZero() {
		return e.Msg
	}
	return e.Pos.String() + ": " + e.Msg
}

// Decode reads a report as [ReadJSON] does. Errors are [*DecodeError].
func Decode(data []byte) (*audit.Report, error) {
	r, _, err := decode(bytes.NewReader(data), func(*audit.Section) {})
	return r, err
}

// decode reads a report, and says whether it is as it was made. It goes through the
// sections once, one at a time, and hands out each. What it does not take so is read
// at once.
func decode(text Text, each func(*audit.Section)) (*audit.Report, Integrity, error) {
	r, state, err := decodeParts(text, (*parts).verify, each)
	if _, ok := errors.AsType[*DecodeError](err); err != nil && !ok {
		r, state, err = decodeWhole(text)
	}
	if err == nil && r.SchemaVersion != audit.SchemaVersion {
		err = &DecodeError{Msg: fmt.Sprintf("the report's schemaVersion is %q, this program reads %q", r.SchemaVersion, audit.SchemaVersion)}
	}
	if err != nil {
		return nil, NoDigest, err
	}
	return r, state, nil
}

// decodeParts reads a report; walk hands out its sections.
func decodeParts(text Text, walk func(p *parts, do func([]byte) error) (Integrity, error), each func(*audit.Section)) (*audit.Report, Integrity, error) {
	p, r, err := opened(text)
	if err != nil {
		return nil, NoDigest, err
	}
	var o unfolder
	for i := range r.Sections { // under another name
		if err := o.next(&r.Sections[i]); err != nil {
			return nil, NoDigest, err
		}
	}
	state, err := walk(p, func(text []byte) error {
		r.Sections = append(r.Sections, audit.Section{})
		s := &r.Sections[len(r.Sections)-1]
		if err := jsonv2.Unmarshal(text, s, foreign); err != nil {
			return err
		}
		err := o.next(s)
		if err == nil {
			each(s)
		}
		return err
	})
	return r, state, err
}

// opened takes the JSON of a report apart, and reads its head.
func opened(text Text) (*parts, *audit.Report, error) {
	p, err := partsOf(text)
	if err != nil {
		return nil, nil, err
	}
	var r audit.Report
	err = jsonv2.Unmarshal(p.head, &r, foreign)
	if p.hasList() && r.Sections == nil {
		r.Sections = []audit.Section{}
	}
	return p, &r, err
}

// decodeWhole reads what decodeParts does not take, which this program did not
// write.
func decodeWhole(text Text) (*audit.Report, Integrity, error) {
	data, err := io.ReadAll(io.NewSectionReader(text, 0, text.Size()))
	if err != nil {
		return nil, NoDigest, err
	}
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	r, err := parse(data)
	if err != nil {
		return nil, NoDigest, err
	}
	var o unfolder
	for i := range r.Sections {
		if err := o.next(&r.Sections[i]); err != nil {
			return nil, NoDigest, err
		}
	}
	state := NoDigest
	if r.Digest != "" {
		state = Changed
	}
	return r, state, nil
}

// next unfolds one section; the error is a [*DecodeError] that counts it.
func (o *unfolder) next(s *audit.Section) error {
	if err := o.unfold(s); err != nil {
		return &DecodeError{Msg: fmt.Sprintf("section %d: %v", len(o.lists)+1, err)}
	}
	return nil
}

// foreign are the options of JSON that others may have written.
var foreign = jsonv2.MatchCaseInsensitiveNames(true)

// parse reads the JSON unchanged. Whatever the fast reader does not take is left
// to encoding/json, which takes more, and knows the place of what is wrong.
func parse(data []byte) (*audit.Report, error) {
	var r audit.Report
	if jsonv2.Unmarshal(data, &r, foreign) == nil {
		return &r, nil
	}
	r = audit.Report{}
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, noReport(data, err)
	}
	return &r, nil
}

// noReport places an error of encoding/json.
func noReport(data []byte, err error) *DecodeError {
	out := &DecodeError{Msg: "this is no report: " + err.Error()}
	offset := int64(0)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset
	}
	if offset > 0 {
		out.Pos = policy.NewLines(string(data)).At(int(offset) - 1)
	}
	return out
}
