package report

import (
	"cmp"
	"strconv"
	"strings"

	"remotion-doctor/audit"
)

// A label names a section so that no two sections of a report look alike: its
// title, and as much of account, Regions, file, requirement and principal as it
// takes.
type label struct{ title, extra string }

// String returns title and extra in one line.
func (l label) String() string {
	if l.extra == "" {
		return l.title
	}
	return l.title + " · " + l.extra
}

// distinctions are what can tell two sections of the same title apart, the
// first that differs first.
var distinctions = []func(s *audit.Section) string{
	func(s *audit.Section) string { return s.Account() },
	func(s *audit.Section) string { return strings.Join(s.Regions, ", ") },
	func(s *audit.Section) string { return s.Identity().File },
	func(s *audit.Section) string { return s.Requirement.Name },
	func(s *audit.Section) string { return s.Principal.ARN },
}

// labels names the sections of a report. Where there are several accounts, each
// label has its account.
func labels(r *audit.Report) []label {
	out := make([]label, len(r.Sections))
	accounts := map[string]bool{}
	for i := range r.Sections {
		out[i].title = title(&r.Sections[i])
		accounts[r.Sections[i].Account()] = true
	}
	if delete(accounts, ""); len(accounts) > 1 {
		for i := range out {
			out[i].add(Clean(r.Sections[i].Account()))
		}
	}
	for _, part := range distinctions {
		for _, alike := range sameLabels(out) {
			if differ(r, alike, part) {
				distinguish(r, out, alike, part)
			}
		}
	}
	for _, alike := range sameLabels(out) {
		for n, i := range alike {
			if n > 0 {
				out[i].add(strconv.Itoa(n + 1))
			}
		}
	}
	return out
}

// sameLabels are the places of labels that several sections have.
func sameLabels(list []label) [][]int {
	places := map[label][]int{}
	var order []label
	for i, l := range list {
		if len(places[l]) == 0 {
			order = append(order, l)
		}
		places[l] = append(places[l], i)
	}
	var out [][]int
	for _, l := range order {
		if len(places[l]) > 1 {
			out = append(out, places[l])
		}
	}
	return out
}

func differ(r *audit.Report, places []int, part func(*audit.Section) string) bool {
	for _, i := range places {
		if part(&r.Sections[i]) != part(&r.Sections[places[0]]) {
			return true
		}
	}
	return false
}

func distinguish(r *audit.Report, list []label, places []int, part func(*audit.Section) string) {
	for _, i := range places {
		list[i].add(Clean(cmp.Or(part(&r.Sections[i]), "?")))
	}
}

func (l *label) add(text string) {
	if text != "" && !strings.Contains(" · "+l.extra+" · ", " · "+text+" · ") {
		l.extra = strings.TrimPrefix(l.extra+" · "+text, " · ")
	}
}
