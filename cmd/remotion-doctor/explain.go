package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/explain"
	"remotion-doctor/iam/policy"
	"remotion-doctor/report"
)

// explainFlags are the flags of explain.
type explainFlags struct {
	target      targetFlags
	source      sourceFlags
	context     []string
	contextFile string
	region      string

	message, details string
	json, verbose    bool
	color            string
	noColor          bool
}

func (a *app) explainCommand() *cobra.Command {
	f := &explainFlags{}
	cmd := &cobra.Command{
		Use:   "explain [ACTION [RESOURCE]]",
		Short: "Tell why one request is allowed or denied",
		Long: `Tell why a principal may or may not do one action on one resource: the decision
of every layer of policies with the statements that made it, and the statements
that nearly apply. With --error an error message of AWS, as it was printed,
names the request. Without a resource the request is about *.

Exit codes: 0 allowed · 1 not allowed · 2 bad usage · 3 could not be completed.`,
		Example: `  remotion-doctor explain s3:PutObject arn:aws:s3:::remotionlambda-useast1-abc/x --function video-api
  remotion-doctor explain lambda:ListFunctions '*' --role my-role --snapshot account.json
  remotion-doctor explain --error 'User: arn:aws:sts::111122223333:assumed-role/api/x is not authorized to perform: …'
  pbpaste | remotion-doctor explain --error -`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error { return a.explain(cmd.Context(), f, args) },
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	f.target.add(fs)
	fs.StringVar(&f.message, "error", "", "an error message of AWS, as `TEXT`; - for standard input")
	fs.StringVar(&f.details, "authorization-details", "", "what AWS recorded of the request, in `FILE`: the answer of `aws iam-toolbox get-request-authorization-details`, or a decoded authorization message")
	fs.StringVar(&f.region, "region", "", "the request's region, where the resource's ARN has none")
	fs.StringArrayVar(&f.context, "context", nil, "context key of the request, `KEY=VALUE` (a list as a JSON array); repeatable")
	fs.StringVar(&f.contextFile, "context-file", "", "context keys as a JSON object, in `FILE`")
	f.source.add(fs)
	fs.BoolVar(&f.json, "json", false, "print the trace as JSON")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "show every near miss")
	fs.StringVar(&f.color, "color", "auto", "colour: `auto|always|never`")
	fs.BoolVar(&f.noColor, "no-color", false, "no colour")
	return cmd
}

// A question is what explain was asked, from the arguments, the message and
// what AWS recorded.
type question struct {
	action, resource string
	target           audit.Target
	given            iam.Context // by the user
	message          *iam.DeniedMessage
	recorded         *iam.RecordedAuthorization

	args   []string       // as given
	named  []audit.Target // by flags
	caller bool
}

func (a *app) explain(ctx context.Context, f *explainFlags, args []string) error {
	q, err := a.question(f, args)
	if err != nil {
		return err
	}
	done := a.while("looking at the policies")
	trace, err := a.trace(ctx, f, q)
	done()
	if trace != nil {
		if err := a.writeTrace(trace, f); err != nil {
			return err
		}
	}
	switch {
	case err != nil:
		return err
	case trace.Decision != iam.Allowed:
		return errNotMet
	}
	return nil
}

func (a *app) writeTrace(t *audit.Trace, f *explainFlags) error {
	if f.json {
		return report.TraceJSON(a.stdout, t)
	}
	o := report.Options{Verbose: f.verbose}
	o.Width, o.Color = a.terminal(a.stdout)
	switch {
	case f.noColor || f.color == "never":
		o.Color = false
	case f.color == "always":
		o.Color = true
	}
	return report.Trace(a.stdout, t, o)
}

// trace answers a question. A trace that comes with an error holds what was
// learned.
func (a *app) trace(ctx context.Context, f *explainFlags, q *question) (*audit.Trace, error) {
	base := &audit.Trace{
		Target: q.target, Message: q.message, Recorded: q.recorded,
		Trace: iam.Trace{Action: q.action, Resource: q.resource, Context: q.given, Layers: []iam.TraceLayer{}, MissingContext: []string{}},
	}
	if base.Context == nil {
		base.Context = iam.Context{}
	}
	a.stamp(base, "")
	j := &job{document: map[string]*policy.Document{}, tasks: []task{{target: q.target}}}
	if f.region != "" {
		j.regions = []string{f.region}
	}
	if !q.asks() && !q.told() || q.encoded() {
		if err := a.open(ctx, j, &f.source, f.region); err != nil {
			return learned(base), err
		}
		// A source may know better who is meant, and have one for each target.
		q.target = j.tasks[0].target
		j = j.within(j.tasks[0])
		if err := q.decode(ctx, j.source); err != nil {
			base.Notes = append(base.Notes, asFailure(err).msg)
		}
		base.Target, base.Action, base.Resource, base.Recorded = q.target, q.action, q.resource, q.recorded
	}
	switch {
	case q.asks():
		stated(base)
		return base, incomplete(q.message)
	case q.told():
		stated(base)
		return base, nil
	}
	found, err := j.find(ctx, q.target)
	if err != nil {
		return learned(base), err
	}
	q.spell(found.Principal)
	out, err := explainAt(ctx, j.source, found.Principal, iam.Probe{Action: q.action, Resource: q.resource, Context: q.context(found, f.region, j.source.Region())})
	if err != nil {
		return learned(base), err
	}
	out.Target, out.Message, out.Recorded = q.target, q.message, q.recorded
	out.Notes = append(found.Notes, out.Notes...)
	a.stamp(out, j.engine)
	conclude(out)
	advise(out)
	return out, nil
}

func (a *app) stamp(t *audit.Trace, engine audit.Engine) {
	t.SchemaVersion, t.Tool = audit.SchemaVersion, audit.Tool{Name: "remotion-doctor", Version: version}
	t.GeneratedAt, t.Engine = a.now().UTC(), engine
}

// explainAt asks a source for the decision and for the policies, and brings
// both together.
func explainAt(ctx context.Context, s sourcer, p iam.Principal, probe iam.Probe) (*audit.Trace, error) {
	policies, unknown, readErr := policiesFor(ctx, s, p, probe)
	out := audit.Trace{Trace: explain.Explain(p, policies, probe, explain.Options{Unknown: unknown})}
	asker, ok := s.(simulating)
	if !ok {
		if readErr != nil {
			return nil, readErr
		}
		return &out, nil
	}
	verdicts, err := asker.Evaluate(ctx, p, []iam.Probe{probe})
	if err != nil {
		return nil, err
	}
	if readErr != nil {
		out.Notes = append(out.Notes, "the principal's policies could not be read, so that only the simulator's answer is shown: "+asFailure(readErr).msg)
	}
	combine(&out, &verdicts[0], readErr == nil)
	return &out, nil
}

// readText reads --error.
func (a *app) readText(text string) (string, error) {
	if text != "-" {
		return text, nil
	}
	data, err := io.ReadAll(io.LimitReader(a.stdin, maxMessage))
	if err != nil {
		return "", usage("", "reading the error message: %v", err)
	}
	return string(data), nil
}

// maxMessage is how much of a message is read.
const maxMessage = 1 << 20
