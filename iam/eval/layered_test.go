package eval

import (
	"testing"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

func BenchmarkLayered(b *testing.B) {
	in := readBenchInput(b)
	all := &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{{Effect: policy.Allow, Actions: []string{"*"}, Resources: []string{"*"}}, {Effect: policy.Deny, Actions: []string{"ec2:*"}, Resources: []string{"*"}}}}
	p := Policies{Boundary: &Policy{Name: "b", Document: all}, SCPs: [][]Policy{{{Name: "s", Document: all}}, {{Name: "t", Document: all}}}}
	for _, d := range in.Sets["seed"] {
		p.Identity = append(p.Identity, Policy{Name: d.Name, Document: d.Policy})
	}
	c := Compile(in.PrincipalArn, p)
	var requests []*Request
	for _, pair := range in.Pairs {
		requests = append(requests, c.Prepare(iam.Probe{Action: pair.Action, Resource: pair.Resource}, ""))
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range requests {
			c.Decide(r)
		}
	}
}
