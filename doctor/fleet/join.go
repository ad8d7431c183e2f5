package fleet

import (
	"maps"
	"os"
	"path/filepath"
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

// Stream is the report that [Join] makes of the parts in files, one of which is in
// memory at a time; old is an earlier report to compare with, nil for none. The
// errors name the file that cannot be read; changed is called with the name of each
// that is not as it was made.
func Stream(files []string, old *audit.Report, open report.Opener, changed func(name string)) (*report.Stream, error) {
	s, err := report.NewStream(files, open, changed)
	if err != nil {
		return nil, err
	}
	finish(s.Head)
	return s, s.Conclude(old)
}

// finish puts in order what a report says of its accounts.
func finish(r *audit.Report) {
	r.Accounts = slices.Clone(r.Accounts)
	slices.SortStableFunc(r.Accounts, func(a, b audit.Account) int { return strings.Compare(a.ID, b.ID) })
	r.Notes = append(slices.Clone(r.Notes), notes(r.Accounts)...)
	for i := range r.Accounts {
		r.Accounts[i].Arguments = "" // of the parts: the index has them
	}
}

// Parts returns the files of the reports in folders, an account each, in the order of
// the accounts' ids. Of an account that several folders hold, the last one's counts.
// Paths that are no folders are returned as they are; folders says which of the two
// they were.
func Parts(paths []string) (files []string, folders bool, err error) {
	byName := map[string]string{}
	for i, path := range paths {
		info, err := os.Stat(path)
		if is := err == nil && info.IsDir(); i > 0 && is != folders {
			return nil, false, audit.Invalid("merge the folders first", "of %s and %s one is a folder, and one a file", paths[0], path)
		} else if folders = is; !folders {
			continue
		}
		list, err := os.ReadDir(filepath.Join(path, "accounts"))
		if err != nil {
			return nil, true, audit.Invalid("name folders that `remotion-doctor audit --out DIR` has written", "reading %s: it has no folder accounts", path)
		}
		for _, e := range list {
			if strings.HasSuffix(e.Name(), ".json") {
				byName[e.Name()] = filepath.Join(path, "accounts", e.Name())
			}
		}
	}
	if !folders {
		return paths, false, nil
	}
	if len(byName) == 0 {
		return nil, true, audit.Invalid("name folders that `remotion-doctor audit --out DIR` has written", "reading %s: it has no report of an account", paths[0])
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if info, err := os.Stat(byName[name]); err == nil && !info.Mode().IsRegular() {
			return nil, true, audit.Invalid("take it out of the folder", "%s is no regular file", byName[name]) // a pipe may have no end
		}
		files = append(files, byName[name])
	}
	return files, true, nil
}
