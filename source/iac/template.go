package iac

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"remotion-doctor/iam/policy"
)

// maxTemplate is the largest template that is read; CloudFormation takes 1 MB.
const maxTemplate = 2 << 20

// A Templates is one or several templates that are deployed together.
type Templates struct {
	files []templateFile
	root  string // the folder below which files are read that templates name
}

// A templateFile is a parsed template and what the CDK says of its stack.
type templateFile struct {
	file, name string
	root       *node
	account    string // where the CDK has bound it to one
	region     string
	paths      map[string]string // of the CDK's constructs, by logical id
}

// OpenTemplates reads a template, or a folder that the CDK has synthesized
// (cdk.out, or one that holds it). The error is an [*Error], or that of the
// file system.
func OpenTemplates(path string) (*Templates, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	t := &Templates{}
	if !info.IsDir() {
		if e := foreignName(path); e != nil {
			return nil, e
		}
		root, err := readTemplate(path)
		if err == nil && root.get("Resources") == nil {
			if e := foreignContent(path, root); e != nil {
				return nil, e
			}
		}
		t.files, t.root = []templateFile{{file: path, name: stackName(path), root: root}}, filepath.Dir(path)
		return t, err
	}
	dir := ""
	for _, below := range builtFolders {
		if folder := filepath.Join(path, below); dir == "" && isFile(filepath.Join(folder, manifestFile)) {
			dir = folder
		}
	}
	if dir == "" {
		for _, below := range builtTemplates {
			if file := filepath.Join(path, below); isFile(file) {
				return OpenTemplates(file)
			}
		}
		if e := foreignFolder(path); e != nil {
			return nil, e
		}
		return nil, fmt.Errorf("the folder %s is no output of the CDK: it has no %s", path, manifestFile)
	}
	t.root = dir
	if err := t.assemblyFolder(dir, 0); err != nil {
		return nil, err
	}
	if len(t.files) == 0 {
		return nil, fmt.Errorf("the folder %s contains no templates", dir)
	}
	return t, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// readFile reads a file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, &Error{path, policy.Position{Line: 1, Column: 1}, fmt.Sprintf("the file of %d bytes is larger than the %d that are read", info.Size(), limit), ""}
	}
	data, err := os.ReadFile(path)
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, pe
	}
	if err == nil && int64(len(data)) > limit {
		return nil, &Error{path, policy.Position{Line: 1, Column: 1}, fmt.Sprintf("the file is larger than the %d bytes that are read", limit), ""}
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), err
}

func readTemplate(path string) (*node, error) {
	data, err := readFile(path, maxTemplate)
	if e, ok := errors.AsType[*Error](err); ok {
		e.Hint = "CloudFormation accepts templates up to 1 MB"
	}
	if err != nil {
		return nil, err
	}
	return parseTemplate(path, data)
}

// parseTemplate reads JSON where the file begins with a brace, and YAML
// otherwise.
func parseTemplate(file string, data []byte) (*node, error) {
	parse := parseYAML
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' && !strings.HasSuffix(file, ".yaml") && !strings.HasSuffix(file, ".yml") {
		parse = parseJSON
	}
	root, err := parse(file, data)
	if err != nil {
		if e := wrapped(file, data); e != nil {
			return nil, e
		}
		return nil, err
	}
	if root.kind != objectNode {
		if e := wrapped(file, data); e != nil {
			return nil, e
		}
		return nil, &Error{file, root.start, "a template must be an object, not " + root.kind.title(), ""}
	}
	return root, nil
}

// Deployment returns the account as it will be after the deploy. What the CDK
// has bound a stack to comes before the region and account of the options.
func (t *Templates) Deployment(o Options) (*Deployment, error) {
	asked := o
	bound := t.binding(&o)
	a := &app{exports: map[string]*export{}, roots: len(t.files), root: t.root}
	for i := range t.files {
		f := &t.files[i]
		options := o
		options.Region = firstOf(f.region, o.Region)
		options.AccountID = firstOf(f.account, o.AccountID)
		s := newStack(a, f, options)
		s.bound = f.region
		if err := s.read(); err != nil {
			return nil, err
		}
		a.stacks = append(a.stacks, s)
	}
	if err := t.parameters(a, o); err != nil {
		return nil, err
	}
	if err := a.nest(); err != nil {
		return nil, err
	}
	a.collectExports()
	d, err := build(a, o)
	if err != nil {
		return nil, err
	}
	d.Region, d.asked = bound, asked
	return d, nil
}

// parameters refuses values for parameters that do not exist, or do not take
// them.
func (t *Templates) parameters(a *app, o Options) error {
	for _, key := range slices.Sorted(maps.Keys(o.Parameters)) {
		found := false
		for _, s := range a.stacks {
			p := s.root.at("Parameters", key)
			if p == nil {
				continue
			}
			found = true
			if _, err := s.parameter(key, p); err != nil {
				return err
			}
		}
		if !found {
			return &NotFoundError{fmt.Sprintf("no parameter %q", key), "the template has " + t.parameterNames()}
		}
	}
	return nil
}

// binding fills in the account that the stacks are bound to, where all that
// are bound name the same, and returns their region likewise.
func (t *Templates) binding(o *Options) (region string) {
	var accounts, regions []string
	for _, f := range t.files {
		accounts, regions = append(accounts, f.account), append(regions, f.region)
	}
	only := func(list []string) string {
		slices.Sort(list)
		list = slices.Compact(slices.DeleteFunc(list, func(s string) bool { return s == "" }))
		if len(list) == 1 {
			return list[0]
		}
		return ""
	}
	if o.AccountID == "" {
		o.AccountID = only(accounts)
	}
	return only(regions)
}

// HasParameter reports whether one of the templates has a parameter.
func (t *Templates) HasParameter(name string) bool {
	return slices.ContainsFunc(t.files, func(f templateFile) bool { return f.root.at("Parameters", name) != nil })
}

func (t *Templates) parameterNames() string {
	var names []string
	for _, f := range t.files {
		if p := f.root.get("Parameters"); p != nil {
			for _, m := range p.members {
				names = append(names, m.key)
			}
		}
	}
	if len(names) == 0 {
		return "no parameters"
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// collectExports finds the outputs that other stacks import. One that is not
// understood is not found, and unknown where it is imported.
func (a *app) collectExports() {
	for _, s := range a.stacks {
		outputs := s.root.get("Outputs")
		if outputs == nil {
			continue
		}
		for _, m := range outputs.members {
			n, v := m.value.at("Export", "Name"), m.value.get("Value")
			if n == nil || v == nil {
				continue
			}
			name, err := s.resolve(n)
			if err != nil {
				a.note(err)
				continue
			}
			if text, known := name.known(); known {
				a.exports[s.environment()+text] = &export{stack: s, value: v}
			}
		}
	}
}
