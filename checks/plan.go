package checks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A Scope narrows a requirement to one deployment and says what is known of
// its requests.
type Scope struct {
	// Regions are those that the product is used in, at least one.
	Regions []string
	// Context are context keys that the user knows; they win over the
	// defaults.
	Context iam.Context
	// Strict requires the documented pattern, not only the effective one.
	Strict bool
	// Bucket and Function are the names in use, where they are known.
	Bucket, Function string
}

// A Plan is a requirement made into probes for one principal.
type Plan struct {
	grants []planned
	pack   *Pack
	probes []iam.Probe
	index  map[string]int // of each probe, by all that it says
	strict bool
}

// A planned is a grant with the probes that it is judged by.
type planned struct {
	Grant
	home  string // the region in which the documented pattern is asked about
	needs []regional
	asked []asked
}

// A regional is an extent with the region and context of its requests.
type regional struct {
	Extent
	region  string
	context iam.Context
}

// An asked is a probe of a grant.
type asked struct {
	probe  int // index into Plan.probes
	region string
	why    reason
}

// A reason says why a probe is asked.
type reason uint8

const (
	isNeeded     reason = iota // the product touches the resource
	isDocumented               // the documented pattern, word by word
	isReached                  // a name that a user may force is denied
)

// userName is the variable that represents a user's name; a role has none.
const userName = "${aws:username}"

// Plan makes the probes of a requirement: of each grant the documented
// resource, word by word, and samples of what the product uses in the regions of
// the scope. Grants that have no meaning for the principal are left out:
// ${aws:username} names nothing for a role.
func (r *Requirement) Plan(p iam.Principal, s Scope) (*Plan, error) {
	if len(s.Regions) == 0 {
		return nil, fmt.Errorf("no region to check")
	}
	for _, region := range s.Regions {
		if got := policy.PartitionOf(region); got != p.Partition() {
			return nil, fmt.Errorf("region %s is in the partition %s, but %s is in %s", region, got, p.ARN, p.Partition())
		}
	}
	plan := &Plan{pack: r.Pack(), strict: s.Strict, index: map[string]int{}}
	for _, g := range r.Grants {
		if strings.Contains(g.Resource, userName) {
			if p.Type() != "user" {
				continue
			}
			g.Resource = strings.ReplaceAll(g.Resource, userName, p.Name())
		}
		plan.add(g, p, &s)
	}
	return plan, nil
}

func (plan *Plan) add(g Grant, p iam.Principal, s *Scope) {
	out := planned{Grant: g, home: s.Regions[0]}
	regions := s.Regions
	if global(g.Action) {
		out.home = homeRegion(p.Partition())
		regions = []string{out.home}
	} else if a, ok := policy.ParseARN(g.Resource); ok && a.Region != "" && !strings.ContainsAny(a.Region, "*?") {
		// A pattern of one region concerns requests to that region only.
		out.home, regions = a.Region, []string{a.Region}
	}
	out.ask(plan, g.Resource, out.home, isDocumented, s.contextOf(plan.pack, &g, g.Resource, out.home))
	for _, region := range regions {
		for _, n := range plan.pack.Extents(g, p, region, s) {
			known := func(resource string) iam.Context { return s.contextOf(plan.pack, &g, resource, region) }
			all := known(n.Names().String())
			for _, arn := range n.Samples {
				out.ask(plan, arn, region, isNeeded, known(arn))
			}
			// A name with more known about it is no example of the others.
			n.Samples = sameKnown(n.Samples, all, known)
			n.Others = sameKnown(n.Others, all, known)
			out.needs = append(out.needs, regional{n, region, all})
		}
	}
	plan.grants = append(plan.grants, out)
}

// ask adds a probe, unless the same one is in the plan already.
func (g *planned) ask(plan *Plan, resource, region string, why reason, ctx iam.Context) {
	probe := iam.Probe{Action: g.Action, Resource: resource, Context: ctx, OwnerAllows: plan.pack.Opens(g.Action, resource)}
	key := keyOf(&probe)
	i, ok := plan.index[key]
	if !ok {
		i = len(plan.probes)
		plan.probes = append(plan.probes, probe)
		plan.index[key] = i
	}
	if !slices.ContainsFunc(g.asked, func(a asked) bool { return a.probe == i && a.why == why }) {
		g.asked = append(g.asked, asked{probe: i, region: region, why: why})
	}
}

// keyOf writes all that a probe says, so that no two are written alike.
func keyOf(p *iam.Probe) string {
	var b strings.Builder
	add := func(text string) {
		b.WriteString(strconv.Itoa(len(text)))
		b.WriteByte(' ')
		b.WriteString(text)
	}
	add(p.Action)
	add(p.Resource)
	for _, e := range p.Context {
		add(e.Key)
		if e.OneOf {
			b.WriteByte('|')
		}
		b.WriteString(strconv.Itoa(len(e.Values)))
		for _, v := range e.Values {
			add(v)
		}
	}
	return b.String()
}

// sameKnown returns the names with exactly as much known about them as about all.
func sameKnown(names []string, all iam.Context, known func(string) iam.Context) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return len(known(name)) != len(all) })
}

// contextOf is what is known with every request of a grant on a resource in a
// region: what the product says, and the user, as far as such requests carry it.
// What follows from the principal and the resource, package request says.
func (s *Scope) contextOf(pack *Pack, g *Grant, resource, region string) iam.Context {
	if g.Feature != "" {
		return s.ContextOf(pack, g.Action, region) // the user says that the product uses the resource
	}
	return s.context(g.Action, region, pack.SentWith(g.Action, resource))
}

// ContextOf is what is known with every request that the product itself makes for
// an action in a region, whatever the resource.
func (s *Scope) ContextOf(pack *Pack, action, region string) iam.Context {
	return s.context(action, region, pack.SentFor(action))
}

func (s *Scope) context(action, region string, sent iam.Context) iam.Context {
	out := iam.Context{{Key: "aws:RequestedRegion", Type: iam.String, Values: []string{region}}}
	return Carried(action, append(out, sent...).With(s.Context))
}

// global reports whether an action belongs to a service without regions.
func global(action string) bool {
	return strings.HasPrefix(strings.ToLower(action), "iam:")
}

// homeRegion is the region that requests to services without regions carry in
// aws:RequestedRegion.
// Source: IAM User Guide, "aws:RequestedRegion".
func homeRegion(partition string) string {
	switch partition {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	default:
		return "us-east-1"
	}
}

// Probes returns what must be asked; Judge takes the verdicts in this order.
func (plan *Plan) Probes() []iam.Probe { return plan.probes }
