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

	"remotion-doctor/audit"
	"remotion-doctor/iam/account"
	"remotion-doctor/internal/outfile"
)

// SnapshotKept takes a snapshot as [Client.Snapshot] does, from where an earlier
// run stopped, and keeps each part that it reads in the file at a path, a JSON
// line each. The file stays, for the next run, until the caller removes it;
// where nothing was learned it is removed at once. resuming, where it is not
// nil, is called before the work goes on from parts of an earlier run, which
// must be of the same account.
//
// kept reports that the file holds something to go on from.
func (c *Client) SnapshotKept(ctx context.Context, o SnapshotOptions, path string, resuming func()) (s *account.Snapshot, kept bool, err error) {
	file, err := outfile.OpenKept(path)
	if err != nil {
		return nil, false, err
	}
	defer file.Close()
	if o.Resume, err = c.resume(ctx, file, path, resuming); err != nil {
		return nil, false, err
	}
	o.Keep = keepIn(file, path)
	if s, err = c.Snapshot(ctx, o); err == nil {
		return s, true, nil
	}
	if info, statErr := file.Stat(); statErr == nil && info.Size() == 0 {
		_ = os.Remove(path)
		return nil, false, err
	}
	return nil, true, err
}

// resume reads the parts that an earlier run has kept. A part that was cut off
// is written anew.
func (c *Client) resume(ctx context.Context, file *os.File, path string, resuming func()) ([]Part, error) {
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
			resuming()
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

// SnapshotFor takes a snapshot of only what a check of some targets needs. The
// error is a [*source.Error].
func (c *Client) SnapshotFor(ctx context.Context, targets []audit.Target) (*account.Snapshot, error) {
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
