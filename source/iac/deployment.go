package iac

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
)

// A Deployment is the account as it will be after the deploy, as far as the
// file says.
type Deployment struct {
	Snapshot *account.Snapshot
	// Region is what AWS::Region stood for, where the file is bound to one.
	Region string
	// Notes are sentences that the reader of a report should know.
	Notes []string

	// Unread are the gaps of nested stacks and the like whose templates were not
	// read, and in them every policy.
	Unread []iam.Gap

	targets []target
	managed []Policy
	asked   Options
}

// A target is something in the file that acts as a role or user.
type target struct {
	kind  audit.TargetKind
	names []string // by which it may be called
	arn   string   // of the principal
	label string
	at    iam.Location
	// account and region are where the file binds it to; empty where nobody
	// said.
	account, region string
	// refused says why the principal's policies are not to be had.
	refused error
}

// A Found is the principal behind a target.
type Found struct {
	ARN      string
	Location iam.Location
	// Region is the one that the file deploys the target to; empty where it
	// does not say.
	Region string
}

// Holds reports whether the file has something of the kind and name of a target,
// whether or not it leads to one principal.
func (d *Deployment) Holds(t audit.Target) bool {
	return slices.ContainsFunc(d.targets, func(c target) bool { return c.kind == t.Kind && slices.Contains(c.names, t.Name) })
}

// Resolve finds the principal that a target of the file acts as, by logical
// id, physical name, ARN, path of the CDK or address. The error is a
// [*NotFoundError], or an [*Error] where the file says what is not understood.
func (d *Deployment) Resolve(t audit.Target) (Found, error) {
	var hits []*target
	for i := range d.targets {
		if c := &d.targets[i]; c.kind == t.Kind && slices.Contains(c.names, t.Name) {
			hits = append(hits, c)
		}
	}
	hits = distinct(hits)
	if chosen := d.chosen(hits); len(chosen) > 0 {
		hits = chosen
	} else if len(hits) > 0 {
		return Found{}, hits[0].elsewhere(d.asked)
	}
	switch {
	case len(hits) == 0:
		return Found{}, d.missing(t)
	case len(hits) > 1:
		var labels []string
		for _, h := range hits {
			labels = append(labels, h.label)
		}
		return Found{}, &NotFoundError{fmt.Sprintf("%s is the name of several: %s", t.Name, strings.Join(labels, ", ")), severalHint(labels)}
	}
	return Found{hits[0].arn, hits[0].at, hits[0].region}, hits[0].refused
}

// severalHint says how one of several of a name is chosen.
func severalHint(labels []string) string {
	sorted := slices.Clone(labels)
	slices.Sort(sorted)
	if len(slices.Compact(sorted)) < len(labels) {
		return "choose one with --account and --region"
	}
	return "name it as one of these"
}

// chosen keeps the targets in the account and region that were asked for.
func (d *Deployment) chosen(hits []*target) []*target {
	var out []*target
	for _, h := range hits {
		if agree(h.account, d.asked.AccountID) && agree(h.region, d.asked.Region) {
			out = append(out, h)
		}
	}
	return out
}

// agree reports whether two texts, each of which may not be known, can be the
// same.
func agree(a, b string) bool { return a == "" || b == "" || a == b }

// elsewhere is the error of a target that is deployed to another account or
// region than was asked for.
func (t *target) elsewhere(o Options) error {
	what, bound, asked := "account", t.account, o.AccountID
	if agree(bound, asked) {
		what, bound, asked = "region", t.region, o.Region
	}
	return &Error{t.at.File, t.at.Position, fmt.Sprintf("%s is deployed to the %s %s, not %s", t.label, what, bound, asked), "leave out --" + what + ", or name what is deployed there"}
}

// distinct drops targets that lead to the same principal.
func distinct(hits []*target) []*target {
	var out []*target
	for _, h := range hits {
		if !slices.ContainsFunc(out, func(o *target) bool { return o.arn == h.arn }) {
			out = append(out, h)
		}
	}
	return out
}

// maxListed bounds the names that an error lists.
const maxListed = 12

func (d *Deployment) missing(t audit.Target) error {
	labels := d.Names(t.Kind)
	hint := "the file contains no " + t.Kind.Title()
	if len(labels) > 0 {
		hint = "it has " + strings.Join(labels[:min(len(labels), maxListed)], ", ")
		if len(labels) > maxListed {
			hint += ", …"
		}
	}
	return &NotFoundError{fmt.Sprintf("no %s %q", t.Kind.Title(), t.Name), hint}
}

// Names returns the names of the targets of a kind, sorted.
func (d *Deployment) Names(kind audit.TargetKind) []string {
	var out []string
	for i := range d.targets {
		if d.targets[i].kind == kind {
			out = append(out, d.targets[i].label)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// An assembly puts a deployment together.
type assembly struct {
	options    Options
	snapshot   *account.Snapshot
	principals []*principal
	index      map[string]*principal // by kind and ARN or name
	used       map[string]int        // how often a name was made unique
	policies   []account.ManagedPolicy
	managed    []Policy // those of the file
	unread     []iam.Gap
	targets    []target
	notes      []string
}

func newAssembly(o Options) *assembly {
	return &assembly{options: o, index: map[string]*principal{}, used: map[string]int{}, snapshot: &account.Snapshot{Version: 1, AccountID: o.account(), Partition: o.partition()}}
}

func (a *assembly) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(a.notes, text) {
		a.notes = append(a.notes, text)
	}
}

// gap notes a gap that may concern any principal.
func (a *assembly) gap(g iam.Gap) {
	s := a.snapshot
	if !slices.ContainsFunc(s.Open, func(have iam.Gap) bool {
		return have.Where == g.Where && have.What == g.What && have.Why == g.Why
	}) {
		s.Open = append(s.Open, g)
	}
}

// target adds something that acts as a principal.
func (a *assembly) target(kind audit.TargetKind, p *principal, label string, at iam.Location, names ...string) {
	names = append(names, label)
	names = slices.DeleteFunc(names, func(s string) bool { return s == "" })
	a.targets = append(a.targets, target{kind: kind, names: names, arn: p.arn, label: label, at: at, refused: p.refused, account: a.bound(p.account), region: p.region})
}

// bound is an account that is known.
func (a *assembly) bound(account string) string {
	if account == UnknownAccount || account == a.options.AccountID {
		return ""
	}
	return account
}

// refusal adds a target that cannot be decided about.
func (a *assembly) refusal(kind audit.TargetKind, label string, at iam.Location, err error, names ...string) {
	a.targets = append(a.targets, target{kind: kind, names: append(names, label), label: label, at: at, refused: err})
}

// deployment finishes the assembly.
func (a *assembly) deployment() *Deployment {
	d := &a.snapshot.AuthorizationDetails
	for _, p := range a.principals {
		a.place(d, p)
	}
	d.Policies = a.policies
	a.snapshot.AccountID = a.onlyAccount()
	slices.SortStableFunc(a.targets, func(x, y target) int { return cmp.Compare(x.label, y.label) })
	return &Deployment{Snapshot: a.snapshot, Notes: a.notes, Unread: a.unread, targets: a.targets, managed: a.managed}
}

// onlyAccount is the account of the principals; empty where they are of
// several.
func (a *assembly) onlyAccount() string {
	only := ""
	for _, p := range a.principals {
		if p.outsider {
			continue
		}
		if only != "" && p.account != only {
			return ""
		}
		only = firstOf(p.account, only)
	}
	if a.options.AccountID != "" || only == "" {
		return a.options.account()
	}
	return only
}
