package outfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// maxLinks is how many links of a chain are followed; Linux follows 40.
const maxLinks = 40

// A place is what a path names.
type place struct {
	path   string      // as it was given
	target string      // behind all links
	info   fs.FileInfo // nil where there is nothing yet
	stream bool        // written through: no regular file
	fd     int         // the open descriptor that the path represents, else -1
}

// locateAll finds the places of files; no two may be the same regular file.
func locateAll(files []File) ([]place, error) {
	places := make([]place, len(files))
	for i := range files {
		at, err := locate(files[i].Path)
		if err != nil {
			return nil, failed(files[i].Path, err, isBadPath(err))
		}
		for _, other := range places[:i] {
			if at.same(other) {
				return nil, failed(files[i].Path, ErrTwice, true)
			}
		}
		places[i] = at
	}
	return places, nil
}

// locate finds out what a path names, and whether it may be written.
func locate(path string) (place, error) {
	if fd, ok := descriptor(path); ok {
		return place{path: path, target: path, stream: true, fd: fd}, nil
	}
	if err := planted(path); err != nil {
		return place{}, err
	}
	at := place{path: path, target: path, fd: -1}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return at, ErrFolder
	case err == nil && !info.Mode().IsRegular():
		at.info, at.stream = info, true
		return at, nil
	case err == nil:
		at.info = info
	case !errors.Is(err, fs.ErrNotExist) || endsInSeparator(path):
		return at, err
	}
	if at.target, err = follow(path); err != nil {
		return at, err
	}
	return at, mayWrite(path)
}

func endsInSeparator(path string) bool {
	return path == "" || os.IsPathSeparator(path[len(path)-1])
}

// follow returns the path behind all links, also where nothing is there.
func follow(path string) (string, error) {
	for range maxLinks {
		folder, base := filepath.Split(path)
		if folder == "" {
			folder = "."
		}
		folder, err := filepath.EvalSymlinks(folder)
		if err != nil {
			return "", err
		}
		path = filepath.Join(folder, base)
		next, err := os.Readlink(path)
		if err != nil {
			return path, nil // no link
		}
		if !filepath.IsAbs(next) {
			// Not Join: it would resolve x/.. by its letters, where x may be a link.
			next = folder + string(filepath.Separator) + next
		}
		path = next
	}
	return "", syscall.ELOOP
}

// mayWrite asks the system, which replacing a file by a rename does not: that
// asks about the folder alone, and would replace a file that is write-protected.
func mayWrite(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// same reports whether two places are one regular file.
func (p place) same(q place) bool {
	switch {
	case p.stream || q.stream || (p.info == nil) != (q.info == nil):
		return false
	case p.info != nil:
		return os.SameFile(p.info, q.info)
	}
	a, err := os.Stat(filepath.Dir(p.target))
	if err != nil {
		return false
	}
	b, err := os.Stat(filepath.Dir(q.target))
	return err == nil && os.SameFile(a, b) && filepath.Base(p.target) == filepath.Base(q.target)
}

// IsStream reports whether a path names what is written through: a FIFO, a
// device, an open descriptor.
func IsStream(path string) bool {
	at, err := locate(path)
	return err == nil && at.stream
}
