package outfile

import (
	"context"
	"os"
	"time"
)

const (
	// fifoPoll is how often a FIFO is looked at for a reader.
	fifoPoll = 20 * time.Millisecond
	// fifoGrace is how long a reader of a FIFO may take after an interrupt.
	fifoGrace = 3 * time.Second
)

// write writes a stream, or a regular file in place.
func (t through) write(ctx context.Context) error {
	f, err := t.open(ctx)
	if err != nil {
		return failed(t.place.path, err, isBadPath(err))
	}
	defer f.Close()
	// What cannot have a deadline (a device, a file) does not keep one waiting.
	defer context.AfterFunc(ctx, func() { _ = f.SetWriteDeadline(time.Now().Add(fifoGrace)) })()
	if err := render(f, t.file); err != nil {
		return err
	}
	if !t.place.stream {
		if err := f.Sync(); err != nil {
			return failed(t.place.path, err, false)
		}
	}
	return failed(t.place.path, f.Close(), false)
}

func (t through) open(ctx context.Context) (*os.File, error) {
	switch {
	case t.place.fd >= 0:
		return openDescriptor(t.place)
	case t.place.info.Mode()&os.ModeNamedPipe != 0:
		return openFIFO(ctx, t.place.path)
	case t.place.stream:
		return os.OpenFile(t.place.path, os.O_WRONLY|noTerminal, 0)
	}
	return os.OpenFile(t.place.path, os.O_WRONLY|os.O_TRUNC, 0)
}
