package policytext

import (
	"bytes"
	"errors"
	"os"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
	"remotion-doctor/source/files"
	"remotion-doctor/source/iac"
)

// As are the values of what a policy is meant for, the kinds of policy and the
// documented policies of a pack.
func As(pack *checks.Pack) []string {
	out := pack.PolicyNames()
	for _, k := range policy.Kinds() {
		out = append(out, string(k))
	}
	return out
}

// Scope is the scope of one of [As]; empty goes by the form of each document.
func Scope(pack *checks.Pack, as string) checks.LintScope {
	for _, k := range policy.Kinds() {
		if string(k) == as {
			return checks.LintScope{Kind: k}
		}
	}
	return checks.LintScope{Policy: as}
}

// A Linted is what was found in files.
type Linted struct {
	Faults []FileFault
	// Unknown are the identity-based policies that are no copy of a documented one.
	Unknown []string
	// Guessed are the files that were read as another kind of policy than one that
	// a role or user is given, by their form.
	Guessed []Guess
}

// A Guess is the kind of policy that a file was read as.
type Guess struct {
	File string
	Kind policy.Kind
}

// A linting is one run over some files.
type linting struct {
	Linted
	pack  *checks.Pack
	scope checks.LintScope
}

// Lint finds the faults of policies in files: policy documents, and templates,
// plans and folders of the CDK, where every policy is looked at, also one that
// nobody has. read returns a file; "-" is the standard input. What could not be read of a template
// is a fault, too: nobody can say that it has none.
func Lint(pack *checks.Pack, paths []string, read func(path string) ([]byte, error), scope checks.LintScope) (*Linted, error) {
	l := &linting{Linted: Linted{Faults: []FileFault{}}, pack: pack, scope: scope}
	for _, path := range paths {
		if err := l.path(path, read); err != nil {
			return nil, err
		}
	}
	return &l.Linted, nil
}

func (l *linting) path(path string, read func(path string) ([]byte, error)) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return l.deployment(path)
	}
	data, err := read(path)
	if err != nil {
		return &source.Error{Kind: source.KindInput, Msg: "reading the policy: " + err.Error(), Err: err}
	}
	if path != "-" && files.Declares(path, data) {
		return l.deployment(path)
	}
	name := path
	if path == "-" {
		name = "standard input"
	}
	text, err := files.ReadText(bytes.NewReader(data), name)
	if err != nil {
		return err
	}
	doc, err := l.document(text, func(f checks.Fault) FileFault { return FileFault{File: name, Fault: f} })
	if err != nil {
		return files.Unparsed(name, err)
	}
	kind := doc.KindOf()
	if kind != policy.KindIdentity {
		if l.scope.Kind == "" && l.scope.Policy == "" {
			l.Guessed = append(l.Guessed, Guess{name, kind})
		}
		return nil
	}
	if _, ok := l.pack.Recognize([]*policy.Document{doc}); !ok && (l.scope.Kind == "" || l.scope.Kind == kind) {
		l.Unknown = append(l.Unknown, name)
	}
	return nil
}

// document finds the faults of one document; place says where each stands.
func (l *linting) document(text string, place func(checks.Fault) FileFault) (*policy.Document, error) {
	doc, broken, err := checks.ParseToLint(text)
	if err != nil {
		return nil, err
	}
	for _, fault := range append(broken, l.pack.Lint(doc, l.scope)...) {
		l.Faults = append(l.Faults, place(fault))
	}
	return doc, nil
}

// deployment finds the faults of the policies of a template or plan.
func (l *linting) deployment(path string) error {
	list, gaps, err := files.DeployedPolicies(files.Template{Path: path})
	if err != nil {
		return err
	}
	for i := range list {
		p := &list[i]
		_, err := l.document(p.Document.Text, func(f checks.Fault) FileFault { return inDeployment(p, f) })
		if e, ok := errors.AsType[*policy.ParseError](err); ok {
			l.Faults = append(l.Faults, inDeployment(p, checks.Fault{Code: "refused", Severity: audit.SeverityError, Message: e.Msg, Hint: e.Hint, Statement: -1}))
		} else if err != nil {
			return err
		}
	}
	for _, g := range gaps {
		l.Faults = append(l.Faults, unread(path, g))
	}
	return nil
}

// inDeployment places a fault where the file has the statement.
func inDeployment(p *iac.Policy, f checks.Fault) FileFault {
	out := FileFault{File: p.Location.File, Policy: p.Label, Fault: f}
	out.Pos = p.Location.Position
	if f.Statement >= 0 {
		if file, at, _ := p.Document.Origin.Locate(f.Statement, out.Pos, out.Pos); file != "" {
			out.File, out.Pos = file, at
		}
	}
	return out
}

// unread is the fault of what could not be read.
func unread(path string, g iam.Gap) FileFault {
	return FileFault{File: files.Name(path), At: g.Where, Fault: checks.Fault{
		Code: "not-read", Severity: audit.SeverityWarning, Statement: -1, Hint: g.Hint,
		Message: g.What + " could not be read: " + g.Why,
	}}
}
