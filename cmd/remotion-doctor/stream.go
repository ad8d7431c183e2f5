package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// A stream is standard output or standard error. When its reader has gone, as
// with `| head -1`, the rest is dropped: what the program found, its files and
// its exit code do not depend on who reads.
type stream struct {
	file *os.File
	name string
}

func (s *stream) Write(p []byte) (int, error) {
	n, err := s.file.Write(p)
	if err == nil || isBrokenPipe(err) {
		return len(p), nil
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return n, &failure{exitIncomplete, "writing to " + s.name + ": " + err.Error(), ""}
}

// isBrokenPipe reports whether nobody reads any more. Windows says so by
// ERROR_BROKEN_PIPE or ERROR_NO_DATA.
func isBrokenPipe(err error) bool {
	if runtime.GOOS == "windows" {
		return errors.Is(err, syscall.Errno(109)) || errors.Is(err, syscall.Errno(232))
	}
	return errors.Is(err, syscall.EPIPE)
}

// fileOf returns the file behind a stream, to ask whether it is a terminal.
func fileOf(w io.Writer) (*os.File, bool) {
	if s, ok := w.(*stream); ok {
		return s.file, true
	}
	file, ok := w.(*os.File)
	return file, ok
}
