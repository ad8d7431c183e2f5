//go:build unix

package outfile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/google/renameio/v2"
)

// noTerminal keeps a terminal that is written to from becoming the program's own.
const noTerminal = syscall.O_NOCTTY

// A partial is a file under a name that nobody could have planted.
type partial struct{ *renameio.PendingFile }

// newPartial makes it next to its place: a rename works within a file system.
func newPartial(target string, perm uint32) (*partial, error) {
	f, err := renameio.NewPendingFile(target, renameio.WithTempDir(filepath.Dir(target)), renameio.WithPermissions(fs.FileMode(perm)))
	if err != nil {
		return nil, err
	}
	return &partial{f}, nil
}

func (p *partial) replace() error { return p.CloseAtomicallyReplace() }

// keepOwner gives a file the owner, group and mode of another. Only root may
// give files away; where the group cannot be kept, its members lose access
// rather than those of another group gaining it.
func keepOwner(f *os.File, old fs.FileInfo) error {
	mode := old.Mode().Perm()
	was, ok := old.Sys().(*syscall.Stat_t)
	if !ok {
		return f.Chmod(mode)
	}
	uid, gid := int(was.Uid), int(was.Gid)
	if f.Chown(uid, gid) != nil && f.Chown(-1, gid) != nil {
		mode &^= 0o070
	}
	return f.Chmod(mode)
}

// syncFolder makes a rename last. Not every file system can sync a folder, and
// the file is in its place in any case.
func syncFolder(path string) {
	if folder, err := os.Open(filepath.Dir(path)); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}

// planted refuses what another user put into a folder like /tmp, to have it
// written to or followed. Linux does the same for open(2): proc(5),
// /proc/sys/fs/protected_regular, protected_fifos and protected_symlinks. A
// rename gets around that, so it is asked for here.
func planted(path string) error {
	info, err := os.Lstat(path)
	if err != nil || info.IsDir() {
		return nil // nothing there, or what Stat reports better
	}
	folder, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	if folder.Mode()&fs.ModeSticky == 0 || folder.Mode().Perm()&0o022 == 0 {
		return nil
	}
	file, ok := info.Sys().(*syscall.Stat_t)
	dir, ok2 := folder.Sys().(*syscall.Stat_t)
	if ok && ok2 && int(file.Uid) != os.Geteuid() && file.Uid != dir.Uid {
		return ErrPlanted
	}
	return nil
}

// descriptor reads /dev/stdout, /dev/fd/N and /proc/self/fd/N. They represent a
// descriptor that is open; what it leads to must not be replaced, since the
// descriptor would go on writing to the old file.
func descriptor(path string) (int, bool) {
	names := map[string]string{"/dev/stdout": "1", "/dev/stderr": "2"}
	text, ok := names[filepath.Clean(path)]
	if !ok {
		var folder string
		folder, text = filepath.Split(filepath.Clean(path))
		if folder != "/dev/fd/" && folder != "/proc/self/fd/" && folder != "/proc/"+strconv.Itoa(os.Getpid())+"/fd/" {
			return -1, false
		}
	}
	fd, err := strconv.Atoi(text)
	return fd, err == nil && fd >= 0 && !strings.HasPrefix(text, "+")
}

// openDescriptor returns a second descriptor, so that closing it does not close
// standard output.
func openDescriptor(at place) (*os.File, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := syscall.Dup(at.fd)
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), at.path), nil
}

// openFIFO waits for a reader, as open(2) does, until ctx ends.
func openFIFO(ctx context.Context, path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if !errors.Is(err, syscall.ENXIO) {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, errNoReader
		case <-time.After(fifoPoll):
		}
	}
}

var errNoReader = errors.New("interrupted while waiting for a reader")

// openKept opens path itself, not what a link leads to, without waiting for the
// other end of a FIFO.
func openKept(path string, flag int) (*os.File, error) {
	f, err := os.OpenFile(path, flag|syscall.O_NOFOLLOW|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0o600)
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EMLINK) || errors.Is(err, syscall.ENXIO) {
		return nil, ErrIrregular // FreeBSD says EMLINK
	}
	return f, err
}

// isOwn reports whether a file has one name and belongs to the user.
func isOwn(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid() && s.Nlink == 1
}
