package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam/policy"
	"remotion-doctor/report"
)

// lintFlags say what the files are meant to be.
type lintFlags struct{ as, version, partition, format string }

func (a *app) policyLintCommand() *cobra.Command {
	f := &lintFlags{}
	cmd := &cobra.Command{
		Use:   "lint FILE…",
		Short: "Find faults in a copy of Remotion's policy",
		Long: `Find faults in policy files ("-" reads the standard input): a policy of an older
release, recognised by its content; actions that do not exist; bucket patterns
that match no bucket of Remotion; actions on a kind of resource that they do not
work on; the policies of caller and renderer swapped; ARNs of another partition.

Exit codes: 0 no fault · 1 at least one · 2 a file cannot be read or parsed.`,
		Example: `  remotion-doctor policy lint remotion-user-policy.json
  remotion-doctor policy lint --as renderer role-policy.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("as in `remotion-doctor policy lint policy.json`", "policy lint takes at least one file")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.policyLint(args, f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.as, "as", "", "what the policy is meant for: `caller|renderer`")
	fs.StringVar(&f.version, "remotion-version", "", "release of Remotion, `X.Y.Z` (default: that of the project here, else "+remotion.Newest+")")
	fs.StringVar(&f.partition, "partition", "", "partition of the account, `aws|aws-cn`")
	fs.StringVar(&f.format, "format", "text", "`text|json`")
	return cmd
}

const (
	standardInput = "standard input"
	// maxPolicy is far above what AWS takes.
	maxPolicy = 256 << 10
)

// A fileFault is a fault with the file that it is in.
type fileFault struct {
	File string `json:"file"`
	checks.Fault
}

func (a *app) policyLint(files []string, f *lintFlags) error {
	if err := errors.Join(oneOf("format", f.format, "text", "json"), oneOf("as", f.as, "", "caller", "renderer"), oneOf("partition", f.partition, "", "aws", "aws-cn")); err != nil {
		return err
	}
	release, err := a.release(f.version)
	if err != nil {
		return err
	}
	faults := []fileFault{}
	var unknown []string
	for _, path := range files {
		if path == "-" {
			path = standardInput
		}
		doc, broken, err := a.policyFile(path)
		if err != nil {
			return err
		}
		for _, fault := range broken {
			faults = append(faults, fileFault{path, fault})
		}
		if _, ok := remotion.Pack().Recognize([]*policy.Document{doc}); !ok {
			unknown = append(unknown, path)
		}
		for _, fault := range remotion.Pack().Lint(doc, checks.LintScope{Policy: f.as, Version: release.Version, Partition: f.partition}) {
			faults = append(faults, fileFault{path, fault})
		}
	}
	if f.format == "json" {
		err = a.json(faults)
	} else {
		err = a.writeFaults(faults, unknown)
	}
	if err == nil && len(faults) > 0 {
		return errNotMet
	}
	return err
}

// policyFile reads a policy. Condition operators that do not exist are faults,
// and read as what was probably meant, so that they do not hide what follows.
func (a *app) policyFile(path string) (*policy.Document, []checks.Fault, error) {
	text, err := a.policyText(path)
	if err != nil {
		return nil, nil, err
	}
	var faults []checks.Fault
	for {
		doc, err := policy.Parse(text)
		e, ok := errors.AsType[*policy.ParseError](err)
		if !ok {
			return doc, faults, err
		}
		wrong := unknownOperator.FindStringSubmatch(e.Msg)
		if wrong == nil || len(faults) == maxOperators {
			return nil, nil, usage(cmp.Or(e.Hint, cutOff(err)), "reading %s:%v", path, err)
		}
		meant := checks.MeantOperator(wrong[1])
		f := checks.Fault{Pos: e.Pos, Statement: -1, Code: "unknown-operator", Severity: audit.SeverityError, Message: fmt.Sprintf("there is no condition operator %s; IAM rejects the policy", wrong[1])}
		if meant != "" {
			f.Hint = "did you mean " + meant + "?"
		}
		faults = append(faults, f)
		text = strings.Replace(text, `"`+wrong[1]+`"`, `"`+cmp.Or(meant, "StringEquals")+`"`, 1)
	}
}

// maxOperators is how many operators that do not exist are named in one file.
const maxOperators = 20

var unknownOperator = regexp.MustCompile(`^condition operator "([^"\\]+)" does not exist`)

func (a *app) policyText(path string) (string, error) {
	in := a.stdin
	if path != standardInput {
		file, err := os.Open(path)
		if err != nil {
			return "", usage("", "reading the policy: %v", err)
		}
		defer file.Close()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, maxPolicy+1))
	switch {
	case err != nil:
		return "", usage("", "reading the policy: %v", err)
	case len(data) > maxPolicy:
		return "", usage("IAM accepts policies up to 10 kB", "reading %s: larger than %d kB, too large for a policy", path, maxPolicy>>10)
	}
	return string(data), nil
}

// cutOff is the hint for a document that ends too early.
func cutOff(err error) string {
	if !strings.Contains(err.Error(), "unexpected end") {
		return ""
	}
	return "the policy was probably cut off while it was copied; `remotion-doctor policy show caller` prints a whole one"
}

// writeFaults prints the faults, and which files are no copy of a documented
// policy: that a policy has no faults does not say that it suffices.
func (a *app) writeFaults(faults []fileFault, unknown []string) error {
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&b, "%s:%s: %s [%s]\n", report.Clean(f.File), f.Pos, report.Clean(f.Message), f.Code)
		if f.Hint != "" {
			fmt.Fprintf(&b, "    hint: %s\n", report.Clean(f.Hint))
		}
		if f.Source != "" {
			fmt.Fprintf(&b, "    see:  %s\n", f.Source)
		}
	}
	if len(faults) == 0 {
		b.WriteString("✓ no faults\n")
	}
	if len(faults) > 0 {
		unknown = nil // first things first
	}
	for _, path := range unknown {
		c := audit.Command{Name: "check", Source: []audit.Flag{{Name: "policy", Value: path}}}
		if path == standardInput {
			c.Source[0].Value = "FILE"
		}
		fmt.Fprintf(&b, "%s: not one of Remotion's documented policies; to see what it does not grant, run:\n    %s\n", report.Clean(path), report.CommandLine(&c))
	}
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}
