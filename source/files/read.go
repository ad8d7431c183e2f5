package files

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/managed"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// Name returns the name of a file in reports and messages: relative to the
// working directory for a file inside it, however it was given; else as given.
func Name(path string) string {
	dir, err := os.Getwd()
	if err != nil || path == "" {
		return path
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(dir, abs)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return path
	}
	return filepath.ToSlash(rel)
}

// ReadPolicy reads a policy document of a kind, empty for any, JSON or URL-encoded
// JSON. What AWS
// would not store as this kind is refused. The error is a [*source.Error] of kind
// KindInput that names the place.
func ReadPolicy(path string, kind policy.Kind) (*eval.Policy, error) {
	name := Name(path)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, input("reading the policy "+name, "", err)
	}
	doc, err := policy.Parse(policy.DecodeURL(string(data)))
	if err == nil {
		err = doc.CheckAs(kind)
	}
	if e, ok := errors.AsType[*policy.ParseError](err); ok {
		return nil, &source.Error{Kind: source.KindInput, Msg: "reading " + name + ":" + err.Error(), Hint: e.Hint, Err: err}
	}
	if err != nil {
		return nil, input("reading the policy "+name, "", err)
	}
	return &eval.Policy{ID: iam.FilePolicy(name, ""), Name: name, Document: doc, Origin: &account.Origin{File: name}}, nil
}

// maxPipe is the largest snapshot that is read from what is no regular file.
const maxPipe = 1 << 30

// ReadSnapshot reads a snapshot, or the output of `aws iam
// get-account-authorization-details`. The error is a [*source.Error] of kind
// KindInput that names the place.
func ReadSnapshot(path string) (*account.Snapshot, error) {
	name := Name(path)
	f, err := os.Open(path)
	if err != nil {
		return nil, input("reading the snapshot "+name, "", err)
	}
	defer f.Close()
	in, err := seekable(f)
	if err != nil {
		return nil, input("reading the snapshot "+name, "", err)
	}
	s, err := account.ReadFrom(in)
	if _, ok := errors.AsType[*account.ReadError](err); ok {
		return nil, &source.Error{
			Kind: source.KindInput, Msg: "reading " + name + ":" + err.Error(), Err: err,
			Hint: "a snapshot is the output of `aws iam get-account-authorization-details`, or of `remotion-doctor snapshot`",
		}
	}
	if err != nil {
		return nil, input("reading the snapshot "+name, "", err)
	}
	return s, nil
}

// seekable returns a file that can be read twice: a pipe is read into memory.
func seekable(f *os.File) (io.ReadSeeker, error) {
	if info, err := f.Stat(); err != nil || info.Mode().IsRegular() || info.IsDir() {
		return f, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxPipe))
	return bytes.NewReader(data), err
}

// input is the error of a file that cannot be read.
func input(op, hint string, err error) error {
	msg := err.Error()
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		msg = e.Err.Error()
	}
	return &source.Error{Op: op, Kind: source.KindInput, Msg: msg, Hint: hint, Err: err}
}

// SnapshotOr reads a snapshot as [ReadSnapshot] does, with the managed policies
// of AWS that it refers to; where path is empty it is the embedded one.
func SnapshotOr(embedded []byte, path string) (*account.Snapshot, error) {
	if path == "" {
		return account.Read(embedded)
	}
	s, err := ReadSnapshot(path)
	if err != nil {
		return nil, err
	}
	managed.Embedded().AddKnown(s)
	return s, nil
}
