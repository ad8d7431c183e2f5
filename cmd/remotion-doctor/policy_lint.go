package main

import (
	"errors"
	"math"
	"os"

	"github.com/spf13/cobra"

	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam/policy"
	"remotion-doctor/report"
	"remotion-doctor/source/files"
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
		Args: arguments(1, math.MaxInt, "as in `remotion-doctor policy lint policy.json`", "policy lint reads at least one file"),
		RunE: func(_ *cobra.Command, args []string) error { return a.policyLint(args, f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.as, "as", "", "what the policy is meant for: `caller|renderer`")
	fs.StringVar(&f.version, "remotion-version", "", "release of Remotion, `X.Y.Z` (default: that of the project here, else "+remotion.Newest+")")
	fs.StringVar(&f.partition, "partition", "", "partition of the account, `aws|aws-cn`")
	fs.StringVar(&f.format, "format", "text", "`text|json`")
	return cmd
}

const standardInput = "standard input"

func (a *app) policyLint(paths []string, f *lintFlags) error {
	if err := errors.Join(oneOf("format", f.format, "text", "json"), oneOf("as", f.as, "", "caller", "renderer"), oneOf("partition", f.partition, "", "aws", "aws-cn")); err != nil {
		return err
	}
	release, err := a.release(f.version)
	if err != nil {
		return err
	}
	faults := []report.FileFault{}
	for _, path := range paths {
		if path == "-" {
			path = standardInput
		}
		doc, err := a.policyFile(path)
		if err != nil {
			return err
		}
		for _, fault := range remotion.Pack().Lint(doc, checks.LintScope{Policy: f.as, Version: release.Version, Partition: f.partition}) {
			faults = append(faults, report.FileFault{File: path, Fault: fault})
		}
	}
	if f.format == "json" {
		err = a.json(faults)
	} else {
		err = report.Faults(a.stdout, faults)
	}
	if err == nil && len(faults) > 0 {
		return errNotMet
	}
	return err
}

func (a *app) policyFile(path string) (*policy.Document, error) {
	if path == standardInput {
		return files.ReadDocument(a.stdin, path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, usage("", "reading the policy: %v", err)
	}
	defer file.Close()
	return files.ReadDocument(file, path)
}
