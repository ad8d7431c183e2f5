package policy

import (
	"unicode/utf16"
)

type bits = []uint64

func setBit(b bits, i int)      { b[i>>6] |= 1 << (i & 63) }
func hasBit(b bits, i int) bool { return b[i>>6]&(1<<(i&63)) != 0 }

// bitGlob matches as glob does, in time proportional to the length of the text
// times that of the pattern in machine words, whatever they are: all positions
// of the pattern that the text so far can have reached are bits of a number.
// glob turns to it where going back takes too long. Of the pattern so many
// colons come before, or none where it keeps to no segments.
func bitGlob(pattern, s string, colons int) bool {
	rows := unitsOf(elementsAfter(pattern, colons))
	if least(rows) > len(s) {
		return false // units are not more than bytes
	}
	if len(rows) < 64 && isPlain(s) {
		return wordGlob(rows, s)
	}
	return wordsGlob(rows, utf16.Encode([]rune(s)))
}

// unitsOf splits literals outside the basic plane into their two units, for
// "?" represents one unit (recorded cases arn-like-plus-*).
func unitsOf(elements []element) []element {
	out := elements[:0:0]
	for _, e := range elements {
		if hi, lo := utf16.EncodeRune(e.char); e.kind == literal && e.char > 0xFFFF {
			out = append(out, element{kind: literal, char: hi}, element{kind: literal, char: lo})
			continue
		}
		out = append(out, e)
	}
	return out
}

// least is the length of the shortest text that matches.
func least(rows []element) int {
	n := 0
	for _, e := range rows {
		if e.kind != anyRun {
			n++
		}
	}
	return n
}

func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// wordGlob is for patterns whose positions fit into one word.
func wordGlob(rows []element, s string) bool {
	var named [128]uint64
	var one, run, oneInSegment, runInSegment uint64
	for i, e := range rows {
		bit := uint64(1) << i
		switch {
		case e.kind == literal && e.char < 128:
			named[e.char] |= bit
		case e.kind == anyOne:
			one |= bit
			if e.keeps == ":" {
				oneInSegment |= bit
			}
		case e.kind == anyRun:
			run |= bit
			if e.keeps == ":" {
				runInSegment |= bit
			}
		}
	}
	state := uint64(1)
	state |= state & run << 1
	for i := 0; i < len(s) && state != 0; i++ {
		advance, stay := named[s[i]]|one, run
		if s[i] == ':' {
			advance, stay = named[':']|one&^oneInSegment, run&^runInSegment
		}
		state = state&advance<<1 | state&stay
		state |= state & run << 1
	}
	return state>>len(rows)&1 != 0
}

// wordsGlob is for patterns of any length.
func wordsGlob(rows []element, text []uint16) bool {
	words := len(rows)/64 + 1
	var named literals
	one, run, seg := make(bits, words), make(bits, words), make(bits, words)
	for i, e := range rows {
		switch e.kind {
		case literal:
			setBit(named.of(uint16(e.char), words), i)
		case anyOne:
			setBit(one, i)
		case anyRun:
			setBit(run, i)
		}
		if e.keeps == ":" {
			setBit(seg, i)
		}
	}
	none := make(bits, words)
	state := make(bits, words)
	state[0] = 1 | run[0]&1<<1
	for _, c := range text {
		literals := named.at(c)
		if literals == nil {
			literals = none
		}
		kept := none
		if c == ':' {
			kept = seg
		}
		carry, behind := uint64(0), uint64(0)
		for i, now := range state {
			moved := now & (literals[i] | one[i]&^kept[i])
			next := moved<<1 | carry | now&run[i]&^kept[i]
			star := next & run[i]
			state[i] = next | star<<1 | behind
			carry, behind = moved>>63, star>>63
		}
	}
	return hasBit(state, len(rows))
}

// A literals holds the positions at which each unit is in a pattern.
type literals struct {
	plain [128]bits
	other map[uint16]bits
}

func (l *literals) at(c uint16) bits {
	if c < 128 {
		return l.plain[c]
	}
	return l.other[c]
}

func (l *literals) of(c uint16, words int) bits {
	if b := l.at(c); b != nil {
		return b
	}
	b := make(bits, words)
	switch {
	case c < 128:
		l.plain[c] = b
	case l.other == nil:
		l.other = map[uint16]bits{c: b}
	default:
		l.other[c] = b
	}
	return b
}
