package report

import (
	"slices"

	"remotion-doctor/audit"
)

// locate names the Regions in which findings differ: those of each change, where
// they are not all, and those of the section.
func (s *SectionDiff) locate(old, now *audit.Section) {
	regions := union(now.Regions, old.Regions)
	differ := map[string]bool{}
	known := true
	for i := range s.Changes {
		c := &s.Changes[i]
		if c.old != nil || c.now != nil {
			c.Regions = differing(c.old, c.now, inBoth(old.Regions, now.Regions))
		}
		for _, region := range c.Regions {
			differ[region] = true
		}
		known = known && len(c.Regions) > 0
	}
	if known {
		s.Regions = slices.DeleteFunc(slices.Clone(regions), func(region string) bool { return !differ[region] })
	}
	for i := range s.Changes {
		if c := &s.Changes[i]; sameSet(c.Regions, s.Regions) {
			c.Regions = nil
		}
	}
}

// differing are the Regions in which one of two findings is granted and the other
// is not, else those in which either is not; none where the evidence does not say.
// Where a finding differs in Regions that both reports have, those that only one
// has say nothing more.
func differing(old, now *audit.Finding, both []string) []string {
	was, is := lackingOf(old), lackingOf(now)
	shared := inBoth(was, is)
	out := slices.DeleteFunc(union(was, is), func(region string) bool { return slices.Contains(shared, region) })
	if len(out) == 0 {
		out = shared
	}
	if old != nil && now != nil && len(inBoth(out, both)) > 0 {
		out = inBoth(out, both)
	}
	return out
}

func lackingOf(f *audit.Finding) []string {
	if f == nil {
		return nil
	}
	return union(lacking(f), nil)
}

// moved reports whether other Regions may be why something changed: what differs
// does so only in Regions that one of the sections was not checked in, or it is
// not known where.
func moved(old, now *audit.Section, changes []Change) bool {
	if sameSet(old.Regions, now.Regions) {
		return false
	}
	both := inBoth(old.Regions, now.Regions)
	return slices.ContainsFunc(changes, func(c Change) bool {
		return len(differing(c.old, c.now, both)) == 0 || len(inBoth(differing(c.old, c.now, both), both)) == 0
	})
}

// union are the texts of both lists, each once, in their order.
func union(a, b []string) []string {
	var out []string
	for _, text := range slices.Concat(a, b) {
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// inBoth are the texts of a that b has, too.
func inBoth(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(text string) bool { return !slices.Contains(b, text) })
}

func sameSet(a, b []string) bool {
	return len(inBoth(a, b)) == len(a) && len(inBoth(b, a)) == len(b)
}
