package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"remotion-doctor/iam/eval"
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
	operation, out := "SimulateCustomPolicy", eval.SimulationOutput{}
	if in.PolicySourceArn == "" {
		out, err = eval.SimulateCustomPolicy(in)
	} else {
		operation = "SimulatePrincipalPolicy"
		out, err = simulatePrincipal(in, snapshot)
	}
	if e, ok := errors.AsType[*eval.APIError](err); ok {
		return usage("", "An error occurred (%s) when calling the %s operation: %s", e.Code, operation, e.Message)
	}
	if err != nil {
		return err
	}
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "    ")
	return enc.Encode(out)
}

func simulatePrincipal(in eval.SimulationInput, snapshot string) (eval.SimulationOutput, error) {
	s, err := snapshotOrDemo(snapshot)
	if err != nil {
		return eval.SimulationOutput{}, err
	}
	engine, err := eval.New(s)
	if err != nil {
		return eval.SimulationOutput{}, err
	}
	return engine.SimulatePrincipalPolicy(in)
}

// readSimulation reads a request; the error names the place in it.
func (a *app) readSimulation(input string) (eval.SimulationInput, error) {
	data, err := a.readInput(input)
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

func (a *app) readInput(path string) ([]byte, error) {
	if path != "-" {
		return os.ReadFile(path)
	}
	data, err := io.ReadAll(io.LimitReader(a.stdin, maxInput+1))
	if err == nil && len(data) > maxInput {
		err = fmt.Errorf("larger than %d bytes", maxInput)
	}
	return data, err
}
