package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
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
	head, err := jsonv2.Marshal(headOf(r), written)
	if err != nil {
		return err
	}
	r.Digest, err = digestOf(head, func(hash func([]byte) error) error {
		if r.Sections == nil {
			return errNoList
		}
		o := newFolder(r)
		for i := range r.Sections {
			s, err := o.fold(&r.Sections[i])
			if err != nil {
				return err
			}
			text, err := jsonv2.Marshal(s, written)
			if err == nil {
				err = hash(text)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// An Integrity says whether a report is as it was made.
type Integrity int

// The outcomes of [Verify].
const (
	NoDigest Integrity = iota // the report has none
	Intact
	Changed
)

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
	computed, err := digestOf(head, func(hash func([]byte) error) error {
		if !p.hasList() {
			return errNoList
		}
		return p.sections(func(section []byte) error {
			if err := do(section); err != nil {
				return err
			}
			return hash(section)
		})
	})
	switch {
	case err != nil:
		return NoDigest, err
	case computed != stated:
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

// errNoList says that the sections of foreign JSON are no list: they are hashed
// as they are in the head.
var errNoList = errors.New("sections are no list")

// digestOf hashes the canonical form of a report: that of its head, whose
// sections are null, with the sections in the place of it, which each gives out
// one by one in any form. The canonical form of a list is that of its elements,
// so that only one section is held at a time.
func digestOf(head []byte, each func(hash func([]byte) error) error) (string, error) {
	v := jsontext.Value(head)
	if err := v.Canonicalize(); err != nil {
		return "", err
	}
	sum := sha256.New()
	sum.Write([]byte("{"))
	sep := ""
	err := eachMember(v, func(name string, value jsontext.Value) error {
		quoted, err := jsontext.AppendQuote([]byte(sep), name)
		if err != nil {
			return err
		}
		sep = ","
		sum.Write(append(quoted, ':'))
		if name == "sections" {
			return hashSections(sum, value, each)
		}
		sum.Write(value)
		return nil
	})
	sum.Write([]byte("}"))
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), err
}

// hashSections hashes a list of sections, or what is in its place.
func hashSections(sum stdhash.Hash, instead jsontext.Value, each func(func([]byte) error) error) error {
	n := 0
	err := each(func(text []byte) error {
		v := jsontext.Value(text)
		if err := v.Canonicalize(); err != nil {
			return err
		}
		sum.Write([]byte{"[,"[min(n, 1)]})
		sum.Write(v)
		n++
		return nil
	})
	switch {
	case errors.Is(err, errNoList):
		sum.Write(instead)
		return nil
	case n == 0:
		sum.Write([]byte("["))
	}
	sum.Write([]byte("]"))
	return err
}
