package report

import (
	"fmt"
	"strconv"

	jsonv2 "github.com/go-json-experiment/json"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// pageDetails is all that is known of the findings of a report, each thing once:
// principals that are alike have the same, but for the identities of their own
// policies. In the page a policy is known by its place in its section.
type pageDetails struct {
	Contexts [][]iam.ContextEntry   `json:"contexts"`
	Verdicts []iam.Verdict          `json:"verdicts"`
	Policies [][]audit.PolicyRecord `json:"policies"`

	list     []*pageDetail
	of       map[*audit.Finding]int // the place in list
	policies []int                  // of each section, the place in Policies

	contextAt, verdictAt, policiesAt, detailAt map[string]int
}

// A pageDetail is what the row of a finding does not say.
type pageDetail struct {
	Effective      []string           `json:"effective,omitzero"`
	Granted        string             `json:"granted,omitzero"`
	NotGranted     string             `json:"notGranted,omitzero"`
	Layer          iam.Layer          `json:"layer,omitzero"`
	Scope          audit.Scope        `json:"scope,omitzero"`
	MissingContext []string           `json:"missingContext,omitzero"`
	Statements     []iam.StatementRef `json:"statements,omitzero"`
	Evidence       []pageEvidence     `json:"evidence,omitzero"`
}

// A pageEvidence is one question and its answer; both count in pageDetails.
type pageEvidence struct {
	Resource   string `json:"resource"`
	Documented bool   `json:"documented,omitzero"`
	Region     string `json:"region,omitzero"`
	Context    int    `json:"context"` // -1 for none
	Verdict    int    `json:"verdict"` // likewise
}

func pageDetailsOf(r *audit.Report) (*pageDetails, error) {
	d := &pageDetails{
		Contexts: [][]iam.ContextEntry{}, Verdicts: []iam.Verdict{}, Policies: [][]audit.PolicyRecord{},
		of: map[*audit.Finding]int{}, contextAt: map[string]int{}, verdictAt: map[string]int{}, policiesAt: map[string]int{}, detailAt: map[string]int{},
	}
	for i := range r.Sections {
		if err := d.section(&r.Sections[i]); err != nil {
			return nil, fmt.Errorf("section %d: %w", i, err)
		}
	}
	return d, nil
}

// section adds the findings of a section.
func (d *pageDetails) section(s *audit.Section) error {
	folded, err := (&folder{}).fold(s)
	if err != nil {
		return err
	}
	local := localIDs(s.Policies)
	policies, err := placeOf(d.policiesAt, local.records(s.Policies), &d.Policies)
	if err != nil {
		return err
	}
	d.policies = append(d.policies, policies)
	contexts, verdicts := make([]int, len(folded.Contexts)), make([]int, len(folded.Verdicts))
	for i, c := range folded.Contexts {
		if contexts[i], err = placeOf(d.contextAt, []iam.ContextEntry(c), &d.Contexts); err != nil {
			return err
		}
	}
	for i := range folded.Verdicts {
		v := folded.Verdicts[i]
		v.Matched = local.refs(v.Matched)
		if verdicts[i], err = placeOf(d.verdictAt, v, &d.Verdicts); err != nil {
			return err
		}
	}
	for i := range folded.Findings {
		f := &folded.Findings[i]
		detail := &pageDetail{f.Effective, f.Granted, f.NotGranted, f.Layer, f.Scope, f.MissingContext, local.refs(f.Statements), nil}
		for k := range f.Evidence {
			detail.Evidence = append(detail.Evidence, evidenceOf(&f.Evidence[k], contexts, verdicts))
		}
		if d.of[&s.Findings[i]], err = placeOf(d.detailAt, detail, &d.list); err != nil {
			return err
		}
	}
	return nil
}

func evidenceOf(e *audit.Evidence, contexts, verdicts []int) pageEvidence {
	out := pageEvidence{e.Resource, e.Documented, e.Region, -1, -1}
	if e.ContextRef != nil {
		out.Context = contexts[*e.ContextRef]
	}
	if e.VerdictRef != nil {
		out.Verdict = verdicts[*e.VerdictRef]
	}
	return out
}

// placeOf returns the place of a value in a list by its JSON, and adds it where it is
// new.
func placeOf[T any](places map[string]int, v T, list *[]T) (int, error) {
	key, err := jsonv2.Marshal(v, written)
	if err != nil {
		return 0, err
	}
	if n, ok := places[string(key)]; ok {
		return n, nil
	}
	return listed(places, string(key), v, list), nil
}

// local are the policies of a section by their place in it.
type local map[iam.PolicyID]iam.PolicyID

func localIDs(list []audit.PolicyRecord) local {
	out := local{}
	for i := range list {
		if id := list[i].PolicyID; id != "" {
			out[id] = iam.PolicyID(strconv.Itoa(i))
		}
	}
	return out
}

func (l local) id(id iam.PolicyID) iam.PolicyID {
	if place, ok := l[id]; ok {
		return place
	}
	return id
}

func (l local) records(list []audit.PolicyRecord) []audit.PolicyRecord {
	out := make([]audit.PolicyRecord, len(list))
	for i := range list {
		out[i] = list[i]
		out[i].PolicyID = l.id(list[i].PolicyID)
	}
	return out
}

func (l local) refs(list []iam.StatementRef) []iam.StatementRef {
	out := make([]iam.StatementRef, len(list))
	for i := range list {
		out[i] = list[i]
		out[i].PolicyID = l.id(list[i].PolicyID)
	}
	return out
}
