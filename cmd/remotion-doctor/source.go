package main

import (
	"context"
	"fmt"
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

// sourceFlags say what decides: AWS, or files.
type sourceFlags struct {
	engine, snapshot string
	awsFlags
	fileFlags
}

func (f *sourceFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.engine, "engine", "", "who decides: `aws|local|both` (default aws; local where a file is given)")
	fs.StringVar(&f.snapshot, "snapshot", "", "check offline, from a snapshot `FILE` of the account")
	f.fileFlags.add(fs)
	f.awsFlags.add(fs)
}

// awsFlags say how AWS is reached.
type awsFlags struct {
	profile, endpoint string
	patience          patienceFlags
}

func (f *awsFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.profile, "profile", "", "AWS `PROFILE`, as in the AWS CLI")
	fs.StringVar(&f.endpoint, "endpoint-url", "", "AWS endpoint `URL`, as in the AWS CLI")
	f.patience.add(fs)
}

// open gives the options their engine, their source, and their targets sources
// of their own where the file or Region differs. region is the one that AWS is
// asked in where the configuration names none.
func (a *app) open(ctx context.Context, o *doctor.Options, f *sourceFlags, region string) error {
	engine, err := f.chosen()
	if err != nil {
		return err
	}
	o.Engine, o.IgnoreOrganization = engine, f.lone
	if f.base() != "" {
		if err := a.openFiles(o, f); err != nil {
			return err
		}
	}
	if engine == audit.EngineLocal {
		return nil
	}
	client, err := awsapi.Open(ctx, a.awsOptions(&f.awsFlags, region))
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

// awsOptions say how AWS is reached.
func (a *app) awsOptions(f *awsFlags, region string) awsapi.Options {
	return awsapi.Options{Profile: f.profile, Region: region, EndpointURL: f.endpoint, AttemptTimeout: f.patience.attempt, OnRetry: a.retrying}
}

// chosen returns the engine that the flags ask for.
func (f *sourceFlags) chosen() (audit.Engine, error) {
	if err := f.validate(); err != nil {
		return "", err
	}
	switch e := audit.Engine(f.engine); {
	case e != "" && e != audit.EngineAWS && e != audit.EngineLocal && e != audit.EngineBoth:
		return "", usage("", "--engine %q is not one of aws, local, both", f.engine)
	case e == audit.EngineLocal && f.base() == "":
		return "", usage("save one with `aws iam get-account-authorization-details > account.json`", "--engine local needs --snapshot FILE, --template, --plan or --policy")
	case e == audit.EngineAWS && f.base() != "":
		return "", usage("leave one of them out, or compare with --engine both", "--engine aws and %s exclude each other", f.base())
	case e == audit.EngineBoth && f.base() != "" && f.base() != "--snapshot":
		return "", usage("what is not deployed cannot be asked of AWS", "--engine both and %s exclude each other", f.base())
	case e != "":
		return e, nil
	case f.base() != "":
		return audit.EngineLocal, nil
	}
	return audit.EngineAWS, nil
}

// openFiles gives the options their offline source.
func (a *app) openFiles(o *doctor.Options, f *sourceFlags) error {
	overlay, err := f.overlay().Read()
	if err != nil {
		return err
	}
	library, err := files.Library(f.managed)
	if err != nil {
		return err
	}
	if f.principal != "" && f.base() != "--policy" {
		if err := o.ActAs(f.principal); err != nil {
			return err
		}
	}
	switch {
	case f.base() == "--policy" || f.declared != "":
		return f.openPolicies(o, overlay, library)
	case len(f.paths()) > 0:
		return f.openDeployments(o, overlay, library)
	}
	s, err := files.ReadSnapshot(f.snapshot)
	if err != nil {
		return err
	}
	o.Source, err = files.Snapshot(s, overlay, library)
	return err
}

// overlay are the policy files that the flags name.
func (f *fileFlags) overlay() files.Paths {
	return files.Paths{
		Policies: f.policies, Boundary: f.boundary, Session: f.session, Resource: f.resource, Endpoint: f.endpointPolicy,
		SCPs: f.scps, RCPs: f.rcps, ResourceAccount: f.resources,
	}
}

// patienceFlags bound how long AWS is waited for.
type patienceFlags struct{ attempt, whole time.Duration }

func (f *patienceFlags) add(fs *pflag.FlagSet) {
	fs.DurationVar(&f.attempt, "attempt-timeout", 10*time.Second, "time limit of each attempt to ask AWS, `DURATION`")
}

// addWhole adds the limit of the whole command.
func (f *patienceFlags) addWhole(fs *pflag.FlagSet) {
	fs.DurationVar(&f.whole, "timeout", 0, "time limit of the whole command, `DURATION`; what is finished is still printed")
}

func (f *patienceFlags) validate() error {
	for name, d := range map[string]time.Duration{"attempt-timeout": f.attempt, "timeout": f.whole} {
		if d < 0 {
			return usage("write it as 30s or 2m", "--%s %s is negative", name, d)
		}
	}
	return nil
}

// bound ends a context at the limit of the whole command.
func (f *patienceFlags) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if f.whole == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, f.whole)
}

// retrying shows on stderr that a call takes long: which operation, which error,
// which attempt.
func (a *app) retrying(r awsapi.Retry) {
	fmt.Fprintf(a.stderr, "%snotice: attempt %d of %s failed, trying again: %s\n", terminal.Over(a.stderr), r.Attempt, report.Clean(r.Operation), report.Clean(r.Err.Error()))
}
