package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi"
	"remotion-doctor/source/files"
)

// sourceFlags say what decides: AWS, or files.
type sourceFlags struct {
	engine, snapshot  string
	profile, endpoint string
	patience          patienceFlags
	fileFlags
}

func (f *sourceFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.engine, "engine", "", "who decides: `aws|local|both` (default aws; local where a file is given)")
	fs.StringVar(&f.snapshot, "snapshot", "", "check offline, from a snapshot `FILE` of the account")
	f.fileFlags.add(fs)
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
	client, err := awsapi.Open(ctx, a.awsOptions(f, region))
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
func (a *app) awsOptions(f *sourceFlags, region string) awsapi.Options {
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
	library, err := f.library()
	if err != nil {
		return err
	}
	switch {
	case f.alone() && f.base() == "--policy":
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

// place is where a target was asked for.
func place(asked []doctor.Target, t doctor.Target) int {
	return slices.IndexFunc(asked, func(a doctor.Target) bool {
		return a.Target == t.Target && strings.Join(a.Requirements, ",") == strings.Join(t.Requirements, ",")
	})
}
