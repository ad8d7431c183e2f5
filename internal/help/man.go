package help

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"remotion-doctor/internal/outfile"
)

// manCommand writes the manual; packages install it.
func (p *Program) manCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write the manual pages into a folder",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			return p.writeManual(cmd.Context(), root, args[0])
		},
	}
}

func (p *Program) writeManual(ctx context.Context, cmd *cobra.Command, folder string) error {
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
	err := outfile.Write(ctx, outfile.File{Path: filepath.Join(folder, name+".1"), Access: outfile.Public, Content: func(w io.Writer) error {
		_, err := io.WriteString(w, Manual(cmd, p.Topics, p.Now()))
		return err
	}})
	for _, sub := range cmd.Commands() {
		if err == nil && sub.IsAvailableCommand() && sub.Name() != "completion" {
			err = p.writeManual(ctx, sub, folder)
		}
	}
	return err
}

// Manual is the manual page of a command, for man(1); that of the program itself
// has the topics, too.
//
// Source: man(7), the macros of the classical manual pages.
func Manual(cmd *cobra.Command, topics []Topic, date time.Time) string {
	m := &manual{}
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
	m.WriteString(`.TH "` + strings.ToUpper(name) + `" "1" "` + date.UTC().Format(time.DateOnly) + `" "` + cmd.Root().Name() + "\"\n")
	m.macro("SH", "NAME")
	m.text(name + " - " + cmd.Short)
	m.macro("SH", "SYNOPSIS")
	m.macro("B", cmd.UseLine())
	if cmd.Long != "" {
		m.macro("SH", "DESCRIPTION")
		m.paragraphs(cmd.Long)
	}
	m.commands(cmd)
	for _, s := range sections(cmd.Flags(), true) {
		m.macro("SH", strings.ToUpper(s.title))
		for _, f := range s.flags {
			m.entry(strings.TrimLeft(nameOf(f), " "), textOf(f))
		}
	}
	if cmd.Example != "" {
		m.macro("SH", "EXAMPLES")
		m.verbatim(cmd.Example)
	}
	if !cmd.HasParent() {
		for _, t := range topics {
			m.macro("SH", strings.ToUpper(t.Name))
			m.paragraphs(t.Text())
		}
	} else {
		m.macro("SH", "SEE ALSO")
		m.text(cmd.Root().Name() + "(1)")
	}
	return m.String()
}

// A manual is a page in the language of man.
type manual struct{ strings.Builder }

// escaped is text that man shows literally: hyphens can be copied, and no line is a
// request.
func escaped(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

func (m *manual) macro(name string, args ...string) {
	m.WriteString("." + name)
	for _, a := range args {
		m.WriteString(` "` + strings.ReplaceAll(escaped(a), `"`, `\(dq`) + `"`)
	}
	m.WriteString("\n")
}

func (m *manual) text(s string) { m.WriteString(escaped(s) + "\n") }

func (m *manual) entry(name, text string) {
	m.WriteString(".TP\n")
	m.macro("B", name)
	m.text(text)
}

func (m *manual) verbatim(text string) {
	m.WriteString(".nf\n")
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		m.text(line)
	}
	m.WriteString(".fi\n")
}

// paragraphs writes a text; lines that are indented keep their ends.
func (m *manual) paragraphs(text string) {
	for _, block := range blocks(text) {
		switch {
		case block == "":
			m.WriteString(".PP\n")
		case strings.HasPrefix(block, " "):
			m.verbatim(block)
		default:
			m.text(block)
		}
	}
}

func (m *manual) commands(cmd *cobra.Command) {
	if !cmd.HasAvailableSubCommands() {
		return
	}
	m.macro("SH", "COMMANDS")
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			m.entry(c.Name(), c.Short)
		}
	}
}
