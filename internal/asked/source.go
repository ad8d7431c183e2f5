package asked

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/internal/terminal"
	"remotion-doctor/report"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi"
	"remotion-doctor/source/files"
)

// Source say what decides: AWS, or files.
type Source struct {
	Engine, Snapshot string
	AWS
	Files
}

func (f *Source) Add(fs *pflag.FlagSet, notices io.Writer) {
	fs.StringVar(&f.Engine, "engine", "", "who decides: `aws|local|both` (default aws; local where a file is given)")
	fs.StringVar(&f.Snapshot, "snapshot", "", "check offline, from a snapshot `FILE` of the account")
	f.Files.Add(fs)
	f.AWS.Add(fs, notices)
}

// Of takes over what a flag set says of where principals are, for a line that is
// not complete yet.
func (f *Source) Of(fs *pflag.FlagSet) {
	for name, to := range map[string]*string{"snapshot": &f.Snapshot, "template": &f.template, "plan": &f.plan, "profile": &f.Profile, "endpoint-url": &f.Endpoint} {
		if given := fs.Lookup(name); given != nil && given.Changed {
			*to = given.Value.String()
		}
	}
	f.Patience.attempt = 2 * time.Second
}

// AWS say how AWS is reached.
type AWS struct {
	Profile, Endpoint string
	debug             bool
	notices           io.Writer
	Patience          Patience
}

func (f *AWS) Add(fs *pflag.FlagSet, notices io.Writer) {
	f.notices = notices
	fs.StringVar(&f.Profile, "profile", "", "AWS `PROFILE`, as in the AWS CLI")
	fs.StringVar(&f.Endpoint, "endpoint-url", "", "AWS endpoint `URL`, as in the AWS CLI")
	fs.BoolVar(&f.debug, "debug", false, "show each request to AWS: operation, Region, attempt, duration, request id")
	f.Patience.Add(fs)
}

// Open gives the options their engine, their source, and their targets sources
// of their own where the file or Region differs. region is the one that AWS is
// asked in where the configuration names none.
func (f *Source) Open(ctx context.Context, o *doctor.Options, region string) error {
	engine, err := f.chosen()
	if err != nil {
		return err
	}
	o.Engine, o.IgnoreOrganization = engine, f.lone
	if f.Base() != "" {
		if err := f.openFiles(o); err != nil {
			return err
		}
	}
	if engine == audit.EngineLocal {
		return nil
	}
	client, err := awsapi.Open(ctx, f.AWS.Options(region))
	if err != nil {
		return err
	}
	policies := o.Source
	o.Source = client
	if policies != nil {
		o.Source = source.WithPolicies(o.Source, policies)
	}
	return nil
}

// Options say how AWS is reached. A call that takes long, and with --debug every
// attempt, is a line on the stream for notices.
func (f *AWS) Options(region string) awsapi.Options {
	o := awsapi.Options{Profile: f.Profile, Region: region, EndpointURL: f.Endpoint, AttemptTimeout: f.Patience.attempt, OnRetry: f.retrying, OnSlow: f.waiting}
	if f.debug {
		o.OnAttempt = f.attempted
	}
	return o
}

// retrying says that a call takes long: which operation, which error, which attempt.
func (f *AWS) retrying(r awsapi.Retry) {
	f.notice("notice: attempt %d of %s failed, trying again: %s", r.Attempt, r.Operation, r.Err.Error())
}

func (f *AWS) waiting(operation string, after time.Duration) {
	f.notice("notice: %s has not answered for %s, still waiting", operation, after)
}

func (f *AWS) attempted(a awsapi.Attempt) {
	id, outcome := cmp.Or(a.RequestID, "without a request id"), "answered"
	if a.Err != nil {
		outcome = a.Err.Error()
	}
	f.notice("debug: %s in %s, attempt %d, %s, %s: %s", a.Operation, cmp.Or(a.Region, "no Region"), a.Number, a.Duration.Round(time.Millisecond), id, outcome)
}

func (f *AWS) notice(format string, args ...any) {
	if f.notices != nil {
		fmt.Fprintf(f.notices, "%s%s\n", terminal.Over(f.notices), report.Clean(fmt.Sprintf(format, args...)))
	}
}

// chosen returns the engine that the flags ask for.
func (f *Source) chosen() (audit.Engine, error) {
	if err := f.validate(); err != nil {
		return "", err
	}
	switch e := audit.Engine(f.Engine); {
	case e != "" && e != audit.EngineAWS && e != audit.EngineLocal && e != audit.EngineBoth:
		return "", usage("", "--engine %q is not one of aws, local, both", f.Engine)
	case e == audit.EngineLocal && f.Base() == "":
		return "", usage("save one with `aws iam get-account-authorization-details > account.json`", "--engine local needs --snapshot FILE, --template, --plan or --policy")
	case e == audit.EngineAWS && f.Base() != "":
		return "", usage("leave one of them out, or compare with --engine both", "--engine aws and %s exclude each other", f.Base())
	case e == audit.EngineBoth && f.Base() != "" && f.Base() != "--snapshot":
		return "", usage("what is not deployed cannot be asked of AWS", "--engine both and %s exclude each other", f.Base())
	case e != "":
		return e, nil
	case f.Base() != "":
		return audit.EngineLocal, nil
	}
	return audit.EngineAWS, nil
}

// openFiles gives the options their offline source.
func (f *Source) openFiles(o *doctor.Options) error {
	overlay, err := f.overlay().Read()
	if err != nil {
		return err
	}
	library, err := files.Library(f.managed)
	if err != nil {
		return err
	}
	if f.principal != "" && f.Base() != "--policy" {
		if err := o.ActAs(f.principal); err != nil {
			return err
		}
	}
	switch {
	case f.Base() == "--policy" || f.declared != "":
		return f.openPolicies(o, overlay, library)
	case len(f.Paths()) > 0:
		return f.openDeployments(o, overlay, library)
	}
	s, err := files.ReadSnapshot(f.Snapshot)
	if err != nil {
		return err
	}
	o.Source, err = files.Snapshot(s, overlay, library)
	return err
}

// overlay are the policy files that the flags name.
func (f *Files) overlay() files.Paths {
	return files.Paths{
		Policies: f.policies, Boundary: f.boundary, Session: f.session, Resource: f.resource, Endpoint: f.endpointPolicy,
		SCPs: f.scps, RCPs: f.rcps, ResourceAccount: f.resources,
	}
}

// Patience bound how long AWS is waited for.
type Patience struct{ attempt, whole time.Duration }

func (f *Patience) Add(fs *pflag.FlagSet) {
	fs.DurationVar(&f.attempt, "attempt-timeout", 10*time.Second, "time limit of each attempt to ask AWS, `DURATION`")
}

// AddWhole adds the limit of the whole command.
func (f *Patience) AddWhole(fs *pflag.FlagSet) {
	fs.DurationVar(&f.whole, "timeout", 0, "time limit of the whole command, `DURATION`; what is finished is still printed")
}

func (f *Patience) validate() error {
	for name, d := range map[string]time.Duration{"attempt-timeout": f.attempt, "timeout": f.whole} {
		if d < 0 {
			return usage("write it as 30s or 2m", "--%s %s is negative", name, d)
		}
	}
	return nil
}

// Bound ends a context at the limit of the whole command.
func (f *Patience) Bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if f.whole == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, f.whole)
}
