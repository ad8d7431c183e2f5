package policy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sort"
	"unicode/utf8"
)

// A Position is a place in the source of a policy. Line and column count from
// 1, columns in characters; CR, LF and CRLF each end one line, as in the
// positions that IAM's policy simulator reports.
type Position struct {
	Line   int `json:"line"`   // from 1; 0 where the place is not known
	Column int `json:"column"` // from 1, in characters; 0 where the place is not known
}

// IsZero reports whether the position is not known.
func (p Position) IsZero() bool { return p == Position{} }

func (p Position) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// A Span is a half-open range of bytes of a source.
type Span struct{ Start, End int }

// A Lines translates byte offsets of one source to positions.
type Lines struct {
	src    string
	starts []int // byte offset of the first character of each line
}

// NewLines indexes the line breaks of src.
func NewLines(src string) *Lines {
	l := &Lines{src: src, starts: make([]int, 1, 16)}
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '\r':
			if i+1 < len(src) && src[i+1] == '\n' {
				i++
			}
			l.starts = append(l.starts, i+1)
		case '\n':
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// At returns the position of the byte at offset. Offsets outside the source
// are moved to its nearest end.
func (l *Lines) At(offset int) Position {
	offset = max(0, min(offset, len(l.src)))
	line := sort.SearchInts(l.starts, offset+1) - 1
	column := utf8.RuneCountInString(l.src[l.starts[line]:offset]) + 1
	return Position{Line: line + 1, Column: column}
}

// PositionBehind returns the position just behind what a reader holds, which
// is read to its end and not kept.
func PositionBehind(r io.Reader) (Position, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	pos := Position{1, 1}
	for previous := byte(0); ; {
		b, err := in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return pos, nil
		case err != nil:
			return Position{}, err
		case b == '\n' && previous == '\r':
			// The line has ended before the CR.
		case b == '\n' || b == '\r':
			pos = Position{pos.Line + 1, 1}
		case utf8.RuneStart(b):
			pos.Column++
		}
		previous = b
	}
}
