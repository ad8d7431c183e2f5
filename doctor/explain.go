package doctor

import (
	"context"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/accessdenied"
	"remotion-doctor/iam/explain"
)

// Explain answers one request of a principal with the whole way to the answer:
// the decision of every layer of policies, the statements that made it, and
// those that nearly apply. Of the Options it reads Source, Targets (one, or none
// for whom the message names, else the caller), Regions, Tool and Now.
//
// A trace that comes with an error holds what was learned without it. Source may
// be nil for a message that answers by itself; see [Answered].
//
// A message with several denials gets an answer for each: the first is the
// trace, the rest are its Others.
func Explain(ctx context.Context, o Options, r Request) (*audit.Trace, error) {
	var first *audit.Trace
	var failed error
	for _, part := range parts(&o, &r) {
		t, err := explainOne(ctx, &o, &part)
		if failed == nil {
			failed = err
		}
		switch {
		case t == nil:
		case first == nil:
			first = t
		default:
			first.Others = append(first.Others, t)
		}
	}
	return first, failed
}

// parts are the requests of a message, each once: what denies nothing is left
// out where something else does.
func parts(o *Options, r *Request) []Request {
	texts := accessdenied.Split(r.Message)
	if len(texts) < 2 {
		return []Request{*r}
	}
	var out []Request
	seen := map[[3]string]bool{}
	for _, text := range texts {
		m := parse(o.pack(), text)
		key := [3]string{m.Principal, m.Action, m.Resource}
		if !accessdenied.Denied(&m) || seen[key] {
			continue
		}
		seen[key] = true
		part := *r
		part.Message = text
		out = append(out, part)
	}
	if len(out) == 0 {
		return []Request{*r}
	}
	return out
}

func explainOne(ctx context.Context, o *Options, r *Request) (*audit.Trace, error) {
	q, err := ask(o.pack(), r, o.Targets)
	if err != nil {
		return nil, err
	}
	j := newJob(o)
	base := j.blank(q)
	if q.answered() {
		return j.stated(ctx, q, base)
	}
	if j.source == nil {
		return j.learned(ctx, q, base), invalid("", "there is no source to ask")
	}
	return j.within(j.taskOf(q)).explain(ctx, q, base)
}

// Answered reports whether a request needs no source: its message says all that
// there is to say, or leaves open what must be known. The error is that of a
// request that cannot be understood.
func Answered(o Options, r Request) (bool, error) {
	for _, part := range parts(&o, &r) {
		q, err := ask(o.pack(), &part, o.Targets)
		if err != nil || !q.answered() {
			return false, err
		}
	}
	return true, nil
}

func (q *question) answered() bool { return (q.asks() || q.told()) && !q.encoded() }

// taskOf is the task of the target that the user named, with its own source.
func (j *job) taskOf(q *question) task {
	t := task{target: q.target}
	if len(j.Targets) == 1 {
		t.source, t.regions = j.Targets[0].Source, j.Targets[0].Regions
	}
	return t
}

// blank is the trace with what is known beforehand.
func (j *job) blank(q *question) *audit.Trace {
	out := &audit.Trace{Target: q.target, Message: q.message, Recorded: q.recorded}
	out.Action, out.Resource, out.Context = q.action, q.resource, q.request.Context
	out.Layers, out.MissingContext = []iam.TraceLayer{}, []string{}
	if out.Context == nil {
		out.Context = iam.Context{}
	}
	j.stamp(out, "")
	return out
}

func (j *job) explain(ctx context.Context, q *question, base *audit.Trace) (*audit.Trace, error) {
	if err := q.decode(ctx, j.source); err != nil {
		base.Notes = append(base.Notes, messageOf(err))
	}
	base.Target, base.Action, base.Resource, base.Recorded = q.target, q.action, q.resource, q.recorded
	if q.asks() || q.told() {
		return j.stated(ctx, q, base)
	}
	found, err := j.find(ctx, q.target)
	if err != nil {
		return j.learned(ctx, q, base), err
	}
	if federated(q.action) {
		return j.explainFederated(ctx, q, base, found)
	}
	q.spell(found.Principal)
	out, err := j.explainAt(ctx, found.Principal, iam.Probe{Action: q.action, Resource: q.resource, OwnerAllows: j.pack().Opens(q.action, q.resource), Context: q.context(j.pack(), found, q.request.Region, j.source.Region())})
	if err != nil {
		return j.learned(ctx, q, base), err
	}
	out.Target, out.Message, out.Recorded = q.target, q.message, q.recorded
	out.Notes = append(found.Notes, out.Notes...)
	out.Notes = append(out.Notes, q.leftOut()...)
	j.stamp(out, j.engine)
	confirm(out)
	conclude(out)
	j.advise(ctx, q, out)
	return out, nil
}

func (j *job) stamp(t *audit.Trace, engine audit.Engine) {
	t.SchemaVersion, t.Tool = audit.SchemaVersion, j.Tool
	t.GeneratedAt, t.Engine = j.now().UTC(), engine
}

// explainAt asks the source for the decision and for the policies, and brings
// both together.
func (j *job) explainAt(ctx context.Context, p iam.Principal, probe iam.Probe) (*audit.Trace, error) {
	policies, unknown, readErr := j.policiesFor(ctx, p, probe)
	out := audit.Trace{Trace: explain.Explain(p, policies, probe, explain.Options{Unknown: unknown})}
	if j.source.Engine() != audit.EngineAWS {
		if readErr != nil {
			return nil, readErr
		}
		undecideKeys(&out)
		return &out, nil
	}
	verdicts, err := j.source.Evaluate(ctx, p, []iam.Probe{probe})
	if err != nil {
		return nil, err
	}
	if readErr != nil {
		out.Notes = append(out.Notes, "the principal's policies could not be read, so only the simulator's answer is shown: "+messageOf(readErr))
	}
	j.combine(&out, &verdicts[0], readErr == nil, policies.SCPs != nil)
	undecide(&out, policies.Gaps)
	undecideKeys(&out)
	return &out, nil
}
