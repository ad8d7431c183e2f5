package remotion_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"remotion-doctor/iam/iamtest"
)

// A candidate is policies of all layers, as statements.
type candidate struct {
	layers [1 + 1 + iamtest.SCPLevels][]iamtest.Statement // identity, boundary, levels
}

// limit is what a layer may hold.
func limitOf(layer int) (characters, documents int) {
	switch layer {
	case 0:
		return iamtest.ManagedLimit, iamtest.ManagedNumber
	case 1:
		return iamtest.ManagedLimit, 1
	}
	return iamtest.SCPLimit, 1
}

// documents prints a candidate, as much of it as the limits let through.
func (c *candidate) documents() iamtest.Documents {
	var out iamtest.Documents
	for i, list := range c.layers {
		characters, documents := limitOf(i)
		split := iamtest.Split(list, characters)
		split = split[:min(len(split), documents)]
		switch {
		case i == 0:
			out.Identity = split
		case len(split) == 0:
		case i == 1:
			out.Boundary = split[0]
		default:
			out.SCPs = append(out.SCPs, split[0])
		}
	}
	return out
}

// mutate changes a candidate a little: a few statements more or less, or copied
// from one layer to another.
func (c *candidate) mutate(r *rand.Rand) candidate {
	out := *c
	for range 1 + r.IntN(3) {
		i := r.IntN(len(out.layers))
		if r.IntN(2) == 0 {
			i = 0
		}
		list := slices.Clone(out.layers[i])
		switch n := r.IntN(6); {
		case n == 0 && len(list) > 1:
			at := r.IntN(len(list))
			list = slices.Delete(list, at, at+1)
		case n == 1 && len(list) > 0:
			list[r.IntN(len(list))] = iamtest.RandomStatement("remotionlambda-", r)
		case n == 2:
			list = append(list, out.layers[r.IntN(len(out.layers))]...)
		case n == 3 && len(list) > 0:
			list = slices.Concat(list, list[r.IntN(len(list)):])
		default:
			for range 1 + r.IntN(8) {
				list = append(list, iamtest.RandomStatement("remotionlambda-", r))
			}
		}
		out.layers[i] = list[:min(len(list), 800)]
	}
	return out
}

// TestHardPolicies climbs from random policies within IAM's limits to those that
// cost most, and holds what the worst takes: memory as it is allocated, which
// does not depend on what else the machine does. HARD_STEPS sets the steps,
// HARD_KEEP a folder for the worst.
func TestHardPolicies(t *testing.T) {
	steps := 25
	if n, err := strconv.Atoi(os.Getenv("HARD_STEPS")); err == nil {
		steps = n
	}
	r := rand.New(rand.NewPCG(1, 2))
	var best candidate
	worst := cost{}
	for i := range steps {
		next := best.mutate(r)
		if i%8 == 7 {
			next = candidate{}.seeded(r)
		}
		c := analysis(t, layered(t, next.documents()))
		if c.memory > worst.memory {
			best, worst = next, c
		}
	}
	t.Logf("the worst of %d: %.1f ms, %.1f MB allocated, %v, %d too complex", steps, ms(worst.time), mb(worst.memory), worst.statuses, worst.complex)
	if worst.memory > 200e6 {
		t.Errorf("%.1f MB are allocated", mb(worst.memory))
	}
	keep(t, best.documents())
}

// seeded is a candidate of many random statements.
func (c candidate) seeded(r *rand.Rand) candidate {
	for i := range c.layers {
		c.layers[i] = iamtest.Random("remotionlambda-", r.Uint64(), 20+r.IntN(60))
	}
	return c
}

func keep(t *testing.T, d iamtest.Documents) {
	dir := os.Getenv("HARD_KEEP")
	if dir == "" {
		return
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i, text := range d.Identity {
		write("identity"+strconv.Itoa(i)+".json", text)
	}
	if d.Boundary != "" {
		write("boundary.json", d.Boundary)
	}
	for i, text := range d.SCPs {
		write("scp"+strconv.Itoa(i)+".json", text)
	}
}
