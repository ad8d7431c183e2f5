package doctor

import (
	"reflect"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// as is a judgement of one role as one of another that is alike: statements of
// the one's own policies are those of the other's. What does not change shares its
// memory.
func (out *judgement) as(from, to string) *judgement {
	r := renaming{from: from + "#", to: to + "#", verdicts: map[*iam.Verdict]*iam.Verdict{}, lists: map[*iam.StatementRef][]iam.StatementRef{}, ids: map[iam.PolicyID]iam.PolicyID{}}
	c := *out
	c.findings = slices.Clone(out.findings)
	if from == to {
		return &c
	}
	for i := range c.findings {
		f := &c.findings[i]
		f.Statements = r.refs(f.Statements)
		f.Evidence = r.evidence(f.Evidence)
	}
	return &c
}

// condense makes contexts, verdicts and lists of statements that say the same share
// their memory.
func (out *judgement) condense() {
	var verdicts []*iam.Verdict
	var contexts []iam.Context
	lists := map[iam.StatementRef][][]iam.StatementRef{} // by what they begin with
	one := func(list []iam.StatementRef) []iam.StatementRef {
		if len(list) == 0 {
			return list
		}
		for _, same := range lists[list[0]] {
			if slices.Equal(same, list) {
				return same
			}
		}
		lists[list[0]] = append(lists[list[0]], list)
		return list
	}
	for i := range out.findings {
		f := &out.findings[i]
		f.Statements = one(f.Statements)
		for k := range f.Evidence {
			e := &f.Evidence[k]
			v := *e.Verdict
			v.Matched = one(v.Matched)
			e.Verdict, e.Context = firstLike(&verdicts, &v), firstLike(&contexts, e.Context)
		}
	}
}

// firstLike returns the value of a list that is the same, and adds one that is new.
func firstLike[T any](list *[]T, v T) T {
	if at := slices.IndexFunc(*list, func(w T) bool { return reflect.DeepEqual(w, v) }); at >= 0 {
		return (*list)[at]
	}
	*list = append(*list, v)
	return v
}

// A renaming gives policies another owner.
type renaming struct {
	from, to string
	lists    map[*iam.StatementRef][]iam.StatementRef // renamed already, by what they were
	verdicts map[*iam.Verdict]*iam.Verdict            // likewise
	ids      map[iam.PolicyID]iam.PolicyID
}

func (r *renaming) about(list []iam.StatementRef) bool {
	return slices.ContainsFunc(list, func(s iam.StatementRef) bool { return strings.HasPrefix(string(s.PolicyID), r.from) })
}

func (r *renaming) refs(list []iam.StatementRef) []iam.StatementRef {
	if !r.about(list) {
		return list
	}
	if done := r.lists[&list[0]]; len(done) == len(list) {
		return done
	}
	out := slices.Clone(list)
	for i := range out {
		out[i].PolicyID = r.id(out[i].PolicyID)
	}
	r.lists[&list[0]] = out
	return out
}

func (r *renaming) id(id iam.PolicyID) iam.PolicyID {
	name, own := strings.CutPrefix(string(id), r.from)
	if !own {
		return id
	}
	if _, ok := r.ids[id]; !ok {
		r.ids[id] = iam.PolicyID(r.to + name)
	}
	return r.ids[id]
}

func (r *renaming) evidence(list []audit.Evidence) []audit.Evidence {
	if !slices.ContainsFunc(list, func(e audit.Evidence) bool { return r.about(e.Verdict.Matched) }) {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		out[i].Verdict = r.verdict(out[i].Verdict)
	}
	return out
}

func (r *renaming) verdict(v *iam.Verdict) *iam.Verdict {
	if r.verdicts[v] == nil {
		out := *v
		out.Matched = r.refs(v.Matched)
		r.verdicts[v] = &out
	}
	return r.verdicts[v]
}
