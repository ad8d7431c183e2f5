package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	stdhash "hash"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/audit"
)

// Seal writes the ids of what is in the report, the verdict and the report's
// digest into it.
//
// The digest is the SHA-256 of the report's JSON without the member "digest",
// in the canonical form of RFC 8785 (members sorted, no blanks). It covers
// everything else: time, tool, questions, answers, remediation. Anyone can
// compute it: jq -cjS 'del(.digest)' report.json | sha256sum. It shows that a
// report was changed by accident or by hand; it is no signature, since whoever
// changes a report can compute it again.
func Seal(r *audit.Report) error {
	r.Identify()
	r.OK = r.Verdict().OK()
	r.Digest = ""
	d, err := newDigester(r, r.Sections != nil)
	if err != nil {
		return err
	}
	o := newFolder(len(r.Sections) > indentedSections)
	for i := range r.Sections {
		s, err := o.fold(&r.Sections[i])
		if err == nil {
			err = d.hash(s)
		}
		if err != nil {
			return err
		}
	}
	r.Digest = d.digest()
	return nil
}

// An Integrity says whether a report is as it was made.
type Integrity int

// The outcomes of [Verify].
const (
	NoDigest Integrity = iota // the report has none
	Intact
	Changed
)

// String says in words whether a report, whose name comes before, is as it was made.
func (i Integrity) String() string {
	switch i {
	case Intact:
		return "is as it was made"
	case Changed:
		return "was changed after it was made: its digest does not match"
	}
	return "has no digest: nobody can say whether it was changed after it was made"
}

// Verify compares the digest of a report's JSON with its content. It looks at
// the bytes, so that fields of a newer version count too.
func Verify(data []byte) (Integrity, error) {
	p, err := partsOf(bytes.NewReader(data))
	if err == nil {
		return p.verify(func([]byte) error { return nil })
	}
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	if err := json.Unmarshal(data, new(json.RawMessage)); err != nil {
		return NoDigest, noReport(data, err)
	}
	return Changed, nil // a name stands twice: no report was made so
}

// verify compares the digest with the content, and hands out each section.
func (p *parts) verify(do func(section []byte) error) (Integrity, error) {
	head, stated, err := withoutDigest(p.head)
	if err != nil {
		return NoDigest, err
	}
	if stated == "" {
		return NoDigest, p.sections(do)
	}
	d, err := digesterOf(head, p.hasList())
	if err != nil {
		return NoDigest, err
	}
	err = p.sections(func(section []byte) error {
		if err := do(section); err != nil {
			return err
		}
		return d.section(section)
	})
	switch {
	case err != nil:
		return NoDigest, err
	case d.digest() != stated:
		return Changed, nil
	}
	return Intact, nil
}

// withoutDigest takes the digest out of the head of a report; it is empty where
// there is none.
func withoutDigest(head []byte) (rest []byte, stated string, err error) {
	rest = append(rest, '{')
	err = eachMember(head, func(name string, value jsontext.Value) error {
		if name != "digest" {
			rest, err = appendMember(rest, name, value)
			return err
		}
		if value.Kind() == '"' {
			return json.Unmarshal(value, &stated)
		}
		return nil
	})
	return append(rest, '}'), stated, err
}

// A digester hashes the canonical form of a report: that of its head, with the
// sections in the place where they belong, one by one in any form. The canonical
// form of a list is that of its elements, so that only one section is held at a time.
type digester struct {
	sum  stdhash.Hash
	sep  string // before the next section
	rest []byte // of the head, behind the sections
}

// newDigester begins with the head of a report, see [digesterOf].
func newDigester(r *audit.Report, list bool) (*digester, error) {
	head, err := jsonv2.Marshal(headOf(r), written)
	if err != nil {
		return nil, err
	}
	return digesterOf(head, list)
}

// digesterOf begins with a head. Where its sections are no list, they are hashed with
// the head, and none may follow.
func digesterOf(head []byte, list bool) (*digester, error) {
	v := jsontext.Value(head)
	if err := v.Canonicalize(); err != nil {
		return nil, err
	}
	text, cut := []byte{'{'}, 0
	err := eachMember(v, func(name string, value jsontext.Value) (err error) {
		if name != "sections" || !list {
			text, err = appendMember(text, name, value)
			return err
		}
		text, err = appendMember(text, name, jsontext.Value("["))
		cut = len(text)
		text = append(text, ']')
		return err
	})
	d := &digester{sum: sha256.New(), rest: append(text[cut:], '}')}
	d.sum.Write(text[:cut])
	return d, err
}

// hash adds the next section, which is in its written form.
func (d *digester) hash(s *audit.Section) error {
	text, err := jsonv2.Marshal(s, written)
	if err != nil {
		return err
	}
	return d.section(text)
}

// section adds the next section in any form, which is changed.
func (d *digester) section(text []byte) error {
	v := jsontext.Value(text)
	err := v.Canonicalize()
	d.sum.Write([]byte(d.sep))
	d.sum.Write(v)
	d.sep = ","
	return err
}

// digest ends the report.
func (d *digester) digest() string {
	d.sum.Write(d.rest)
	return "sha256:" + hex.EncodeToString(d.sum.Sum(nil))
}
