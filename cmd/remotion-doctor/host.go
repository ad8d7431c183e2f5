package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"

	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion/project"
	"remotion-doctor/doctor"
	"remotion-doctor/source/awsapi"
)

var defaultProfile = regexp.MustCompile(`(?m)^\s*\[\s*default\s*\]`)

// host describes the environment that Remotion would run in, too.
func (a *app) host(f *sourceFlags, region string) *doctor.Host {
	h := &doctor.Host{Environment: checks.Environment{Getenv: a.getenv, Profile: f.profile}}
	path := a.getenv("AWS_SHARED_CREDENTIALS_FILE")
	if path == "" {
		path = filepath.Join(a.getenv("HOME"), ".aws", "credentials")
	}
	if data, err := os.ReadFile(path); err == nil {
		h.DefaultProfile = defaultProfile.Match(data)
	}
	if dir, err := os.Getwd(); err == nil {
		h.DotEnv, _ = project.Env(dir) // a file that cannot be read sets nothing
	}
	h.CallerOf = func(ctx context.Context, c checks.Credentials) (string, error) {
		o := a.awsOptions(f, region)
		o.Profile = c.Profile
		if c.Prefix != "" {
			o.AccessKeyID = a.getenv(c.Prefix + "_ACCESS_KEY_ID")
			o.SecretAccessKey = a.getenv(c.Prefix + "_SECRET_ACCESS_KEY")
			o.SessionToken = a.getenv(c.Prefix + "_SESSION_TOKEN")
		}
		client, err := awsapi.Open(ctx, o)
		if err != nil {
			return "", err
		}
		return client.Caller(ctx)
	}
	return h
}
