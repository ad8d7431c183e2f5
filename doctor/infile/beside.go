package infile

import (
	"bytes"
	"path/filepath"

	"remotion-doctor/doctor/attach"
	"remotion-doctor/iam/account"
	"remotion-doctor/remedy"
)

// The names of new files.
const (
	terraformFile = "remotion_grants.tf"
	cdkFile       = "remotion-grants.ts"
)

// configuration makes a file next to the plan, in the folder of the module that
// declares the principal.
func (p *Plan) configuration(x *attach.Planned, how Options) (why string, err error) {
	d := x.Change.Declared
	path := how.Output
	if path == "" {
		if d.Language != account.Terraform {
			return "no configuration of Terraform declares it: name a file with --output", nil
		}
		folder := filepath.Join(filepath.Dir(d.Location.File), d.Folder)
		if found, err := filepath.Glob(filepath.Join(folder, "*.tf")); err != nil || len(found) == 0 {
			return "there is no configuration next to " + d.Location.File + " (" + folder + " has no .tf file): name a file of its folder with --output", nil
		}
		path = filepath.Join(folder, terraformFile)
	}
	return p.beside(x, path, remedy.FormTerraform, "run `terraform plan -out plan.bin && terraform show -json plan.bin > plan.json` and check plan.json")
}

// construct makes a construct of the CDK's next to the folder of its output.
func (p *Plan) construct(x *attach.Planned, how Options) (why string, err error) {
	path := how.Output
	if path == "" {
		dir := filepath.Dir(x.Change.Declared.Location.File)
		for builder(filepath.Join(dir, "x")) == "`cdk synth`" && dir != filepath.Dir(dir) {
			dir = filepath.Dir(dir)
		}
		path = filepath.Join(dir, cdkFile)
	}
	return p.beside(x, path, remedy.FormCDK, "call it in your stack, run `cdk synth` and check cdk.out")
}

// next to puts a remedy into a new file. A file that says the same already is
// left unchanged; another one is not overwritten.
func (p *Plan) beside(x *attach.Planned, path string, form remedy.Form, then string) (why string, err error) {
	f, err := p.file(path)
	if err != nil {
		return "", err
	}
	first := f.built == ""
	var changes []*remedy.Change
	for _, y := range p.remedies {
		if f.built == then {
			changes = append(changes, y.Change)
		}
	}
	var b bytes.Buffer
	if err := remedy.Render(&b, form, append(changes, x.Change)); err != nil {
		return "", err
	}
	if first && f.Before != nil && !bytes.Equal(f.Before, b.Bytes()) {
		p.drop(f)
		return f.Path + " exists already and says something else: remove it, or name another file with --output", nil
	}
	f.After, f.built = b.Bytes(), then
	return "", nil
}

func (p *Plan) drop(gone *File) {
	for i, f := range p.Files {
		if f == gone {
			p.Files = append(p.Files[:i], p.Files[i+1:]...)
			return
		}
	}
}
