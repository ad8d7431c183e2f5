package files

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/managed"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
	"remotion-doctor/source/iac"
)

// A Template says how a template or plan is deployed.
type Template struct {
	Path       string
	Plan       bool              // it is Terraform's, whatever its form
	AccountID  string            // of the deployment; empty where nobody says
	Parameters map[string]string // of a template
	Regions    []string          // of the deployment; empty for those that the file is bound to
	Region     string            // of a file that is bound to none, where there are no Regions
	Account    string            // of a file that is bound to none, where there is no AccountID
	// OneOfSeveral leaves out the parameters that the file does not have.
	OneOfSeveral bool
}

// A Regional is the source of a deployment, and the Regions that it is the same
// in; none where nobody says.
type Regional struct {
	*Source
	Regions []string
}

// Deployments makes the sources of a template or plan, one for each group of
// Regions that it is the same in.
func Deployments(t Template, o Overlay, library *managed.Library) ([]Regional, error) {
	open, known, err := t.open()
	if err != nil {
		return nil, err
	}
	options := iac.Options{AccountID: t.AccountID, Parameters: t.parameters(known)}
	regions := t.Regions
	if len(regions) == 0 {
		regions = []string{""}
	}
	var list []regional
	for _, region := range regions {
		r, err := t.deploy(open, options, region)
		if err != nil {
			return nil, err
		}
		list = addRegional(list, r)
	}
	var out []Regional
	for _, r := range list {
		s, err := deployment(r.deployment, o, library)
		if err != nil {
			return nil, err
		}
		out = append(out, Regional{s, r.regions})
	}
	return out, nil
}

// parameters are those that the file gets.
func (t *Template) parameters(known func(string) bool) map[string]string {
	out := maps.Clone(t.Parameters)
	if t.OneOfSeveral {
		maps.DeleteFunc(out, func(name, _ string) bool { return !known(name) })
	}
	return out
}

// deploy makes the deployment in a Region; what the file is bound to decides
// where none is given, and what the template says where it is bound to none.
func (t *Template) deploy(open func(iac.Options) (*iac.Deployment, error), o iac.Options, region string) (regional, error) {
	o.Region = region
	d, err := open(o)
	if err != nil {
		return regional{}, fileError(err)
	}
	again, assumed := false, ""
	if bound := cmp.Or(d.Region, t.Region); region == "" && bound != "" {
		region, o.Region, again = bound, bound, true
	}
	if o.AccountID == "" && d.Snapshot.AccountID == iac.UnknownAccount && policy.IsAccountID(t.Account) {
		o.AccountID, again = t.Account, true
		assumed = "assuming account " + t.Account + ", that of the resource; pass --account to confirm"
	}
	if again {
		if d, err = open(o); err != nil {
			return regional{}, fileError(err)
		}
	}
	if assumed != "" {
		d.Notes = append(d.Notes, assumed)
	}
	if region == "" {
		return regional{deployment: d}, nil
	}
	return regional{d, []string{region}}, nil
}

// open opens the file, and says which parameters it has.
func (t *Template) open() (open func(iac.Options) (*iac.Deployment, error), known func(string) bool, err error) {
	in, err := t.input()
	if err != nil {
		return nil, nil, fileError(err)
	}
	return in.Deployment, in.HasParameter, nil
}

func (t *Template) input() (iac.Input, error) {
	if t.Plan {
		return iac.OpenPlan(t.Path)
	}
	return iac.Open(t.Path)
}

// A regional is a deployment and the Regions that it is the same in.
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

func deployment(d *iac.Deployment, o Overlay, library *managed.Library) (*Source, error) {
	s, err := Snapshot(d.Snapshot, o, library)
	if err != nil {
		return nil, err
	}
	s.deployment = d
	s.notes = append(s.notes, d.Notes...)
	if d.Snapshot.AccountID == iac.UnknownAccount {
		s.notes = append(s.notes, unknownAccount)
	}
	return s, nil
}

// inDeployment finds the principal behind a target.
func (s *Source) inDeployment(t audit.Target) (source.Resolution, error) {
	asked := t
	if t.Kind == audit.TargetRenderer {
		t.Kind = audit.TargetRole
	}
	if !slices.Contains(kinds, t.Kind) && t.Kind != audit.TargetInstance && t.Kind != audit.TargetCaller {
		return source.Resolution{}, &source.Error{Kind: source.KindInvalid, Msg: fmt.Sprintf("no source has the kind of target %q", t.Kind)}
	}
	found, err := s.deployment.Resolve(t)
	if err != nil {
		return source.Resolution{}, fileError(err)
	}
	p, err := iam.NewPrincipal(found.ARN)
	return source.Resolution{Principal: p, Region: found.Region, Location: &found.Location}.On(asked, ""), err
}

// fileError gives an error of a template or plan its kind.
func fileError(err error) error {
	if e, ok := errors.AsType[*iac.Error](err); ok {
		return &source.Error{Op: "", Kind: source.KindInput, Msg: "reading " + e.Error(), Hint: e.Hint, Err: err}
	}
	if e, ok := errors.AsType[*iac.NotFoundError](err); ok {
		return &source.Error{Kind: source.KindNotFound, Msg: e.Msg, Hint: e.Hint, Err: err}
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return input("reading "+Name(e.Path), "", err)
	}
	return input("reading the file", "", err)
}

// kinds are the kinds of target of a file, the likeliest caller first.
var kinds = []audit.TargetKind{
	audit.TargetFunction, audit.TargetTaskDefinition, audit.TargetInstanceProfile,
	audit.TargetPodIdentity, audit.TargetRole, audit.TargetUser,
}

// Only returns the target of a deployment where it leaves no choice.
func (s *Source) Only() (audit.Target, error) {
	var found []audit.Target
	for _, kind := range kinds {
		for _, name := range s.deployment.Names(kind) {
			found = append(found, audit.Target{Kind: kind, Name: name})
		}
		if len(found) > 0 {
			break
		}
	}
	switch len(found) {
	case 0:
		return audit.Target{}, &source.Error{Kind: source.KindNotFound, Msg: "the file contains no role, user or function", Hint: "check that it is the right file"}
	case 1:
		return found[0], nil
	}
	var names []string
	for _, t := range found[:min(len(found), 12)] {
		names = append(names, t.Name)
	}
	return audit.Target{}, &source.Error{
		Kind: source.KindInput, Msg: "name what is to be checked",
		Hint: fmt.Sprintf("with --function, --role, --instance-profile or --task-definition; there are %s", strings.Join(names, ", ")),
	}
}

// Missing returns the error for a target that the deployment does not hold; nil
// for one that it holds.
func (s *Source) Missing(t audit.Target) error {
	if t.Kind == audit.TargetFile {
		return nil // a principal by its ARN
	}
	if s.deployment.Holds(t) {
		return nil
	}
	_, err := s.deployment.Resolve(t)
	return fileError(err)
}
