// Package asked turns the flags of a command into data, so that a follow-up command
// can repeat them.
package asked

import (
	"bytes"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/source/files"
)

// Flags that a follow-up command repeats: where the facts come from, and what is
// required. Flags about the output and the patience are the user's to repeat.
var (
	sourceNames = []string{
		"engine", "snapshot", "policy-resource", "profile", "endpoint-url", "template", "plan", "parameter", "account", "managed-policies",
		"policy", "boundary", "scp", "rcp", "session-policy", "resource-policy", "resource-account", "principal",
	}
	requirementNames = []string{
		"require", "remotion-version", "region", "for", "strict", "bucket", "render-function", "output-bucket", "output-account",
		"privacy", "custom-role", "custom-layer", "insights", "vpc", "kms-key", "renderer-function", "feature", "context",
		"context-file", "service-account",
	}
)

// fileNames are the flags whose values are paths.
var fileNames = []string{"snapshot", "template", "plan", "managed-policies", "policy", "boundary", "scp", "rcp", "session-policy", "resource-policy"}

// Of returns what the user gave of the source and the requirement, as data. A file
// that is an operand becomes the flag that it represents.
func Of(fs *pflag.FlagSet, operands []string) audit.Asked {
	var out audit.Asked
	out.Source, out.Requirement = among(fs, sourceNames), among(fs, requirementNames)
	for i := range out.Source {
		if slices.Contains(fileNames, out.Source[i].Name) {
			out.Source[i].Value = files.Name(out.Source[i].Value)
		}
	}
	if len(operands) == 1 {
		out.Source = append(out.Source, audit.Flag{Name: kindOfFile(operands[0]), Value: files.Name(operands[0])})
	} else {
		for _, f := range operands {
			out.Files = append(out.Files, files.Name(f))
		}
	}
	return out
}

// among are those of some flags that were given, in the order of the names.
func among(fs *pflag.FlagSet, names []string) []audit.Flag {
	var out []audit.Flag
	for _, name := range names {
		if f := fs.Lookup(name); f != nil && f.Changed {
			out = append(out, given(f)...)
		}
	}
	return out
}

// given is a flag with its values: a list with commas is one flag, a repeated
// flag several, and a switch has no value.
func given(f *pflag.Flag) []audit.Flag {
	list, ok := f.Value.(pflag.SliceValue)
	switch {
	case ok && f.Value.Type() == "stringSlice":
		return []audit.Flag{{Name: f.Name, Value: strings.Join(list.GetSlice(), ",")}}
	case ok:
		var out []audit.Flag
		for _, v := range list.GetSlice() {
			out = append(out, audit.Flag{Name: f.Name, Value: v})
		}
		return out
	case f.Value.Type() == "bool" && f.Value.String() == "true":
		return []audit.Flag{{Name: f.Name}}
	}
	return []audit.Flag{{Name: f.Name, Value: f.Value.String()}}
}

// kindOfFile is the flag that an operand represents: a plan or state of
// Terraform names the version that wrote it.
func kindOfFile(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return "template"
	}
	defer file.Close()
	head, err := io.ReadAll(io.LimitReader(file, 4096))
	if err == nil && bytes.Contains(head, []byte(`"terraform_version"`)) {
		return "plan"
	}
	return "template"
}

// Only refuses flags that were given and do not go with one of the set.
func Only(set *pflag.FlagSet, with string, others ...string) (err error) {
	set.Visit(func(f *pflag.Flag) {
		if err == nil && f.Name != with && !slices.Contains(others, f.Name) {
			err = usage("leave one of them out", "--%s and --%s exclude each other", f.Name, with)
		}
	})
	return err
}
