package help

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/internal/spelling"
)

// A Program is what the pages say beyond the commands themselves.
type Program struct {
	Topics []Topic
	// Width is that of the terminal behind w; 0 where there is no terminal.
	Width func(w io.Writer) int
	Now   func() time.Time
}

// A Topic is a page about more than one command.
type Topic struct {
	Name, Short string
	Text        func() string
}

func init() { cobra.EnableCommandSorting = false } // the order of the commands is ours

// Install gives a program its help, with a command for it. The commands have to be
// added before. Errors are [*audit.Problem].
func Install(root *cobra.Command, p Program) {
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		fmt.Fprint(cmd.OutOrStdout(), Page(cmd, false, p.Width(cmd.OutOrStdout()))+p.pointers(cmd))
	})
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := fmt.Fprint(cmd.OutOrStderr(), Page(cmd, false, p.Width(cmd.OutOrStderr())))
		return err
	})
	if groups := root.Groups(); len(groups) > 0 {
		root.SetHelpCommandGroupID(groups[len(groups)-1].ID)
		root.SetCompletionCommandGroupID(groups[len(groups)-1].ID)
	}
	root.SetHelpCommand(p.command(root))
	root.AddCommand(p.manCommand(root))
	completion(root)
	root.SetFlagErrorFunc(misspelt)
	inOrder(root)
}

// completion words the command of cobra that writes the completion scripts.
func completion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	cmd, _, err := root.Find([]string{"completion"})
	if err != nil || cmd == root {
		return
	}
	cmd.Short = "Print the script that completes commands, flags and their values in a shell"
	cmd.Long = ""
	for _, shell := range cmd.Commands() {
		shell.Short = "Print the script for " + shell.Name()
	}
}

// Group adds commands to a program under a heading.
func Group(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, c := range commands {
		c.GroupID = title
	}
	root.AddCommand(commands...)
}

// inOrder shows flags in the order in which they were added.
func inOrder(cmd *cobra.Command) {
	cmd.Flags().SortFlags = false
	for _, c := range cmd.Commands() {
		inOrder(c)
	}
}

func (p *Program) command(root *cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "help [COMMAND | TOPIC]",
		Short: "Say everything about a command or a topic",
		Long:  "Say everything about a command, with all of its flags, or about one of the topics:\n\n" + p.list(),
		ValidArgsFunction: func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			found := slices.DeleteFunc(p.words(root, args), func(w string) bool { return !strings.HasPrefix(w, typed) })
			return found, cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		out := cmd.OutOrStdout()
		width := p.Width(out)
		if len(args) == 1 {
			for _, t := range p.Topics {
				if t.Name == args[0] {
					page := newPage(width)
					page.wrap(0, t.Text())
					_, err := io.WriteString(out, page.String())
					return err
				}
			}
		}
		found, left, err := root.Find(args)
		if err != nil || len(left) > 0 {
			return unknown(args, p.words(root, nil))
		}
		_, err = io.WriteString(out, Page(found, true, width)+p.pointers(found))
		return err
	}
	return cmd
}

// list is the topics, a line each.
func (p *Program) list() string {
	var b strings.Builder
	for _, t := range p.Topics {
		fmt.Fprintf(&b, "  %-14s%s\n", t.Name, t.Short)
	}
	return b.String()
}

// pointers names the topics on the page of the program itself.
func (p *Program) pointers(cmd *cobra.Command) string {
	if cmd.HasParent() || len(p.Topics) == 0 {
		return ""
	}
	return "\nTopics:\n" + p.list()
}

// words are what may follow `help`: commands under those that are given, topics.
func (p *Program) words(root *cobra.Command, args []string) []string {
	at, _, err := root.Find(args)
	if err != nil {
		return nil
	}
	var out []string
	for _, c := range at.Commands() {
		if c.IsAvailableCommand() {
			out = append(out, c.Name())
		}
	}
	if len(args) == 0 {
		for _, t := range p.Topics {
			out = append(out, t.Name)
		}
	}
	return out
}

func unknown(args, words []string) error {
	hint := "`remotion-doctor help` lists the commands and topics"
	if near := spelling.Nearest(args[len(args)-1], words); near != "" {
		hint = "did you mean `remotion-doctor help " + strings.Join(append(slices.Clone(args[:len(args)-1]), near), " ") + "`?"
	}
	return audit.Invalid(hint, "there is no help about %q", strings.Join(args, " "))
}

// Page is what a command says about itself: all of it, or what most users need.
func Page(cmd *cobra.Command, whole bool, width int) string {
	p := newPage(width)
	text := cmd.Short + "."
	if whole && cmd.Long != "" {
		text = cmd.Long
	} else if intro, _, more := strings.Cut(cmd.Long, "\n\n"); intro != "" && (more || !whole) {
		text = intro
	}
	p.wrap(0, text)
	p.usage(cmd)
	if cmd.Example != "" {
		p.title("Examples")
		p.WriteString(cmd.Example + "\n")
	}
	p.commands(cmd)
	p.ending(cmd, p.flags(cmd, whole))
	return p.String()
}

// ending says where there is more.
func (p *page) ending(cmd *cobra.Command, hidden int) {
	var text string
	switch {
	case hidden > 0:
		text = fmt.Sprintf("%d more flags: `%s help%s`.", hidden, cmd.Root().Name(), strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()))
	case cmd.HasAvailableSubCommands():
		text = fmt.Sprintf("`%s COMMAND --help` says what a command does, `%s help COMMAND` everything.", cmd.CommandPath(), cmd.Root().Name())
		if cmd.HasParent() {
			text = fmt.Sprintf("`%s COMMAND --help` says what a command does.", cmd.CommandPath())
		}
	default:
		return
	}
	p.WriteString("\n")
	p.wrap(0, text)
}
