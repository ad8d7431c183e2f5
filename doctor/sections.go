package doctor

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"remotion-doctor/audit"
)

// sections runs the tasks and returns their sections in the order of the tasks.
// The renderers come after all others: what the callers are granted is known by
// then.
func (j *job) sections(ctx context.Context) []audit.Section {
	out := make([]audit.Section, len(j.tasks))
	say := j.saying()
	for _, renderers := range []bool{false, true} {
		g := errgroup.Group{}
		g.SetLimit(j.abreast())
		for i, t := range j.tasks {
			if (t.target.Kind == audit.TargetRenderer) != renderers {
				continue
			}
			g.Go(func() error {
				say(t.target)
				out[i] = j.section(ctx, t)
				return nil // what goes wrong is part of the section
			})
		}
		_ = g.Wait()
	}
	return out
}

// saying returns a function that reports the next section to begin, one at a
// time.
func (j *job) saying() func(audit.Target) {
	var mu sync.Mutex
	begun := 0
	return func(t audit.Target) {
		mu.Lock()
		defer mu.Unlock()
		if j.Progress != nil {
			j.Progress(begun, len(j.tasks), t)
		}
		begun++
	}
}

// abreast is how many sections are judged at a time. What AWS was asked is
// counted by the difference from the beginning to the end of a section, and AWS
// throttles whoever asks too much: there it is one.
func (j *job) abreast() int {
	for _, t := range j.tasks {
		if j.within(t).source.Engine() != audit.EngineLocal {
			return 1
		}
	}
	return runtime.GOMAXPROCS(0)
}
