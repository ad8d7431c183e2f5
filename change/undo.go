package change

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"remotion-doctor/iam"
	"remotion-doctor/remedy"
)

// A Conflict is a step that cannot be taken back without overwriting what
// somebody else changed since.
type Conflict struct {
	Step   int // its number, from 1
	Policy iam.PolicyID
	Why    string
	Diff   []remedy.DiffLine // from what the step left to what is there
}

// A Back is what takes a change back: the writes, or what stands against them.
type Back struct {
	Journal   *Journal
	Steps     []Step
	Conflicts []Conflict
	Notes     []string
	// Nothing says that AWS shows none of the change: nothing was written, or
	// everything is as it was before.
	Nothing bool

	forced []int
}

// Plan returns the writes as a plan, for showing them.
func (b *Back) Plan() *Plan {
	return &Plan{ID: b.Journal.Plan.ID, At: b.Journal.Plan.At, Principal: b.Journal.Plan.Principal, Steps: b.Steps, Notes: b.Notes}
}

// Look finds out which steps of a change AWS shows, and what takes them back.
// Of what was written a moment ago it waits until AWS shows it. A policy that
// somebody else changed since is a conflict, but for the steps in force.
func Look(ctx context.Context, r Reader, j *Journal, force []int, now time.Time, o Options) (*Back, error) {
	for _, n := range force {
		if n < 1 || n > len(j.Plan.Steps) {
			return nil, &Refusal{fmt.Sprintf("the change has no step %d", n), fmt.Sprintf("it has steps 1 to %d", len(j.Plan.Steps))}
		}
	}
	w, err := j.settled(ctx, r, now, o)
	if err != nil {
		return nil, err
	}
	// Whoever attaches a managed policy again needs it to exist.
	for _, t := range things(j.Plan.Steps) {
		if _, known := w.managed[t.policy]; t.area == attachmentArea && !known && !remedy.AWSManaged(string(t.policy)) {
			if err := w.read(ctx, r, t.policy); err != nil {
				return nil, err
			}
		}
	}
	b := &back{Back: Back{Journal: j, forced: force}, world: w, now: w.states(things(j.Plan.Steps))}
	for i := len(j.Plan.Steps) - 1; i >= 0; i-- {
		if o, begun := j.outcome(i); begun && o != Refused {
			b.take(i)
		}
	}
	slices.SortFunc(b.Conflicts, func(x, y Conflict) int { return x.Step - y.Step })
	b.Nothing = len(b.Steps) == 0 && len(b.Conflicts) == 0
	if len(b.Conflicts) == 0 {
		if err := fits(b.Steps, w); err != nil {
			return nil, err
		}
	}
	return &b.Back, nil
}

// A back works out a [Back]: now is what things will be after the writes so
// far.
type back struct {
	Back
	world *world
	now   map[thing]State
}

// take adds what takes a step back.
func (b *back) take(i int) {
	s := &b.Journal.Plan.Steps[i]
	t := s.thing()
	is := b.now[t]
	forced := slices.Contains(b.forced, i+1)
	switch {
	case same(is, s.Before), !same(is, s.After) && b.earlier(i, is):
		return // it did not happen, or is taken back already
	case !same(is, s.After) && !b.ours(t, is) && !forced:
		b.conflict(i, is, "somebody else changed it since")
		return
	}
	steps := reconcile(t, is, s.Before)
	if why := b.stops(t, steps); why != "" {
		b.conflict(i, is, why)
		return
	}
	for n := range steps {
		steps[n].Of = i + 1
		b.note(s, &steps[n])
	}
	follow(steps, b.now)
	b.Steps = append(b.Steps, steps...)
}

// earlier reports whether a state is one from before an earlier step on the
// same thing, which that step answers for.
func (b *back) earlier(i int, is State) bool {
	for n := range b.Journal.Plan.Steps[:i] {
		if s := &b.Journal.Plan.Steps[n]; s.thing() == b.Journal.Plan.Steps[i].thing() && same(is, s.Before) {
			return true
		}
	}
	return false
}

// ours reports whether an undo that did not come to its end left a state.
func (b *back) ours(t thing, is State) bool {
	return slices.ContainsFunc(b.Journal.undone, func(s Step) bool {
		return s.thing() == t && (same(is, s.After) || same(is, s.Before))
	})
}

func (b *back) conflict(i int, is State, why string) {
	s := &b.Journal.Plan.Steps[i]
	c := Conflict{Step: i + 1, Policy: s.Policy, Why: why}
	if s.thing().area != attachmentArea {
		c.Diff = remedy.DiffText(s.After.Text(), is.Text())
	}
	b.Conflicts = append(b.Conflicts, c)
}

// stops says what keeps AWS from taking writes; empty if nothing does.
func (b *back) stops(t thing, steps []Step) string {
	for i := range steps {
		switch steps[i].Do {
		case DeletePolicy:
			// DeletePolicy refuses what is attached (IAM API Reference). Our own
			// attachment is gone by then.
			own := count(b.world.state(thing{attachmentArea, t.policy}))
			if others := b.world.state(t).Uses - own; others > 0 {
				return fmt.Sprintf("somebody attached it to %d more", others)
			}
		case Attach:
			if m, known := b.world.managed[t.policy]; known && !m.Exists {
				return "the managed policy was deleted since"
			}
		}
	}
	return ""
}

// note says what does not come back unchanged.
func (b *back) note(of, s *Step) {
	if of.Do == DeleteVersion && s.Do == CreateVersion {
		b.Notes = append(b.Notes, fmt.Sprintf("the document of version %s of %s comes back as a version with a new number", of.Version, of.Policy))
	}
}

// settled reads what is there, and again until it shows what the journal says
// was done a moment ago.
func (j *Journal) settled(ctx context.Context, r Reader, now time.Time, o Options) (*world, error) {
	list := things(j.Plan.Steps)
	deadline := time.Now().Add(min(o.settle(), o.settle()-now.Sub(j.last)))
	for wait := o.first(); ; wait = min(2*wait, 2*time.Second) {
		late := !time.Now().Before(deadline) // what is seen from here on counts
		w, err := look(ctx, r, j.Plan.Principal, list)
		switch {
		case err == nil && (late || j.shown(w)):
			return w, nil
		case err != nil && (late || !settling(err)):
			return nil, err
		}
		o.tell("waiting until IAM shows the change")
		if err := pause(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// shown reports whether AWS shows the newest state that the journal has of each
// thing.
func (j *Journal) shown(w *world) bool {
	newest := map[thing]State{}
	for i := range j.Plan.Steps {
		if o, begun := j.outcome(i); begun && o != Refused {
			newest[j.Plan.Steps[i].thing()] = j.Plan.Steps[i].After
		}
	}
	for i := range j.undone {
		newest[j.undone[i].thing()] = j.undone[i].After
	}
	for t, s := range newest {
		if !same(w.state(t), s) {
			return false
		}
	}
	return true
}

// Run takes the change back, checks that everything is as it was before it,
// byte for byte, and closes the journal. The caller holds [Store.Lock]. The
// errors are those of [Store.Apply].
func (b *Back) Run(ctx context.Context, s *Store, w Writer, o Options) error {
	if len(b.Conflicts) > 0 {
		return &Refusal{Msg: "refusing to undo: somebody else changed what the change wrote"}
	}
	j := b.Journal
	if b.Nothing {
		return j.close(s, b.nothing())
	}
	if err := asPlanned(ctx, w, j.Plan.Principal, b.Steps); err != nil {
		return err
	}
	if err := j.append(0, entry{Event: eventUndo, At: s.now(), Steps: b.Steps, Forced: b.forced}); err != nil {
		return err
	}
	r := &run{w: w, principal: j.Plan.Principal, journal: j, store: s, options: o, undo: true}
	if err := r.steps(ctx, b.Steps); err != nil {
		if e, ok := errors.AsType[*Incomplete](err); ok {
			e.Undo = true
		}
		return err
	}
	if err := j.asBefore(ctx, w, o); err != nil {
		return err
	}
	return j.close(s, TakenBack)
}

// nothing says why nothing is to be taken back.
func (b *Back) nothing() string {
	if done, _ := b.Journal.Wrote(); done > 0 {
		return TakenBack
	}
	return NothingWritten
}

// asBefore checks that what the change touched is as it was before.
func (j *Journal) asBefore(ctx context.Context, r Reader, o Options) error {
	deadline := time.Now().Add(o.settle())
	for wait := o.first(); ; wait = min(2*wait, 2*time.Second) {
		late := time.Now().After(deadline)
		what, err := j.differs(ctx, r)
		if err == nil && what == "" {
			return nil
		}
		if late || pause(ctx, wait) != nil {
			if err != nil {
				what = err.Error()
			}
			return &Incomplete{Msg: "undone, but not verified: " + what, Hint: "run `fix --undo` again"}
		}
		o.tell("waiting until IAM shows what was there before")
	}
}

// differs names what is not as it was before the change.
func (j *Journal) differs(ctx context.Context, r Reader) (string, error) {
	w, err := look(ctx, r, j.Plan.Principal, things(j.Plan.Steps))
	if err != nil {
		return "", err
	}
	seen := map[thing]bool{}
	for i := range j.Plan.Steps {
		s := &j.Plan.Steps[i]
		if o, begun := j.outcome(i); !begun || o == Refused {
			continue
		}
		if t := s.thing(); !seen[t] && !exact(w.state(t), s.Before) {
			return fmt.Sprintf("AWS does not show the old %s", s.Policy), nil
		}
		seen[s.thing()] = true
	}
	return "", nil
}
