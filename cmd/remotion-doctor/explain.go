package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/iam"
	"remotion-doctor/iam/accessdenied"
	"remotion-doctor/report"
)

// explainFlags are the flags of explain.
type explainFlags struct {
	target      targetFlags
	source      sourceFlags
	context     []string
	contextFile string
	region      string
	asked       audit.Asked

	message, details string
	json, verbose    bool
	color            string
	noColor          bool
}

func (a *app) explainCommand() *cobra.Command {
	f := &explainFlags{}
	cmd := &cobra.Command{
		Use:   "explain [ACTION [RESOURCE]]",
		Short: "Explain why a request is allowed or denied",
		Long: `Explain why a principal may or may not call an action on a resource: the decision
of every layer of policies with the statements that made it, and the statements
that nearly apply. With --error an error message of AWS, as it was printed, or a
CloudTrail record names the request; several denials get an answer each. Without
a resource the request is for *.

Exit codes: 0 allowed · 1 not allowed · 2 bad usage · 3 could not be completed,
or no policy denied the request (throttling, an expired session, …).`,
		Example: `  remotion-doctor explain s3:PutObject arn:aws:s3:::remotionlambda-useast1-abc/x --function video-api
  remotion-doctor explain lambda:ListFunctions '*' --role my-role --snapshot account.json
  remotion-doctor explain --error 'User: arn:aws:sts::111122223333:assumed-role/api/x is not authorized to perform: …'
  pbpaste | remotion-doctor explain --error -`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.asked = asked(cmd.Flags(), nil)
			return a.explain(cmd.Context(), f, args)
		},
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
	f.source.patience.addWhole(fs)
	fs.BoolVar(&f.json, "json", false, "print the trace as JSON")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "show every near miss")
	fs.StringVar(&f.color, "color", "auto", "colour: `auto|always|never`")
	fs.BoolVar(&f.noColor, "no-color", false, "no colour")
	return cmd
}

func (a *app) explain(ctx context.Context, f *explainFlags, args []string) error {
	ctx, cancel := f.source.patience.bound(ctx)
	defer cancel()
	r, err := a.request(f, args)
	if err != nil {
		return err
	}
	o := a.blank()
	o.Asked = f.asked
	for _, t := range f.target.targets() {
		if t.Kind != audit.TargetCaller || f.target.caller {
			o.Targets = append(o.Targets, doctor.Target{Target: t})
		}
	}
	done := a.while("reading the policies")
	trace, err := a.trace(ctx, o, f, r)
	done()
	if trace != nil {
		if err := a.writeTrace(trace, f); err != nil {
			return err
		}
	}
	switch {
	case err != nil:
		return err
	case !allowed(trace):
		return errNotMet
	}
	return nil
}

// allowed reports whether every request of a trace is allowed.
func allowed(t *audit.Trace) bool {
	for _, o := range t.Others {
		if !allowed(o) {
			return false
		}
	}
	return t.Decision == iam.Allowed
}

// request reads what is asked about.
func (a *app) request(f *explainFlags, args []string) (*doctor.Request, error) {
	r := &doctor.Request{Region: f.region}
	if len(args) > 0 {
		r.Action = args[0]
	}
	if len(args) > 1 {
		r.Resource = args[1]
	}
	var err error
	if r.Context, err = readContext(f.context, f.contextFile); err != nil {
		return nil, err
	}
	if f.details != "" {
		if r.Recorded, err = readDetails(f.details); err != nil {
			return nil, err
		}
	}
	if f.message != "" {
		r.Message, err = a.readText(f.message)
	}
	return r, err
}

func readDetails(path string) (*iam.RecordedAuthorization, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("", "reading the authorization details: %v", err)
	}
	r, err := accessdenied.ReadDetails(data)
	if err != nil {
		return nil, usage("it is the answer of `aws iam-toolbox get-request-authorization-details --authorization-id ID`, or a decoded authorization message", "reading %s:%v", path, err)
	}
	r.Source = path
	return r, nil
}

// trace answers a request. A trace that comes with an error holds what was
// learned.
func (a *app) trace(ctx context.Context, o *doctor.Options, f *explainFlags, r *doctor.Request) (*audit.Trace, error) {
	answered, err := doctor.Answered(*o, *r)
	if err != nil {
		return nil, err
	}
	if answered {
		return doctor.Explain(ctx, *o, *r)
	}
	if err := a.openExplain(ctx, o, f); err != nil {
		o.Source = nil
		trace, _ := doctor.Explain(ctx, *o, *r)
		return trace, err
	}
	return doctor.Explain(ctx, *o, *r)
}

// openExplain opens the source. Policy files and a deployment with one
// principal know who is meant where nobody says.
func (a *app) openExplain(ctx context.Context, o *doctor.Options, f *explainFlags) error {
	named := len(o.Targets) > 0
	if !named {
		o.Targets = []doctor.Target{{Target: audit.Target{Kind: audit.TargetCaller}}}
	}
	if f.region != "" {
		o.Regions = []string{f.region}
	}
	if err := a.open(ctx, o, &f.source, f.region); err != nil {
		return err
	}
	if len(o.Targets) > 1 {
		o.Targets = o.Targets[:1] // Regions in which the answer is the same
	}
	if !named && len(o.Targets) == 1 && o.Targets[0].Kind == audit.TargetCaller {
		o.Targets = nil
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
