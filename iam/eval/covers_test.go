package eval

import (
	"testing"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// TestCoversInAnyLayer holds the coverage proof against brute force with all
// layers present: what is covered is allowed for every name that is tried, and
// a counterexample is not allowed.
func TestCoversInAnyLayer(t *testing.T) {
	t.Parallel()
	patterns := []string{"*", "*", "red/*", "?ed/*", "*/a", "*e*"}
	tried := []string{"red/a", "red/ab", "red/", "blue/b", "blue", "", "red/a/b", "x*", "?", "green/a"}
	covered, open, mattered := 0, 0, map[string]int{}
	for n := range counted(3000) {
		m := newMaker(3, uint64(n))
		w, principal, _ := m.world()
		if w.action[:3] != "s3:" || w.resource == "*" || w.kind == "root" {
			continue
		}
		// Wide statements make some requirements covered.
		if m.chance(70) {
			w.identity = append(w.identity, &policy.Statement{Effect: policy.Allow, Actions: []string{"s3:*"}, Resources: []string{"*"}})
		}
		pattern := pick(m, patterns...)
		names := policy.NamesOf("arn:aws:s3:::films/" + pattern)
		c := Compile(principal, w.policies("arn:aws:s3:::films", true))
		probe := w.probe()
		ok, counterexample, err := c.Covers(t.Context(), policy.NewFinder(policy.DefaultWork), probe, names, nil)
		if err != nil {
			t.Fatalf("world %d: %v", n, err)
		}
		for _, name := range tried {
			probe.Resource = "arn:aws:s3:::films/" + name
			r := c.Prepare(probe, "")
			r.mismatch = false
			if !glob(pattern, name) {
				continue
			}
			if v := c.Verdict(r); ok && v.Decision != iam.Allowed {
				t.Fatalf("world %d: covered, but %s on %s\n%s", n, v.Decision, name, w.describe(v))
			}
		}
		if ok {
			covered++
			continue
		}
		w.resource = counterexample
		for layer := range layersOf {
			if w.without(layer).decide() == iam.Allowed {
				mattered[layer]++
			}
		}
		open++
		if !names.Contains(counterexample) {
			t.Fatalf("world %d: %s is no name of %s", n, counterexample, names)
		}
		probe.Resource = counterexample
		r := c.Prepare(probe, "")
		r.mismatch = false
		if v := c.Verdict(r); v.Decision == iam.Allowed && len(v.MissingContext) == 0 {
			t.Fatalf("world %d: the counterexample %s is allowed\n%s", n, counterexample, w.describe(v))
		}
	}
	t.Logf("%d requirements are covered, %d are not; without the layer the counterexample is allowed: %v", covered, open, mattered)
	if covered < 10 || open < 10 {
		t.Errorf("%d covered, %d not", covered, open)
	}
}
