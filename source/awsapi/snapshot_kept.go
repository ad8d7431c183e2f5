package awsapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/account"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/source"
)

// SaveSnapshot takes a snapshot and writes it to the file at a path: of only what
// a check of the targets needs or, without targets, of the whole account as
// [Client.Snapshot] does. While it reads the whole account it keeps each part in
// PATH.partial, a JSON line each, from which the next run goes on; resuming, where
// it is not nil, is called with that name before it does. What goes into a pipe
// leaves nothing behind to go on from.
//
// The error is a [*source.Error] or an [*outfile.Error].
func (c *Client) SaveSnapshot(ctx context.Context, o SnapshotOptions, targets []audit.Target, path string, resuming func(partial string)) (s *account.Snapshot, err error) {
	partial := path + ".partial"
	switch {
	case len(targets) > 0:
		s, err = c.snapshotFor(ctx, targets)
	case outfile.IsStream(path):
		s, err = c.Snapshot(ctx, o)
	default:
		s, err = c.snapshotKept(ctx, o, partial, resuming)
	}
	if err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing the snapshot: %w", err)
	}
	if err := outfile.Write(ctx, outfile.File{Path: path, Access: outfile.Private, Content: outfile.Text(append(data, '\n'))}); err != nil {
		return nil, err
	}
	if err := os.Remove(partial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &source.Error{Op: "removing " + partial, Kind: source.KindInput, Msg: bare(err).Error(), Err: err}
	}
	return s, nil
}

// snapshotKept takes a snapshot of the whole account from where an earlier run
// stopped. Where nothing was learned the file of kept parts goes.
func (c *Client) snapshotKept(ctx context.Context, o SnapshotOptions, path string, resuming func(string)) (*account.Snapshot, error) {
	file, err := outfile.OpenKept(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if o.Resume, err = c.resume(ctx, file, path, resuming); err != nil {
		return nil, err
	}
	o.Keep = keepIn(file, path)
	s, err := c.Snapshot(ctx, o)
	if err == nil {
		return s, nil
	}
	if info, statErr := file.Stat(); statErr == nil && info.Size() == 0 {
		_ = os.Remove(path)
		return nil, err
	}
	return nil, goOn(err, path)
}

// goOn adds to an error that the next run goes on from what was kept.
func goOn(err error, path string) error {
	out := source.Error{Kind: source.KindOther, Msg: err.Error(), Err: err}
	if e, ok := errors.AsType[*source.Error](err); ok {
		out = *e
	} else if errors.Is(err, context.Canceled) {
		out.Kind, out.Msg = source.KindInterrupted, "interrupted"
	}
	if out.Kind != source.KindInput {
		out.Hint = strings.TrimPrefix(out.Hint+"; run it again to go on from "+path, "; ")
	}
	return &out
}

// resume reads the parts that an earlier run has kept. A part that was cut off
// is written anew.
func (c *Client) resume(ctx context.Context, file *os.File, path string, resuming func(string)) ([]Part, error) {
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, bare(err))
	}
	parts, size := readParts(data)
	if len(parts) > 0 {
		if err := c.SameAccount(ctx, parts); err != nil {
			return nil, err
		}
		if resuming != nil {
			resuming(path)
		}
	}
	if err = file.Truncate(size); err == nil {
		_, err = file.Seek(size, io.SeekStart)
	}
	if err != nil {
		return nil, outfile.Failed(path, err)
	}
	return parts, nil
}

// bare is an error of the file system without the operation and the path.
func bare(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// keepIn writes each part on a line of its own.
func keepIn(file *os.File, path string) func(Part) error {
	return func(p Part) error {
		data, err := json.Marshal(p)
		if err != nil {
			return err
		}
		_, err = file.Write(append(data, '\n'))
		return outfile.Failed(path, err)
	}
}

// readParts returns the parts in the text of a file of kept parts, and how far
// it is whole.
func readParts(data []byte) (parts []Part, size int64) {
	for {
		line, rest, found := bytes.Cut(data, []byte("\n"))
		var p Part
		if !found || json.Unmarshal(line, &p) != nil {
			return parts, size
		}
		parts, size, data = append(parts, p), size+int64(len(line))+1, rest
	}
}

// snapshotFor takes a snapshot of only what a check of some targets needs.
func (c *Client) snapshotFor(ctx context.Context, targets []audit.Target) (*account.Snapshot, error) {
	var resolved []Resolved
	for _, t := range targets {
		r, err := c.Resolve(ctx, t)
		if err != nil {
			return nil, err
		}
		resolved = append(resolved, Resolved{Target: t, Resolution: r})
	}
	return c.OnlyFor(ctx, resolved)
}
