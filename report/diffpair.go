package report

import (
	"remotion-doctor/audit"
)

// A pairing says which section of an old report each section of a new one is
// compared with.
type pairing struct {
	old  []*audit.Section // by the place of the new section; nil where there is none
	used map[*audit.Section]bool
}

// pair finds the sections that belong together. First come those of the same
// identity; of what is left then, those that only differ in the role or the
// Regions, then in the file, too; then one whose account is not known, since it could not be checked.
// In the later rounds both reports must have just one candidate.
func pair(old, now *audit.Report) pairing {
	p := pairing{make([]*audit.Section, len(now.Sections)), map[*audit.Section]bool{}}
	byKey := map[mergeKey]*audit.Section{}
	for i, key := range mergeKeys(old) {
		byKey[key] = &old.Sections[i]
	}
	for i, key := range mergeKeys(now) {
		if s := byKey[key]; s != nil {
			p.old[i], p.used[s] = s, true
		}
	}
	p.round(old, now, audit.SectionID.Anywhere)
	p.round(old, now, func(id audit.SectionID) audit.SectionID {
		id.File = ""
		return id.Anywhere()
	})
	p.round(old, now, func(id audit.SectionID) audit.SectionID {
		id.AccountID, id.File = "", ""
		return id.Anywhere()
	})
	return p
}

// round pairs what is left where a key has one candidate on both sides and
// their accounts do not contradict each other.
func (p *pairing) round(old, now *audit.Report, key func(audit.SectionID) audit.SectionID) {
	before, after := map[audit.SectionID][]*audit.Section{}, map[audit.SectionID]int{}
	for i := range old.Sections {
		if s := &old.Sections[i]; !p.used[s] {
			before[key(s.Identity())] = append(before[key(s.Identity())], s)
		}
	}
	for i := range now.Sections {
		if p.old[i] == nil {
			after[key(now.Sections[i].Identity())]++
		}
	}
	for i := range now.Sections {
		id := key(now.Sections[i].Identity())
		if p.old[i] != nil || after[id] != 1 || len(before[id]) != 1 {
			continue
		}
		s := before[id][0]
		if a, b := s.Account(), now.Sections[i].Account(); a == b || a == "" || b == "" {
			p.old[i], p.used[s] = s, true
		}
	}
}
