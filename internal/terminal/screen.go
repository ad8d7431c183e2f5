package terminal

import (
	"io"
	"os"

	"golang.org/x/term"
)

// screen returns the terminal behind a stream, where it is one.
func screen(s any) (*os.File, bool) {
	switch stream := s.(type) {
	case *Stream:
		s = stream.File
	case *Input:
		s = stream.File
	}
	file, ok := s.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}

// Is reports whether a stream, an [os.File], [Stream] or [Input], is a terminal.
func Is(s any) bool {
	_, ok := screen(s)
	return ok
}

// columns are those of a terminal; 0 where they are not known.
func columns(file *os.File) int {
	n, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return n
}

// Look returns the columns of w, 0 where it is no terminal, and whether to use
// colour on it. NO_COLOR, CLICOLOR and CLICOLOR_FORCE are heeded as elsewhere
// (no-color.org, bixense.com/clicolors); getenv reads them.
func Look(w io.Writer, getenv func(string) string) (width int, color bool) {
	if file, ok := screen(w); ok {
		color, width = true, columns(file)
	}
	force := getenv("CLICOLOR_FORCE")
	switch {
	case getenv("NO_COLOR") != "", getenv("CLICOLOR") == "0", getenv("TERM") == "dumb":
		color = false
	case force != "" && force != "0":
		color = true
	}
	return width, color
}
