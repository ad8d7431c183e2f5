package terminal

import (
	"fmt"
	"io"
	"sync"
	"time"

	"remotion-doctor/report"
)

// Lines returns a function that writes what is going on where the stream is no
// terminal: a line at most in each interval, none in the first. A log shows by them
// that a long run is alive.
func Lines(w io.Writer, each time.Duration) func(text string) {
	if Is(w) {
		return func(string) {}
	}
	return lines(w, each)
}

func lines(w io.Writer, each time.Duration) func(text string) {
	var mu sync.Mutex
	last := time.Now()
	return func(text string) {
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now(); now.Sub(last) >= each {
			last = now
			fmt.Fprintln(w, report.Clean(text))
		}
	}
}
