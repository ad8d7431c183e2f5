package eval

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A benchInput is fixtures/bench/inputs.json: pairs to decide under two sets
// of policies.
type benchInput struct {
	PrincipalArn string `json:"principalArn"`
	Pairs        []struct {
		Action    string `json:"action"`
		Resource  string `json:"resource"`
		AccountID string `json:"accountId"`
	} `json:"pairs"`
	Sets map[string][]namedDocument `json:"sets"`
}

func readBenchInput(b testing.TB) benchInput {
	b.Helper()
	data, err := os.ReadFile("../../fixtures/bench/inputs.json")
	if err != nil {
		b.Fatal(err)
	}
	var in benchInput
	if err := json.Unmarshal(data, &in); err != nil {
		b.Fatal(err)
	}
	return in
}

func (in *benchInput) compile(set string) (*Compiled, []*Request) {
	var p Policies
	for _, d := range in.Sets[set] {
		p.Identity = append(p.Identity, Policy{Name: d.Name, Document: d.Policy})
	}
	c := Compile(in.PrincipalArn, p)
	var requests []*Request
	for _, pair := range in.Pairs {
		requests = append(requests, c.Prepare(iam.Probe{Action: pair.Action, Resource: pair.Resource}, ""))
	}
	return c, requests
}

// BenchmarkDecide decides the 28 pairs of inputs.json under policies that are
// compiled once, without and with evidence.
func BenchmarkDecide(b *testing.B) {
	in := readBenchInput(b)
	for _, set := range []string{"seed", "managed10"} {
		c, requests := in.compile(set)
		b.Run(set, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, r := range requests {
					c.Decide(r)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(requests)), "ns/decision")
		})
		b.Run(set+"/evidence", func(b *testing.B) {
			b.ReportAllocs()
			e := &evidence{}
			for b.Loop() {
				for _, r := range requests {
					e.reset()
					c.authorize(r, e)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(requests)), "ns/decision")
		})
	}
}

// TestDecideAllocatesNothing holds the promise of the decision path.
func TestDecideAllocatesNothing(t *testing.T) {
	in := readBenchInput(t)
	for set := range in.Sets {
		c, requests := in.compile(set)
		n := testing.AllocsPerRun(100, func() {
			for _, r := range requests {
				c.Decide(r)
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations for %d decisions", set, n, len(requests))
		}
	}
}

// BenchmarkHostilePattern matches a pattern that makes backtracking matchers
// exponential.
func BenchmarkHostilePattern(b *testing.B) {
	p := policy.CompileResource("arn:aws:s3:::" + strings.Repeat("a*", 8) + "b")
	s := "arn:aws:s3:::" + strings.Repeat("a", 60)
	for b.Loop() {
		p.Match(s)
	}
}
