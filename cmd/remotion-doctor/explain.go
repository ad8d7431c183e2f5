package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/internal/asked"
	"remotion-doctor/report"
	"remotion-doctor/source/files"
)

// explainFlags are the flags of explain.
type explainFlags struct {
	target      asked.Targets
	source      asked.Source
	context     []string
	contextFile string
	region      string
	asked       audit.Asked

	message, details string
	json, verbose    bool
	color            asked.Color
}

func (a *app) explainCommand() *cobra.Command {
	f := &explainFlags{}
	cmd := &cobra.Command{
		Use:   "explain [ACTION [RESOURCE]]",
		Short: "Explain why a request is allowed or denied",
		Long: `Explain why a principal may or may not call an action on a resource: the decision
of every layer of policies with the statements that made it, and the statements
that nearly apply. With --error an error message of AWS, unchanged, or a
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
			f.asked = asked.Of(cmd.Flags(), nil)
			return a.explain(cmd.Context(), f, args)
		},
	}
	fs := cmd.Flags()
	f.target.Add(fs)
	f.target.AddPick(fs)
	fs.StringVar(&f.message, "error", "", "an error message of AWS, as `TEXT`; - for standard input")
	fs.StringVar(&f.details, "authorization-details", "", "what AWS recorded of the request, in `FILE`: the answer of `aws iam-toolbox get-request-authorization-details`, or a decoded authorization message")
	fs.StringVar(&f.region, "region", "", "`REGION` of the request, where the ARN of the resource has none")
	fs.StringArrayVar(&f.context, "context", nil, "context key of the request, `KEY=VALUE` (a list as a JSON array); repeatable")
	fs.StringVar(&f.contextFile, "context-file", "", "context keys as a JSON object, in `FILE`")
	f.source.Add(fs, a.stderr)
	f.source.Patience.AddWhole(fs)
	fs.BoolVar(&f.json, "json", false, "print the trace as JSON")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "show every near miss")
	f.color.Add(fs)
	return cmd
}

func (a *app) explain(ctx context.Context, f *explainFlags, args []string) error {
	ctx, cancel := f.source.Patience.Bound(ctx)
	defer cancel()
	r, err := a.request(f, args)
	if err != nil {
		return err
	}
	if err := a.pick(ctx, &f.target, &f.source, slices.DeleteFunc([]string{f.region}, func(r string) bool { return r == "" })); err != nil {
		return err
	}
	o := a.blank()
	o.Asked = f.asked
	for _, t := range f.target.List() {
		if t.Kind != audit.TargetCaller || f.target.Caller {
			o.Targets = append(o.Targets, doctor.Target{Target: t})
		}
	}
	done := a.while("reading the policies")
	trace, err := doctor.ExplainOpening(ctx, *o, *r, func(o *doctor.Options) error { return a.openExplain(ctx, o, f) })
	done()
	if trace != nil {
		if err := a.writeTrace(trace, f); err != nil {
			return err
		}
	}
	switch g := trace.Incomplete(); {
	case err != nil:
		return err
	case g != nil:
		return &failure{exitIncomplete, "the answer is incomplete: " + g.String(), g.Hint}
	case !trace.Allowed():
		return errNotMet
	}
	return nil
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
	if r.Context, err = files.Context(f.context, f.contextFile); err != nil {
		return nil, err
	}
	if f.details != "" {
		if r.Recorded, err = files.RequestDetails(f.details); err != nil {
			return nil, err
		}
	}
	if f.message != "" {
		r.Message, err = a.readText(f.message)
	}
	return r, err
}

// openExplain opens the source. Policy files and a deployment with one
// principal know who is meant where nobody says.
func (a *app) openExplain(ctx context.Context, o *doctor.Options, f *explainFlags) error {
	named := len(o.Targets) > 0
	if !named {
		o.Targets = []doctor.Target{{Target: audit.Target{Kind: audit.TargetCaller}}}
	}
	if err := f.source.Open(ctx, o, f.region); err != nil {
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
	o := f.color.Options(a.stdout, a.getenv)
	o.Verbose = f.verbose
	return report.Trace(a.stdout, t, o)
}

// readText reads --error.
func (a *app) readText(text string) (string, error) {
	if text != "-" {
		return text, nil
	}
	data, err := files.Input(a.stdin, "-", 1<<20)
	if err != nil {
		err = usage("", "reading the error message: %v", err)
	}
	return string(data), err
}
