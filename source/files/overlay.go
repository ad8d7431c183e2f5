package files

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source/iac"
)

// Paths name the policy files of an [Overlay]. Empty ones are left out.
type Paths struct {
	Policies                    []string // identity policies
	Boundary, Session, Resource string
	Endpoint                    string   // of the VPC endpoint that requests pass through
	SCPs, RCPs                  []string // a level each, root first
	// ResourceAccount is the account of the resources that Resource protects.
	ResourceAccount string
}

// An Overlay is policies that are evaluated in addition to those of a
// principal, or instead of those of the same layer. The zero Overlay changes
// nothing.
type Overlay struct {
	Identity        []eval.Policy // in addition
	Boundary        *eval.Policy
	Session         *eval.Policy
	Resource        *eval.Policy
	Endpoint        *eval.Policy
	ResourceAccount string
	SCPs, RCPs      [][]eval.Policy // levels, root first

	notes []string
	gaps  []iam.Gap
}

// AddDeclared adds an identity policy: a managed policy that a template or plan
// declares, attached to somebody or not, by its logical id, name, ARN or address.
// It returns what the file calls it. The error is a [*source.Error].
func (o *Overlay) AddDeclared(t Template, name string) (label string, err error) {
	open, known, err := t.open()
	if err != nil {
		return "", err
	}
	d, err := open(iac.Options{AccountID: t.AccountID, Parameters: t.parameters(known), Region: first(t.Regions)})
	if err != nil {
		return "", fileError(err)
	}
	found, err := d.ResolvePolicy(name)
	if err != nil {
		return "", fileError(err)
	}
	doc, err := policy.Parse(found.Document.Text)
	if err != nil {
		return "", Unparsed(found.Location.String(), err)
	}
	o.Identity = append(o.Identity, eval.Policy{ID: found.ID, Name: found.Label, Document: doc, Origin: found.Document.Origin})
	o.notes = append(o.notes, d.Notes...)
	o.gaps = slices.Concat(o.gaps, found.Gaps, d.Snapshot.Open)
	return found.Label, nil
}

// Read reads the files. The error is a [*source.Error] of kind KindInput that
// names the place.
func (p Paths) Read() (Overlay, error) {
	o := Overlay{ResourceAccount: p.ResourceAccount}
	for _, path := range p.Policies {
		one, err := ReadPolicy(path, policy.KindIdentity)
		if err != nil {
			return o, err
		}
		o.Identity = append(o.Identity, *one)
	}
	for _, one := range []struct {
		path string
		kind policy.Kind
		into **eval.Policy
	}{
		{p.Boundary, policy.KindIdentity, &o.Boundary},
		{p.Session, policy.KindIdentity, &o.Session},
		{p.Resource, policy.KindResource, &o.Resource},
		{p.Endpoint, policy.KindEndpoint, &o.Endpoint},
	} {
		if one.path == "" {
			continue
		}
		var err error
		if *one.into, err = ReadPolicy(one.path, one.kind); err != nil {
			return o, err
		}
	}
	var err error
	if o.SCPs, err = o.levels(p.SCPs, policy.KindSCP); err != nil {
		return o, err
	}
	o.RCPs, err = o.levels(p.RCPs, policy.KindRCP)
	return o, err
}

// levels reads organization policies, a level each. An SCP that only denies is
// evaluated together with FullAWSAccess, which AWS attaches everywhere.
//
// Source: Organizations User Guide, "SCP evaluation".
func (o *Overlay) levels(paths []string, kind policy.Kind) ([][]eval.Policy, error) {
	var out [][]eval.Policy
	for _, path := range paths {
		p, err := ReadPolicy(path, kind)
		if err != nil {
			return nil, err
		}
		level := []eval.Policy{*p}
		if kind == policy.KindSCP && !allows(p.Document) {
			full, err := fullAWSAccess()
			if err != nil {
				return nil, err
			}
			level = append(level, full)
			o.notes = append(o.notes, p.Name+" has no Allow; evaluated together with FullAWSAccess, AWS's default")
		}
		out = append(out, level)
	}
	return out, nil
}

func allows(d *policy.Document) bool {
	return slices.ContainsFunc(d.Statements, func(s policy.Statement) bool { return s.Effect == policy.Allow })
}

func fullAWSAccess() (eval.Policy, error) {
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
	return eval.Policy{
		ID:   iam.ManagedPolicy("arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"),
		Name: "FullAWSAccess", Document: doc,
	}, err
}

// over lays the overlay over the policies of a principal.
func (o *Overlay) over(p eval.Policies) eval.Policies {
	p.Identity = append(p.Identity[:len(p.Identity):len(p.Identity)], o.Identity...)
	p.Gaps = append(p.Gaps[:len(p.Gaps):len(p.Gaps)], o.gaps...)
	p.Boundary = cmp.Or(o.Boundary, p.Boundary)
	p.Session = cmp.Or(o.Session, p.Session)
	p.Resource = cmp.Or(o.Resource, p.Resource)
	p.Endpoint = cmp.Or(o.Endpoint, p.Endpoint)
	p.ResourceAccount = cmp.Or(o.ResourceAccount, p.ResourceAccount)
	if o.SCPs != nil {
		p.SCPs = o.SCPs
	}
	if o.RCPs != nil {
		p.RCPs, p.RCPAccount = o.RCPs, ""
	}
	return p
}

// assumedPrincipal returns whom policy files belong to where nobody says: a
// role of the given account, or of the only account that the policies name.
func (o *Overlay) assumedPrincipal(arn, account string) (principal string, notes []string) {
	if arn != "" {
		return arn, nil
	}
	if account == "" {
		if named := o.accounts(); len(named) == 1 {
			account = named[0]
			notes = append(notes, "assuming account "+account+", the only one in the policies; pass --account to confirm")
		} else {
			account = iac.UnknownAccount
			notes = append(notes, unknownAccount)
		}
	}
	return "arn:" + o.partition() + ":iam::" + account + ":role/policy-file", notes
}

const unknownAccount = "the account is not known and shown as " + iac.UnknownAccount + "; pass --account"

// partition is the one that the policies name, else aws.
func (o *Overlay) partition() string {
	for a := range o.arns() {
		if strings.HasPrefix(a.Partition, "aws-") {
			return a.Partition
		}
	}
	return "aws"
}

// accounts are those that the policies name, except the owners of layers,
// which are others'.
func (o *Overlay) accounts() []string {
	var out []string
	for a := range o.arns() {
		if accountID.MatchString(a.AccountID) && !strings.HasPrefix(a.Resource, "layer:") {
			out = append(out, a.AccountID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// arns visits the ARNs in the identity policies' resources.
func (o *Overlay) arns() func(yield func(policy.ARN) bool) {
	return func(yield func(policy.ARN) bool) {
		for i := range o.Identity {
			for _, s := range o.Identity[i].Document.Statements {
				for _, r := range s.Resources {
					if a, ok := policy.ParseARN(r); ok && !yield(a) {
						return
					}
				}
			}
		}
	}
}

var accountID = regexp.MustCompile(`^\d{12}$`)
