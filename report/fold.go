package report

import (
	"bytes"
	"fmt"
	"slices"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// fold returns a section in its written form: the contexts and verdicts of the
// evidence stand once in the section, in the order in which they first occur,
// and the evidence refers to them. The section itself stays as it is.
func fold(s *audit.Section) (*audit.Section, error) {
	out := *s
	out.Contexts, out.Verdicts = nil, nil
	contexts, verdicts := places[iam.Context]{}, places[iam.Verdict]{}
	out.Findings = slices.Clone(s.Findings)
	for i := range out.Findings {
		f := &out.Findings[i]
		f.Evidence = slices.Clone(f.Evidence)
		for k := range f.Evidence {
			e := &f.Evidence[k]
			var err error
			if e.Context != nil {
				if e.ContextRef, err = contexts.of(e.Context, &out.Contexts); err != nil {
					return nil, err
				}
				e.Context = nil
			}
			if e.VerdictRef, err = verdicts.of(e.Verdict, &out.Verdicts); err != nil {
				return nil, err
			}
			e.Verdict = iam.Verdict{}
		}
	}
	return &out, nil
}

// places are the places of values by their JSON: what is written the same is the
// same, whatever fields a value has.
type places[T any] map[string]*int

// of returns the place of a value in a list, and adds it where it is new.
func (p places[T]) of(v T, list *[]T) (*int, error) {
	key, err := jsonv2.Marshal(v, written)
	if err != nil {
		return nil, err
	}
	if at, ok := p[string(key)]; ok {
		return at, nil
	}
	at := len(*list)
	*list = append(*list, v)
	p[string(key)] = &at
	return &at, nil
}

// unfold undoes fold: each evidence has its context and verdict again. Those
// that are the same share their memory. A section of an older form is as it
// should be already.
func unfold(s *audit.Section) error {
	for i := range s.Findings {
		for k := range s.Findings[i].Evidence {
			e := &s.Findings[i].Evidence[k]
			if err := refer(&e.Context, e.ContextRef, s.Contexts, "contextRef"); err != nil {
				return err
			}
			if err := refer(&e.Verdict, e.VerdictRef, s.Verdicts, "verdictRef"); err != nil {
				return err
			}
			e.ContextRef, e.VerdictRef = nil, nil
		}
	}
	s.Contexts, s.Verdicts = nil, nil
	return nil
}

// refer puts what a reference means in its place.
func refer[T any](to *T, ref *int, list []T, name string) error {
	if ref == nil {
		return nil
	}
	if *ref < 0 || *ref >= len(list) {
		return fmt.Errorf("%s %d is none of the section's %d", name, *ref, len(list))
	}
	*to = list[*ref]
	return nil
}

// eachMember goes through the members of a JSON object in their order.
func eachMember(object []byte, do func(name string, value jsontext.Value) error) error {
	dec := jsontext.NewDecoder(bytes.NewBuffer(object))
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		value, err := dec.ReadValue()
		if err == nil {
			err = do(name, value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// eachElement goes through the elements of a JSON list. What it hands out may be
// changed.
func eachElement(list []byte, do func([]byte) error) error {
	dec := jsontext.NewDecoder(bytes.NewReader(list))
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		value, err := dec.ReadValue()
		if err == nil {
			err = do(bytes.Clone(value))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isArray reports whether a JSON value is a list.
func isArray(value []byte) bool { return jsontext.Value(value).Kind() == '[' }
