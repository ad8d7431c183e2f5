package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"remotion-doctor/audit"
)

// built refuses a template or plan that is not there yet: most are made by a command
// before each check.
func (s *Setting) built() error {
	if s.Key.Name != "template" && s.Key.Name != "plan" {
		return nil
	}
	path := s.Values[0]
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return audit.Invalid(maker(s.Key.Name, filepath.ToSlash(path)), "%s: %s: %s does not exist", s.From(), s.Key.Name, path)
}

// maker is a hint with the command that makes a file.
func maker(key, path string) string {
	const packaged = ".serverless/"
	name := filepath.Base(path)
	switch {
	case key == "plan":
		return "make it with `terraform plan -out plan.bin && terraform show -json plan.bin > " + path + "`"
	case name == "cdk.out" || strings.Contains(path, "cdk.out/"):
		return "make it with `npx cdk synth`"
	case strings.Contains(path, packaged):
		return "make it with `npx serverless package`"
	case strings.HasPrefix(name, "serverless"):
		return "make it with `npx serverless package && cp " + packaged + "cloudformation-template-update-stack.json " + path + "`"
	}
	return "the path is relative to the folder of the configuration"
}
