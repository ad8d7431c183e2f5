package fleet

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/report"
)

// A Dir is the folder in which a run keeps its parts: accounts/ID.json, a report
// each, index.json and report.json. It is a [Keeper].
type Dir struct {
	path string
	o    DirOptions
	mu   sync.Mutex
	done map[string]Entry // by the account's id
}

// DirOptions say which kept parts are good.
type DirOptions struct {
	// Arguments is the digest of what is asked; a part of other arguments is
	// audited again.
	Arguments string
	// Fresh takes nothing over.
	Fresh bool
	// MaxAge is how old a part may be; 0 for any age.
	MaxAge time.Duration
	Now    func() time.Time
}

// An Index says what a folder holds: every account that was to be audited.
type Index struct {
	SchemaVersion string     `json:"schemaVersion"`
	Tool          audit.Tool `json:"tool"`
	Arguments     string     `json:"arguments,omitzero"`
	Shard         string     `json:"shard,omitzero"`
	Summary       Summary    `json:"summary"`
	Accounts      []Entry    `json:"accounts"`
}

// An Entry is one account of an Index.
type Entry struct {
	audit.Account
	// File is its report, as seen from the folder, and Digest the report's;
	// empty where there is none.
	File   string `json:"file,omitzero"`
	Digest string `json:"digest,omitzero"`
}

// A Summary counts the accounts by what became of them.
type Summary struct {
	Accounts   int `json:"accounts"`
	Audited    int `json:"audited"`
	Incomplete int `json:"incomplete"`
	Unread     int `json:"unread"`
	Skipped    int `json:"skipped"`
	Pending    int `json:"pending"`
	Principals int `json:"principals"`
	Callers    int `json:"callers"`
	Renderers  int `json:"renderers"`
	// Administrators may do everything, pass, and are left out.
	Administrators int `json:"administrators"`
}

// OpenDir opens the folder of a run, and makes it where it does not exist.
func OpenDir(path string, o DirOptions) (*Dir, error) {
	if err := os.MkdirAll(filepath.Join(path, "accounts"), 0o755); err != nil {
		return nil, &outfile.Error{Path: path, Err: err}
	}
	return &Dir{path: path, o: o, done: map[string]Entry{}}, nil
}

func (d *Dir) file(id string) string { return filepath.Join("accounts", fileOf(id)) }

// fileOf is the name of an account's file. The account of a profile that cannot be
// read has the profile's name, which may be any text.
func fileOf(id string) string { return url.PathEscape(id) + ".json" }

// Kept implements [Keeper]. A part that cannot be read, was changed, or did not
// come out whole is audited again.
func (d *Dir) Kept(p Place) (*audit.Report, bool) {
	if d.o.Fresh {
		return nil, false
	}
	r, err := d.load(p.ID)
	if err != nil || len(r.Accounts) != 1 {
		return nil, false
	}
	a := r.Accounts[0]
	whole := a.Status == audit.AccountAudited && p.Skip == "" || a.Status == audit.AccountSkipped && a.Why == p.Skip
	old := d.o.MaxAge > 0 && d.o.Now().Sub(r.GeneratedAt) > d.o.MaxAge
	if !whole || old || a.ID != p.ID || a.Arguments != d.o.Arguments || a.Source != p.source() {
		return nil, false
	}
	d.note(r)
	return r, true
}

// ReportIn is the report that a run has left in a folder; a file is a report itself.
func ReportIn(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, "report.json")
	}
	return path
}

func (d *Dir) load(id string) (*audit.Report, error) {
	name := filepath.Join(d.path, d.file(id))
	if irregular(name) {
		return nil, errIrregular
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	r, state, err := report.Load(name, bytes.NewReader(data))
	if err == nil && state != report.Intact {
		err = errors.New("it was changed after it was made")
	}
	return r, err
}

// irregular reports whether something is in the place of a file that may have no end,
// such as a pipe.
func irregular(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.Mode().IsRegular()
}

var errIrregular = errors.New("it is no regular file")

// Keep implements [Keeper].
func (d *Dir) Keep(p Place, r *audit.Report) error {
	if err := report.Seal(r); err != nil {
		return err
	}
	name := filepath.Join(d.path, d.file(p.ID))
	if irregular(name) {
		return &outfile.Error{Path: name, Err: errIrregular}
	}
	err := outfile.Write(context.Background(), outfile.File{
		Path: name, Access: outfile.Public,
		Content: func(w io.Writer) error { return report.CompactJSON(w, r) },
	})
	if err == nil {
		d.note(r)
	}
	return err
}

func (d *Dir) note(r *audit.Report) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := r.Accounts[0]
	d.done[a.ID] = Entry{Account: a, File: filepath.ToSlash(d.file(a.ID)), Digest: r.Digest}
}

// IndexOf is the index of the parts of a run; file says where the report of an account
// is, as seen from the index.
func IndexOf(tool audit.Tool, parts []*audit.Report, file func(id string) string) Index {
	out := Index{SchemaVersion: audit.SchemaVersion, Tool: tool, Accounts: []Entry{}}
	for _, r := range parts {
		e := Entry{Account: r.Accounts[0], Digest: r.Digest}
		if e.Status != audit.AccountPending {
			e.File = file(e.ID)
		}
		out.Arguments = cmp.Or(out.Arguments, e.Arguments)
		out.Accounts = append(out.Accounts, e)
	}
	return out.counted()
}

// counted is the index with its accounts in the order of their ids, and their summary.
func (x Index) counted() Index {
	slices.SortFunc(x.Accounts, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	for i := range x.Accounts {
		x.Summary.add(&x.Accounts[i].Account)
	}
	return x
}

// WriteIndex writes what became of the places so far.
func (d *Dir) WriteIndex(places []Place, tool audit.Tool, shard Shard) (Index, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := Index{SchemaVersion: audit.SchemaVersion, Tool: tool, Arguments: d.o.Arguments, Shard: shard.String(), Accounts: []Entry{}}
	for _, p := range places {
		e, ok := d.done[p.ID]
		if !ok {
			e = Entry{Account: audit.Account{ID: p.ID, Name: p.Name, Unit: p.Unit, Status: audit.AccountPending}}
		}
		out.Accounts = append(out.Accounts, e)
	}
	out = out.counted()
	data, err := json.MarshalIndent(&out, "", "  ")
	if err != nil {
		return out, err
	}
	return out, outfile.Write(context.Background(), outfile.File{
		Path: filepath.Join(d.path, "index.json"), Access: outfile.Public, Content: outfile.Text(append(data, '\n')),
	})
}

func (s *Summary) add(a *audit.Account) {
	s.Accounts++
	s.Principals += a.Principals
	s.Callers += a.Callers
	s.Renderers += a.Renderers
	s.Administrators += a.Administrators
	if n := s.of(a.Status); n != nil {
		*n++
	}
}

func (s *Summary) of(status audit.AccountStatus) *int {
	switch status {
	case audit.AccountAudited:
		return &s.Audited
	case audit.AccountIncomplete:
		return &s.Incomplete
	case audit.AccountUnread:
		return &s.Unread
	case audit.AccountSkipped:
		return &s.Skipped
	}
	return &s.Pending
}
