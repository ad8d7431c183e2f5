package fleet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/report"
)

// Folders reports whether paths are folders of audit --out, which [JoinFolders] joins,
// and not files.
func Folders(paths []string) (bool, error) {
	folders := 0
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case path == "-":
		case err != nil:
			return false, audit.Invalid("name JSON reports, or folders that `remotion-doctor audit --out DIR` has written", "reading %s: no such file or folder", path)
		case info.IsDir():
			folders++
		}
	}
	if folders > 0 && folders < len(paths) {
		return false, audit.Invalid("merge the folders first", "%s: some are folders, and some are files", strings.Join(paths, ", "))
	}
	return folders > 0, nil
}

// Joining says how folders are joined.
type Joining struct {
	Open report.Opener
	// Warn is called with what the reader of the report should know.
	Warn func(text string)
	// Since is an earlier report to compare with; nil for none.
	Since *audit.Report
	// Stream keeps one account in memory at a time.
	Stream bool
}

// JoinFolders is the report of the accounts in folders that audit --out has written, in
// memory or as a stream. Of an account in several of them the newest report counts. An
// account that an index lists and that no folder has was not reached, and is a section
// that says so. Reports of different questions are refused. The errors name the file at
// fault.
func JoinFolders(folders []string, j Joining) (*audit.Report, *report.Stream, error) {
	p := &parts{Joining: j, files: map[string][]string{}, listed: map[string]listing{}, missing: map[string][]byte{}, shards: map[int][]int{}}
	if err := p.find(folders); err != nil {
		return nil, nil, err
	}
	p.warnOfShards()
	if j.Stream {
		s, err := p.stream()
		return nil, s, err
	}
	r, err := p.join()
	return r, nil, err
}

// parts are the reports of accounts, one of each, in the order of the accounts' ids.
type parts struct {
	Joining
	names   []string
	files   map[string][]string // that there are of an account, by their base name
	listed  map[string]listing  // accounts of indexes, in the same way
	missing map[string][]byte   // reports in the place of files that there are not
	shards  map[int][]int       // which ones there are, by how many there are
}

// A listing is an account of the index of a folder.
type listing struct {
	folder  string
	index   *Index
	account *audit.Account
}

// find looks for the reports in folders.
func (p *parts) find(folders []string) error {
	for _, folder := range folders {
		if err := p.folder(folder); err != nil {
			return err
		}
	}
	if err := p.fill(); err != nil {
		return err
	}
	for _, base := range slices.Sorted(maps.Keys(p.files)) {
		name, err := p.newest(p.files[base])
		if err != nil {
			return err
		}
		p.names = append(p.names, name)
	}
	if len(p.names) == 0 {
		return audit.Invalid("name folders that `remotion-doctor audit --out DIR` has written", "reading %s: it has no report of an account", folders[0])
	}
	return nil
}

// fill puts a report into the place of each file that an index lists and no folder has.
func (p *parts) fill() error {
	for base, l := range p.listed {
		if len(p.files[base]) > 0 {
			continue
		}
		text, err := l.unreached()
		if err != nil {
			return err
		}
		name := filepath.Join(l.folder, "accounts", base)
		p.files[base], p.missing[name] = []string{name}, text
	}
	return nil
}

// folder adds the files of a folder: those of its index, where it has one.
func (p *parts) folder(folder string) error {
	index, err := p.index(folder)
	if err != nil {
		return err
	}
	list, err := os.ReadDir(filepath.Join(folder, "accounts"))
	if err != nil {
		return audit.Invalid("name folders that `remotion-doctor audit --out DIR` has written", "reading %s: it has no folder accounts", folder)
	}
	wanted := map[string]bool{}
	if index != nil {
		for i := range index.Accounts {
			base := fileOf(index.Accounts[i].ID)
			wanted[base], p.listed[base] = true, listing{folder, index, &index.Accounts[i].Account}
		}
	}
	for _, e := range list {
		if base := e.Name(); strings.HasSuffix(base, ".json") && (index == nil || wanted[base]) {
			name := filepath.Join(folder, "accounts", base)
			if irregular(name) {
				return audit.Invalid("take it out of the folder", "%s is no regular file", name)
			}
			p.files[base] = append(p.files[base], name)
		}
	}
	return nil
}

// index reads index.json of a folder; nil where there is none.
func (p *parts) index(folder string) (*Index, error) {
	name := filepath.Join(folder, "index.json")
	data, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return nil, nil
	}
	var x Index
	if err == nil {
		err = json.Unmarshal(data, &x)
	}
	if err != nil {
		return nil, audit.Invalid("run the audit into the folder again, or delete the file to take all that is in accounts/", "reading %s: %v", name, err)
	}
	if s, err := ParseShard(x.Shard); err == nil {
		p.shards[s.Of] = append(p.shards[s.Of], s.Number)
	}
	return &x, nil
}

// unreached is the report of an account without one.
func (l *listing) unreached() ([]byte, error) {
	o := Options{Options: doctor.Options{Tool: l.index.Tool, Now: func() time.Time { return time.Time{} }}, Arguments: l.index.Arguments}
	r := Unreached(o, Place{ID: l.account.ID, Name: l.account.Name, Unit: l.account.Unit})
	if err := report.Seal(r); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err := report.CompactJSON(&out, r)
	return out.Bytes(), err
}

// newest chooses one of several reports of an account.
func (p *parts) newest(names []string) (string, error) {
	if len(names) == 1 {
		return names[0], nil
	}
	best, reached, at := "", false, time.Time{}
	for _, name := range names {
		text, done, err := p.open(name)
		if err != nil {
			return "", audit.Invalid("", "reading %s: %v", name, err)
		}
		r, err := report.LoadHead(name, text)
		done()
		if err != nil {
			return "", err
		}
		is := len(r.Accounts) != 1 || r.Accounts[0].Status != audit.AccountPending
		if best == "" || is && !reached || is == reached && !r.GeneratedAt.Before(at) {
			best, reached, at = name, is, r.GeneratedAt
		}
	}
	return best, nil
}

// open implements [report.Opener].
func (p *parts) open(name string) (report.Text, func(), error) {
	if text, ok := p.missing[name]; ok {
		return bytes.NewReader(text), func() {}, nil
	}
	return p.Open(name)
}

// warnOfShards says which shards are not there.
func (p *parts) warnOfShards() {
	for _, of := range slices.Sorted(maps.Keys(p.shards)) {
		var lacking []string
		for i := range min(of, mostShards) {
			if !slices.Contains(p.shards[of], i+1) {
				lacking = append(lacking, fmt.Sprintf("%d/%d", i+1, of))
			}
		}
		if len(lacking) > 0 {
			p.Warn("no folder has the shard " + strings.Join(lacking, ", ") + ": their accounts are not in the report")
		}
	}
}

// mostShards is how many shards are looked for.
const mostShards = 1000

// warnOf says that a file is not as it was made.
func (p *parts) warnOf(name string, state report.Integrity) {
	p.Warn(report.Clean(name) + " " + state.String())
}

func (p *parts) stream() (*report.Stream, error) {
	s, err := report.NewStream(p.names, p.open, p.warnOf)
	if err != nil {
		return nil, err
	}
	if err := alike(s.Head.Accounts); err != nil {
		return nil, err
	}
	finish(s.Head)
	return s, s.Conclude(p.Since)
}

func (p *parts) join() (*audit.Report, error) {
	var list []*audit.Report
	var accounts []audit.Account
	for _, name := range p.names {
		r, state, err := p.load(name)
		if err != nil {
			return nil, err
		}
		if state != report.Intact {
			p.warnOf(name, state)
		}
		list, accounts = append(list, r), append(accounts, r.Accounts...)
	}
	if err := alike(accounts); err != nil {
		return nil, err
	}
	out := Join(list)
	if p.Since != nil {
		out.Since = report.SinceOf(p.Since, out)
	}
	return out, nil
}

func (p *parts) load(name string) (*audit.Report, report.Integrity, error) {
	text, done, err := p.open(name)
	if err != nil {
		return nil, report.NoDigest, audit.Invalid("", "reading %s: %v", name, err)
	}
	defer done()
	return report.Load(name, text)
}

// alike refuses accounts that were asked different things.
func alike(accounts []audit.Account) error {
	for i := range accounts {
		a, b := &accounts[0], &accounts[i]
		if a.Arguments != b.Arguments {
			return audit.Invalid("audit them with the same version and the same flags, or merge them apart", "the reports of the accounts %s and %s are of different questions", a.ID, b.ID)
		}
	}
	return nil
}
