package outfile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func file(path, text string) File {
	return File{Path: path, Access: Public, Content: Text([]byte(text))}
}

func write(t *testing.T, files ...File) {
	t.Helper()
	if err := Write(t.Context(), files...); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func wantText(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s holds %q (%v), want %q", path, got, err, want)
	}
}

// wantNames holds the folder against the names in it: nothing partial is left.
func wantNames(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
}

func wantError(t *testing.T, err, cause error, badPath bool) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok || !errors.Is(err, cause) || e.BadPath != badPath {
		t.Errorf("the error is %#v, want %v with BadPath %v", err, cause, badPath)
	}
}

func TestWriteReplaces(t *testing.T) {
	t.Parallel()
	d := t.TempDir()
	old, fresh := put(t, filepath.Join(d, "a"), "a much longer text"), filepath.Join(d, "b")
	write(t, file(old, "new"), file(fresh, "first"))
	wantText(t, old, "new")
	wantText(t, fresh, "first")
	wantNames(t, d, "a", "b")
}

// TestReaderSeesOldText holds that a file is replaced and not overwritten.
func TestReaderSeesOldText(t *testing.T) {
	t.Parallel()
	path := put(t, filepath.Join(t.TempDir(), "a"), "old")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	write(t, file(path, "new"))
	if got, err := io.ReadAll(f); err != nil || string(got) != "old" {
		t.Errorf("an open reader sees %q, %v", got, err)
	}
}

func TestWriteIsAllOrNone(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	d := t.TempDir()
	a := put(t, filepath.Join(d, "a"), "old")
	fails := File{Path: filepath.Join(d, "c"), Content: func(w io.Writer) error {
		_, _ = io.WriteString(w, strings.Repeat("x", 1<<17))
		return boom
	}}
	if err := Write(t.Context(), file(a, "new"), file(filepath.Join(d, "b"), "new"), fails); !errors.Is(err, boom) {
		t.Errorf("the error is %v", err)
	}
	wantText(t, a, "old")
	wantNames(t, d, "a")
}

// TestFailedRenameIsTakenBack makes the last of three renames fail: a folder
// appears in its place after all was prepared.
func TestFailedRenameIsTakenBack(t *testing.T) {
	t.Parallel()
	d := t.TempDir()
	a, b, c := put(t, filepath.Join(d, "a"), "old"), filepath.Join(d, "b"), filepath.Join(d, "c")
	late := File{Path: c, Content: func(io.Writer) error { return os.MkdirAll(filepath.Join(c, "x"), 0o700) }}
	if err := Write(t.Context(), file(a, "new"), file(b, "new"), late); err == nil {
		t.Error("a folder was replaced")
	}
	wantText(t, a, "old")
	wantNames(t, d, "a", "c")
}

func TestCancelledContextStillWritesFiles(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "a")
	if err := Write(ctx, file(path, "found")); err != nil {
		t.Fatal(err)
	}
	wantText(t, path, "found")
}

func TestBadPaths(t *testing.T) {
	t.Parallel()
	d := t.TempDir()
	plain := put(t, filepath.Join(d, "plain"), "old")
	for _, c := range []struct {
		name, path string
		cause      error
	}{
		{"no folder", filepath.Join(d, "none", "a"), os.ErrNotExist},
		{"a folder", d, ErrFolder},
		{"a folder that is not there", filepath.Join(d, "none") + string(filepath.Separator), os.ErrNotExist},
		{"nothing", "", os.ErrNotExist},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wantError(t, Write(t.Context(), file(plain, "new"), file(c.path, "new")), c.cause, true)
			wantError(t, Check(c.path), c.cause, true)
			wantText(t, plain, "old")
		})
	}
}

func TestOneFileTwice(t *testing.T) {
	t.Parallel()
	d := t.TempDir()
	a := put(t, filepath.Join(d, "a"), "old")
	wantError(t, Check(a, d+"/./a"), ErrTwice, true)
	wantError(t, Check(filepath.Join(d, "new"), d+"/./new"), ErrTwice, true)
	if err := Check(a, filepath.Join(d, "new")); err != nil {
		t.Error(err)
	}
	wantText(t, a, "old")
}

func TestErrorDoesNotNamePartialFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none", "a")
	if got := Write(t.Context(), file(path, "x")).Error(); strings.Count(got, "none") != 1 || !strings.HasPrefix(got, "writing "+path+": ") {
		t.Errorf("the error reads %q", got)
	}
}

func TestOpenKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.partial")
	for range 2 { // makes it, then goes on
		f, err := OpenKept(path)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(f)
		if err != nil || len(bytes.TrimLeft(data, "x")) > 0 {
			t.Fatalf("read %q, %v", data, err)
		}
		if _, err := io.WriteString(f, "x"); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
	wantText(t, path, "xx")
}
