package terminal

import (
	"slices"
	"strconv"
)

// linking are terminals that follow links (OSC 8), by TERM_PROGRAM and by TERM.
// Source: the list of supporting terminals at github.com/Alhadis/OSC8-Adoption.
var linking = []string{"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby", "xterm-kitty", "xterm-ghostty", "alacritty", "foot"}

// Links reports whether the terminal that the environment describes is known to
// follow links. A multiplexer in between may not pass them on: then it is not.
func Links(getenv func(string) string) bool {
	if getenv("FORCE_HYPERLINK") == "0" || getenv("TMUX") != "" || getenv("STY") != "" {
		return false
	}
	if v, err := strconv.Atoi(getenv("VTE_VERSION")); err == nil && v >= 5000 {
		return true
	}
	return getenv("WT_SESSION") != "" || getenv("KITTY_WINDOW_ID") != "" ||
		slices.Contains(linking, getenv("TERM_PROGRAM")) || slices.Contains(linking, getenv("TERM"))
}

// ForceLinks reports whether the user wants links wherever the output goes.
func ForceLinks(getenv func(string) string) bool {
	force := getenv("FORCE_HYPERLINK")
	return force != "" && force != "0"
}
