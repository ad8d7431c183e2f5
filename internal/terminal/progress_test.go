package terminal

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// A fake is a terminal that goroutines write to.
type fake struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *fake) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *fake) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fake{}
		p := newProgress(s, 40)
		p.Say(1, 3, "checking role\x1b[31m "+strings.Repeat("long", 20))
		time.Sleep(progressDelay - time.Millisecond)
		synctest.Wait()
		if s.String() != "" {
			t.Errorf("too early: %q", s.String())
		}
		time.Sleep(progressDelay)
		synctest.Wait()
		for line := range strings.SplitSeq(s.String(), "\r") {
			if w := ansi.StringWidth(ansi.Strip(line)); w > 39 || line != "" && !strings.Contains(line, "2 of 3: checking role") {
				t.Errorf("%d columns: %q", w, line)
			}
		}
		p.Done()
		if !strings.HasSuffix(s.String(), "\r\x1b[K") || strings.Contains(s.String(), "[31m") {
			t.Errorf("the line stays: %q", s.String())
		}
	})
}

func TestProgressIsShortOrSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fake{}
		for _, width := range []int{0, 80} {
			p := newProgress(s, width)
			p.Say(0, 1, "checking")
			if width == 0 {
				time.Sleep(time.Minute)
			}
			p.Done()
		}
		if s.String() != "" {
			t.Errorf("it says %q", s.String())
		}
	})
}
