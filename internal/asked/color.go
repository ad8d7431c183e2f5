package asked

import (
	"io"
	"strings"

	"github.com/spf13/pflag"

	"remotion-doctor/internal/terminal"
	"remotion-doctor/report"
)

// Color is the flags that say whether to use colour.
type Color struct {
	When  string // auto, always or never
	Never bool
}

// Colors are the values of Color.When.
var Colors = []string{"auto", "always", "never"}

// Add adds the flags to those of a command.
func (f *Color) Add(fs *pflag.FlagSet) {
	fs.StringVar(&f.When, "color", "auto", "colour: `"+strings.Join(Colors, "|")+"`")
	fs.BoolVar(&f.Never, "no-color", false, "no colour")
}

// Options are the width of w, and whether to use colour on it: what the flags say
// wins over the terminal.
func (f *Color) Options(w io.Writer, getenv func(string) string) report.Options {
	var o report.Options
	o.Width, o.Color = terminal.Look(w, getenv)
	o.Color = !f.Never && f.When != "never" && (o.Color || f.When == "always")
	o.Links = o.Width > 0 && o.Color && terminal.Links(getenv) || terminal.ForceLinks(getenv)
	return o
}
