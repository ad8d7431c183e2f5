package outfile

import (
	"errors"
	"io/fs"
	"os"
)

// ErrForeign is a kept file that is not the user's alone.
var ErrForeign = errors.New("it belongs to another user or has a second name")

// OpenKept opens the file that an interrupted run goes on from, for reading and
// writing, and makes it, with mode 0600, where there is none. It follows no
// link, opens no FIFO, and uses no file of another user: what is there decides
// what the program believes, and what is written is private. Errors are
// [*Error].
func OpenKept(path string) (*os.File, error) {
	f, err := openKept(path, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err == nil {
		return f, nil
	}
	if !errors.Is(err, fs.ErrExist) {
		return nil, failed(path, err, isBadPath(err))
	}
	if f, err = openKept(path, os.O_RDWR); err == nil {
		err = checkKept(f)
	}
	if err != nil {
		return nil, failed(path, err, true)
	}
	return f, nil
}

// checkKept closes a file that may not be used.
func checkKept(f *os.File) error {
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = ErrIrregular
	case !isOwn(info):
		err = ErrForeign
	case info.Mode().Perm()&0o077 != 0:
		err = f.Chmod(0o600)
	}
	if err != nil {
		_ = f.Close()
	}
	return err
}
