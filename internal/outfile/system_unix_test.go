//go:build unix

package outfile

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	if info, err := os.Lstat(path); err != nil || info.Mode() != want {
		t.Errorf("%s: mode %v (%v), want %v", path, info.Mode(), err, want)
	}
}

// TestModes changes the umask of the whole process, and so does not run beside
// other tests.
func TestModes(t *testing.T) {
	for _, c := range []struct {
		name   string
		umask  int
		access Access
		old    os.FileMode // 0: there is no file
		want   os.FileMode
	}{
		{"report", 0o022, Public, 0, 0o644},
		{"report, group may write", 0o002, Public, 0, 0o644},
		{"report, nobody else may read", 0o077, Public, 0, 0o600},
		{"report, no umask", 0, Public, 0, 0o644},
		{"private", 0, Private, 0, 0o600},
		{"private, none by default", 0o022, Access(0), 0, 0o600},
		{"kept, narrower", 0, Public, 0o600, 0o600},
		{"kept, wider", 0o077, Private, 0o664, 0o664},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a")
			if c.old != 0 {
				put(t, path, "old")
				if err := os.Chmod(path, c.old); err != nil {
					t.Fatal(err)
				}
			}
			defer syscall.Umask(syscall.Umask(c.umask))
			write(t, File{Path: path, Access: c.access, Content: Text([]byte("new"))})
			wantMode(t, path, c.want)
		})
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, link, to string
		target         string // that gets the text
		old            bool
	}{
		{"to a file", "link", "real/a", "real/a", true},
		{"to nothing yet", "link", "real/a", "real/a", false},
		{"to a link", "link", "second", "real/a", true},
		{"to a link to nothing yet", "link", "second", "real/a", false},
		{"out of a linked folder", "folder/link", "../a", "real/a", false}, // .. of real/deep
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := t.TempDir()
			for _, err := range []error{
				os.MkdirAll(filepath.Join(d, "real", "deep"), 0o700),
				os.Symlink("real/deep", filepath.Join(d, "folder")), os.Symlink("real/a", filepath.Join(d, "second")),
				os.Symlink(c.to, filepath.Join(d, c.link)),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if c.old {
				put(t, filepath.Join(d, c.target), "old")
			}
			write(t, file(filepath.Join(d, c.link), "new"))
			wantText(t, filepath.Join(d, c.target), "new")
			if to, err := os.Readlink(filepath.Join(d, c.link)); err != nil || to != c.to {
				t.Errorf("the link leads to %q, %v", to, err)
			}
		})
	}
}

func TestBadLinks(t *testing.T) {
	t.Parallel()
	d := t.TempDir()
	for name, to := range map[string]string{"loop": "loop", "gone": "none/a", "folder": "."} {
		if err := os.Symlink(to, filepath.Join(d, name)); err != nil {
			t.Fatal(err)
		}
	}
	wantError(t, Check(filepath.Join(d, "loop")), syscall.ELOOP, true)
	wantError(t, Check(filepath.Join(d, "gone")), os.ErrNotExist, true)
	wantError(t, Check(filepath.Join(d, "folder")), ErrFolder, true)
	a := put(t, filepath.Join(d, "a"), "old")
	if err := os.Symlink("a", filepath.Join(d, "link")); err != nil {
		t.Fatal(err)
	}
	wantError(t, Check(a, filepath.Join(d, "link")), ErrTwice, true)
}

func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFIFOIsWrittenThrough(t *testing.T) {
	t.Parallel()
	path := fifo(t)
	if err := Check(path); err != nil { // must not be seen by the reader
		t.Fatal(err)
	}
	got := make(chan string)
	go func() {
		data, _ := os.ReadFile(path)
		got <- string(data)
	}()
	text := strings.Repeat("more than a pipe holds\n", 1<<14)
	write(t, file(path, text))
	if read := <-got; read != text {
		t.Errorf("the reader got %d bytes of %d", len(read), len(text))
	}
	wantMode(t, path, os.ModeNamedPipe|0o600)
}

func TestFIFOWithoutReaderEndsWithContext(t *testing.T) {
	t.Parallel()
	path := fifo(t)
	beside := filepath.Join(filepath.Dir(path), "a")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	wantError(t, Write(ctx, file(beside, "new"), file(path, "new")), errNoReader, false)
	// What an interrupted run has found is still written.
	wantText(t, beside, "new")
	wantNames(t, filepath.Dir(path), "a", "fifo")
}

func TestFIFOWhoseReaderLeaves(t *testing.T) {
	t.Parallel()
	path := fifo(t)
	go func() {
		if f, err := os.Open(path); err == nil {
			_ = f.Close()
		}
	}()
	wantError(t, Write(t.Context(), file(path, strings.Repeat("x", 1<<20))), syscall.EPIPE, false)
}

func TestDevices(t *testing.T) {
	t.Parallel()
	write(t, file("/dev/null", "x"), file("/dev/null", "x"))
	if info, err := os.Stat("/dev/null"); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		t.Fatalf("/dev/null is %v, %v", info.Mode(), err)
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	// A device that fails takes no file with it.
	kept := put(t, filepath.Join(t.TempDir(), "a"), "old")
	wantError(t, Write(t.Context(), file(kept, "new"), file("/dev/full", "x")), syscall.ENOSPC, false)
	wantText(t, kept, "new")
}

// TestDescriptor holds that /dev/fd/N goes on where the descriptor is.
func TestDescriptor(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "a"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, _ = io.WriteString(f, "before ")
	path := filepath.Join("/dev/fd", strconv.Itoa(int(f.Fd())))
	if !IsStream(path) || IsStream(f.Name()) {
		t.Errorf("%s must be a stream and %s none", path, f.Name())
	}
	write(t, file(path, "between "))
	_, _ = io.WriteString(f, "after")
	wantText(t, f.Name(), "before between after")
	wantError(t, Write(t.Context(), file("/dev/fd/987", "x")), syscall.EBADF, true)
}

func TestOpenKeptFollowsNothing(t *testing.T) {
	t.Parallel()
	d := t.TempDir()
	victim := put(t, filepath.Join(d, "victim"), "old")
	link, name2 := filepath.Join(d, "link"), filepath.Join(d, "name2")
	dangling := filepath.Join(d, "dangling")
	for _, err := range []error{os.Symlink(victim, link), os.Symlink("none", dangling), os.Link(victim, name2)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for path, cause := range map[string]error{link: ErrIrregular, dangling: ErrIrregular, fifo(t): ErrIrregular, name2: ErrForeign, d: syscall.EISDIR} {
		f, err := OpenKept(path)
		if err == nil {
			_ = f.Close()
		}
		wantError(t, err, cause, true)
	}
	wantText(t, victim, "old")
	wantNames(t, d, "dangling", "link", "name2", "victim")
}

func TestOpenKeptIsPrivate(t *testing.T) {
	t.Parallel()
	path := put(t, filepath.Join(t.TempDir(), "a"), "old")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := OpenKept(path)
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	wantMode(t, path, 0o600)
}

// TestFileSizeLimit is a full disk without one: the limit of a file's size.
func TestFileSizeLimit(t *testing.T) {
	if os.Getenv("OUTFILE_LIMITED") == "" {
		again(t, nil, "ulimit -f 1 && trap '' XFSZ && exec \"$0\" \"$@\"", "OUTFILE_LIMITED=1")
		return
	}
	d := t.TempDir()
	a := put(t, filepath.Join(d, "a"), "old")
	wantError(t, Write(t.Context(), file(a, "new"), file(filepath.Join(d, "b"), strings.Repeat("x", 1<<20))), syscall.EFBIG, false)
	wantText(t, a, "old")
	wantNames(t, d, "a")
}

// again runs the calling test in a process of its own, started by a shell.
func again(t *testing.T, who *syscall.SysProcAttr, shell string, env ...string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", shell, binary(t), "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env, cmd.Dir, cmd.SysProcAttr = append(os.Environ(), env...), "/", who
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v: %s", err, out)
	}
}

// binary is a copy of the test's program that every user may run.
func binary(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	d, err := os.MkdirTemp("", "outfile-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(d) })
	path := filepath.Join(d, "outfile.test")
	for _, err := range []error{os.Chmod(d, 0o755), os.WriteFile(path, data, 0o700), os.Chmod(path, 0o755)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return path
}

const nobody = 65534

// asNobody runs the test without root's power over modes, and reports whether
// this is that run.
func asNobody(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() != 0 {
		return true
	}
	again(t, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}, "exec \"$0\" \"$@\"", "TMPDIR=/tmp")
	return false
}

func TestWriteProtectedFileStays(t *testing.T) {
	if !asNobody(t) {
		return
	}
	path := put(t, filepath.Join(t.TempDir(), "a"), "old")
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	wantError(t, Write(t.Context(), file(path, "new")), os.ErrPermission, true)
	wantText(t, path, "old")
}

func TestFolderThatTakesNoFiles(t *testing.T) {
	if !asNobody(t) {
		return
	}
	d := t.TempDir()
	path := put(t, filepath.Join(d, "a"), "a longer old text")
	if err := os.Chmod(d, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(d, 0o700)
	wantError(t, Write(t.Context(), file(filepath.Join(d, "b"), "new")), os.ErrPermission, true)
	write(t, file(path, "new")) // as a shell does: the file itself may be written
	wantText(t, path, "new")
}

func TestOwnerIsKept(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	path := put(t, filepath.Join(t.TempDir(), "a"), "old")
	if err := os.Chown(path, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	write(t, file(path, "new"))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := info.Sys().(*syscall.Stat_t); s.Uid != nobody || s.Gid != nobody {
		t.Errorf("the file belongs to %d:%d", s.Uid, s.Gid)
	}
}

func TestPlantedFiles(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root makes files of another user")
	}
	d := t.TempDir()
	if err := os.Chmod(d, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	victim := put(t, filepath.Join(t.TempDir(), "victim"), "old")
	plain, link, dangling, kept := put(t, filepath.Join(d, "plain"), "old"), filepath.Join(d, "link"), filepath.Join(d, "dangling"), put(t, filepath.Join(d, "kept"), "old")
	for _, err := range []error{os.Symlink(victim, link), os.Symlink(victim+"2", dangling)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{plain, link, dangling, kept} {
		if err := os.Lchown(path, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{plain, link, dangling} {
		wantError(t, Write(t.Context(), file(path, "new")), ErrPlanted, true)
	}
	_, err := OpenKept(kept)
	wantError(t, err, ErrForeign, true)
	wantText(t, victim, "old")
	wantText(t, plain, "old")
}

func TestMountPointIsWritten(t *testing.T) {
	t.Parallel()
	d := t.TempDir()
	path, other := put(t, filepath.Join(d, "a"), "a longer old text"), put(t, filepath.Join(d, "b"), "")
	if err := exec.Command("mount", "--bind", other, path).Run(); err != nil {
		t.Skip("cannot mount here")
	}
	defer func() { _ = exec.Command("umount", path).Run() }()
	write(t, file(path, "new"))
	wantText(t, other, "new")
	wantNames(t, d, "a", "b")
}

// TestFileIsWrittenInPlace is the same without the right to mount.
func TestFileIsWrittenInPlace(t *testing.T) {
	t.Parallel()
	path := put(t, filepath.Join(t.TempDir(), "a"), "a longer old text")
	at, err := locate(path)
	if err != nil {
		t.Fatal(err)
	}
	f := file(path, "new")
	if err := (through{&f, at}).write(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantText(t, path, "new")
}
