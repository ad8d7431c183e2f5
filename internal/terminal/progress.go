package terminal

import (
	"cmp"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"remotion-doctor/report"
)

// A Progress says on a terminal what takes long: one line that is gone when the
// work is done. Nothing is written in the first half second, and nothing ever
// where the stream is no terminal.
type Progress struct {
	w     io.Writer
	width int
	stop  chan struct{}
	ended sync.WaitGroup

	mu   sync.Mutex
	text string
}

const (
	progressDelay = 500 * time.Millisecond
	progressTick  = 100 * time.Millisecond
)

// Start starts to show progress on a stream; getenv reads TERM. Done must be
// called.
func Start(w io.Writer, getenv func(string) string) *Progress {
	file, ok := screen(w)
	if !ok || getenv("TERM") == "dumb" {
		return newProgress(w, 0)
	}
	return newProgress(w, cmp.Or(columns(file), 80))
}

// newProgress shows progress in lines of that width; 0 shows none.
func newProgress(w io.Writer, width int) *Progress {
	p := &Progress{w: w, width: width, stop: make(chan struct{})}
	if width > 0 {
		p.ended.Go(p.run)
	}
	return p
}

// Say says what is being done: the step of that index of so many.
func (p *Progress) Say(step, steps int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = report.Clean(text)
	if steps > 1 {
		p.text = fmt.Sprintf("%d of %d: %s", step+1, steps, p.text)
	}
}

// Done removes the line.
func (p *Progress) Done() {
	close(p.stop)
	p.ended.Wait()
}

func (p *Progress) run() {
	select {
	case <-time.After(progressDelay):
	case <-p.stop:
		return
	}
	tick := time.NewTicker(progressTick)
	defer tick.Stop()
	for i := 0; ; i++ {
		p.draw(i)
		select {
		case <-tick.C:
		case <-p.stop:
			fmt.Fprint(p.w, erase)
			return
		}
	}
}

// frames turn while something is going on.
var frames = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

func (p *Progress) draw(i int) {
	p.mu.Lock()
	line := frames[i%len(frames)] + " " + p.text
	p.mu.Unlock()
	fmt.Fprint(p.w, "\r"+ansi.Truncate(line, p.width-1, "…")+"\x1b[K")
}

// While shows that one thing is being done, until the returned function is called.
func While(w io.Writer, getenv func(string) string, text string) (done func()) {
	p := Start(w, getenv)
	p.Say(0, 1, text)
	return p.Done
}
