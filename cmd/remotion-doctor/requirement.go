package main

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/checks/remotion/project"
	"remotion-doctor/doctor"
	"remotion-doctor/iam/policy"
	"remotion-doctor/internal/asked"
	"remotion-doctor/source/files"
)

// requirementFlags say what the targets are audited against.
type requirementFlags struct {
	require     []string
	version     string
	regions     []string
	strict      bool
	bucket      string
	function    string
	operations  []string
	context     []string
	contextFile string
	deployment  asked.DeploymentFlags
}

func (f *requirementFlags) add(fs *pflag.FlagSet) {
	fs.StringArrayVar(&f.require, "require", []string{"caller"}, "required policy: `caller|renderer|FILE`; repeatable")
	fs.StringVar(&f.version, "remotion-version", "", "release of Remotion, `X.Y.Z` (default: that of the project here, else "+remotion.Newest+")")
	fs.StringSliceVar(&f.regions, "region", nil, "regions that Remotion is used in, `R[,R]`")
	fs.StringSliceVar(&f.operations, "for", nil, "only what these need, `OPERATION[,…]`: "+strings.Join(remotion.Pack().OperationNames(), ", "))
	fs.BoolVar(&f.strict, "strict", false, "demand the documented pattern, not only what Remotion touches")
	fs.StringVar(&f.bucket, "bucket", "", "forced bucket `NAME`")
	fs.StringVar(&f.function, "render-function", "", "`NAME` of the remotion-render-… function in use")
	f.deployment.Add(fs)
	fs.StringArrayVar(&f.context, "context", nil, "context key of the requests, `KEY=VALUE` (a list as a JSON array); repeatable")
	fs.StringVar(&f.contextFile, "context-file", "", "context keys as a JSON object, in `FILE`")
}

// region is the one that AWS is asked in.
func (f *requirementFlags) region() string { return first(f.regions) }

// first is the first of some texts, empty if there is none.
func first(texts []string) string { return strings.Join(texts[:min(len(texts), 1)], "") }

// validRegions refuses a --region that has not the form of one.
func validRegions(regions []string) error {
	for _, r := range regions {
		if !policy.IsRegion(r) {
			return usage("Regions look like us-east-1", "--region %q is not a Region", r)
		}
	}
	return nil
}

func validOperations(names []string) error {
	if err := remotion.Pack().ValidOperations(names); err != nil {
		return usage("", "--for: %v", err)
	}
	return nil
}

// release returns the version that the user gave, else the one of the project
// in the working directory.
func (a *app) release(given string) (doctor.Release, error) {
	if given != "" {
		_, err := remotion.Pack().Required("caller", given, "aws")
		if err != nil {
			err = usage("", "--remotion-version: %v", err)
		}
		return doctor.Release{Version: given}, err
	}
	return doctor.Release(project.Resolve(".", remotion.Pack())), nil
}

// options reads everything about the targets and the requirement that needs no
// source.
func (a *app) options(t *asked.Targets, f *requirementFlags) (*doctor.Options, error) {
	o := a.blank()
	o.Operations, o.Strict, o.Bucket, o.ServiceAccount = f.operations, f.strict, f.bucket, t.ServiceAccount
	var err error
	if o.Regions, err = f.chosenRegions(a.getenv("REMOTION_AWS_REGION")); err != nil {
		return nil, err
	}
	if o.Context, err = files.Context(f.context, f.contextFile); err != nil {
		return nil, err
	}
	o.Function = policy.FunctionName(f.function)
	if o.Documents, err = f.documents(); err != nil {
		return nil, err
	}
	if o.Release, err = a.release(f.version); err != nil {
		return nil, err
	}
	if o.Deployment, err = f.deployment.Deployment(f.bucket, o.Function); err != nil {
		return nil, err
	}
	if err := validOperations(f.operations); err != nil {
		return nil, err
	}
	if len(f.operations) > 0 && len(o.Documents) == len(f.require) {
		return nil, usage("leave --for out, or require caller or renderer", "--for narrows Remotion's own policies, and --require names files only")
	}
	for _, target := range t.List() {
		o.Targets = append(o.Targets, doctor.Target{Target: target, Requirements: f.requirements(target)})
	}
	return o, nil
}

// blank are the options that every run has.
func (a *app) blank() *doctor.Options {
	return &doctor.Options{Tool: audit.Tool{Name: "remotion-doctor", Version: version}, Now: a.now}
}

// chosenRegions reads --region, each once; Remotion's own variable stands in for
// it.
func (f *requirementFlags) chosenRegions(fallback string) ([]string, error) {
	if err := validRegions(f.regions); err != nil {
		return nil, err
	}
	var out []string
	for _, r := range f.regions {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	if len(out) == 0 && policy.IsRegion(fallback) {
		out = []string{fallback}
	}
	return out, nil
}

// documents reads the files that --require names.
func (f *requirementFlags) documents() (map[string]*policy.Document, error) {
	paths := slices.DeleteFunc(slices.Clone(f.require), func(name string) bool { return name == remotion.Caller || name == remotion.Renderer })
	out, err := files.Documents(paths)
	if errors.Is(err, fs.ErrNotExist) {
		err = usage("--require accepts caller, renderer or a policy file", "%v", err)
	}
	return out, err
}

// requirements returns what a target is audited against: the renderer policy
// for renderers, unless a policy was named.
func (f *requirementFlags) requirements(t audit.Target) []string {
	if t.Kind == audit.TargetRenderer && slices.Equal(f.require, []string{"caller"}) {
		return []string{"renderer"}
	}
	return f.require
}
