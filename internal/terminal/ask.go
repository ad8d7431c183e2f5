package terminal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"remotion-doctor/report"
)

// ErrNobody says that nobody can be asked: the input is no terminal.
var ErrNobody = errors.New("standard input is not a terminal")

// Confirm asks a question on out and reports whether the answer from in is yes.
// Anything else, the end of the input too, is no. The error is [ErrNobody]
// where in is no terminal.
func Confirm(in io.Reader, out io.Writer, question string) (bool, error) {
	if !Is(in) {
		return false, ErrNobody
	}
	if _, err := fmt.Fprintf(out, "%s [y/N] ", report.Clean(question)); err != nil {
		return false, err
	}
	answer, err := bufio.NewReader(io.LimitReader(in, 1000)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes", nil
}
