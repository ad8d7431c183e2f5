package report

import "strings"

// A mdSection is what is to be printed of a section.
type mdSection struct {
	place int
	met   bool
	parts []*mdPart
}

// A mdPart is a block of a section. The rows of one that counts are left out one
// by one, other parts as a whole.
type mdPart struct {
	head, tail string
	rows       []string
	counts     bool // says what does not pass
	shown      string
	left       int // rows that did not fit
}

func (p *mdPart) size() int {
	n := len(p.head) + len(p.tail)
	for _, row := range p.rows {
		n += len(row)
	}
	return n
}

// take shows the part, or as much of it as fits, and returns its size.
func (p *mdPart) take(room int) int {
	if p.size() <= room {
		p.shown = p.head + strings.Join(p.rows, "") + p.tail
		return len(p.shown)
	}
	p.left = max(1, len(p.rows))
	if !p.counts || len(p.rows) == 0 {
		return 0
	}
	used, n := len(p.head)+len(p.tail), 0
	for n < len(p.rows) && used+len(p.rows[n]) <= room {
		used += len(p.rows[n])
		n++
	}
	if n == 0 {
		return 0
	}
	p.shown, p.left = p.head+strings.Join(p.rows[:n], "")+p.tail, len(p.rows)-n
	return used
}

// fit shows what there is room for: first what does not pass, then the rest
// about the same sections, then the sections that are fine.
func (m *markdown) fit(sections []mdSection) {
	whole := true
	for _, round := range []func(s mdSection, p *mdPart) bool{
		func(s mdSection, p *mdPart) bool { return !s.met && p.counts },
		func(s mdSection, p *mdPart) bool { return !s.met && !p.counts },
		func(s mdSection, _ *mdPart) bool { return s.met },
	} {
		room := m.room
		if !whole {
			room = 0
		}
		for _, s := range sections {
			for _, p := range s.parts {
				if round(s, p) {
					room -= p.take(room)
					whole = whole && p.left == 0
				}
			}
		}
		m.room = room
	}
}

// orNil leaves out a part that says nothing.
func (p *mdPart) orNil() *mdPart {
	if p.head == "" && len(p.rows) == 0 {
		return nil
	}
	return p
}
