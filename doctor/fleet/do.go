package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"

	"remotion-doctor/audit"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/report"
	"remotion-doctor/source"
)

// A Plan says how a run over accounts is done.
type Plan struct {
	Shard Shard
	// Abreast is how many accounts are audited at a time.
	Abreast int
	// Dir keeps the parts; nil where nothing is kept.
	Dir *Dir
	// Say is called after each account, one call at a time; it may be nil.
	Say func(Progress)
	// Since is the report of an earlier audit to compare with; nil for none.
	Since *audit.Report
}

// Do audits the places of the plan's shard and returns one report of all: each
// account is in it, also one that was not reached before the context ended, which
// is a section with the reason. With a Dir, index.json says how far the run came,
// and report.json is the report.
//
// The error is that of the folder. The end of the context is not an error: the report says
// what it left open.
func Do(ctx context.Context, places []Place, o Options, p Plan) (*audit.Report, error) {
	places = p.Shard.Among(places)
	held := &memory{parts: map[string]*audit.Report{}}
	if p.Dir != nil {
		held.next = p.Dir
		// At once, so that a run that is killed has said what it was to audit.
		if _, err := p.Dir.WriteIndex(places, o.Tool, p.Shard); err != nil {
			return nil, err
		}
	}
	if err := Run(ctx, places, o, held, p.Abreast, p.Say); err != nil && ctx.Err() == nil {
		return nil, err
	}
	parts, err := held.all(places, o)
	if err != nil {
		return nil, err
	}
	out := Join(parts)
	if p.Since != nil {
		out.Since = report.SinceOf(p.Shard.of(p.Since), out)
	}
	if p.Dir == nil {
		return out, nil
	}
	_, err = p.Dir.WriteIndex(places, o.Tool, p.Shard)
	return out, errors.Join(err, p.Dir.WriteReport(out))
}

// Unreached is the report of an account that the run did not come to.
func Unreached(o Options, p Place) *audit.Report {
	record := audit.Account{ID: p.ID, Name: p.Name, Unit: p.Unit, Arguments: o.Arguments}
	r := unread(o, record, &source.Error{Kind: source.KindInterrupted, Msg: "the run was interrupted before this account was audited", Hint: "run the same command with --out DIR again: it goes on where it stopped"})
	r.Accounts[0].Status = audit.AccountPending
	return r
}

// memory holds the parts of a run, and hands them to the next keeper.
type memory struct {
	mu    sync.Mutex
	parts map[string]*audit.Report
	next  Keeper
}

// all are the reports of places. One that the run did not come to has that of an
// earlier run, where it is good, else one that says so.
func (m *memory) all(places []Place, o Options) ([]*audit.Report, error) {
	out := make([]*audit.Report, 0, len(places))
	for _, p := range places {
		r, ok := m.parts[p.ID]
		if !ok {
			r, ok = m.Kept(p)
		}
		if !ok {
			r = Unreached(o, p)
			if err := m.Keep(p, r); err != nil {
				return nil, err
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// Kept implements [Keeper].
func (m *memory) Kept(p Place) (*audit.Report, bool) {
	if m.next == nil {
		return nil, false
	}
	r, ok := m.next.Kept(p)
	if ok {
		m.put(p, r)
	}
	return r, ok
}

// Keep implements [Keeper].
func (m *memory) Keep(p Place, r *audit.Report) error {
	if m.next != nil { // which seals it
		if err := m.next.Keep(p, r); err != nil {
			return err
		}
	} else if err := report.Seal(r); err != nil {
		return err
	}
	m.put(p, r)
	return nil
}

func (m *memory) put(p Place, r *audit.Report) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.parts[p.ID] = r
}

// WriteReport writes the report of the whole run.
func (d *Dir) WriteReport(r *audit.Report) error {
	if err := report.Seal(r); err != nil {
		return err
	}
	return outfile.Write(context.Background(), outfile.File{
		Path: filepath.Join(d.path, "report.json"), Access: outfile.Public,
		Content: func(w io.Writer) error { return report.Write(w, r, report.FormatJSON, report.Options{}) },
	})
}

// notes say in sentences what became of the accounts: of those that were not
// audited each with the reason.
func notes(list []audit.Account) []string {
	var s Summary
	for i := range list {
		s.add(&list[i])
	}
	out := []string{fmt.Sprintf("%s to audit: %d audited, %d in part, %d could not be read, %d skipped, %d not reached; %d roles and users looked at, %d callers and %d renderers checked",
		counted(s.Accounts, "account"), s.Audited, s.Incomplete, s.Unread, s.Skipped, s.Pending, s.Principals, s.Callers, s.Renderers)}
	if s.Administrators > 0 {
		out = append(out, fmt.Sprintf("%s may do everything, %s proven to pass and left out: --include-admins shows them", counted(s.Administrators, "caller"), wasWere(s.Administrators)))
	}
	for i := range list {
		if a := &list[i]; len(a.SkippedRegions) > 0 {
			out = append(out, fmt.Sprintf("account %s: not enabled there, and skipped: %s", a.ID, strings.Join(a.SkippedRegions, ", ")))
		}
	}
	for i := range list {
		if a := &list[i]; a.Status == audit.AccountSkipped {
			out = append(out, fmt.Sprintf("account %s was skipped: %s", a.ID, a.Why))
		}
	}
	return out
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func wasWere(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}
