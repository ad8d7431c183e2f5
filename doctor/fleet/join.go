package fleet

import (
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/report"
)

// Join is the report of all accounts: that of one run over them, whichever
// machines they were audited on.
func Join(parts []*audit.Report) *audit.Report {
	out := *report.Merge(parts)
	finish(&out)
	out.Causes = report.Rank(&out)
	out.Digest = ""
	return &out
}

// finish puts in order what a report says of its accounts.
func finish(r *audit.Report) {
	r.Accounts = slices.Clone(r.Accounts)
	slices.SortStableFunc(r.Accounts, func(a, b audit.Account) int { return strings.Compare(a.ID, b.ID) })
	r.Notes = append(slices.Clone(r.Notes), notes(r.Accounts)...)
	for i := range r.Accounts {
		r.Accounts[i].Arguments, r.Accounts[i].Source = "", "" // of the parts: the index has them
	}
}
