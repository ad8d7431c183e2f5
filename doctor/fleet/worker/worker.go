package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/doctor/fleet"
	"remotion-doctor/doctor/fleet/roster"
	"remotion-doctor/report"
)

// A Store keeps what a run writes.
type Store interface {
	// Put writes an object, and replaces what is there.
	Put(ctx context.Context, key, mediaType string, data []byte) error
	Get(ctx context.Context, key string) ([]byte, error)
	// Keys are those with a prefix, sorted.
	Keys(ctx context.Context, prefix string) ([]string, error)
	// URL is the address of an object, for people: s3://bucket/key.
	URL(key string) string
}

// A Worker answers events.
type Worker struct {
	Store Store
	// Reach is the way to accounts, without Regions.
	Reach fleet.Reach
	// Options are what is asked of each account, without Regions.
	Options fleet.Options
	// Describe says in flags what is asked in some Regions, with the digest of it: so a
	// part is that of one machine which was asked the same. It may be nil.
	Describe func(regions []string) (requirement []audit.Flag, arguments string)
	// Rules takes the evaluations of AWS Config's rules; nil where there are none.
	Rules Rules
	Now   func() time.Time
}

// An Event is what an engine asks for.
type Event struct {
	// Action is list, account or merge.
	Action string `json:"action"`
	// Run names the run; its objects are below RUN/.
	Run string `json:"run"`

	// Of list: which accounts.
	Organization bool     `json:"organization"`
	Units        []string `json:"ou"`
	Tags         []string `json:"tags"`
	Accounts     []string `json:"accounts"` // ids

	Regions []string `json:"regions"`

	// Of account: one, or a batch of them.
	ID    string `json:"id"`
	Items []Item `json:"Items"`
	Batch *Event `json:"BatchInput"` // what the items of a batch have in common

	// Of merge: the run before, to compare with; latest is the newest that was merged.
	Since string `json:"since"`
}

// An Item is an account of a run.
type Item struct {
	ID     string `json:"id"`
	Name   string `json:"name,omitzero"`
	Unit   string `json:"unit,omitzero"`
	Status string `json:"status,omitzero"` // that of the organization; empty is ACTIVE
	Own    bool   `json:"own,omitzero"`    // the worker's own account
}

// A Listed is the answer to list.
type Listed struct {
	Run      string `json:"run"`
	Key      string `json:"key"` // of the list, below the worker's prefix
	Accounts int    `json:"accounts"`
}

// An Audited is the answer to account.
type Audited struct {
	Accounts []Record `json:"accounts"`
}

// A Record is what became of an account.
type Record struct {
	ID         string              `json:"id"`
	Status     audit.AccountStatus `json:"status"`
	Principals int                 `json:"principals"`
	Failing    int                 `json:"failing"`         // principals that do not meet their requirement
	Why        string              `json:"reason,omitzero"` // at most 200 characters
}

// A Merged is the answer to merge.
type Merged struct {
	Run      string              `json:"run"`
	Accounts int                 `json:"accounts"`
	Audited  int                 `json:"audited"`
	Failed   int                 `json:"failed"`  // accounts that could not be read, or not whole
	Failing  int                 `json:"failing"` // principals that do not meet their requirement
	ExitCode int                 `json:"exitCode"`
	Since    *audit.SinceSummary `json:"since"`
	Changed  bool                `json:"changed"` // since the run before; true where none was named
	Report   string              `json:"report"`  // its address
	Text     string              `json:"text"`    // for a message to people
}

// name is what a run may be called.
var name = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$`)

// validRun refuses what a run may not be called: it becomes a part of keys.
func validRun(run string) error {
	if !name.MatchString(run) || strings.Contains(run, "..") {
		return fmt.Errorf("run %q is no name: letters, digits, points and hyphens", run)
	}
	return nil
}

// Handle answers an event. The error is one of the event, or of what the run cannot do
// without: its objects.
func (w *Worker) Handle(ctx context.Context, data json.RawMessage) (any, error) {
	var kind struct {
		InvokingEvent *string `json:"invokingEvent"`
	}
	if err := json.Unmarshal(data, &kind); err != nil {
		return nil, fmt.Errorf("the event cannot be read: %w", err)
	}
	if kind.InvokingEvent != nil {
		return w.rule(ctx, data)
	}
	var e Event
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, fmt.Errorf("the event cannot be read: %w", err)
	}
	if e.Batch != nil {
		e.Action, e.Run, e.Regions = e.Batch.Action, e.Batch.Run, e.Batch.Regions
	}
	if err := validRun(e.Run); err != nil {
		return nil, err
	}
	switch e.Action {
	case "list":
		return w.list(ctx, &e)
	case "account":
		return w.accounts(ctx, &e)
	case "merge":
		return w.merge(ctx, &e)
	}
	return nil, fmt.Errorf("action %q is not list, account or merge", e.Action)
}

func (w *Worker) list(ctx context.Context, e *Event) (*Listed, error) {
	r := w.reach(e.Regions)
	var places []fleet.Place
	if e.Organization {
		var err error
		if places, err = r.Organization(ctx, roster.Filter{Units: e.Units, Tags: e.Tags, IDs: e.Accounts}); err != nil {
			return nil, err
		}
	} else {
		for _, id := range e.Accounts {
			places = append(places, fleet.Place{ID: id})
		}
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("there is no account to audit")
	}
	items := make([]Item, len(places))
	for i, p := range places {
		items[i] = Item{ID: p.ID, Name: p.Name, Unit: p.Unit, Status: p.Status, Own: p.Own}
	}
	key := path.Join(e.Run, "accounts.json")
	return &Listed{Run: e.Run, Key: key, Accounts: len(items)}, w.put(ctx, key, items)
}

func (w *Worker) accounts(ctx context.Context, e *Event) (*Audited, error) {
	items := e.Items
	if e.ID != "" {
		items = append(items, Item{ID: e.ID})
	}
	r := w.reach(e.Regions)
	o := w.Options
	o.Regions = e.Regions
	if w.Describe != nil {
		o.Asked.Requirement, o.Arguments = w.Describe(e.Regions)
	}
	out := &Audited{Accounts: []Record{}}
	for _, item := range items {
		place := r.Listed([]roster.Account{{ID: item.ID, Name: item.Name, Unit: item.Unit, Status: item.Status, Own: item.Own}})[0]
		part := fleet.Audit(ctx, place, o)
		if err := w.putReport(ctx, partKey(e.Run, item.ID), part); err != nil {
			return nil, err
		}
		out.Accounts = append(out.Accounts, recordOf(part))
	}
	return out, nil
}

// longest is how much of a reason a record has: the answers of a whole batch have to
// fit into what a state may hold.
const longest = 200

func recordOf(r *audit.Report) Record {
	a := &r.Accounts[0]
	return Record{ID: a.ID, Status: a.Status, Principals: a.Callers + a.Renderers, Failing: failing(r), Why: cut(a.Why, longest)}
}

// failing counts the principals that do not meet their requirement.
func failing(r *audit.Report) int {
	n := 0
	for i := range r.Sections {
		if s := &r.Sections[i]; s.Target.Kind != audit.TargetAccount && !r.Gate.Verdict(s).OK() {
			n++
		}
	}
	return n
}

func (w *Worker) merge(ctx context.Context, e *Event) (*Merged, error) {
	data, err := w.Store.Get(ctx, path.Join(e.Run, "accounts.json"))
	if err != nil {
		return nil, err
	}
	var items []Item
	if err := json.Unmarshal(data, &items); err != nil {
		return nil, fmt.Errorf("the list of accounts of run %s: %w", e.Run, err)
	}
	parts, err := w.parts(ctx, e.Run, items)
	if err != nil {
		return nil, err
	}
	index := fleet.IndexOf(w.Options.Tool, parts, func(id string) string { return path.Join("accounts", id+".json") })
	if err := w.put(ctx, path.Join(e.Run, "index.json"), index); err != nil {
		return nil, err
	}
	r := fleet.Join(parts)
	before, err := w.before(ctx, e)
	if err != nil {
		return nil, err
	}
	if before != "" {
		old, err := w.earlier(ctx, before)
		if err != nil {
			return nil, err
		}
		r.Since = report.SinceOf(old, r)
	}
	key := path.Join(e.Run, "report.json")
	if err := w.putReport(ctx, key, r); err != nil {
		return nil, err
	}
	return w.merged(e.Run, key, r), w.put(ctx, latestKey, latest{e.Run, before})
}

// A latest says which run was merged last, and which one before.
type latest struct {
	Run    string `json:"run"`
	Before string `json:"before,omitzero"`
}

const latestKey = "latest.json"

// before is the run to compare with; empty for none. A run that is merged again is
// compared with the same one again.
func (w *Worker) before(ctx context.Context, e *Event) (string, error) {
	if e.Since != "latest" {
		return e.Since, nil
	}
	keys, err := w.Store.Keys(ctx, latestKey)
	if err != nil || !slices.Contains(keys, latestKey) {
		return "", err
	}
	data, err := w.Store.Get(ctx, latestKey)
	if err != nil {
		return "", err
	}
	var last latest
	if err := json.Unmarshal(data, &last); err != nil {
		return "", fmt.Errorf("%s: %w", w.Store.URL(latestKey), err)
	}
	if last.Run == e.Run {
		return last.Before, nil
	}
	return last.Run, nil
}

// parts are the reports of all accounts of a run; that of one which no worker has
// answered for says so.
func (w *Worker) parts(ctx context.Context, run string, items []Item) ([]*audit.Report, error) {
	keys, err := w.Store.Keys(ctx, path.Join(run, "accounts")+"/")
	if err != nil {
		return nil, err
	}
	o := w.Options
	parts := make([]*audit.Report, 0, len(items))
	for _, item := range items {
		key := partKey(run, item.ID)
		if _, ok := slices.BinarySearch(keys, key); !ok {
			parts = append(parts, fleet.Unreached(o, fleet.Place{ID: item.ID, Name: item.Name, Unit: item.Unit}))
			continue
		}
		data, err := w.Store.Get(ctx, key)
		if err != nil {
			return nil, err
		}
		part, _, err := report.Load(key, bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

func (w *Worker) earlier(ctx context.Context, run string) (*audit.Report, error) {
	if err := validRun(run); err != nil {
		return nil, err
	}
	key := path.Join(run, "report.json")
	data, err := w.Store.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	r, _, err := report.LoadToCompare(key, bytes.NewReader(data))
	return r, err
}

func (w *Worker) merged(run, key string, r *audit.Report) *Merged {
	out := &Merged{Run: run, Accounts: len(r.Accounts), Failing: failing(r), ExitCode: r.Verdict().ExitCode, Changed: true, Report: w.Store.URL(key)}
	for i := range r.Accounts {
		switch r.Accounts[i].Status {
		case audit.AccountAudited:
			out.Audited++
		case audit.AccountSkipped:
		default:
			out.Failed++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Remotion's IAM grants in %d accounts: %d principals do not meet their requirement, %d accounts could not be read.\n", out.Accounts, out.Failing, out.Failed)
	if r.Since != nil {
		s := r.Since.Summary
		out.Since, out.Changed = &s, s.Fixed+s.Broken+s.Changed+s.New+s.Gone > 0
		fmt.Fprintf(&b, "Since %s: %d broken, %d fixed, %d new, %d gone.\n", r.Since.Of.GeneratedAt.UTC().Format(time.DateOnly), s.Broken, s.Fixed, s.New, s.Gone)
	}
	for i := range r.Causes[:min(len(r.Causes), 5)] {
		c := &r.Causes[i]
		fmt.Fprintf(&b, "%d principals in %d accounts: %s\n", c.Principals, c.Accounts, c.Text)
	}
	fmt.Fprintf(&b, "%s\n", out.Report)
	out.Text = b.String()
	return out
}

// partKey is where the report of an account is.
func partKey(run, id string) string { return path.Join(run, "accounts", id+".json") }

// putReport seals a report and writes it.
func (w *Worker) putReport(ctx context.Context, key string, r *audit.Report) error {
	if err := report.Seal(r); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := report.Write(&b, r, report.FormatJSON, report.Options{}); err != nil {
		return err
	}
	return w.Store.Put(ctx, key, "application/json", b.Bytes())
}

func (w *Worker) put(ctx context.Context, key string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.Store.Put(ctx, key, "application/json", data)
}

// reach is the way to accounts, in some Regions.
func (w *Worker) reach(regions []string) *fleet.Reach {
	r := w.Reach
	r.Regions = regions
	r.AWS.RefusedUntil = w.Now().Add(time.Minute)
	return &r
}
