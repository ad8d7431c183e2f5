package terminal

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"syscall"

	"remotion-doctor/audit"
)

// A Stream is standard output or standard error. When its reader has gone, as
// with `| head -1`, the rest is dropped: what the program found, its files and
// its exit code do not depend on who reads.
type Stream struct {
	File *os.File
	Name string // standard output
}

// A WriteError says that a [Stream] could not be written, as on a full disk.
type WriteError struct {
	Name string // of the stream
	Err  error
}

func (e *WriteError) Error() string { return "writing to " + e.Name + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// Problem is the error as the user reads it.
func (e *WriteError) Problem() audit.Problem { return audit.NewProblem("other", e.Error(), "") }

// Write writes to the file. The error is a [*WriteError]; a pipe that nobody reads is no error.
func (s *Stream) Write(p []byte) (int, error) {
	n, err := s.File.Write(p)
	if err == nil || isBrokenPipe(err) {
		return len(p), nil
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return n, &WriteError{s.Name, err}
}

// isBrokenPipe reports whether nobody reads any more. Windows says so by
// ERROR_BROKEN_PIPE or ERROR_NO_DATA.
func isBrokenPipe(err error) bool {
	if runtime.GOOS == "windows" {
		return errors.Is(err, syscall.Errno(109)) || errors.Is(err, syscall.Errno(232))
	}
	return errors.Is(err, syscall.EPIPE)
}
