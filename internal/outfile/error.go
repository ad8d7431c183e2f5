package outfile

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"syscall"

	"remotion-doctor/audit"
)

// What is wrong with a path, beyond what the system reports.
var (
	// ErrFolder is a path that names a folder.
	ErrFolder = errors.New("it is a folder")
	// ErrTwice is a path that leads to a file that is already being written.
	ErrTwice = errors.New("two outputs name this file")
	// ErrPlanted is a file or link that another user put into a folder that
	// everybody may write to.
	ErrPlanted = errors.New("it belongs to another user, in a folder that everyone can write to")
	// ErrIrregular is a link, FIFO or device where only a file of one's own
	// will do.
	ErrIrregular = errors.New("it is not a regular file")
)

// An Error is a file that was not written.
type Error struct {
	Path string // as it was given
	Err  error  // without the name of the partial file
	// BadPath reports that another path would help: there is no such folder,
	// the path is a folder, it may not be written. Else the path is good, and
	// the system failed: a full disk, a FIFO without a reader.
	BadPath bool
}

func (e *Error) Error() string { return "writing " + e.Path + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Problem is the error as the user reads it: bad input where another path would
// help.
func (e *Error) Problem() audit.Problem {
	kind := "other"
	if e.BadPath {
		kind = "input"
	}
	return audit.NewProblem(kind, e.Error(), e.Hint())
}

// Hint says what to do about a path that is no good; empty where the path is
// good and the system failed.
func (e *Error) Hint() string {
	if !e.BadPath {
		return ""
	}
	for _, known := range []struct {
		err  error
		hint string
	}{
		{ErrFolder, "name a file in it"},
		{ErrTwice, "each needs a file of its own"},
		{ErrPlanted, "remove it, or name a file in a folder of your own"},
		{ErrForeign, "remove it, or name a file in a folder of your own"},
		{ErrIrregular, "remove it, or name another file"},
	} {
		if errors.Is(e, known.err) {
			return known.hint
		}
	}
	return "the folder must exist and be writable"
}

// Failed is the error of a write to a file that is open, nil for nil.
func Failed(path string, err error) error { return failed(path, err, false) }

// failed returns nil for nil, and an Error unchanged.
func failed(path string, err error, badPath bool) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Path: path, Err: bare(err), BadPath: badPath}
}

// badPaths are the errors of open(2), rename(2) and link(2) that are about the
// path.
var badPaths = []error{
	fs.ErrNotExist, fs.ErrPermission, fs.ErrInvalid, ErrFolder, ErrTwice, ErrPlanted, ErrIrregular,
	syscall.ENOTDIR, syscall.EISDIR, syscall.EROFS, syscall.ELOOP, syscall.ENAMETOOLONG, syscall.EINVAL, syscall.ENXIO, syscall.EBADF,
}

// isBadPath reports whether an error in opening a file concerns its path.
func isBadPath(err error) bool {
	return slices.ContainsFunc(badPaths, func(known error) bool { return errors.Is(err, known) })
}

// bare leaves out the operation and the path: of a partial file the user knows
// nothing.
func bare(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
