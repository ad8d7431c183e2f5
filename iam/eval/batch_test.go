package eval

import (
	"os"
	"strings"
	"testing"
	"time"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// A floor is the least that a decision takes: patterns compiled once and found by
// service, without conditions, layers, context keys or types of resources.
type floor struct {
	bucket map[string][]*floorStatement
	other  []*floorStatement
}

type floorStatement struct {
	deny               bool
	actions, resources policy.Set
}

func (f *floor) add(doc *policy.Document) {
	if f.bucket == nil {
		f.bucket = map[string][]*floorStatement{}
	}
	for _, s := range doc.Statements {
		st := &floorStatement{deny: s.Effect == policy.Deny}
		services := map[string]bool{}
		for _, a := range s.Actions {
			a = strings.ToLower(a)
			st.actions = append(st.actions, policy.CompileGlob(a))
			service, _, _ := strings.Cut(a, ":")
			services[service] = true
		}
		for _, r := range s.Resources {
			st.resources = append(st.resources, policy.CompileResource(r))
		}
		for name := range services {
			if isWild(name) {
				f.other = append(f.other, st)
			} else {
				f.bucket[name] = append(f.bucket[name], st)
			}
		}
	}
}

func (f *floor) decide(action, resource string) iam.Decision {
	action = strings.ToLower(action)
	service, _, _ := strings.Cut(action, ":")
	out := iam.ImplicitDeny
	for _, list := range [][]*floorStatement{f.bucket[service], f.other} {
		for _, s := range list {
			if !anyMatch(s.actions, action) || !anyMatch(s.resources, resource) {
				continue
			}
			if s.deny {
				return iam.ExplicitDeny
			}
			out = iam.Allowed
		}
	}
	return out
}

func anyMatch(set policy.Set, text string) bool {
	for i := range set {
		if set[i].Match(text) {
			return true
		}
	}
	return false
}

// BenchmarkBatch prepares and decides 28 pairs for each of 1,000 roles, and
// reports the time as a multiple of the floor's in the same run.
func BenchmarkBatch(b *testing.B) {
	in := readBenchInput(b)
	file, err := os.Open(rolesFile(b, 1000))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	snapshot, err := account.ReadFrom(file)
	if err != nil {
		b.Fatal(err)
	}
	e, err := New(snapshot)
	if err != nil {
		b.Fatal(err)
	}
	var compiled []*Compiled
	var floors []*floor
	for i := range snapshot.AuthorizationDetails.Roles {
		c, err := e.compile(snapshot.AuthorizationDetails.Roles[i].Arn)
		if err != nil {
			b.Fatal(err)
		}
		f := &floor{}
		for _, p := range c.identity.policies {
			f.add(p.Document)
		}
		compiled, floors = append(compiled, c), append(floors, f)
	}
	var least, ours time.Duration
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		floorAllows, allowed := 0, 0
		for _, f := range floors {
			for _, p := range in.Pairs {
				if f.decide(p.Action, p.Resource) == iam.Allowed {
					floorAllows++
				}
			}
		}
		least += time.Since(start)
		start = time.Now()
		for _, c := range compiled {
			for _, p := range in.Pairs {
				if c.Decide(c.Prepare(iam.Probe{Action: p.Action, Resource: p.Resource}, "")) == iam.Allowed {
					allowed++
				}
			}
		}
		ours += time.Since(start)
		// The floor knows no kinds of resources, and matches what they rule out.
		if allowed == 0 || allowed > floorAllows {
			b.Fatalf("the floor allows %d, not %d", floorAllows, allowed)
		}
	}
	b.ReportMetric(float64(ours)/float64(least), "x-floor")
	b.ReportMetric(float64(least.Nanoseconds())/float64(b.N*28_000), "floor-ns/decision")
	b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N*28_000), "ns/decision")
}
