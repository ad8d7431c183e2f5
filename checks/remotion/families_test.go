package remotion_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/iamtest"
	"remotion-doctor/iam/policy"
)

// layered parses the documents of all layers.
func layered(t testing.TB, d iamtest.Documents) eval.Policies {
	t.Helper()
	one := func(name, text string) eval.Policy {
		doc, err := policy.Parse(text)
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		return eval.Policy{Name: name, Document: doc}
	}
	var p eval.Policies
	for i, text := range d.Identity {
		p.Identity = append(p.Identity, one(fmt.Sprint("identity ", i), text))
	}
	if d.Boundary != "" {
		b := one("boundary", d.Boundary)
		p.Boundary = &b
	}
	for i, text := range d.SCPs {
		p.SCPs = append(p.SCPs, []eval.Policy{one(fmt.Sprint("scp ", i), text)})
	}
	return p
}

// A cost is what the analysis of one principal takes.
type cost struct {
	time     time.Duration
	memory   uint64 // allocated
	statuses map[audit.Status]int
	complex  int // findings that were given up
}

func analysis(t testing.TB, p eval.Policies) cost {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	findings := judge(t, p, checks.Scope{Regions: []string{"us-east-1"}})
	c := cost{time: time.Since(start), statuses: map[audit.Status]int{}}
	runtime.ReadMemStats(&after)
	c.memory = after.TotalAlloc - before.TotalAlloc
	for _, f := range findings {
		c.statuses[f.Status]++
		if f.Reason == policy.ErrTooComplex.Error() {
			c.complex++
		}
	}
	return c
}

// BenchmarkFamilies prints what the analysis of hard policies of growing size
// takes, beside the newest caller policy.
func BenchmarkFamilies(b *testing.B) {
	own := eval.Policies{Identity: []eval.Policy{{Name: "own", Document: newest(b)}}}
	base := analysis(b, own)
	b.Logf("%-34s %4s %9.1f ms %8.2f MB %v", "the newest caller policy", "", ms(base.time), mb(base.memory), base.statuses)
	for _, f := range iamtest.Families("remotionlambda-useast1-") {
		b.Run(f.Name, func(b *testing.B) {
			for n := 2; ; n = min(2*n, f.Max) {
				p := layered(b, f.Make(n))
				c := analysis(b, p)
				b.Logf("%-34s %4d %9.1f ms %8.2f MB %v, %d too complex", f.Name, n, ms(c.time), mb(c.memory), c.statuses, c.complex)
				if n == f.Max {
					break
				}
			}
			for b.Loop() {
				analysis(b, layered(b, f.Make(f.Max)))
			}
		})
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
func mb(n uint64) float64        { return float64(n) / 1e6 }

func newest(t testing.TB) *policy.Document {
	t.Helper()
	r, err := remotion.Pack().Required("caller", "", "aws")
	if err != nil {
		t.Fatal(err)
	}
	return r.Document
}
