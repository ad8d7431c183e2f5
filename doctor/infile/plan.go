package infile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"remotion-doctor/doctor"
	"remotion-doctor/doctor/attach"
	"remotion-doctor/iam/account"
	"remotion-doctor/remedy"
)

// A File is one file as it is and as it is to be.
type File struct {
	Path   string
	Before []byte // nil where there is none yet
	After  []byte
	// built says that the file is not deployed unchanged: something has to be
	// run before what it changes can be checked.
	built string
}

// A Plan is what is put into files.
type Plan struct {
	Files []*File
	// Refused says in words what is not put in, and why.
	Refused []string
	// Notes are what whoever reads the plan should know.
	Notes []string

	remedies []*doctor.Remedy // those that are put in
}

// Options say how remedies are put into files.
type Options struct {
	// Form is that of the text; empty for the one of the file that declares the
	// principal.
	Form remedy.Form
	// Output is the path of a new file; empty for one next to what was read.
	Output string
}

// Make makes the plan of remedies. What cannot be put into a file is refused
// with its reason; the error is one of reading a file.
func Make(ctx context.Context, o doctor.Options, list []attach.Planned, how Options) (*Plan, error) {
	p := &Plan{}
	for i := range list {
		x := &list[i]
		if x.Change == nil {
			continue
		}
		why, err := p.add(ctx, o, x, how)
		if err != nil {
			return nil, err
		}
		if why != "" {
			p.Refused = append(p.Refused, "not written, the policy of "+x.Principal.ARN+": "+why)
			continue
		}
		p.remedies = append(p.remedies, x.Remedy)
	}
	return p, nil
}

// add puts one remedy into the plan, or says why not.
func (p *Plan) add(ctx context.Context, o doctor.Options, x *attach.Planned, how Options) (why string, err error) {
	d := x.Change.Declared
	switch {
	case d == nil:
		return "no file that was read declares it", nil
	case d.Closed != "":
		return closed(d), nil
	case x.Replaces:
		return "a file is added to, and nothing taken out of it: leave --replace out", nil
	case !x.Verified:
		return x.Outcome(), nil
	}
	if err := x.RightPrincipal(ctx, o); err != nil {
		return err.Error(), nil
	}
	switch form := formOf(d, how.Form); form {
	case remedy.FormCloudFormation, remedy.FormSAM:
		return p.template(x, form)
	case remedy.FormTerraform:
		return p.configuration(x, how)
	case remedy.FormCDK:
		return p.construct(x, how)
	default:
		return "a program declares it, and programs are not read here: paste the output of --as " + string(form) + " into it", nil
	}
}

// closed says why nothing can be put into a file for a principal.
func closed(d *account.Declaration) string {
	if d.Language == "" {
		return "not declared in " + d.Location.File + ": attach the policy where the principal is made (--as cli)"
	}
	return d.Closed
}

// formOf is the form in which a change is written into what declares the
// principal.
func formOf(d *account.Declaration, asked remedy.Form) remedy.Form {
	switch {
	case asked != "":
		return asked
	case d.Language == account.Terraform:
		return remedy.FormTerraform
	case d.Language == account.Pulumi:
		return remedy.FormPulumi
	case d.Function != "":
		return remedy.FormSAM
	}
	return remedy.FormCloudFormation
}

// template adds to the template that declares the principal.
func (p *Plan) template(x *attach.Planned, form remedy.Form) (why string, err error) {
	d := x.Change.Declared
	if d.Language != account.CloudFormation {
		return d.Location.File + " is no template", nil
	}
	f, err := p.file(d.Location.File)
	if err != nil {
		return "", err
	}
	in, err := remedy.Insert(f.After, x.Change, form)
	if err != nil {
		return d.Location.File + " cannot be added to: " + err.Error() + "; paste the output of --as " + string(form), nil
	}
	f.After = in.Text
	if by := builder(f.Path); by != "" {
		p.note(fmt.Sprintf("%s is made by %s, which writes it anew: put the policy into its source as well", f.Path, by))
	}
	return "", nil
}

func (p *Plan) note(text string) {
	for _, n := range p.Notes {
		if n == text {
			return
		}
	}
	p.Notes = append(p.Notes, text)
}

// file is a file of the plan, read once.
func (p *Plan) file(path string) (*File, error) {
	path = filepath.Clean(path)
	for _, f := range p.Files {
		if f.Path == path {
			return f, nil
		}
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		data, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, Before: data, After: data}
	p.Files = append(p.Files, f)
	return f, nil
}

// builder names what made a template; empty where somebody wrote it.
func builder(path string) string {
	dir := filepath.Dir(path)
	parent := filepath.Dir(dir)
	switch {
	case isAssembly(dir) || isAssembly(parent):
		return "`cdk synth`"
	case filepath.Base(dir) == ".serverless":
		return "`serverless package`"
	case filepath.Base(dir) == "build" && filepath.Base(parent) == ".aws-sam":
		return "`sam build`"
	}
	return ""
}

// isAssembly reports whether a folder is output of the CDK's.
func isAssembly(dir string) bool {
	data, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	return err == nil && bytes.Contains(data, []byte(`"artifacts"`))
}
