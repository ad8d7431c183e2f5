// Command remotion-doctor audits whether an IAM principal has the grants that
// Remotion Lambda requires.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/internal/asked"
	"remotion-doctor/internal/build"
	"remotion-doctor/internal/complete"
	"remotion-doctor/internal/config"
	"remotion-doctor/internal/help"
	"remotion-doctor/internal/terminal"
	"remotion-doctor/report"
	"remotion-doctor/source/files"
)

// version is set when a release is built.
var version = "0.1.0-dev"

// The exit codes.
const (
	exitMet        = 0
	exitNotMet     = 1
	exitUsage      = 2
	exitIncomplete = 3
)

// An app is one run of the program with its streams.
type app struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	getenv func(string) string
	now    func() time.Time
	// directory is the working directory as seen from the root of its repository.
	directory string
	config    config.Run
}

// A failure ends the program: one line that says what went wrong, and a hint.
type failure struct {
	code int
	msg  string
	hint string
}

func (f *failure) Error() string { return f.msg }

// errNotMet ends the program with exit code 1 and without an error's line: the
// report has said it all.
var errNotMet = errors.New("not met")

// usage is a failure for what the user wrote.
func usage(hint, format string, args ...any) error {
	return &failure{exitUsage, fmt.Sprintf(format, args...), hint}
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// What is finished is printed after the first signal; a second one ends the
	// program at once.
	context.AfterFunc(ctx, stop)
	terminal.CatchWriteErrors()
	asked.Memory(os.Getenv)
	in := &terminal.Input{Context: ctx, File: os.Stdin}
	a := &app{stdin: in, stdout: &terminal.Stream{File: os.Stdout, Name: "standard output"}, stderr: &terminal.Stream{File: os.Stderr, Name: "standard error"}, getenv: os.Getenv, directory: files.InRepository()}
	var err error
	if a.now, err = asked.Clock(a.getenv); err != nil {
		return a.exit(err)
	}
	root := a.root()
	defer a.config.Close()
	if complete.For(args) {
		if err := complete.Install(root, a.openLine); err != nil {
			return a.exit(err)
		}
	}
	root.SetArgs(args)
	return a.exit(in.Err(root.ExecuteContext(ctx)))
}

// exit reports an error and returns the exit code for it.
func (a *app) exit(err error) int {
	switch {
	case err == nil:
		return exitMet
	case errors.Is(err, errNotMet):
		return exitNotMet
	}
	f := asFailure(err)
	f.msg = a.config.Place(f.msg)
	fmt.Fprintf(a.stderr, "remotion-doctor: %s\n", report.Clean(f.msg))
	if f.hint != "" {
		fmt.Fprintf(a.stderr, "hint: %s\n", report.Clean(f.hint))
	}
	return f.code
}

// A problem is an error of a library that knows how the user reads it.
type problem interface {
	error
	Problem() audit.Problem
}

// asFailure gives errors of the packages their exit code.
func asFailure(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	if e, ok := errors.AsType[*audit.Problem](err); ok {
		return &failure{e.ExitCode, err.Error(), e.Hint}
	}
	if e, ok := errors.AsType[problem](err); ok {
		p := e.Problem()
		return &failure{p.ExitCode, err.Error(), p.Hint}
	}
	if errors.Is(err, context.Canceled) {
		return &failure{exitIncomplete, "interrupted", ""}
	}
	return &failure{exitUsage, err.Error(), ""}
}

func (a *app) root() *cobra.Command {
	a.config = config.Run{Getenv: a.getenv, Notices: a.stderr}
	root := &cobra.Command{
		Use:   "remotion-doctor",
		Short: "Find out which IAM grants of Remotion Lambda a role lacks",
		Long: `remotion-doctor audits the IAM role that calls Remotion Lambda: it asks IAM's
policy simulator (or, offline, its own evaluator) about every action and resource
that Remotion requires, says what is missing and why, and prints the policy that
grants it.

Exit codes: 0 every requirement met · 1 at least one not met · 2 bad usage or
unreadable input · 3 could not be completed.`,
		Example: `  remotion-doctor demo
  remotion-doctor check --function video-api
  remotion-doctor check --role my-role --region us-east-1,eu-west-1
  remotion-doctor check --snapshot account.json --role my-role --format json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			hint := "`remotion-doctor --help` lists the commands"
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				hint = "did you mean `remotion-doctor " + near[0] + "`?"
			}
			return usage(hint, "unknown command %q", args[0])
		},
		// Cobra's own --version is a text/template, which keeps the linker from
		// removing dead code.
		RunE: func(cmd *cobra.Command, args []string) error {
			if asked, err := cmd.Flags().GetBool("version"); err != nil || !asked {
				return errors.Join(err, cmd.Help())
			}
			return a.print("%s\n", build.Line(version))
		},
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
	}
	root.Flags().Bool("version", false, "print the version")
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	for _, g := range []struct {
		title    string
		commands []*cobra.Command
	}{
		{"Audit a role", []*cobra.Command{a.checkCommand(), a.explainCommand(), a.fixCommand(), a.auditCommand(), a.demoCommand()}},
		{"In a project", []*cobra.Command{a.initCommand(), config.Command(&a.config, a.defaults)}},
		{"Policies, reports, accounts", []*cobra.Command{a.policyCommand(), a.reportCommand(), a.snapshotCommand()}},
		{"AWS on this machine", []*cobra.Command{a.simulateCommand(), a.serveCommand()}},
		{"About the program", []*cobra.Command{a.versionCommand()}},
	} {
		help.Group(root, g.title, g.commands...)
	}
	a.configured(root, "check", "explain", "fix", "audit")
	help.Install(root, help.Program{Topics: help.Topics(), Now: a.now, Width: func(w io.Writer) int { width, _ := terminal.Look(w, a.getenv); return width }})
	return root
}

// arguments refuses another number of arguments.
func arguments(least, most int, hint, msg string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return usage(hint, "%s", msg)
		}
		return nil
	}
}

// noCommand refuses what is no command of a group.
func noCommand(hint, format string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usage(hint, format, args[0])
		}
		return nil
	}
}

func showHelp(cmd *cobra.Command, _ []string) error { return cmd.Help() }

func (a *app) versionCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs}
	full := cmd.Flags().Bool("json", false, "print the commit and the age of the embedded data as well, as JSON")
	cmd.RunE = func(*cobra.Command, []string) error {
		if *full {
			return build.Read(version).JSON(a.stdout)
		}
		return a.print("%s\n", build.Line(version))
	}
	return cmd
}

// while shows on a terminal what is being done, until the returned function is
// called.
func (a *app) while(text string) (done func()) { return terminal.While(a.stderr, a.getenv, text) }

// print writes to standard output.
func (a *app) print(format string, args ...any) error {
	_, err := fmt.Fprintf(a.stdout, format, args...)
	return err
}
