package starter

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion/project"
)

// A Found is what a project has.
type Found struct {
	Release   project.Release
	Templates []string // CloudFormation and SAM, relative to the project
	CDK       bool     // cdk.json
	Terraform bool     // *.tf
	Framework bool     // serverless.yml
	PreCommit bool     // .pre-commit-config.yaml
	CI        string   // github, gitlab or empty
	packages  manager
	framework framework // of the first serverless.yml
}

// most is how many files a search looks at: it is no walk through a disk.
const most = 20_000

// skipped are folders in which nobody keeps sources.
var skipped = []string{".git", "node_modules", "cdk.out", ".terraform", "dist", "build", "out", ".venv", "vendor"}

// Look looks at the project in a folder.
func Look(folder string, pack *checks.Pack) (*Found, error) {
	f := &Found{Release: project.Resolve(folder, pack), packages: managerOf(folder)}
	seen := 0
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // a folder that cannot be read has nothing for us
		}
		if seen++; seen > most {
			return fs.SkipAll
		}
		if d.IsDir() {
			if path != folder && slices.Contains(skipped, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		f.note(folder, path, d.Name())
		return nil
	})
	f.PreCommit = exists(folder, ".pre-commit-config.yaml")
	switch {
	case exists(folder, ".gitlab-ci.yml"):
		f.CI = "gitlab"
	case exists(folder, ".github") || exists(folder, ".git"):
		f.CI = "github"
	}
	return f, err
}

func exists(folder, name string) bool {
	_, err := os.Stat(filepath.Join(folder, name))
	return err == nil
}

// note notes what a file says about the project.
func (f *Found) note(folder, path, name string) {
	switch ext := filepath.Ext(name); {
	case name == "cdk.json":
		f.CDK = true
	case ext == ".tf" || strings.HasSuffix(name, ".tf.json"):
		f.Terraform = true
	case name == "serverless.yml" || name == "serverless.yaml":
		if !f.Framework {
			f.framework = readFramework(path)
		}
		f.Framework = true
	case isTemplate(name) && declaresRole(path):
		if r, err := filepath.Rel(folder, path); err == nil {
			f.Templates = append(f.Templates, filepath.ToSlash(r))
		}
	}
}

func isTemplate(name string) bool {
	base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, ".yaml"), ".yml"), ".json")
	return base != name && (base == "template" || strings.HasSuffix(base, ".template"))
}

// declaresRole reports whether a template has something with a role.
func declaresRole(path string) bool {
	data, err := os.ReadFile(path)
	if err != nil || len(data) > 4<<20 {
		return false
	}
	text := string(data)
	return strings.Contains(text, "AWS::IAM::Role") || strings.Contains(text, "AWS::Serverless::Function") || strings.Contains(text, "AWS::Lambda::Function")
}
