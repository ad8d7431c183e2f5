package main

import (
	"cmp"
	"slices"

	"github.com/spf13/cobra"

	"remotion-doctor/checks/remotion"
	"remotion-doctor/internal/asked"
	"remotion-doctor/internal/config"
)

// configured lets the commands of these names read the project's configuration
// before they run.
func (a *app) configured(root *cobra.Command, names ...string) {
	for _, cmd := range root.Commands() {
		if slices.Contains(names, cmd.Name()) {
			f := &config.Flags{}
			f.Add(cmd.Flags())
			cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
				_, err := a.config.Apply(cmd, f)
				return err
			}
		}
	}
}

// defaults are the settings that are there without a configuration.
func (a *app) defaults() [][3]string {
	var out [][3]string
	if r, err := asked.Release(""); err == nil {
		from := r.From
		if from == "" {
			from = "the newest release that is known"
		}
		out = append(out, [3]string{"remotion-version", cmp.Or(r.Version, remotion.Newest), from})
	}
	if region := a.getenv("REMOTION_AWS_REGION"); region != "" {
		out = append(out, [3]string{"region", region, "REMOTION_AWS_REGION"})
	}
	return out
}
