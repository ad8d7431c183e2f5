package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

	"remotion-doctor/report"
)

// A progress says on a terminal what takes long: one line on stderr that is
// gone when the work is done. Nothing is written in the first half second, and
// nothing ever where stderr is no terminal.
type progress struct {
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

// progress starts to show progress. done must be called.
func (a *app) progress() *progress {
	file, ok := fileOf(a.stderr)
	if !ok || !term.IsTerminal(int(file.Fd())) || a.getenv("TERM") == "dumb" {
		return newProgress(a.stderr, 0)
	}
	width := 80
	if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
		width = columns
	}
	return newProgress(a.stderr, width)
}

// while shows that one thing is being done, until the returned function is
// called.
func (a *app) while(text string) (done func()) {
	p := a.progress()
	p.say(0, 1, text)
	return p.done
}

// newProgress shows progress in lines of that width; 0 shows none.
func newProgress(w io.Writer, width int) *progress {
	p := &progress{w: w, width: width, stop: make(chan struct{})}
	if width > 0 {
		p.ended.Go(p.run)
	}
	return p
}

// say tells what is being done: the step of that index of so many.
func (p *progress) say(step, steps int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = report.Clean(text)
	if steps > 1 {
		p.text = fmt.Sprintf("%d of %d: %s", step+1, steps, p.text)
	}
}

// done removes the line.
func (p *progress) done() {
	close(p.stop)
	p.ended.Wait()
}

func (p *progress) run() {
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
			fmt.Fprint(p.w, "\r\x1b[K")
			return
		}
	}
}

// frames turn while something is going on.
var frames = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

func (p *progress) draw(i int) {
	p.mu.Lock()
	line := frames[i%len(frames)] + " " + p.text
	p.mu.Unlock()
	fmt.Fprint(p.w, "\r"+ansi.Truncate(line, p.width-1, "…")+"\x1b[K")
}
