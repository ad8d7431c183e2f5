package eval

import (
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A frame is names in which all is alike but the statements that match: the
// account of the resource, the policy that it has, and which policies must allow.
type frame struct {
	in, out []union
	request *Request // for one of them
}

// frames divides the names of an inquiry by the policies of resources. Every name
// of a frame has what a name of it has that a person would know.
func (q *inquiry) frames(c *Compiled, p iam.Probe) []frame {
	var out []frame
	var before []union
	add := func(in ...union) {
		if name, ok := q.some(in, before); ok {
			out = append(out, frame{in: in, out: before, request: c.prepareName(p, name)})
		}
	}
	if c.resource != nil {
		set := c.resource.named()
		add(union{set: set})
		before = plus(before, union{set: set})
	}
	for i := range c.resources.all() {
		own := &c.resources.list[i]
		if set := own.resources(); set != nil && own.matters(c) && q.names.MayBegin(withoutVersions(own.ARN)) {
			add(union{set: set})
			before = plus(before, union{set: set})
		}
	}
	add()
	return out
}

// matters reports whether a resource differs from one about which nothing is known:
// one of the caller's account without a policy does not.
func (p *resourcePolicy) matters(c *Compiled) bool {
	return !p.None || p.Account != "" && p.Account != c.caller.account
}

// some returns one of the names in a union and not in others.
func (q *inquiry) some(in, out []union) (string, bool) {
	x := question{in: in, out: out}
	queries, err := x.queries(q.names, q.finder)
	if err != nil {
		q.err = err
		return "", false
	}
	queries[0].Names, queries[0].Hints = q.names, q.hints
	name, ok, err := q.finder.Find(q.ctx, &queries[0])
	if err != nil {
		q.err = err
	}
	return name, ok
}

// resources are those that the policy is that of, see [resourcePolicy.concerns].
func (p *resourcePolicy) resources() policy.Set {
	if p.ARN == "" {
		return nil
	}
	arn := policy.Escape(withoutVersions(p.ARN))
	return policy.Set{policy.CompileResource(arn), policy.CompileResource(arn + "/*"), policy.CompileResource(arn + ":*")}
}

// named are the resources that some statement names, see [set.names].
func (s *set) named() policy.Set {
	var out policy.Set
	for _, p := range s.programs {
		for i := range p.document.Statements {
			st := &p.document.Statements[i]
			if len(st.Resources) == 0 || st.NotResource {
				return everyName
			}
			for _, r := range st.Resources {
				root := rootOf(r)
				out = append(out, policy.CompileResource(r), policy.CompileOwner(root), policy.CompileOwner(root+"/*"))
			}
		}
	}
	return out
}
