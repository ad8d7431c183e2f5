package iac

import (
	"path/filepath"
	"slices"
	"strings"

	"remotion-doctor/iam"
)

// The limits of nested stacks.
const (
	maxNested = 20  // within each other
	maxStacks = 500 // of one deployment
)

// nestedTypes are the types of resources that are stacks of their own, with the
// property that says where the template lies.
var nestedTypes = map[string]string{
	"AWS::CloudFormation::Stack":   "TemplateURL",
	"AWS::Serverless::Application": "Location",
}

// nest reads the templates of nested stacks that lie on disk, and theirs.
// Source: CloudFormation User Guide, "Split a template into reusable pieces
// using nested stacks".
func (a *app) nest() error {
	for i := 0; i < len(a.stacks); i++ { // grows
		for _, r := range a.stacks[i].resources {
			if nestedTypes[r.typ] == "" {
				continue
			}
			if err := a.nestOne(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *app) nestOne(r *resource) error {
	file, ok := r.templateFile()
	if !ok {
		return nil // what it may concern is known once the principals are
	}
	depth := 0
	for s := r.stack; s != nil; depth++ {
		if sameFile(s.file, file) {
			return r.stack.fail(r.at, "", "the nested stack %s is within itself: %s", r.label(), file)
		}
		if s.parent == nil {
			break
		}
		s = s.parent.stack
	}
	if depth > maxNested || len(a.stacks) >= maxStacks {
		return nil
	}
	root, err := readTemplate(file)
	if err != nil {
		a.note(err)
		return nil
	}
	s := newStack(a, &templateFile{file: file, name: r.id, root: root, paths: map[string]string{}}, r.stack.options)
	s.options.Parameters = nil
	s.parent, s.prefix, s.bound = r, r.label()+"/", r.stack.bound
	s.give(r)
	a.stacks = append(a.stacks, s)
	if err := s.read(); err != nil {
		a.stacks = a.stacks[:len(a.stacks)-1]
		a.note(err)
		return nil
	}
	r.nested = s
	return nil
}

// note keeps what is wrong with a file that is not the one that was asked for.
func (a *app) note(err error) {
	if text := err.Error(); !slices.Contains(a.notes, text) {
		a.notes = append(a.notes, text)
	}
}

// give takes in the parameters that the parent gives.
func (s *stack) give(r *resource) {
	v, err := r.property("Parameters")
	if err != nil {
		s.app.note(err)
		v = opaque(reasonOf(err))
	}
	s.given = map[string]value{}
	for _, m := range v.members {
		s.given[m.key] = m.value
	}
	if v.kind == opaqueValue || v.kind == choiceValue {
		if p := s.root.get("Parameters"); p != nil {
			for _, m := range p.members {
				s.given[m.key] = opaque("parameter " + m.key + " (" + v.what() + ")")
			}
		}
	}
}

// templateFile is where the template of a nested stack lies on disk.
func (r *resource) templateFile() (string, bool) {
	if asset := r.node.at("Metadata", "aws:asset:path").str(); asset != "" {
		return r.stack.app.reach(r.stack.file, asset)
	}
	v, err := r.property(nestedTypes[r.typ])
	if err != nil {
		return "", false
	}
	text, known := v.known()
	if !known {
		return "", false
	}
	file, ok := r.stack.app.reach(r.stack.file, text)
	return file, ok && !strings.HasSuffix(file, string(filepath.Separator))
}

func sameFile(a, b string) bool {
	realA, errA := filepath.EvalSymlinks(a)
	realB, errB := filepath.EvalSymlinks(b)
	return errA == nil && errB == nil && realA == realB
}

// output resolves an output of a nested stack.
func (s *stack) output(name string) (value, error) {
	n := s.root.at("Outputs", name, "Value")
	if n == nil || s.outputs[name] {
		return unknownText("the output "+name+" of "+s.title(), "", nil), nil
	}
	s.outputs[name] = true
	defer delete(s.outputs, name)
	return s.resolve(n)
}

// givenText returns a parameter that the parent gives.
func (s *stack) givenParameter(name string, list bool) (value, bool) {
	v, ok := s.given[name]
	if !ok {
		return value{}, false
	}
	switch {
	case list && v.kind == textValue:
		return splitText(v, ","), true
	case !list && v.kind == listValue:
		return concat(",", v.items), true
	}
	return v, true
}

// unreadStack makes the gaps of a nested stack, or of what is like one, whose
// template was not read: it may do anything with what it is given.
func (b *builder) unreadStack(r *resource, _ truth) error {
	if nestedTypes[r.typ] != "" && r.nested != nil {
		return nil
	}
	rule, ok := openTypes(r.typ)
	if !ok {
		return nil
	}
	why := rule + " is not read"
	if nestedTypes[r.typ] != "" {
		why = "its template is not on disk, or cannot be read"
	}
	gap := iam.Gap{
		Where: r.location().String(), What: r.typ + " " + r.label(), Why: why + ", and it is given this principal",
		Affects: iam.MayBoth, Hint: "check the stack together with the templates that it nests, as files on disk",
	}
	if nestedTypes[r.typ] != "" {
		whole := gap
		whole.Why = why
		b.unread = append(b.unread, whole)
	}
	given := b.givenTo(r)
	for _, p := range b.principals {
		switch {
		case given[p]:
			p.gap(gap)
		case nestedTypes[r.typ] != "" && !p.generated && p.account == r.stack.options.account():
			// Whoever knows a name can attach policies to it.
			g := gap
			g.Why, g.Kind = why+"; it may know the name of this principal", iam.GapAssumption
			p.gap(g)
		}
	}
	return nil
}

// givenTo finds the principals that a resource's properties mention.
func (b *builder) givenTo(r *resource) map[*principal]bool {
	out := map[*principal]bool{}
	if r.properties == nil {
		return out
	}
	for _, m := range r.properties.members {
		if m.key == "ServiceToken" || m.key == "TemplateURL" {
			continue
		}
		v, err := r.stack.resolve(m.value)
		if err != nil {
			continue
		}
		b.mentions(v, out)
	}
	return out
}

func (b *builder) mentions(v value, out map[*principal]bool) {
	for _, p := range v.parts {
		if p.of != nil && b.made[p.of] != nil {
			out[b.made[p.of]] = true
		}
	}
	if text, known := v.known(); known {
		for _, p := range b.principals {
			if !p.generated && p.name != "" && (text == p.name || strings.Contains(text, p.arn)) {
				out[p] = true
			}
		}
	}
	for _, o := range v.options {
		b.mentions(o.value, out)
	}
	for _, i := range v.items {
		b.mentions(i, out)
	}
	for _, f := range v.members {
		b.mentions(f.value, out)
	}
}
