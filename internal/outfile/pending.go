package outfile

import (
	"context"
	"errors"
	"os"
	"syscall"
)

// A pending is a regular file that is complete next to its place and not yet
// there.
type pending struct {
	*partial
	file  *File
	place place
	old   string // a second name of the file that was there, else empty
	done  bool
}

// newPending makes the partial file, with the mode that the file will have.
func newPending(f *File, at place) (*pending, error) {
	tmp, err := newPartial(at.target, f.Access.perm())
	if err != nil {
		return nil, err
	}
	p := &pending{partial: tmp, file: f, place: at}
	if at.info != nil {
		if err := keepOwner(tmp.File, at.info); err != nil {
			p.discard()
			return nil, err
		}
	}
	return p, nil
}

// keepOld gives the file that is there a second name, to put it back by. A
// system that has no hard links has no way back either.
func (p *pending) keepOld(wanted bool) {
	if name := p.Name() + ".old"; wanted && p.place.info != nil && os.Link(p.place.target, name) == nil {
		p.old = name
	}
}

// commit moves the file to its place. A mount point cannot be replaced, only
// written (a file that is mounted into a container); what the sticky bit keeps
// from being replaced, too.
func (p *pending) commit(ctx context.Context) error {
	err := p.replace()
	if err != nil && p.place.info != nil && (errors.Is(err, syscall.EBUSY) || errors.Is(err, os.ErrPermission)) {
		return through{p.file, p.place}.write(ctx)
	}
	p.done = err == nil
	return failed(p.place.path, err, isBadPath(err))
}

// takeBack undoes a commit.
func (p *pending) takeBack() {
	switch {
	case p.old != "" && os.Rename(p.old, p.place.target) == nil:
		p.old = ""
	case p.done && p.place.info == nil:
		_ = os.Remove(p.place.target)
	}
}

func (p *pending) discard() {
	_ = p.Cleanup()
	if p.old != "" {
		_ = os.Remove(p.old)
	}
}
