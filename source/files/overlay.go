package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/managed"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source/iac"
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
	return &eval.Policy{ID: iam.FilePolicy(path, ""), Name: path, Document: doc, Origin: &account.Origin{File: path}}, nil
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
			level = append(level, eval.Policy{ID: iam.ManagedPolicy("arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"), Name: "FullAWSAccess", Document: doc})
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
