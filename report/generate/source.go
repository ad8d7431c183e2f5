package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

// A source is what a package says about its types: comments by "Type" and
// "Type.Field", string constants by the name of their type.
type source struct {
	comments  map[string]string
	constants map[string][]any
}

func parse(dir string) (*source, error) {
	s := &source{comments: map[string]string{}, constants: map[string][]any{}}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		return nil, &fs.PathError{Op: "reading the source of", Path: dir, Err: fs.ErrNotExist}
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			if d, ok := decl.(*ast.GenDecl); ok {
				s.declaration(d)
			}
		}
	}
	return s, nil
}

func (s *source) declaration(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			s.comments[spec.Name.Name] = d.Doc.Text()
			if t, ok := spec.Type.(*ast.StructType); ok {
				s.fields(spec.Name.Name, t)
			}
		case *ast.ValueSpec:
			s.constant(spec)
		}
	}
}

func (s *source) fields(name string, t *ast.StructType) {
	for _, f := range t.Fields.List {
		text := f.Doc.Text()
		if text == "" {
			text = f.Comment.Text()
		}
		for _, n := range f.Names {
			s.comments[name+"."+n.Name] = text
		}
	}
}

func (s *source) constant(spec *ast.ValueSpec) {
	typ, ok := spec.Type.(*ast.Ident)
	if !ok {
		return
	}
	for _, v := range spec.Values {
		if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				s.constants[typ.Name] = append(s.constants[typ.Name], text)
			}
		}
	}
}
