package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/source"
	"remotion-doctor/source/files"
)

// Snapshots returns the accounts of the snapshots in a folder, in the order of
// their ids: files of the `snapshot` command, or of `aws iam
// get-account-authorization-details`, whose names end in .json, or the storage of
// iam-collect. The error names
// the file; two files of one account are one.
func Snapshots(folder string, library *managed.Library) ([]Place, error) {
	if collected, err := files.CollectedIn(folder); err != nil || len(collected) > 0 {
		return collectedPlaces(collected, library), err
	}
	var out []Place
	byID := map[string]string{}
	root := folder
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		root += string(os.PathSeparator) // what a link leads to, and not the link
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return refused(folder, err)
		case d.IsDir() || path != root && (!isJSON(d.Name()) || d.Name() == "organization.json"):
			return linkedFolder(path, d)
		}
		id, err := accountIn(path)
		if err != nil {
			id, unread := "file-"+strings.TrimSuffix(d.Name(), filepath.Ext(d.Name())), err
			out = append(out, Place{ID: id, Open: func(context.Context) (Account, error) { return Account{}, unread }})
			return nil
		}
		if other, ok := byID[id]; ok {
			return input(path, fmt.Sprintf("it belongs to account %s, as %s is", id, files.Name(other)), "keep one snapshot of each account in the folder")
		}
		byID[id] = path
		source := func() string { return files.Digest(path) }
		out = append(out, Place{ID: id, Source: source, Open: func(context.Context) (Account, error) { return openSnapshot(path, id, library) }})
		return nil
	})
	if err == nil && len(out) == 0 {
		err = input(folder, "there is no snapshot in it", "write one with `remotion-doctor snapshot --output FOLDER/ACCOUNT.json`")
	}
	slices.SortFunc(out, func(a, b Place) int { return strings.Compare(a.ID, b.ID) })
	return out, err
}

func isJSON(name string) bool { return strings.EqualFold(filepath.Ext(name), ".json") }

// linkedFolder refuses a link to a folder, whose snapshots would be missed.
func linkedFolder(path string, d fs.DirEntry) error {
	if d.Type()&fs.ModeSymlink == 0 {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return input(path, "it is a link to a folder, and links are not followed", "copy the folder, or name it with --snapshots itself")
	}
	return nil
}

// collectedPlaces are the accounts in iam-collect's storage.
func collectedPlaces(list []files.Collected, library *managed.Library) []Place {
	var out []Place
	for _, c := range list {
		source := func() string { return files.Digest(c.Folder) }
		out = append(out, Place{ID: c.ID, Source: source, Open: func(context.Context) (Account, error) {
			s, err := c.Read()
			if err != nil {
				return Account{}, err
			}
			return inSnapshot(s, library)
		}})
	}
	return out
}

// ReadSnapshots reads all snapshots in a folder, in the order of their accounts.
func ReadSnapshots(folder string) ([]*account.Snapshot, error) {
	places, err := Snapshots(folder, managed.Embedded())
	if err != nil {
		return nil, err
	}
	var out []*account.Snapshot
	for _, p := range places {
		a, err := p.Open(context.Background())
		if err != nil {
			return nil, err
		}
		out = append(out, a.Snapshot)
	}
	return out, nil
}

func openSnapshot(path, id string, library *managed.Library) (Account, error) {
	s, err := files.ReadSnapshot(path)
	if err != nil {
		return Account{}, err
	}
	if s.AccountID != id {
		return Account{}, input(path, fmt.Sprintf("it belongs to account %s, and names %s before that", s.AccountID, id), "")
	}
	a, err := inSnapshot(s, library)
	a.Asked = []audit.Flag{{Name: "snapshot", Value: files.Name(path)}}
	return a, err
}

// inSnapshot is the account of a snapshot.
func inSnapshot(s *account.Snapshot, library *managed.Library) (Account, error) {
	src, err := files.Snapshot(s, files.Overlay{}, library)
	return Account{Snapshot: s, Source: src}, err
}

// accountID finds the account of a snapshot: the doctor's own names it, and what
// AWS prints has it in every ARN of its own.
var accountID = regexp.MustCompile(`"AccountId"\s*:\s*"(\d{12})"|"Arn"\s*:\s*"arn:[a-z-]+:iam::(\d{12}):`)

// head is how much of a file is looked at for its account, and window how much of
// it at a time.
const head, window = 64 << 20, 64 << 10

func accountIn(path string) (string, error) {
	if irregular(path) {
		return "", input(path, errIrregular.Error(), "a snapshot is read twice; write it to a file first")
	}
	f, err := os.Open(path)
	if err != nil {
		return "", refused(path, err)
	}
	defer f.Close()
	r := io.LimitReader(f, head)
	buf := make([]byte, 0, 2*window)
	for {
		n, err := r.Read(buf[len(buf):min(len(buf)+window, cap(buf))])
		buf = buf[:len(buf)+n]
		if m := accountID.FindSubmatch(buf); m != nil {
			return string(m[1]) + string(m[2]), nil
		}
		if errors.Is(err, io.EOF) {
			return "", input(path, "no account is named in it", "it is neither a snapshot nor the output of `aws iam get-account-authorization-details`")
		}
		if err != nil {
			return "", refused(path, err)
		}
		// What an end of the window may have cut stays.
		if keep := 256; len(buf) > window {
			copy(buf, buf[len(buf)-keep:])
			buf = buf[:keep]
		}
	}
}

func input(path, msg, hint string) error {
	return &source.Error{Op: "reading " + files.Name(path), Kind: source.KindInput, Msg: msg, Hint: hint}
}

func refused(path string, err error) error {
	cause := err
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		cause = e.Err
	}
	return &source.Error{Op: "reading " + files.Name(path), Kind: source.KindInput, Msg: cause.Error(), Hint: "name a snapshot, or a folder of them: `remotion-doctor snapshot --output FILE` writes one", Err: err}
}
