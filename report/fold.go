package report

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	jsonv2 "github.com/go-json-experiment/json"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// A folder makes the written form of a report's sections, one after the other. In
// a report of many sections it also writes once what they have in common.
type folder struct {
	at    int // the section to come
	many  bool
	lists map[string]audit.Place // findings by their evidence and effective patterns
	mods  map[string]int         // sections by their modules
	key   []byte                 // room for a key of lists
}

func newFolder(many bool) *folder {
	return &folder{many: many, lists: map[string]audit.Place{}, mods: map[string]int{}}
}

// fold returns a section in its written form: the contexts and verdicts of the
// evidence stand once in the section, in the order in which they first occur,
// and the evidence refers to them. The section itself stays unchanged.
func (o *folder) fold(s *audit.Section) (*audit.Section, error) {
	out := *s
	out.Contexts, out.Verdicts = nil, nil
	w := sectionFolder{out: &out, contexts: places[iam.Context]{}, verdicts: places[iam.Verdict]{}, met: map[*iam.Verdict]*int{}, metContext: map[span[iam.ContextEntry]]*int{}}
	out.Findings = slices.Clone(s.Findings)
	for i := range out.Findings {
		f := &out.Findings[i]
		f.Evidence = slices.Clone(f.Evidence)
		for k := range f.Evidence {
			if err := w.evidence(&f.Evidence[k]); err != nil {
				return nil, err
			}
		}
		o.common(i, f)
		o.statements(s.Findings, i, f)
	}
	o.modules(&out)
	o.at++
	return &out, nil
}

// common replaces the evidence and the effective patterns of a finding by the
// place of the first finding that has the same.
func (o *folder) common(i int, f *audit.Finding) {
	if !o.many || len(f.Evidence) == 0 {
		return
	}
	key := o.key[:0]
	text := func(s string) {
		key = append(strconv.AppendInt(key, int64(len(s)), 10), ' ')
		key = append(key, s...)
	}
	for _, pattern := range f.Effective {
		text(pattern)
	}
	for k := range f.Evidence {
		e := &f.Evidence[k]
		key = strconv.AppendBool(append(key, '|'), e.Documented)
		text(e.Resource)
		text(e.Region)
		text(string(e.Engine))
		key = strconv.AppendInt(key, int64(numberOf(e.ContextRef)), 10)
		key = strconv.AppendInt(append(key, ' '), int64(numberOf(e.VerdictRef)), 10)
	}
	o.key = key
	if at, ok := o.lists[string(key)]; ok {
		f.Effective, f.Evidence, f.EvidenceOf = nil, []audit.Evidence{}, &at
		return
	}
	o.lists[string(key)] = audit.Place{Section: o.at, Finding: i}
}

// statements replaces the statements of a finding by the place of the first finding
// of its section that has the same.
func (o *folder) statements(all []audit.Finding, i int, f *audit.Finding) {
	if !o.many || len(f.Statements) == 0 {
		return
	}
	same := func(before audit.Finding) bool { return slices.Equal(before.Statements, f.Statements) }
	if at := slices.IndexFunc(all[:i], same); at >= 0 {
		f.Statements, f.StatementsOf = []iam.StatementRef{}, &at
	}
}

// modules replaces the modules of a section by the place of the first section
// that has the same.
func (o *folder) modules(s *audit.Section) {
	if !o.many || len(s.Modules) == 0 {
		return
	}
	key := fmt.Sprintf("%q", s.Modules)
	if at, ok := o.mods[key]; ok {
		s.Modules, s.ModulesOf = []audit.Module{}, &at
		return
	}
	o.mods[key] = o.at
}

// numberOf is a reference as a number, -1 for none.
func numberOf(ref *int) int {
	if ref == nil {
		return -1
	}
	return *ref
}

// A sectionFolder folds the evidence of one section.
type sectionFolder struct {
	out      *audit.Section
	contexts places[iam.Context]
	verdicts places[iam.Verdict]
	// met are places of what was met before, at the same place in memory.
	met        map[*iam.Verdict]*int
	metContext map[span[iam.ContextEntry]]*int
}

func (w *sectionFolder) evidence(e *audit.Evidence) (err error) {
	if e.Context != nil {
		if e.ContextRef, err = known(w.metContext, spanOf(e.Context), w.contexts, e.Context, &w.out.Contexts); err != nil {
			return err
		}
		e.Context = nil
	}
	if e.Verdict != nil {
		e.VerdictRef, err = known(w.met, e.Verdict, w.verdicts, *e.Verdict, &w.out.Verdicts)
		e.Verdict = nil
	}
	return err
}

// known returns the place of a value in a list: at once where the value was met at
// the same place in memory, by the key.
func known[K comparable, T any](before map[K]*int, key K, all places[T], v T, list *[]T) (*int, error) {
	if at := before[key]; at != nil {
		return at, nil
	}
	at, err := all.of(v, list)
	if err == nil {
		before[key] = at
	}
	return at, err
}

// A span is a place in memory.
type span[T any] struct {
	first *T
	n     int
}

func spanOf[T any](list []T) span[T] {
	if len(list) == 0 {
		return span[T]{}
	}
	return span[T]{&list[0], len(list)}
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

// An unfolder undoes what a folder did, section by section.
type unfolder struct {
	lists   [][]asWritten    // of the sections so far, by finding
	modules [][]audit.Module // likewise
}

// An asWritten is what a finding may have in common with others, as it is written.
type asWritten struct {
	effective []string
	evidence  []audit.Evidence
}

// unfold gives each evidence its context and verdict again. Those that are the
// same share their memory. A section of an older form is as it should be already.
func (o *unfolder) unfold(s *audit.Section) error {
	if at := s.ModulesOf; at != nil {
		if len(s.Modules) > 0 {
			return errors.New("it has modules of its own and modulesOf")
		}
		if *at < 0 || *at >= len(o.modules) {
			return fmt.Errorf("modulesOf %d is not one of the %d sections before", *at, len(o.modules))
		}
		s.Modules, s.ModulesOf = o.modules[*at], nil
	}
	o.modules = append(o.modules, s.Modules)
	lists := make([]asWritten, len(s.Findings))
	for i := range s.Findings {
		f := &s.Findings[i]
		if f.EvidenceOf != nil {
			if len(f.Evidence)+len(f.Effective) > 0 {
				return fmt.Errorf("finding %d has evidence of its own and evidenceOf", i)
			}
			c, ok := o.at(*f.EvidenceOf, lists[:i])
			if !ok {
				return fmt.Errorf("evidenceOf %d of section %d is no finding before", f.EvidenceOf.Finding, f.EvidenceOf.Section)
			}
			f.Effective, f.Evidence, f.EvidenceOf = c.effective, c.evidence, nil
		}
		lists[i] = asWritten{f.Effective, f.Evidence}
		if at := f.StatementsOf; at != nil {
			if len(f.Statements) > 0 {
				return fmt.Errorf("finding %d has statements of its own and statementsOf", i)
			}
			if *at < 0 || *at >= i {
				return fmt.Errorf("statementsOf %d of finding %d is no finding before", *at, i)
			}
			f.Statements, f.StatementsOf = s.Findings[*at].Statements, nil
		}
		var err error
		if f.Evidence, err = evidence(s, f.Evidence); err != nil {
			return err
		}
		for k := range s.Verdicts {
			if same := s.Verdicts[k].Matched; len(same) > 0 && slices.Equal(same, f.Statements) {
				f.Statements = same
				break
			}
		}
	}
	o.lists = append(o.lists, lists)
	s.Contexts, s.Verdicts = nil, nil
	return nil
}

// at returns what a finding before has; own are those of the same section.
func (o *unfolder) at(p audit.Place, own []asWritten) (asWritten, bool) {
	switch {
	case p.Section == len(o.lists):
	case p.Section >= 0 && p.Section < len(o.lists):
		own = o.lists[p.Section]
	default:
		return asWritten{}, false
	}
	if p.Finding < 0 || p.Finding >= len(own) {
		return asWritten{}, false
	}
	return own[p.Finding], true
}

// evidence returns a list of evidence with the contexts and verdicts of its
// section.
func evidence(s *audit.Section, list []audit.Evidence) ([]audit.Evidence, error) {
	list = slices.Clone(list)
	for i := range list {
		e := &list[i]
		if ref := e.ContextRef; ref != nil {
			if *ref < 0 || *ref >= len(s.Contexts) {
				return nil, fmt.Errorf("contextRef %d is not one of the section's %d", *ref, len(s.Contexts))
			}
			e.Context = s.Contexts[*ref]
		}
		if ref := e.VerdictRef; ref != nil {
			if *ref < 0 || *ref >= len(s.Verdicts) {
				return nil, fmt.Errorf("verdictRef %d is not one of the section's %d", *ref, len(s.Verdicts))
			}
			e.Verdict = &s.Verdicts[*ref]
		}
		if e.Verdict == nil {
			e.Verdict = &iam.Verdict{}
		}
		e.ContextRef, e.VerdictRef = nil, nil
	}
	return list, nil
}
