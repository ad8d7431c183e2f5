package config

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"remotion-doctor/report"
)

// Command is `config` with the commands under it. defaults are settings that are
// there without a file, with where they are from.
func Command(r *Run, defaults func() [][3]string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show what a project's remotion-doctor.yaml says",
		Long: `A project says once in remotion-doctor.yaml what the flags would say each time. The
file is looked for in the working directory and above it, up to the root of the
repository. A flag on the line wins. --profile, --endpoint-url and --engine cannot
be configured.

In the CI of a pull request, waivers, baseline and fail-on are taken from the branch
that the request is for: a pull request cannot excuse its own failures.`,
		Example: `  remotion-doctor config show
  remotion-doctor config show --environment production
  remotion-doctor config schema > remotion-doctor.schema.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(showCommand(r, defaults), &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of remotion-doctor.yaml", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := io.WriteString(cmd.OutOrStdout(), Schema())
			return err
		},
	})
	return cmd
}

func showCommand(r *Run, defaults func() [][3]string) *cobra.Command {
	f := &Flags{}
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show each setting and where it is from",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			file, settings, err := r.Settings(cmd.Context(), f)
			if err != nil {
				return err
			}
			return show(cmd.OutOrStdout(), file, settings, defaults())
		},
	}
	f.Add(cmd.Flags())
	return cmd
}

func show(w io.Writer, file *File, settings []Setting, defaults [][3]string) error {
	if file == nil {
		fmt.Fprintf(w, "no %s here or above\n", Names[0])
	} else {
		fmt.Fprintln(w, report.Clean(file.Path))
		if names := file.Environments(); len(names) > 0 {
			fmt.Fprintf(w, "environments: %s\n", report.Clean(strings.Join(names, ", ")))
		}
	}
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "SETTING\tVALUE\tFROM\n")
	said := map[string]bool{}
	for i := range settings {
		s := &settings[i]
		said[s.Key.Name] = true
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Key.Name, report.Clean(strings.Join(s.Values, ", ")), report.Clean(s.From()))
	}
	for _, d := range defaults {
		if !said[d[0]] {
			fmt.Fprintf(table, "%s\t%s\t%s\n", d[0], report.Clean(d[1]), report.Clean(d[2]))
		}
	}
	return table.Flush()
}

// Schema is the JSON Schema of a file.
func Schema() string {
	settings := map[string]any{}
	for _, k := range Keys() {
		one := map[string]any{"type": []string{"string", "number"}, "description": k.Help}
		if len(k.OneOf) > 0 {
			one["enum"] = k.OneOf
		}
		switch k.Kind {
		case Switch:
			one["type"] = "boolean"
		case List:
			delete(one, "type")
			text := map[string]any{"type": []string{"string", "number"}}
			one["anyOf"] = []any{text, map[string]any{"type": "array", "items": text}}
		}
		settings[k.Name] = one
	}
	each := map[string]any{"type": []string{"object", "null"}, "properties": settings, "additionalProperties": false}
	all := map[string]any{}
	for name, s := range settings {
		all[name] = s
	}
	all[environments] = map[string]any{"type": "object", "description": "what differs in an environment, by its name", "additionalProperties": map[string]any{"$ref": "#/$defs/settings"}}
	out, err := json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Configuration of remotion-doctor",
		"type": []string{"object", "null"}, "properties": all, "additionalProperties": false,
		"$defs": map[string]any{"settings": each},
	}, "", "  ")
	if err != nil {
		panic(err) // it is a constant
	}
	return string(out) + "\n"
}
