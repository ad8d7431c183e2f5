package doctor

import (
	"context"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
)

// Check audits every target against every one of its requirements and returns
// one report with a section each. An error that concerns one target becomes
// part of its section, so that the others still come out.
//
// Where the context ends, the sections that are finished stay as they are and
// the others are marked incomplete: the report holds all that was learned.
func Check(ctx context.Context, o Options) (*audit.Report, error) {
	j := newJob(&o)
	j.findRenderers(ctx)
	return j.report(ctx), nil
}

func newJob(o *Options) *job {
	j := &job{
		Options: *o, engine: o.Engine, source: o.Source,
		scope: checks.Scope{Context: o.Context, Strict: o.Strict, Bucket: o.Bucket, Function: o.Function},
	}
	if j.engine == "" && j.source != nil {
		j.engine = j.source.Engine()
	}
	for _, t := range o.Targets {
		for _, r := range t.Requirements {
			j.tasks = append(j.tasks, task{place: len(j.tasks), target: t.Target, requirement: r, source: t.Source, regions: t.Regions})
		}
	}
	j.shared = &sharing{judging: len(j.tasks) > 1}
	j.callers = make([]iam.Principal, len(j.tasks))
	return j
}

// report runs the tasks.
func (j *job) report(ctx context.Context) *audit.Report {
	r := &audit.Report{
		SchemaVersion: audit.SchemaVersion, Tool: j.Tool, GeneratedAt: j.now().UTC(),
		Engine: j.engine, OK: true,
	}
	caller := j.askCaller(ctx)
	r.Sections = j.sections(ctx)
	r.Identify()
	r.OK = r.Verdict().OK()
	select {
	case r.Caller = <-caller:
	case <-ctx.Done():
	case <-time.After(decoration):
	}
	return r
}

// decoration is how long a finished report waits for what only decorates it.
const decoration = time.Second

// askCaller asks, while the audit runs, whose credentials ask AWS. The report
// leaves it out where it is not known; the sections say what went wrong.
func (j *job) askCaller(ctx context.Context) <-chan string {
	out := make(chan string, 1)
	go func() {
		arn, err := j.source.Caller(ctx)
		if err != nil {
			arn = ""
		}
		out <- arn
	}()
	return out
}
