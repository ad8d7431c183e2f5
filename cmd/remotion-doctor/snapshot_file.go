package main

import (
	"bytes"
	"errors"
	"io"
	"os"

	"remotion-doctor/iam/account"
)

// maxPipe is the largest snapshot that is read from what is no file.
const maxPipe = 1 << 30

// readSnapshot reads a snapshot file; the error names the place in it.
func readSnapshot(path string) (*account.Snapshot, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, usage("", "reading the snapshot: %v", err)
	}
	defer f.Close()
	in, err := seekable(f)
	if err != nil {
		return nil, usage("", "reading the snapshot: %v", err)
	}
	s, err := account.ReadFrom(in)
	if _, ok := errors.AsType[*account.ReadError](err); ok {
		return nil, usage("a snapshot is the output of `aws iam get-account-authorization-details`, or what README.md shows", "reading %s:%v", path, err)
	}
	if err != nil {
		return nil, usage("", "reading the snapshot: %v", err)
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
