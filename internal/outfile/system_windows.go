package outfile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const noTerminal = 0

// A partial is a file under a name that nobody could have planted.
type partial struct {
	*os.File
	target string
	done   bool
}

// newPartial makes it next to its place: a rename works within a volume. Who may
// read it follows from the folder; Windows has no mode.
func newPartial(target string, _ uint32) (*partial, error) {
	f, err := os.CreateTemp(filepath.Dir(target), ".remotion-doctor-*")
	if err != nil {
		return nil, err
	}
	return &partial{File: f, target: target}, nil
}

const (
	renameTries = 20
	renamePause = 50 * time.Millisecond
	// https://learn.microsoft.com/windows/win32/debug/system-error-codes--0-499-
	errSharingViolation = syscall.Errno(32)
	errAccessDenied     = syscall.Errno(5)
)

// replace moves the file to its place. A scanner or an indexer that has the old
// file open for a moment makes Windows refuse; so it is tried for a second.
func (p *partial) replace() error {
	err := p.Sync()
	if closeErr := p.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	for try := 0; ; try++ {
		err := os.Rename(p.Name(), p.target)
		p.done = err == nil
		if try == renameTries || !errors.Is(err, errSharingViolation) && !errors.Is(err, errAccessDenied) {
			return err
		}
		time.Sleep(renamePause)
	}
}

// Cleanup removes the file unless it is in its place.
func (p *partial) Cleanup() error {
	if p.done {
		return nil
	}
	_ = p.Close()
	return os.Remove(p.Name())
}

// keepOwner keeps nothing: the folder's access control list holds for the file.
func keepOwner(*os.File, fs.FileInfo) error { return nil }

// syncFolder does nothing: a folder has no buffers to flush.
func syncFolder(string) {}

// planted finds nothing: no folder of Windows lets everyone make files for all
// users by default.
func planted(string) error { return nil }

// descriptor finds none: Windows has no paths for open files.
func descriptor(string) (int, bool) { return -1, false }

func openDescriptor(place) (*os.File, error) { return nil, ErrIrregular }

// openFIFO opens a named pipe, which has its other end or does not open.
func openFIFO(_ context.Context, path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY, 0)
}

// openKept refuses a link. Making one takes a privilege on Windows, so that
// looking first is enough.
func openKept(path string, flag int) (*os.File, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, ErrIrregular
	}
	return os.OpenFile(path, flag, 0o600)
}

func isOwn(fs.FileInfo) bool { return true }
