package asked

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
	"remotion-doctor/internal/spelling"
	"remotion-doctor/source/files"
)

// Requirement are the flags that say what the targets are audited against.
type Requirement struct {
	Require     []string
	Version     string
	Regions     []string
	Strict      bool
	Bucket      string
	Function    string
	Operations  []string
	Context     []string
	ContextFile string
	Deployment  DeploymentFlags
}

// Add adds the flags to those of a command.
func (f *Requirement) Add(set *pflag.FlagSet) {
	set.StringArrayVar(&f.Require, "require", []string{remotion.Caller}, "required policy: `caller|renderer|FILE`; repeatable")
	f.AddUse(set)
}

// AddUse adds the flags but for the one that names the required policies.
func (f *Requirement) AddUse(set *pflag.FlagSet) {
	set.StringVar(&f.Version, "remotion-version", "", "release of Remotion, `X.Y.Z` (default: that of the project here, else "+remotion.Newest+")")
	set.StringSliceVar(&f.Regions, "region", nil, "regions that Remotion is used in, `R[,R]`")
	set.StringSliceVar(&f.Operations, "for", nil, "only what these need, `OPERATION[,…]`: "+strings.Join(remotion.Pack().OperationNames(), ", "))
	set.BoolVar(&f.Strict, "strict", false, "demand the documented pattern, not only what Remotion touches")
	set.StringVar(&f.Bucket, "bucket", "", "forced bucket `NAME`")
	set.StringVar(&f.Function, "render-function", "", "`NAME` of the remotion-render-… function in use")
	f.Deployment.Add(set)
	set.StringArrayVar(&f.Context, "context", nil, "context key of the requests, `KEY=VALUE` (a list as a JSON array); repeatable")
	set.StringVar(&f.ContextFile, "context-file", "", "context keys as a JSON object, in `FILE`")
}

// Region is the one that AWS is asked in; empty where none is named.
func (f *Requirement) Region() string {
	if len(f.Regions) == 0 {
		return ""
	}
	return f.Regions[0]
}

// Apply puts what the flags say into options, the targets apart. region is the one
// of the environment, which replaces --region. The error is an
// *audit.Problem or a *source.Error that names the flag or the place.
func (f *Requirement) Apply(o *doctor.Options, region string) (err error) {
	o.Operations, o.Strict, o.Bucket, o.Function = f.Operations, f.Strict, f.Bucket, policy.FunctionName(f.Function)
	if o.Regions, err = f.chosenRegions(region); err != nil {
		return err
	}
	if o.Context, err = files.Context(f.Context, f.ContextFile); err != nil {
		return err
	}
	if o.Documents, err = f.documents(); err != nil {
		return err
	}
	if o.Release, err = Release(f.Version); err != nil {
		return err
	}
	if o.Deployment, err = f.Deployment.Deployment(f.Bucket, o.Function); err != nil {
		return err
	}
	if err := ValidOperations(f.Operations); err != nil {
		return err
	}
	if len(f.Operations) > 0 && len(o.Documents) > 0 && len(o.Documents) == len(f.Require) {
		return usage("leave --for out, or require caller or renderer", "--for narrows Remotion's own policies, and --require names files only")
	}
	return nil
}

// Of returns what a target is audited against: the renderer policy for renderers,
// unless a policy was named.
func (f *Requirement) Of(t audit.Target) []string {
	if t.Kind == audit.TargetRenderer && slices.Equal(f.Require, []string{remotion.Caller}) {
		return []string{remotion.Renderer}
	}
	return f.Require
}

// chosenRegions reads --region, each once.
func (f *Requirement) chosenRegions(fallback string) ([]string, error) {
	if err := ValidRegions(f.Regions); err != nil {
		return nil, err
	}
	var out []string
	for _, r := range f.Regions {
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
func (f *Requirement) documents() (map[string]*policy.Document, error) {
	paths := slices.DeleteFunc(slices.Clone(f.Require), func(name string) bool { return name == remotion.Caller || name == remotion.Renderer })
	out, err := files.Documents(paths)
	if errors.Is(err, fs.ErrNotExist) {
		err = usage("--require accepts caller, renderer or a policy file", "%v", err)
	}
	return out, err
}

// Release returns the version that the user gave, else the one of the project in
// the working directory.
func Release(given string) (doctor.Release, error) {
	if given == "" {
		return doctor.Release(project.Resolve(".", remotion.Pack())), nil
	}
	_, err := remotion.Pack().Required(remotion.Caller, given, "aws")
	if err != nil {
		err = usage("", "--remotion-version: %v", err)
	}
	return doctor.Release{Version: given}, err
}

// ValidRegions refuses a --region that has not the form of one.
func ValidRegions(regions []string) error {
	for _, r := range regions {
		if !policy.IsRegion(r) {
			return usage("Regions look like us-east-1", "--region %q is not a Region", r)
		}
	}
	return nil
}

// ValidOperations refuses a name in --for that no operation has.
func ValidOperations(names []string) error {
	if err := remotion.Pack().ValidOperations(names); err != nil {
		return usage(meant(names, remotion.Pack().OperationNames()), "--for: %v", err)
	}
	return nil
}

func usage(hint, format string, args ...any) error {
	return audit.Invalid(hint, format, args...)
}

// OneOf refuses a value that a flag does not accept.
func OneOf(flag, value string, known ...string) error {
	if !slices.Contains(known, value) {
		return usage(meant([]string{value}, known), "--%s %q is not one of %s", flag, value, strings.Join(slices.DeleteFunc(slices.Clone(known), func(k string) bool { return k == "" }), ", "))
	}
	return nil
}

// meant is a hint that says what the first misspelt name was meant to be; empty
// where that is not clear.
func meant(names, known []string) string {
	for _, n := range names {
		if near := spelling.Nearest(n, known); near != "" && !slices.Contains(known, n) {
			return "did you mean " + near + "?"
		}
	}
	return ""
}
