package change

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"remotion-doctor/iam"
)

// A Store is the folder of the journals.
type Store struct {
	Folder string
	// File is used in place of a file in the folder, where it is named.
	File string
	// Now says the time; time.Now where nil.
	Now func() time.Time
}

func (s *Store) now() time.Time {
	if s.Now == nil {
		return time.Now().UTC()
	}
	return s.Now().UTC()
}

// prefix begins the names of a principal's files: account, kind and name.
func prefix(p iam.Principal) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("+=,.@_-", r) || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, p.AccountID+"-"+p.Type()+"-"+p.Name())
}

// Lock keeps other changes of a principal out until release is called. IAM
// compares names without case, and so does the lock.
func (s *Store) Lock(p iam.Principal) (release func(), err error) {
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("locking %s: %w", p.ARN, err)
	}
	l := flock.New(filepath.Join(s.Folder, strings.ToLower(prefix(p))+".lock"), flock.SetPermissions(0o600))
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", p.ARN, err)
	}
	if !ok {
		return nil, &Refusal{"another change of " + p.ARN + " is running", "wait until it has ended, then run this again"}
	}
	return func() { _ = l.Unlock() }, nil // the process's end unlocks as well
}

// create makes the journal of a plan.
func (s *Store) create(p *Plan) (*Journal, error) {
	if s.File != "" {
		return s.createFile(p)
	}
	at, err := s.after(p.Principal)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(s.Folder, prefix(p.Principal)+"-"+p.ID)
	path := name + ".jsonl"
	for n := 2; ; n++ {
		j, err := create(path, p, at)
		if !errors.Is(err, os.ErrExist) {
			return j, err
		}
		path = name + "-" + strconv.Itoa(n) + ".jsonl"
	}
}

// after is the time of a new change: now, but later than every change before,
// whatever the clock says, for the newest is undone first.
func (s *Store) after(p iam.Principal) (time.Time, error) {
	now := s.now()
	list, err := s.all(p)
	if err != nil {
		return now, err
	}
	for _, j := range list {
		if !now.After(j.created) {
			now = j.created.Add(time.Nanosecond)
		}
	}
	return now, nil
}

// createFile makes the journal in the file that was named. The journal of a
// change that is closed makes way: it is renamed.
func (s *Store) createFile(p *Plan) (*Journal, error) {
	if old, err := Read(s.File); err == nil && old.Closed != "" {
		if err := os.Rename(s.File, s.File+"."+old.Plan.ID); err != nil {
			return nil, fmt.Errorf("renaming the journal of the change before: %w", err)
		}
	}
	j, err := create(s.File, p, s.now())
	if errors.Is(err, os.ErrExist) {
		return nil, &Refusal{s.File + " exists, and a journal is never overwritten", "name another file with --undo-file; `fix --undo` takes back the change in this one"}
	}
	return j, err
}

// Open returns the journals of a principal that are not closed, newest first,
// and the newest of those that are, nil where there is none.
func (s *Store) Open(p iam.Principal) (open []*Journal, closed *Journal, err error) {
	list, err := s.all(p)
	if err != nil {
		return nil, nil, err
	}
	for _, j := range list {
		switch {
		case j.Closed == "":
			open = append(open, j)
		case closed == nil:
			closed = j
		}
	}
	return open, closed, nil
}

// all returns all journals of a principal, newest first.
func (s *Store) all(p iam.Principal) ([]*Journal, error) {
	if s.File != "" {
		j, err := Read(s.File)
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
		if err == nil && j.Plan.Principal.ARN != p.ARN {
			err = &Refusal{fmt.Sprintf("%s is the journal of a change of %s, not of %s", s.File, j.Plan.Principal.ARN, p.ARN), ""}
		}
		return []*Journal{j}, err
	}
	names, err := filepath.Glob(filepath.Join(escapeGlob(s.Folder), prefix(p)+"-*.jsonl"))
	if err != nil {
		return nil, err
	}
	var out []*Journal
	for _, name := range names {
		j, err := Read(name)
		if errors.Is(err, errNoPlan) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if j.Plan.Principal.ARN == p.ARN {
			out = append(out, j)
		}
	}
	slices.SortFunc(out, func(a, b *Journal) int {
		return cmp.Or(b.created.Compare(a.created), strings.Compare(b.Path, a.Path))
	})
	return out, nil
}

// escapeGlob makes a folder's name match itself alone.
func escapeGlob(s string) string {
	if filepath.Separator == '\\' {
		return s // Windows has no escapes, and forbids * and ? in names
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(s)
}
