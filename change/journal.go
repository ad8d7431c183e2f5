package change

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// format is the version of the journal's form.
const format = 2

// An Outcome says what came of a write. The zero Outcome is not known: nothing
// is in the journal after the write began.
type Outcome string

// The outcomes.
const (
	Unknown Outcome = ""        // it may have happened
	Done    Outcome = "done"    // AWS said so, or showed it
	Refused Outcome = "refused" // AWS said that it did not do it
)

// The events of a journal, each a line.
const (
	eventPlan   = "plan"   // the first: what is going to be done
	eventBegin  = "begin"  // a write concerns to be made
	eventEnd    = "end"    // and what came of it
	eventUndo   = "undo"   // what is going to be done to take the change back
	eventResume = "resume" // the line before was cut off when the process died
	eventClose  = "close"  // nothing is left to take back
)

// An entry is one line of a journal.
type entry struct {
	Event  string    `json:"event"`
	At     time.Time `json:"at"`
	Format int       `json:"format,omitzero"`
	Plan   *Plan     `json:"plan,omitzero"`
	// Step is the number of a step, from 1: of the plan, or of the newest undo.
	Step    int     `json:"step,omitzero"`
	Undo    bool    `json:"undo,omitzero"`
	Outcome Outcome `json:"outcome,omitzero"`
	Why     string  `json:"why,omitzero"`
	Steps   []Step  `json:"steps,omitzero"`
	Forced  []int   `json:"forced,omitzero"`
}

// A Journal is the record of one change, in a file to which lines are only ever
// added: each is on the disk before what it announces is done.
type Journal struct {
	Path string
	Plan Plan
	// Closed says why nothing is left to take back; empty while something may be.
	Closed string

	created time.Time
	begun   map[int]time.Time // by the index of the plan's step
	ended   map[int]entry
	undone  []Step // all that undo began or did
	last    time.Time
	trouble bool // the file's last line is cut off
}

// create makes the file of a plan; an existing file is an error.
func create(path string, p *Plan, at time.Time) (*Journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("creating the journal: %w", err)
	}
	j := &Journal{Path: path, Plan: *p, begun: map[int]time.Time{}, ended: map[int]entry{}}
	return j, j.append(os.O_CREATE|os.O_EXCL, entry{Event: eventPlan, At: at, Format: format, Plan: p})
}

// append adds a line and waits until it is on the disk.
func (j *Journal) append(flags int, e entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(j.Path, os.O_WRONLY|os.O_APPEND|flags, 0o600)
	if err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	if j.trouble {
		resume, _ := json.Marshal(entry{Event: eventResume, At: e.At}) // always prints
		line = append(append(append([]byte{'\n'}, resume...), '\n'), line...)
	}
	_, err = f.Write(append(line, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("writing the journal %s: %w", j.Path, err)
	}
	if flags&os.O_CREATE != 0 {
		syncFolder(filepath.Dir(j.Path))
	}
	j.trouble = false
	return j.apply(&e)
}

// syncFolder puts a new file's name on the disk, where the system can do that.
func syncFolder(path string) {
	if d, err := os.Open(path); err == nil {
		_ = d.Sync() // Windows has no such thing
		_ = d.Close()
	}
}

// Read reads a journal.
func Read(path string) (*Journal, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	defer f.Close()
	j := &Journal{Path: path, begun: map[int]time.Time{}, ended: map[int]entry{}}
	if err := j.read(f); err != nil {
		return nil, fmt.Errorf("reading the journal %s: %w", path, err)
	}
	return j, nil
}

// maxLine bounds a line: IAM's quotas keep the documents of a change below.
const maxLine = 16 << 20

func (j *Journal) read(r io.Reader) error {
	lines := bufio.NewReaderSize(io.LimitReader(r, 64<<20), 64<<10)
	var bad error
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		whole := err == nil
		if line = bytes.TrimSpace(line); len(line) > 0 {
			bad = j.line(line, n, bad, whole)
			if bad != nil && whole && !errors.Is(bad, errCut) {
				return bad
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	j.trouble = bad != nil
	if j.Plan.Principal.ARN == "" {
		return errNoPlan
	}
	return nil
}

// errNoPlan says that a journal has not even its first line: the process died
// while it wrote that, before it wrote anything to AWS.
var errNoPlan = errors.New("not a journal of a change")

// errCut marks a line that ends too early: a process died while it wrote it. It
// announces nothing that happened, and only a resume line may follow it.
var errCut = errors.New("a line is cut off")

// line takes one line. before is the error of the line before it.
func (j *Journal) line(text []byte, n int, before error, whole bool) error {
	var e entry
	err := json.Unmarshal(text, &e)
	switch {
	case err != nil && (before != nil || n == 1 && whole):
		return fmt.Errorf("line %d is not a line of a journal", n)
	case err != nil || !whole:
		return errCut
	case before != nil && e.Event != eventResume:
		return fmt.Errorf("line %d is damaged", n-1)
	case len(text) > maxLine:
		return fmt.Errorf("line %d is too long", n)
	}
	if err := j.apply(&e); err != nil {
		return fmt.Errorf("line %d: %w", n, err)
	}
	return nil
}

// apply takes an entry into account.
func (j *Journal) apply(e *entry) error {
	j.last = e.At
	i := e.Step - 1
	switch {
	case e.Event == eventPlan && e.Plan != nil && e.Format == format:
		j.Plan, j.created = *e.Plan, e.At
	case e.Event == eventPlan:
		return fmt.Errorf("the journal has format %d, and this program reads format %d", e.Format, format)
	case e.Event == eventUndo:
		j.undone = append(j.undone, e.Steps...)
	case e.Event == eventClose:
		j.Closed = e.Why
	case (e.Event == eventBegin || e.Event == eventEnd) && e.Undo, e.Event == eventResume:
	case e.Event == eventBegin && i >= 0 && i < len(j.Plan.Steps):
		j.begun[i] = e.At
	case e.Event == eventEnd && i >= 0 && i < len(j.Plan.Steps):
		j.ended[i] = *e
	default:
		return fmt.Errorf("an event %q of step %d is not known", e.Event, e.Step)
	}
	return nil
}

// outcome returns what came of a step of the plan, and whether it was begun.
func (j *Journal) outcome(i int) (o Outcome, begun bool) {
	_, begun = j.begun[i]
	return j.ended[i].Outcome, begun
}

// Wrote counts the steps that happened by the journal, and those that may have.
func (j *Journal) Wrote() (done, unknown int) {
	for i := range j.begun {
		switch j.ended[i].Outcome {
		case Done:
			done++
		case Unknown:
			unknown++
		}
	}
	return done, unknown
}
