package main

import (
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"

	"remotion-doctor/fixtures"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/source/files"
)

func (a *app) simulateCommand() *cobra.Command {
	var input, snapshot string
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Answer a request of IAM's policy simulator offline",
		Long: `Answer iam:SimulateCustomPolicy, or with a PolicySourceArn in the request
iam:SimulatePrincipalPolicy, as the real simulator does: AWS's request JSON in,
AWS's response JSON out. Principals are those of the snapshot.`,
		Example: `  remotion-doctor simulate --cli-input-json request.json
  remotion-doctor simulate --cli-input-json - --snapshot account.json < request.json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.simulate(input, snapshot) },
	}
	cmd.Flags().StringVar(&input, "cli-input-json", "-", "the request, in `FILE`; - for standard input")
	cmd.Flags().StringVar(&snapshot, "snapshot", "", "snapshot `FILE` with the principals (default: the demo account)")
	return cmd
}

func (a *app) simulate(input, snapshot string) error {
	in, err := a.readSimulation(input)
	if err != nil {
		return err
	}
	out, err := eval.Simulate(in, func() (*account.Snapshot, error) { return files.SnapshotOr(fixtures.Demo, snapshot) })
	if e, ok := errors.AsType[*eval.APIError](err); ok {
		return usage("", "An error occurred (%s) when calling the %s operation: %s", e.Code, in.Operation(), e.Message)
	}
	if err != nil {
		return err
	}
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "    ")
	return enc.Encode(out)
}

// readSimulation reads a request; the error names the place in it.
func (a *app) readSimulation(input string) (eval.SimulationInput, error) {
	data, err := files.Input(a.stdin, input, maxInput)
	if err != nil {
		return eval.SimulationInput{}, usage("", "reading the request: %v", err)
	}
	in, err := eval.ReadSimulation(data)
	if err != nil {
		err = usage("`aws iam simulate-custom-policy --generate-cli-skeleton` prints an empty request", "reading %s:%v", input, err)
	}
	return in, err
}

// maxInput is the largest request that is read.
const maxInput = 64 << 20
