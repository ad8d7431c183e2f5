package asked

import (
	"slices"

	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/iam/managed"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source/files"
)

// Files are the flags about what is not deployed yet.
type Files struct {
	template, plan      string
	Operands            []string // templates and plans, as arguments
	parameters          []string
	account             string
	managed             string
	policies            []string
	scps, rcps          []string
	boundary, session   string
	resource, resources string // the policy of a resource, and its account
	principal           string
	endpointPolicy      string // of a VPC endpoint
	lone                bool   // --ignore-organization
	declared            string // --policy-resource
	skip                bool   // --skip-missing
	flags               *pflag.FlagSet
}

// lenient marks --parameter.
const lenient = "remotion-doctor-lenient"

// Lenient says of the values of --parameter that a file need not have all of them:
// they are for the project's templates, and not for this one alone.
func Lenient(fs *pflag.FlagSet) {
	if f := fs.Lookup("parameter"); f != nil {
		f.Annotations = map[string][]string{lenient: {"true"}}
	}
}

// lenient reports whether a file need not have all parameters.
func (f *Files) lenient() bool {
	return len(f.Operands) > 1 || f.flags != nil && f.flags.Lookup("parameter").Annotations[lenient] != nil
}

func (f *Files) Add(fs *pflag.FlagSet) {
	f.flags = fs
	fs.StringVar(&f.template, "template", "", "check before the deploy: a CloudFormation or SAM template, `FILE`, or the CDK's cdk.out")
	fs.StringVar(&f.plan, "plan", "", "check before the apply: `FILE` from `terraform show -json`, of a plan or state")
	fs.StringArrayVar(&f.parameters, "parameter", nil, "value of a template's parameter, `NAME=VALUE`; repeatable")
	fs.StringVar(&f.declared, "policy-resource", "", "check a managed policy of the template or plan by itself, by its logical id or `NAME`")
	fs.StringVar(&f.account, "account", "", "account `ID` of the deployment")
	fs.StringArrayVar(&f.policies, "policy", nil, "identity policy of a role that need not exist, in `FILE`; repeatable")
	fs.StringVar(&f.boundary, "boundary", "", "permissions boundary, in `FILE`")
	fs.StringArrayVar(&f.scps, "scp", nil, "service control policy, in `FILE`: a level each, root first; repeatable")
	fs.StringArrayVar(&f.rcps, "rcp", nil, "resource control policy, in `FILE`: a level each, root first; repeatable")
	fs.StringVar(&f.session, "session-policy", "", "session policy, in `FILE`")
	fs.StringVar(&f.resource, "resource-policy", "", "resource-based policy, such as that of a bucket, in `FILE`")
	fs.StringVar(&f.resources, "resource-account", "", "account `ID` of the resources of --resource-policy")
	fs.StringVar(&f.endpointPolicy, "endpoint-policy", "", "policy of the VPC endpoint that requests pass through, in `FILE`")
	fs.BoolVar(&f.lone, "ignore-organization", false, "leave out what the policy simulator says of the organization's policies")
	fs.StringVar(&f.principal, "principal", "", "`ARN` of who asks: a role, session, user, root or service, with the policies of --policy or of the source")
	fs.BoolVar(&f.skip, "skip-missing", false, "leave out what no FILE has, and say so")
	fs.StringVar(&f.managed, "managed-policies", "", "AWS managed policies that come before the embedded ones, in `FILE|DIR`")
}

// bases name the flags that say where the principals are; none for AWS.
func (f *Source) bases() []string {
	var out []string
	for _, flag := range []struct {
		name  string
		given bool
	}{
		{"--snapshot", f.Snapshot != ""},
		{"--template", f.template != ""},
		{"--plan", f.plan != ""},
		{"FILE", len(f.Operands) > 0},
		{"--policy", len(f.policies) > 0 || f.alone() && f.Snapshot == ""},
	} {
		if flag.given {
			out = append(out, flag.name)
		}
	}
	return out
}

func (f *Source) Base() string { return append(f.bases(), "")[0] }

// alone reports whether the policy files are the source: those of a principal
// that need not exist, and that may have none.
func (f *Files) alone() bool {
	return len(f.policies) > 0 || f.principal != "" && f.template == "" && f.plan == "" && len(f.Operands) == 0
}

// validate refuses flags that do not go together.
func (f *Source) validate() error {
	if err := f.Patience.validate(); err != nil {
		return err
	}
	switch {
	case len(f.bases()) > 1:
		return usage("leave all but one out", "--snapshot, --template, --plan, --policy and files as arguments exclude each other")
	case f.declared != "" && len(f.Paths()) != 1:
		return usage("as in `remotion-doctor check template.yaml --policy-resource RenderPolicy`", "--policy-resource needs one template or plan")
	case len(f.parameters) > 0 && f.template == "" && len(f.Operands) == 0:
		return usage("", "--parameter needs --template")
	}
	for flag, id := range map[string]string{"--account": f.account, "--resource-account": f.resources} {
		if id != "" && !policy.IsAccountID(id) {
			return usage("it has twelve digits", "%s %q is no account id", flag, id)
		}
	}
	if base := f.Base(); base == "" || f.Engine == string(audit.EngineAWS) {
		for flag, given := range map[string]bool{
			"--boundary": f.boundary != "", "--scp": len(f.scps) > 0, "--rcp": len(f.rcps) > 0, "--session-policy": f.session != "",
			"--resource-policy": f.resource != "", "--endpoint-policy": f.endpointPolicy != "", "--resource-account": f.resources != "",
		} {
			if given {
				return usage("give the identity policies with --policy, or a --snapshot, --template or --plan", "%s needs an offline source", flag)
			}
		}
	}
	return nil
}

// Paths are the templates and plans to read.
func (f *Files) Paths() []string {
	return slices.DeleteFunc(append(slices.Clone(f.Operands), f.template, f.plan), func(path string) bool { return path == "" })
}

// openPolicies makes the source of policy files, which are a target by
// themselves.
func (f *Files) openPolicies(o *doctor.Options, overlay files.Overlay, library *managed.Library) (err error) {
	target := files.Target(f.policies, f.principal)
	if f.declared != "" {
		if target, err = f.addDeclared(o, &overlay); err != nil {
			return err
		}
	}
	for i := range o.Targets {
		t := &o.Targets[i].Target
		if t.Kind != audit.TargetCaller {
			return usage("name the owner of the policies with --principal ARN", "--policy and a target exclude each other")
		}
		*t = target
	}
	o.Source, err = files.Policies(overlay, library, f.principal, f.account)
	return err
}

// addDeclared adds the policy of --policy-resource.
func (f *Files) addDeclared(o *doctor.Options, overlay *files.Overlay) (audit.Target, error) {
	parameters, err := files.Parameters(f.parameters)
	if err != nil {
		return audit.Target{}, err
	}
	path := f.Paths()[0]
	label, err := overlay.AddDeclared(files.Template{Path: path, Plan: path == f.plan, AccountID: f.account, Parameters: parameters, Regions: o.Regions, OneOfSeveral: f.lenient()}, f.declared)
	return audit.Target{Kind: audit.TargetFile, Name: label + " in " + files.Name(path)}, err
}

// openDeployments makes the sources of templates and plans, one for each file
// and each group of Regions in which it is the same.
func (f *Files) openDeployments(o *doctor.Options, overlay files.Overlay, library *managed.Library) error {
	parameters, err := files.Parameters(f.parameters)
	if err != nil {
		return err
	}
	var found []doctor.Deployed
	for _, path := range f.Paths() {
		list, err := files.Deployments(files.Template{
			Path: path, Plan: path == f.plan, AccountID: f.account, Parameters: parameters,
			Regions: o.Regions, Region: o.Region, Account: o.Account, OneOfSeveral: f.lenient(),
		}, overlay, library)
		if err != nil {
			return err
		}
		for _, r := range list {
			found = append(found, doctor.Deployed{Source: r.Source, Regions: r.Regions})
		}
	}
	o.SkipMissing = f.skip
	return o.Deploy(found, len(f.Operands) > 1)
}
