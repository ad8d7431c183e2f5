package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"

	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/audit"
)

// A Stream is the report that several come to, as [Merge] puts them together, for
// any number of sections: these stay in the files, and each time they are gone
// through, one file is in memory.
type Stream struct {
	// Head is the report without its sections. What a caller changes in it is
	// written so.
	Head  *audit.Report
	files []streamed
	open  Opener
	order []origin
	ids   []string // of the sections, in their order
	list  bool     // whether the sections are a list in JSON, and not null
}

// A streamed is a file of a Stream, as it was when the stream began.
type streamed struct {
	name string
	sum  uint64 // of its text
}

// seed makes sums that nobody can foresee.
var seed = maphash.MakeSeed()

// An Opener opens the JSON of a report by its name; done ends it.
type Opener func(name string) (text Text, done func(), err error)

// NewStream puts reports together. The errors name the file that cannot be read;
// changed is called for each that is not as it was made, or does not say how that was.
func NewStream(names []string, open Opener, changed func(name string, state Integrity)) (*Stream, error) {
	s := &Stream{open: open}
	outlines := make([]*audit.Report, len(names))
	for i, name := range names {
		text, err := s.read(name)
		if err != nil {
			return nil, err
		}
		r, state, err := loadOutline(name, bytes.NewReader(text))
		if err != nil {
			return nil, err
		}
		if state != Intact {
			changed(name, state)
		}
		outlines[i] = r
		s.files = append(s.files, streamed{name, maphash.Bytes(seed, text)})
	}
	s.arrange(outlines)
	return s, nil
}

// arrange finds out which sections there are, in which order.
func (s *Stream) arrange(outlines []*audit.Report) {
	if len(outlines) == 1 { // which stays unchanged
		s.Head = outlines[0]
		for i := range s.Head.Sections {
			s.order = append(s.order, origin{0, i})
		}
	} else {
		s.Head, s.order = join(outlines)
		for _, at := range s.order {
			s.Head.Sections = append(s.Head.Sections, outlines[at.report].Sections[at.section])
		}
	}
	s.ids, s.list = s.Head.SectionIDs(), s.Head.Sections != nil
	s.Head.Sections, s.Head.Digest = nil, ""
}

// read reads a file into memory, so that what is decoded is what was looked at.
func (s *Stream) read(name string) ([]byte, error) {
	text, done, err := s.open(name)
	if err == nil {
		defer done()
		var data []byte
		if data, err = io.ReadAll(io.NewSectionReader(text, 0, text.Size())); err == nil {
			return data, nil
		}
	}
	if errors.Is(err, context.Canceled) {
		return nil, err
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return nil, unread(name, false, err, "")
}

// Sections goes through the sections in their order. Each holds until the next one,
// and may be changed. The error is that of do, or names the file at fault.
func (s *Stream) Sections(do func(*audit.Section) error) error {
	var r *audit.Report
	at := -1
	for i, p := range s.order {
		if p.report != at {
			var err error
			if r, err = s.again(p.report); err != nil {
				return err
			}
			at = p.report
		}
		section := r.Sections[p.section]
		if len(s.files) > 1 {
			section = p.of(r)
		}
		section.Identify(s.ids[i])
		if err := do(&section); err != nil {
			return err
		}
	}
	return nil
}

// again reads a file whole, which must be the one that it was.
func (s *Stream) again(i int) (*audit.Report, error) {
	f := &s.files[i]
	text, err := s.read(f.name)
	if err != nil {
		return nil, err
	}
	if maphash.Bytes(seed, text) != f.sum {
		return nil, unread(f.name, false, errRewritten, "end what writes into the folder, then run the command again")
	}
	r, _, err := loadAgain(f.name, bytes.NewReader(text))
	return r, err
}

// loadAgain reads a report as [Load] does, without a look at its digest.
func loadAgain(name string, text Text) (*audit.Report, Integrity, error) {
	unverified := func(p *parts, do func([]byte) error) (Integrity, error) { return NoDigest, p.sections(do) }
	r, state, err := decodeParts(text, unverified, func(*audit.Section) {})
	if err != nil {
		return Load(name, text) // which knows other forms, and what is wrong
	}
	return r, state, nil
}

var errRewritten = errors.New("the file was written anew while it was read")

// Conclude goes through the sections, and writes into the head what follows from
// them: the verdict, the causes, and, where old is given, what changed since.
func (s *Stream) Conclude(old *audit.Report) error {
	verdict, causes := s.Head.Verdict(), newRanker()
	var compared []audit.Section
	err := s.Sections(func(section *audit.Section) error {
		verdict.Add(s.Head.Gate.Verdict(section))
		causes.add(s.Head, section, section.ID)
		if old != nil {
			toCompare(section)
			compared = append(compared, *section)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.Head.OK, s.Head.Causes = verdict.OK(), causes.causes()
	if old != nil {
		now := *s.Head
		now.Sections = compared
		s.Head.Since = SinceOf(old, &now)
	}
	return nil
}

// Streamed reports whether a [Stream] can be written in the form: whether a section
// is written without looking at the others.
func (f Format) Streamed() bool { return f == FormatJSON || f == FormatCSV || f == FormatJSONL }

// Write writes the report in a form that is [Format.Streamed], the same bytes as
// [Seal] and [Write] of the report in memory.
func (s *Stream) Write(w io.Writer, f Format, o Options) error {
	switch f {
	case FormatJSON:
		return s.json(w)
	case FormatCSV:
		return writeCSV(w, s.Head, s.Sections, o)
	case FormatJSONL:
		return writeJSONL(w, s.Head, s.Sections)
	}
	return fmt.Errorf("%s is written from the whole report", f)
}

func (s *Stream) json(w io.Writer) error {
	sum, err := newDigester(s.Head, s.list)
	if err != nil {
		return err
	}
	j := jsonWriter{head: s.Head, many: len(s.order) > indentedSections, sum: sum}
	if s.list {
		j.each = s.Sections
	}
	if j.many {
		return j.write(w)
	}
	return j.write(w, jsontext.WithIndent("  "))
}

// sections goes through the sections of a report.
type sections = func(do func(*audit.Section) error) error

// held are the sections of a report in memory.
func held(r *audit.Report) sections {
	return func(do func(*audit.Section) error) error {
		for i := range r.Sections {
			if err := do(&r.Sections[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// identified are the sections of a report in memory, each with its id.
func identified(r *audit.Report) sections {
	return func(do func(*audit.Section) error) error {
		for i, id := range r.SectionIDs() {
			s := r.Sections[i]
			s.ID = id
			if err := do(&s); err != nil {
				return err
			}
		}
		return nil
	}
}
