package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
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
	deployment  deploymentFlags
}

func (f *requirementFlags) add(fs *pflag.FlagSet) {
	fs.StringArrayVar(&f.require, "require", []string{"caller"}, "required policy: `caller|renderer|FILE`; repeatable")
	fs.StringVar(&f.version, "remotion-version", "", "release of Remotion, `X.Y.Z` (default: that of the project here, else "+remotion.Newest+")")
	fs.StringSliceVar(&f.regions, "region", nil, "regions that Remotion is used in, `R[,R]`")
	fs.StringSliceVar(&f.operations, "for", nil, "only what these need, `OPERATION[,…]`: "+strings.Join(remotion.Pack().OperationNames(), ", "))
	fs.BoolVar(&f.strict, "strict", false, "demand the documented pattern, not only what Remotion touches")
	fs.StringVar(&f.bucket, "bucket", "", "forced bucket `NAME`")
	fs.StringVar(&f.function, "render-function", "", "`NAME` of the remotion-render-… function in use")
	f.deployment.add(fs)
	fs.StringArrayVar(&f.context, "context", nil, "context key of the requests, `KEY=VALUE` (a list as a JSON array); repeatable")
	fs.StringVar(&f.contextFile, "context-file", "", "context keys as a JSON object, in `FILE`")
}

// region is the one that AWS is asked in.
func (f *requirementFlags) region() string {
	if len(f.regions) > 0 {
		return f.regions[0]
	}
	return ""
}

// job reads everything about the requirement that needs no AWS. Its tasks are
// every target against every requirement.
func (a *app) job(t *targetFlags, f *requirementFlags) (*job, error) {
	j := &job{document: map[string]*policy.Document{}, operations: f.operations, callers: &[]iam.Principal{}}
	for _, r := range f.regions {
		if !validRegion(r) {
			return nil, usage("regions look like us-east-1", "--region %q is not a region", r)
		}
		if !slices.Contains(j.regions, r) {
			j.regions = append(j.regions, r)
		}
	}
	if len(j.regions) == 0 {
		if r := a.getenv("REMOTION_AWS_REGION"); validRegion(r) {
			j.regions = []string{r}
		}
	}
	ctx, err := readContext(f.context, f.contextFile)
	if err != nil {
		return nil, err
	}
	f.function = functionName(f.function)
	j.scope = checks.Scope{Context: ctx, Strict: f.strict, Bucket: f.bucket, Function: f.function}
	for _, name := range f.require {
		if name == "caller" || name == "renderer" {
			continue
		}
		if j.document[name], err = readPolicy(name); err != nil {
			return nil, err
		}
	}
	if j.release, err = a.release(f.version); err != nil {
		return nil, err
	}
	if j.deployment, err = f.deployment.deployment(f.bucket, f.function); err != nil {
		return nil, err
	}
	if err := validOperations(f.operations); err != nil {
		return nil, err
	}
	j.serviceAccount = t.serviceAccount
	if len(f.operations) > 0 && len(j.document) == len(f.require) {
		return nil, usage("leave --for out, or require caller or renderer", "--for is about Remotion's own policies, and --require names files only")
	}
	for _, target := range t.targets() {
		for _, r := range f.requirements(target) {
			j.tasks = append(j.tasks, task{target: target, requirement: r})
		}
	}
	return j, nil
}

// requirements returns what a target is audited against: the renderer policy
// for renderers, unless a policy was named.
func (f *requirementFlags) requirements(t audit.Target) []string {
	if t.Kind == audit.TargetRenderer && slices.Equal(f.require, []string{"caller"}) {
		return []string{"renderer"}
	}
	return f.require
}

// functionName returns the name in the ARN of a function, else the text as it
// is.
func functionName(nameOrARN string) string {
	a, ok := policy.ParseARN(nameOrARN)
	if !ok || a.Service != "lambda" {
		return nameOrARN
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(a.Resource, "function:"), ":")
	return name
}

// validOperations refuses names that no operation has.
func validOperations(names []string) error {
	r, err := remotion.Pack().Required("caller", "", "aws")
	if err != nil {
		return err
	}
	if _, err := r.For(names); err != nil {
		return usage("", "--for: %v", err)
	}
	return nil
}

// validRegion reports whether text has the form of a region.
func validRegion(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || len(parts) > 5 {
		return false
	}
	for _, p := range parts {
		if p == "" || strings.Trim(p, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return false
		}
	}
	return true
}
