package help

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// widest is the longest line of a page.
const widest = 100

// A page is a text that grows line by line.
type page struct {
	strings.Builder
	width int
}

func newPage(width int) *page {
	if width <= 0 || width > widest {
		width = widest
	}
	return &page{width: max(width, 50)}
}

// title begins a section.
func (p *page) title(text string) { fmt.Fprintf(p, "\n%s:\n", text) }

// wrap writes a text with an indent; paragraphs and lines that are indented
// themselves keep their ends.
func (p *page) wrap(indent int, text string) {
	for _, block := range blocks(text) {
		own := len(block) - len(strings.TrimLeft(block, " "))
		pad := strings.Repeat(" ", indent+own)
		for _, line := range words(block[own:], p.width-len(pad)) {
			p.WriteString(strings.TrimRight(pad+line, " ") + "\n")
		}
	}
}

// words breaks a line at blanks only: flags and names have hyphens. More than one
// blank in a row stays, so that columns do.
func words(text string, width int) []string {
	var out []string
	for ansi.StringWidth(text) > width {
		at := strings.LastIndexByte(ansi.Truncate(text, width+1, ""), ' ')
		if at <= 0 {
			if at = strings.IndexByte(text, ' '); at <= 0 {
				break
			}
		}
		out = append(out, text[:at])
		text = strings.TrimLeft(text[at:], " ")
	}
	return append(out, text)
}

// blocks are the parts of a text that are wrapped each: a paragraph, an empty line,
// an indented line.
func blocks(text string) []string {
	var out []string
	open := false
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		if line == "" || strings.HasPrefix(line, " ") {
			out, open = append(out, line), false
			continue
		}
		if open {
			out[len(out)-1] += " " + line
			continue
		}
		out, open = append(out, line), true
	}
	return out
}

// left is the widest first column, with its margin.
const left = 34

// entry writes a name and what is said of it, in two columns.
func (p *page) entry(column int, name, text string) {
	name = "  " + name
	if ansi.StringWidth(name)+2 > column {
		p.wrap(0, name)
		name = ""
	}
	var side page
	side.width = p.width - column
	side.wrap(0, text)
	lines := strings.Split(strings.TrimRight(side.String(), "\n"), "\n")
	for i, line := range lines {
		if i > 0 {
			name = ""
		}
		p.WriteString(strings.TrimRight(name+strings.Repeat(" ", max(column-ansi.StringWidth(name), 0))+line, " ") + "\n")
	}
}

// column is the first column that a list of names needs.
func column(names []string) int {
	widest := 0
	for _, n := range names {
		if w := ansi.StringWidth(n) + 4; w <= left {
			widest = max(widest, w)
		}
	}
	return widest
}

// nameOf is a flag as it is written, with its value.
func nameOf(f *pflag.Flag) string {
	name, _ := pflag.UnquoteUsage(f)
	out := "    --" + f.Name
	if f.Shorthand != "" {
		out = "-" + f.Shorthand + ", --" + f.Name
	}
	if f.NoOptDefVal != "" && f.Value.Type() != "bool" {
		return out + "[=" + name + "]"
	}
	return strings.TrimRight(out+" "+name, " ")
}

// textOf is what a flag says of itself, with the default.
func textOf(f *pflag.Flag) string {
	name, text := pflag.UnquoteUsage(f)
	text = apart(text, name)
	switch f.DefValue {
	case "", "false", "[]", "0", "0s":
		return text
	}
	if strings.Contains(text, "(default") {
		return text
	}
	return text + " (default " + strings.Trim(f.DefValue, "[]") + ")"
}

// apart is the text without the name of the value where that only repeats it.
func apart(text, name string) string {
	for _, before := range []string{": ", ", "} {
		rest, found := strings.CutPrefix(text[max(strings.Index(text, before+name), 0):], before+name)
		if found && (rest == "" || strings.HasPrefix(rest, ";") || strings.HasPrefix(rest, ": ") || strings.HasPrefix(rest, " (")) {
			return strings.TrimSuffix(text, before+name+rest) + rest
		}
	}
	return text
}

// usage writes how a command is called.
func (p *page) usage(cmd *cobra.Command) {
	p.title("Usage")
	if cmd.HasAvailableSubCommands() {
		p.wrap(2, cmd.CommandPath()+" COMMAND [flags]")
		return
	}
	p.wrap(2, cmd.UseLine())
}

// flags writes the flags of a command in their groups, and returns how many only
// the whole page shows.
func (p *page) flags(cmd *cobra.Command, whole bool) (hidden int) {
	list := sections(cmd.Flags(), whole)
	var names []string
	for _, s := range list {
		for _, f := range s.flags {
			names = append(names, nameOf(f))
		}
	}
	at := column(names)
	for _, s := range list {
		hidden += s.hidden
		if len(s.flags) == 0 {
			continue
		}
		p.title(s.title)
		for _, f := range s.flags {
			p.entry(at, nameOf(f), textOf(f))
		}
	}
	return hidden
}

// commands writes the commands under one, in their groups.
func (p *page) commands(cmd *cobra.Command) {
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	at := column(names)
	of := func(id string) {
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() && c.GroupID == id || c.Name() == "help" && c.GroupID == id {
				p.entry(at, c.Name(), c.Short)
			}
		}
	}
	for _, g := range cmd.Groups() {
		p.title(g.Title)
		of(g.ID)
	}
	if len(cmd.Groups()) == 0 && cmd.HasAvailableSubCommands() {
		p.title("Commands")
		of("")
	}
}
