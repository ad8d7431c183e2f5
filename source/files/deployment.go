package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/source/iac"
)

// paths are the templates and plans that are to be read.
func (f *fileFlags) paths() []string {
	out := slices.Clone(f.files)
	for _, path := range []string{f.template, f.plan} {
		if path != "" {
			out = append(out, path)
		}
	}
	return out
}

// deployments makes the deployment of a template or plan for each of the
// regions. Regions in which it is the same share one.
func (f *fileFlags) deployments(path string, regions []string) ([]regional, error) {
	open, known, err := f.deployer(path)
	if err != nil {
		return nil, err
	}
	o, err := f.options()
	if err != nil {
		return nil, err
	}
	if len(f.files) > 1 {
		// Of several templates not each has every parameter.
		maps.DeleteFunc(o.Parameters, func(name, _ string) bool { return !known(name) })
	}
	given := len(regions) > 0
	if !given {
		regions = []string{""}
	}
	var out []regional
	for _, region := range regions {
		o.Region = region
		d, err := open(o)
		if err != nil {
			return nil, fileFailure(err)
		}
		if !given && d.Region != "" && d.Region != region {
			// What the file is bound to decides, where nobody says else.
			region = d.Region
			o.Region = region
			if d, err = open(o); err != nil {
				return nil, fileFailure(err)
			}
		}
		r := regional{deployment: d}
		if region != "" {
			r.regions = []string{region}
		}
		out = addRegional(out, r)
	}
	return out, nil
}

// A regional is a deployment and the regions that it is the same in.
type regional struct {
	deployment *iac.Deployment
	regions    []string
}

func addRegional(list []regional, r regional) []regional {
	key := func(d *iac.Deployment) string {
		data, err := json.Marshal(d.Snapshot.AuthorizationDetails)
		if err != nil {
			return ""
		}
		return d.Snapshot.Partition + string(data)
	}
	wanted := key(r.deployment)
	for i := range list {
		if wanted != "" && key(list[i].deployment) == wanted {
			list[i].regions = append(list[i].regions, r.regions...)
			return list
		}
	}
	return append(list, r)
}

// deployer opens a file, and tells which parameters it has.
func (f *fileFlags) deployer(path string) (open func(iac.Options) (*iac.Deployment, error), known func(string) bool, err error) {
	if path == f.plan || path != f.template && iac.IsPlan(path) {
		p, err := iac.OpenPlan(path)
		if err != nil {
			return nil, nil, fileFailure(err)
		}
		return p.Deployment, func(string) bool { return false }, nil
	}
	t, err := iac.OpenTemplates(path)
	if err != nil {
		return nil, nil, fileFailure(err)
	}
	return t.Deployment, t.HasParameter, nil
}

func (f *fileFlags) options() (iac.Options, error) {
	o := iac.Options{AccountID: f.account, Parameters: map[string]string{}}
	for _, p := range f.parameters {
		name, text, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return o, usage("write it as --parameter BucketName=my-bucket", "--parameter %q is not of the form NAME=VALUE", p)
		}
		o.Parameters[name] = text
	}
	return o, nil
}

// fileFailure gives an error of a file its exit code.
func fileFailure(err error) error {
	if e, ok := errors.AsType[*iac.Error](err); ok {
		return usage(e.Hint, "reading %v", e)
	}
	if e, ok := errors.AsType[*iac.NotFoundError](err); ok {
		return &failure{exitIncomplete, e.Msg, e.Hint}
	}
	if err == nil {
		return nil
	}
	return usage("", "reading %s", pathless(err))
}

// choose returns the target where the file leaves no choice.
func chooseTarget(d *iac.Deployment) (audit.Target, error) {
	var found []audit.Target
	for _, kind := range []audit.TargetKind{audit.TargetFunction, audit.TargetTaskDefinition, audit.TargetInstanceProfile, audit.TargetPodIdentity, audit.TargetRole, audit.TargetUser} {
		for _, name := range d.Names(kind) {
			found = append(found, audit.Target{Kind: kind, Name: name})
		}
		if len(found) > 0 {
			break
		}
	}
	switch len(found) {
	case 0:
		return audit.Target{}, &failure{exitIncomplete, "the file holds no role, user or function", "look at whether it is the right file"}
	case 1:
		return found[0], nil
	}
	var names []string
	for _, t := range found[:min(len(found), 12)] {
		names = append(names, t.Name)
	}
	return audit.Target{}, usage(fmt.Sprintf("with --function, --role, --instance-profile or --task-definition; there are %s", strings.Join(names, ", ")), "name what is to be checked")
}

// besideTemplates adds to an error of AWS that there is something to check
// without it.
func besideTemplates(r *audit.Report, err error) error {
	failed := slices.ContainsFunc(r.Sections, func(s audit.Section) bool { return s.Error != nil })
	if _, statErr := os.Stat("cdk.out/manifest.json"); !failed || statErr != nil {
		return err
	}
	f := asFailure(err)
	hint := "./cdk.out can be checked without AWS: --template cdk.out"
	if f.hint != "" {
		hint = f.hint + "; " + hint
	}
	return &failure{f.code, f.msg, hint}
}
