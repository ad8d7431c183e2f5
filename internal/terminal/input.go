package terminal

import (
	"context"
	"os"
	"sync/atomic"
)

// An Input is a standard input that is read until its context ends: a pipe that
// never ends does not keep an interrupted program.
type Input struct {
	Context context.Context
	File    *os.File

	cut atomic.Bool
}

// Read reads from the file. The error is that of the context where it ends first.
func (in *Input) Read(p []byte) (int, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() { // its own room: the reader may be gone when it returns
		data := make([]byte, len(p))
		n, err := in.File.Read(data)
		done <- result{data[:n], err}
	}()
	select {
	case r := <-done:
		return copy(p, r.data), r.err
	case <-in.Context.Done():
		in.cut.Store(true)
		return 0, in.Context.Err()
	}
}

// Err is the error of whoever waited for input when the context ended, whatever
// became of the error in between; else it is err.
func (in *Input) Err(err error) error {
	if in.cut.Load() {
		return in.Context.Err()
	}
	return err
}
