package project

import (
	"os"
	"path/filepath"
	"regexp"

	"remotion-doctor/checks"
)

var defaultProfile = regexp.MustCompile(`(?m)^\s*\[\s*default\s*\]`)

// Environment describes the machine and folder that Remotion would run in: the
// variables that getenv returns, those that the folder's .env file sets, and
// whether the shared credentials file has a [default] profile. profile is the
// one that the doctor was given to use. A file that cannot be read sets nothing.
//
// Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials
// files".
func Environment(dir, profile string, getenv func(string) string) checks.Environment {
	e := checks.Environment{Getenv: getenv, Profile: profile}
	path := getenv("AWS_SHARED_CREDENTIALS_FILE")
	if path == "" {
		path = filepath.Join(getenv("HOME"), ".aws", "credentials")
	}
	if data, err := os.ReadFile(path); err == nil {
		e.DefaultProfile = defaultProfile.Match(data)
	}
	e.DotEnv, _ = Env(dir)
	return e
}
