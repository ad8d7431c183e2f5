package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"remotion-doctor/audit"
)

// Flags that a follow-up command repeats: where the facts come from, and what is
// required. Flags about the output and the patience are the user's to repeat.
var (
	sourceNames = []string{
		"engine", "snapshot", "profile", "endpoint-url", "template", "plan", "parameter", "account", "managed-policies",
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

// inside is a path as seen from the working directory, where it is in there: a
// report does not name the folders of the machine that made it.
func inside(path string) string {
	dir, err := os.Getwd()
	if err != nil || !filepath.IsAbs(path) {
		return path
	}
	rel, err := filepath.Rel(dir, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return path
	}
	return rel
}

// asked is what the user gave of the source and the requirement, as data.
func asked(fs *pflag.FlagSet, files []string) audit.Asked {
	var out audit.Asked
	fs.Visit(func(f *pflag.Flag) {
		switch {
		case slices.Contains(sourceNames, f.Name):
			out.Source = append(out.Source, given(f)...)
		case slices.Contains(requirementNames, f.Name):
			out.Requirement = append(out.Requirement, given(f)...)
		}
	})
	for i := range out.Source {
		if slices.Contains(fileNames, out.Source[i].Name) {
			out.Source[i].Value = inside(out.Source[i].Value)
		}
	}
	if len(files) == 1 {
		out.Source = append(out.Source, audit.Flag{Name: kindOfFile(files[0]), Value: inside(files[0])})
	} else {
		for _, f := range files {
			out.Files = append(out.Files, inside(f))
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

// kindOfFile is the flag that an operand stands for: a plan or state of
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
