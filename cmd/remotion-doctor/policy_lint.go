package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

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
	for _, path := range files {
		if path == "-" {
			path = standardInput
		}
		doc, err := a.policyFile(path)
		if err != nil {
			return err
		}
		for _, fault := range remotion.Pack().Lint(doc, checks.LintScope{Policy: f.as, Version: release.Version, Partition: f.partition}) {
			faults = append(faults, fileFault{path, fault})
		}
	}
	if f.format == "json" {
		err = a.json(faults)
	} else {
		err = a.writeFaults(faults)
	}
	if err == nil && len(faults) > 0 {
		return errNotMet
	}
	return err
}

func (a *app) policyFile(path string) (*policy.Document, error) {
	in := a.stdin
	if path != standardInput {
		file, err := os.Open(path)
		if err != nil {
			return nil, usage("", "reading the policy: %v", err)
		}
		defer file.Close()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, maxPolicy+1))
	switch {
	case err != nil:
		return nil, usage("", "reading the policy: %v", err)
	case len(data) > maxPolicy:
		return nil, usage("IAM takes at most 10 kB", "reading %s: it is larger than %d kB, and no policy", path, maxPolicy>>10)
	}
	doc, err := policy.Parse(string(data))
	if e, ok := errors.AsType[*policy.ParseError](err); ok {
		return nil, usage(cmp.Or(e.Hint, cutOff(err)), "reading %s:%v", path, err)
	}
	return doc, err
}

// cutOff is the hint for a document that ends too early.
func cutOff(err error) string {
	if !strings.Contains(err.Error(), "unexpected end") {
		return ""
	}
	return "the policy was probably cut off while it was copied; `remotion-doctor policy show caller` prints a whole one"
}

func (a *app) writeFaults(faults []fileFault) error {
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
	_, err := fmt.Fprint(a.stdout, b.String())
	return err
}
