package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"remotion-doctor/account"
	"remotion-doctor/audit"
	"remotion-doctor/eval"
	"remotion-doctor/iac"
	"remotion-doctor/managed"
	"remotion-doctor/policy"
)

// fileFlags are the flags about what is not deployed yet.
type fileFlags struct {
	template, plan      string
	files               []string // templates and plans, as arguments
	parameters          []string
	account             string
	managed             string
	policies            []string
	scps, rcps          []string
	boundary, session   string
	resource, resources string // the policy of a resource, and its account
	principal           string
}

func (f *fileFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.template, "template", "", "check before the deploy: a CloudFormation or SAM template, `FILE`, or the CDK's cdk.out")
	fs.StringVar(&f.plan, "plan", "", "check before the apply: `FILE` from `terraform show -json`, of a plan or state")
	fs.StringArrayVar(&f.parameters, "parameter", nil, "value of a template's parameter, `NAME=VALUE`; repeatable")
	fs.StringVar(&f.account, "account", "", "account `ID` of the deployment")
	fs.StringArrayVar(&f.policies, "policy", nil, "identity policy of a role that need not exist, in `FILE`; repeatable")
	fs.StringVar(&f.boundary, "boundary", "", "permissions boundary, in `FILE`")
	fs.StringArrayVar(&f.scps, "scp", nil, "service control policy, in `FILE`: a level each, root first; repeatable")
	fs.StringArrayVar(&f.rcps, "rcp", nil, "resource control policy, in `FILE`: a level each, root first; repeatable")
	fs.StringVar(&f.session, "session-policy", "", "session policy, in `FILE`")
	fs.StringVar(&f.resource, "resource-policy", "", "resource-based policy, such as that of a bucket, in `FILE`")
	fs.StringVar(&f.resources, "resource-account", "", "account `ID` of the resources that --resource-policy is about")
	fs.StringVar(&f.principal, "principal", "", "`ARN` of whom the policies of --policy belong to")
	fs.StringVar(&f.managed, "managed-policies", "", "AWS managed policies that come before the embedded ones, in `FILE|DIR`")
}

// base names the flag that says where the principals are; empty for AWS.
func (f *sourceFlags) base() string {
	for _, flag := range []struct {
		name  string
		given bool
	}{
		{"--snapshot", f.snapshot != ""},
		{"--template", f.template != ""},
		{"--plan", f.plan != ""},
		{"FILE", len(f.files) > 0},
		{"--policy", len(f.policies) > 0},
	} {
		if flag.given {
			return flag.name
		}
	}
	return ""
}

// validate refuses flags that do not go together.
func (f *sourceFlags) validate() error {
	given := 0
	for _, is := range []bool{f.snapshot != "", f.template != "", f.plan != "", len(f.files) > 0, len(f.policies) > 0} {
		if is {
			given++
		}
	}
	switch {
	case given > 1:
		return usage("leave all but one out", "--snapshot, --template, --plan, --policy and files as arguments exclude each other")
	case len(f.parameters) > 0 && f.template == "" && len(f.files) == 0:
		return usage("", "--parameter needs --template")
	case f.resources != "" && f.resource == "":
		return usage("without a policy of the resource another account allows nothing", "--resource-account needs --resource-policy")
	case f.principal != "" && len(f.policies) == 0:
		return usage("name a principal of a snapshot or template with --role or --user", "--principal needs --policy")
	}
	for flag, id := range map[string]string{"--account": f.account, "--resource-account": f.resources} {
		if id != "" && !accountID.MatchString(id) {
			return usage("it has twelve digits", "%s %q is no account id", flag, id)
		}
	}
	if base := f.base(); base == "" || f.engine == string(audit.EngineAWS) {
		for flag, given := range map[string]bool{
			"--boundary": f.boundary != "", "--scp": len(f.scps) > 0, "--rcp": len(f.rcps) > 0, "--session-policy": f.session != "",
			"--resource-policy": f.resource != "",
		} {
			if given {
				return usage("give the identity policies with --policy, or a --snapshot, --template or --plan", "%s needs an offline source", flag)
			}
		}
	}
	return nil
}

var accountID = regexp.MustCompile(`^\d{12}$`)

// library returns the managed policies that documents are taken from.
func (f *fileFlags) library() (*managed.Library, error) {
	if f.managed == "" {
		return managed.Embedded(), nil
	}
	l, err := managed.Open(f.managed)
	if err != nil {
		return nil, usage("it is a file or folder of what `aws iam get-account-authorization-details` or `get-policy-version` prints", "reading the managed policies: %s", pathless(err))
	}
	return l, nil
}

// pathless is an error of the file system without the system call.
func pathless(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Path + ": " + e.Err.Error()
	}
	return err.Error()
}

// readPolicyFile reads a policy that is given as it is.
func readPolicyFile(flag, path string) (*eval.Policy, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("", "reading the policy of %s: %s", flag, pathless(err))
	}
	doc, err := policy.Parse(policy.DecodeURL(string(data)))
	if e, ok := errors.AsType[*policy.ParseError](err); ok {
		return nil, usage(e.Hint, "reading %s:%v", path, err)
	}
	if err != nil {
		return nil, err
	}
	return &eval.Policy{Name: path, Document: doc, Origin: &account.Origin{File: path}}, nil
}

// An overlay is policies that are given as files, beside or instead of those of
// a principal.
type overlay struct {
	identity        []eval.Policy
	boundary        *eval.Policy
	session         *eval.Policy
	resource        *eval.Policy
	resourceAccount string
	scps, rcps      [][]eval.Policy
	notes           []string
}

// overlay reads the policies that the flags name.
func (f *fileFlags) overlay() (overlay, error) {
	var o overlay
	o.resourceAccount = f.resources
	for _, path := range f.policies {
		p, err := readPolicyFile("--policy", path)
		if err != nil {
			return o, err
		}
		o.identity = append(o.identity, *p)
	}
	for _, one := range []struct {
		flag, path string
		into       **eval.Policy
	}{{"--boundary", f.boundary, &o.boundary}, {"--session-policy", f.session, &o.session}, {"--resource-policy", f.resource, &o.resource}} {
		if one.path == "" {
			continue
		}
		p, err := readPolicyFile(one.flag, one.path)
		if err != nil {
			return o, err
		}
		*one.into = p
	}
	var err error
	if o.scps, err = o.levels("--scp", f.scps); err != nil {
		return o, err
	}
	o.rcps, err = o.levels("--rcp", f.rcps)
	return o, err
}

// levels reads organization policies, a level each. One that only denies stands
// beside FullAWSAccess, which AWS attaches everywhere.
func (o *overlay) levels(flag string, paths []string) ([][]eval.Policy, error) {
	var out [][]eval.Policy
	for _, path := range paths {
		p, err := readPolicyFile(flag, path)
		if err != nil {
			return nil, err
		}
		level := []eval.Policy{*p}
		allows := slices.ContainsFunc(p.Document.Statements, func(s policy.Statement) bool { return s.Effect == policy.Allow })
		if flag == "--scp" && !allows {
			doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
			if err != nil {
				return nil, err
			}
			level = append(level, eval.Policy{Name: "FullAWSAccess", Document: doc})
			o.notes = append(o.notes, path+" allows nothing: it is taken to stand beside FullAWSAccess, as where AWS has attached that")
		}
		out = append(out, level)
	}
	return out, nil
}

// over puts the overlay over the policies of a principal.
func (o *overlay) over(p eval.Policies) eval.Policies {
	p.Identity = append(p.Identity[:len(p.Identity):len(p.Identity)], o.identity...)
	p.Boundary = cmp.Or(o.boundary, p.Boundary)
	p.Session = cmp.Or(o.session, p.Session)
	p.Resource = cmp.Or(o.resource, p.Resource)
	p.ResourceAccount = cmp.Or(o.resourceAccount, p.ResourceAccount)
	if o.scps != nil {
		p.SCPs = o.scps
	}
	if o.rcps != nil {
		p.RCPs = o.rcps
	}
	return p
}

// assumedPrincipal is whom policy files belong to where --principal does not
// say: a role of --account, or of the account that the policies speak of.
func (o *overlay) assumedPrincipal(f *fileFlags) (arn string, notes []string) {
	if f.principal != "" {
		return f.principal, nil
	}
	id := f.account
	if id == "" {
		if named := o.accounts(); len(named) == 1 {
			id = named[0]
			notes = append(notes, "the policies speak of the account "+id+", which is taken to be the role's own: say so with --account")
		} else {
			id = iac.UnknownAccount
			notes = append(notes, accountNote)
		}
	}
	return "arn:" + o.partition() + ":iam::" + id + ":role/policy-file", notes
}

const accountNote = "the account is not known: " + iac.UnknownAccount + " stands for it; give it with --account"

// partition is the one that the policies speak of.
func (o *overlay) partition() string {
	for i := range o.identity {
		for _, s := range o.identity[i].Document.Statements {
			for _, r := range s.Resources {
				if a, ok := policy.ParseARN(r); ok && strings.HasPrefix(a.Partition, "aws-") {
					return a.Partition
				}
			}
		}
	}
	return "aws"
}

// accounts are those that the policies name, but for the owners of layers,
// which are others'.
func (o *overlay) accounts() []string {
	var out []string
	for i := range o.identity {
		for _, s := range o.identity[i].Document.Statements {
			for _, r := range s.Resources {
				if a, ok := policy.ParseARN(r); ok && accountID.MatchString(a.AccountID) && !strings.HasPrefix(a.Resource, "layer:") {
					out = append(out, a.AccountID)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

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
