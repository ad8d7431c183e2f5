package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/internal/ending"
	"remotion-doctor/internal/outfile"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
)

// An outputFile is one place to write the report to.
type outputFile struct {
	format report.Format
	path   string
	plain  bool // given without a format: it stands in for stdout
}

// files reads --output. A file without a format has the one that its ending
// decides, else that of --format.
func (f *outputFlags) files() ([]outputFile, error) {
	var out []outputFile
	seen := map[string]bool{}
	for _, text := range f.outputs {
		o, err := f.file(text)
		if err != nil {
			return nil, err
		}
		if seen[filepath.Clean(o.path)] {
			return nil, usage("each needs a file of its own", "--output writes %s twice", o.path)
		}
		seen[filepath.Clean(o.path)] = true
		out = append(out, o)
	}
	return out, nil
}

func (f *outputFlags) file(text string) (outputFile, error) {
	name, path, ok := strings.Cut(text, "=")
	if !ok || strings.ContainsAny(name, `./\`) {
		if text == "" || text == "-" {
			return outputFile{}, usage("standard output gets the report in the form of --format", "--output %q names no file", text)
		}
		format, err := f.formOf(text, texts(report.Formats()...)...)
		return outputFile{format: report.Format(format), path: text, plain: true}, err
	}
	format, err := report.ParseFormat(name)
	if err != nil {
		return outputFile{}, usage("a file of that name is written as ./"+text, "--output %s: %v", text, err)
	}
	if path == "" || path == "-" {
		return outputFile{}, usage("write it as --output "+name+"=FILE", "--output %s names no file", text)
	}
	return outputFile{format: format, path: path}, nil
}

// formOf is the form of the file at a path: its ending decides, unless flag asks
// for one.
func formOf(flag, path string, c ending.Choice) (string, error) {
	form, err := c.Of(path)
	if e, ok := errors.AsType[*ending.Error](err); ok {
		hint := "use " + e.Known + ", or leave --" + flag + " out"
		if e.Unknown {
			hint = "use " + e.Known + ", or choose the form with --" + flag
		}
		return "", usage(hint, "--output %v", e)
	}
	return form, err
}

// formOf is how --format and the ending of a file choose among forms.
func (f *outputFlags) formOf(path string, forms ...string) (string, error) {
	return formOf("format", path, ending.Choice{Asked: f.format, Given: f.flags != nil && f.flags.Changed("format"), Forms: forms, Endings: report.Endings()})
}

func texts[F ~string](list ...F) []string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = string(f)
	}
	return out
}

// checkFiles finds out before the work whether what it is for can be written.
func (f *outputFlags) checkFiles() error {
	files, err := f.files()
	if err != nil {
		return err
	}
	var paths []string
	if f.remediation != "" {
		if err := onlyJSON("--remediation", f.remediation); err != nil {
			return err
		}
		paths = append(paths, f.remediation)
	}
	for _, o := range files {
		paths = append(paths, o.path)
	}
	return outfile.Check(paths...)
}

// onlyJSON refuses the ending of another form for a file that holds JSON.
func onlyJSON(flag, path string) error {
	text, known := ending.Find(path, slices.Concat(report.Endings(), remedy.Endings()))
	if known >= 0 && !strings.HasSuffix(text, ".json") {
		return usage("let it end in .json; `remotion-doctor fix --as` writes other forms", "%s %s: the policy is written as JSON", flag, path)
	}
	return nil
}

// reportFiles are the files that a report is written to.
func (a *app) reportFiles(r *audit.Report, f *outputFlags, files []outputFile) []outfile.File {
	o := a.form(io.Discard, f)
	o.Color = f.color.when == "always" // a file is no terminal
	var out []outfile.File
	for _, file := range files {
		out = append(out, outfile.File{
			Path: file.path, Access: outfile.Public,
			Content: func(w io.Writer) error { return report.Write(w, r, file.format, o) },
		})
	}
	return out
}

// writeFile replaces a file as a whole or not at all.
func writeFile(ctx context.Context, path string, access outfile.Access, data []byte) error {
	return outfile.Write(ctx, outfile.File{Path: path, Access: access, Content: outfile.Text(data)})
}
