package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"remotion-doctor/audit"
)

// mostCauses is how many causes a report ranks.
const mostCauses = 50

// Rank returns what the principals of a report fail for, what most of them have
// first. Principals of one name with the same policies in several accounts are cured
// by one change where they are deployed from.
func Rank(r *audit.Report) []audit.Ranked {
	k := newRanker()
	for i, id := range r.SectionIDs() {
		k.add(r, &r.Sections[i], id)
	}
	return k.causes()
}

// A ranker counts what principals fail for.
type ranker struct {
	byText map[string]*ranking
	all    []*ranking
}

func newRanker() *ranker { return &ranker{byText: map[string]*ranking{}} }

// add counts the section of a report.
func (c *ranker) add(r *audit.Report, s *audit.Section, id string) {
	text := likeliestCause(r, s)
	if s.Error != nil {
		text = "could not be read: " + failedFor(s)
	}
	if text == "" {
		return
	}
	k := c.byText[text]
	if k == nil {
		k = &ranking{Ranked: audit.Ranked{Text: text, Sections: []string{}}, accounts: map[string]bool{}, alike: map[string]map[string]bool{}}
		c.byText[text], c.all = k, append(c.all, k)
	}
	k.add(s, id)
}

// causes returns what was counted, what most principals have first.
func (c *ranker) causes() []audit.Ranked {
	slices.SortStableFunc(c.all, func(a, b *ranking) int {
		return cmp.Or(cmp.Compare(b.Principals, a.Principals), cmp.Compare(a.Text, b.Text))
	})
	var out []audit.Ranked
	for _, k := range c.all[:min(len(c.all), mostCauses)] {
		k.Accounts, k.Advice = len(k.accounts), k.advice()
		out = append(out, k.Ranked)
	}
	return out
}

// failedFor is why a section could not be checked, without what differs from account
// to account.
func failedFor(s *audit.Section) string {
	text := Clean(s.Error.Message)
	if id := s.Account(); id != "" {
		text = strings.ReplaceAll(text, Clean(id), "…")
	}
	return text
}

// A ranking collects the principals that fail for one cause.
type ranking struct {
	audit.Ranked
	accounts map[string]bool
	// alike are the accounts of principals of one name with the same policies.
	alike map[string]map[string]bool
}

func (k *ranking) add(s *audit.Section, id string) {
	k.Principals++
	if len(k.Sections) < audit.MostRanked {
		k.Sections = append(k.Sections, id)
	}
	account := s.Account()
	k.accounts[account] = true
	if s.Principal.ARN == "" || len(s.Policies) == 0 {
		return
	}
	var digests []string
	for i := range s.Policies {
		digests = append(digests, s.Policies[i].Digest)
	}
	slices.Sort(digests)
	key := s.Principal.Name() + "\n" + strings.Join(digests, "\n")
	if k.alike[key] == nil {
		k.alike[key] = map[string]bool{}
	}
	k.alike[key][account] = true
}

// advice says where one change cures many, if it does.
func (k *ranking) advice() string {
	best := ""
	for _, key := range slices.Sorted(maps.Keys(k.alike)) {
		if len(k.alike[key]) > 1 && (best == "" || len(k.alike[key]) > len(k.alike[best])) {
			best = key
		}
	}
	if best == "" {
		return ""
	}
	name, _, _ := strings.Cut(best, "\n")
	return fmt.Sprintf("%s has the same policies in %d accounts: one change of what deploys it (a StackSet, a module) cures them", Clean(name), len(k.alike[best]))
}

// rankedLine is a cause in a line.
func rankedLine(c *audit.Ranked) string {
	return fmt.Sprintf("%s in %s: %s", count(c.Principals, "principal"), count(c.Accounts, "account"), Clean(c.Text))
}
