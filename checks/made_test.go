package checks_test

import (
	"fmt"
	"sync"
	"testing"

	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
)

// TestGrantsOfIsTheCallers: what a caller does with a list of grants changes
// nothing for the next one, and goroutines may ask for it at once.
func TestGrantsOfIsTheCallers(t *testing.T) {
	t.Parallel()
	pack := remotion.Pack()
	ask := func() []checks.Grant {
		grants, err := pack.GrantsOf("caller", "", "aws")
		if err != nil {
			t.Error(err)
		}
		return grants
	}
	want := fmt.Sprint(ask())
	var g sync.WaitGroup
	for range 4 {
		g.Go(func() {
			grants := ask()
			if got := fmt.Sprint(grants); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			for i := range grants {
				grants[i] = checks.Grant{}
			}
		})
	}
	g.Wait()
	if got := fmt.Sprint(ask()); got != want {
		t.Errorf("after callers changed theirs: %s", got)
	}
}
