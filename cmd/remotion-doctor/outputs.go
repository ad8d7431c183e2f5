package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/report"
)

// An outputFile is one place to write the report to.
type outputFile struct {
	format report.Format
	path   string
	plain  bool // given without a format: it stands in for stdout
}

// extensions tell the format of a file that is named without one.
var extensions = map[string]report.Format{
	".json": report.FormatJSON, ".html": report.FormatHTML, ".htm": report.FormatHTML, ".md": report.FormatMarkdown,
	".sarif": report.FormatSARIF, ".xml": report.FormatJUnit, ".csv": report.FormatCSV,
}

// files reads --output. A file without a format has that of --format, or, where
// that was not given, the one that its extension tells.
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
		path = text
		o := outputFile{format: report.Format(f.format), path: path, plain: true}
		if known, ok := extensions[strings.ToLower(filepath.Ext(path))]; ok && o.format == report.FormatTable {
			o.format = known
		}
		if path == "" || path == "-" {
			return o, usage("standard output gets the report in the form of --format", "--output %q names no file", path)
		}
		return o, nil
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

// writeAll writes every file, or none where one cannot be written.
func (a *app) writeAll(r *audit.Report, f *outputFlags, files []outputFile) error {
	o := a.form(io.Discard, f)
	o.Color = f.color == "always" // a file is no terminal
	var ready []*pendingFile
	defer func() {
		for _, p := range ready {
			p.discard()
		}
	}()
	for _, file := range files {
		p, err := newFile(file.path)
		if err != nil {
			return err
		}
		ready = append(ready, p)
		if err := report.Write(p, r, file.format, o); err != nil {
			return usage("", "writing %s: %v", file.path, plainError(err))
		}
	}
	for _, p := range ready {
		if err := p.commit(); err != nil {
			return err
		}
	}
	return nil
}

// A pendingFile is a file that is written beside its place and then moved
// there, so that nobody ever sees a part of it.
type pendingFile struct {
	*os.File
	path string
}

func newFile(path string) (*pendingFile, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, usage("name a file in it", "writing %s: it is a folder", path)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".remotion-doctor-*")
	if err != nil {
		return nil, usage("the folder must exist and be writable", "writing %s: %v", path, plainError(err))
	}
	return &pendingFile{tmp, path}, nil
}

// commit moves the file to its place.
func (p *pendingFile) commit() error {
	err := p.Chmod(0o644)
	if closeErr := p.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(p.Name(), p.path)
	}
	if err != nil {
		return usage("", "writing %s: %v", p.path, plainError(err))
	}
	return nil
}

// discard removes what was not committed.
func (p *pendingFile) discard() {
	_ = p.Close()
	_ = os.Remove(p.Name())
}

// plainError leaves out the temporary file's name, which says nothing to the
// user.
func plainError(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}

// writeFile replaces a file as a whole or not at all.
func writeFile(path string, data []byte) error {
	p, err := newFile(path)
	if err != nil {
		return err
	}
	defer p.discard()
	if _, err := p.Write(data); err != nil {
		return usage("", "writing %s: %v", path, plainError(err))
	}
	return p.commit()
}
