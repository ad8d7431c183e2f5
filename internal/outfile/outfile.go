// Package outfile writes the files that a user names: reports, policies,
// snapshots, journals.
//
// A regular file is replaced as a whole or not at all: its text goes into a
// partial file in the same folder, which is synced and then renamed. Links stay,
// the file that they lead to is replaced. A second name (hard link) of a file
// keeps the old text. What is not a regular file (a FIFO, a device, /dev/stdout)
// is written through, and so is a file whose folder takes no partial file.
package outfile

import (
	"bufio"
	"cmp"
	"context"
	"io"
)

// Access says who may read a file that did not exist. A file that did keeps its
// mode, its group and, where permitted, its owner.
type Access int

const (
	// Private is mode 0600: snapshots, journals and policies of an account.
	Private Access = iota
	// Public is mode 0644, less what the umask takes away: reports.
	Public
)

// perm is the mode of a new file, before the umask.
func (a Access) perm() uint32 {
	if a == Public {
		return 0o644
	}
	return 0o600
}

// A File is one file to write.
type File struct {
	Path   string
	Access Access
	// Content writes the whole text. It may be called again, where the first
	// place cannot be used, and must then write the same.
	Content func(io.Writer) error
}

// Text is the content of a file that is at hand.
func Text(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

// Write writes all regular files or, as far as the system permits, none: every
// partial file is complete and synced before FIFOs and devices are written, and
// these are before any file is renamed. A rename that fails takes the earlier
// ones back. A FIFO or device that fails takes nothing back: who reads from it
// does not decide about the files.
//
// The end of ctx ends the wait for the other end of a FIFO, and nothing else:
// what an interrupted run has found is still written.
//
// Errors are [*Error], except those that a Content returns by itself.
func Write(ctx context.Context, files ...File) error {
	places, err := locateAll(files)
	if err != nil {
		return err
	}
	b := &batch{ctx: ctx}
	defer b.discard()
	for i := range files {
		if err := b.prepare(&files[i], places[i]); err != nil {
			return err
		}
	}
	through := b.writeThrough()
	return cmp.Or(b.commit(), through)
}

// Check reports, as [Write] would, the first path that cannot be written
// because of what it names. It changes nothing.
func Check(paths ...string) error {
	files := make([]File, len(paths))
	for i, path := range paths {
		files[i].Path = path
	}
	_, err := locateAll(files)
	return err
}

// A batch is the files of one Write.
type batch struct {
	ctx     context.Context
	pending []*pending
	through []through
}

// A through is a file that is not replaced: a stream, or a regular file in a
// folder that takes no partial file.
type through struct {
	file  *File
	place place
}

// prepare writes the partial file of a regular file, and puts off the others.
func (b *batch) prepare(f *File, at place) error {
	if at.stream {
		b.through = append(b.through, through{f, at})
		return nil
	}
	p, err := newPending(f, at)
	if err != nil && at.info != nil && isBadPath(err) {
		// The file may be written, its folder not: nothing is left but to
		// write it in place, as a shell does.
		b.through = append(b.through, through{f, at})
		return nil
	}
	if err != nil {
		return failed(f.Path, err, isBadPath(err))
	}
	b.pending = append(b.pending, p)
	if err := render(p, f); err != nil {
		return err
	}
	return failed(f.Path, p.Sync(), false)
}

// writeThrough writes streams first: a regular file that is written in place is
// lost if anything fails from then on. One that fails keeps no other back; the
// error is the first.
func (b *batch) writeThrough() error {
	var first error
	for _, streams := range []bool{true, false} {
		for _, t := range b.through {
			if t.place.stream != streams {
				continue
			}
			first = cmp.Or(first, t.write(b.ctx))
		}
	}
	return first
}

// commit renames the partial files, and takes the renames back if one fails.
func (b *batch) commit() error {
	for i, p := range b.pending {
		p.keepOld(len(b.pending) > 1)
		if err := p.commit(b.ctx); err != nil {
			for _, done := range b.pending[:i] {
				done.takeBack()
			}
			return err
		}
	}
	for _, p := range b.pending {
		syncFolder(p.place.target)
	}
	return nil
}

// discard removes partial files and kept ones.
func (b *batch) discard() {
	for _, p := range b.pending {
		p.discard()
	}
}

// render writes the content of a file to w; an error of w is an [*Error].
func render(w io.Writer, f *File) error {
	watched := &watchedWriter{w: w}
	buffered := bufio.NewWriterSize(watched, 1<<16)
	err := f.Content(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if watched.err != nil {
		return failed(f.Path, watched.err, false)
	}
	return err
}

// A watchedWriter keeps the error of its writer, so that it is not taken for one
// of the content's.
type watchedWriter struct {
	w   io.Writer
	err error
}

func (w *watchedWriter) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
}
