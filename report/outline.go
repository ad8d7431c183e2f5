package report

import (
	jsonv2 "github.com/go-json-experiment/json"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// An outline is of a section what [audit.Section.Identity] looks at.
type outline struct {
	Target      audit.Target      `json:"target"`
	Principal   iam.Principal     `json:"principal"`
	Requirement audit.Requirement `json:"requirement"`
	Regions     []string          `json:"regions"`
	Location    *iam.Location     `json:"location"`
}

// loadOutline reads a report as [Load] does, but of each section only its
// identity.
func loadOutline(name string, text Text) (*audit.Report, Integrity, error) {
	r, state, err := outlineOf(text)
	if err != nil || r.SchemaVersion != audit.SchemaVersion {
		return Load(name, text) // which knows other forms, and what is wrong
	}
	return r, state, nil
}

func outlineOf(text Text) (*audit.Report, Integrity, error) {
	p, r, err := opened(text)
	if err != nil {
		return nil, NoDigest, err
	}
	state, err := p.verify(func(text []byte) error {
		var o outline
		err := jsonv2.Unmarshal(text, &o, foreign)
		r.Sections = append(r.Sections, audit.Section{Target: o.Target, Principal: o.Principal, Requirement: o.Requirement, Regions: o.Regions, Location: o.Location})
		return err
	})
	return r, state, err
}

// LoadHead reads a report as [Load] does, without its sections and without a look at
// its digest.
func LoadHead(name string, text Text) (*audit.Report, error) {
	_, r, err := opened(text)
	if err != nil {
		r, _, err = Load(name, text) // which knows other forms, and what is wrong
	}
	return r, err
}
