package files

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
)

// Input reads a file of at most so many bytes; the path - is the standard input.
func Input(stdin io.Reader, path string, limit int64) ([]byte, error) {
	in := stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("larger than %d bytes", limit)
	}
	return data, err
}

// A Random is a file that can be read at any place. It is a report's Text.
type Random interface {
	io.ReaderAt
	Size() int64
}

// OpenInput opens a file as Input does, without holding a regular one in memory,
// until it is closed.
//
// Reading it ends with the context.
func OpenInput(ctx context.Context, stdin io.Reader, path string) (in Random, done func(), err error) {
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, nil, err
		}
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			return &interruptible{ctx, io.NewSectionReader(file, 0, info.Size())}, func() { _ = file.Close() }, nil
		}
		defer file.Close()
		stdin = file // a pipe, which can be read once
	}
	data, err := io.ReadAll(stdin)
	return &interruptible{ctx, bytes.NewReader(data)}, func() {}, err
}

// An interruptible is an input that can be read until its context ends.
type interruptible struct {
	ctx context.Context
	Random
}

func (r *interruptible) ReadAt(p []byte, off int64) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Random.ReadAt(p, off)
}
