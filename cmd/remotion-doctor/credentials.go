package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/checks/remotion/project"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source/awsapi"
)

// A host is the environment that this program runs in, which Remotion would
// run in, too.
type host struct {
	checks.Environment
	// open makes a client with other credentials than the doctor's.
	open func(ctx context.Context, c checks.Credentials) (*awsapi.Client, error)
}

var defaultProfile = regexp.MustCompile(`(?m)^\s*\[\s*default\s*\]`)

// host describes the environment.
func (a *app) host(f *sourceFlags, region string) *host {
	h := &host{Environment: checks.Environment{Getenv: a.getenv, Profile: f.profile}}
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
	h.open = func(ctx context.Context, c checks.Credentials) (*awsapi.Client, error) {
		o := awsapi.Options{Profile: c.Profile, Region: region, EndpointURL: f.endpoint}
		if c.Prefix != "" {
			o.AccessKeyID = a.getenv(c.Prefix + "_ACCESS_KEY_ID")
			o.SecretAccessKey = a.getenv(c.Prefix + "_SECRET_ACCESS_KEY")
			o.SessionToken = a.getenv(c.Prefix + "_SESSION_TOKEN")
		}
		return awsapi.Open(ctx, o)
	}
	return h
}

// lookAtCredentials compares the credentials that Remotion would use here with
// those that the caller was found by.
func (j *job) lookAtCredentials(ctx context.Context, p iam.Principal, out *around) {
	if j.host == nil {
		return
	}
	other := ""
	uses := remotion.Uses(&j.host.Environment)
	if !uses.Same(j.host.Doctor()) && uses != (checks.Credentials{}) {
		if client, err := j.host.open(ctx, uses); err == nil {
			if arn, err := client.Caller(ctx); err == nil {
				other = sessionRole(arn, p)
			}
		}
	}
	out.diagnoses = append(out.diagnoses, remotion.CredentialTraps(&j.host.Environment, p.ARN, other)...)
}

// sessionRole returns the principal's own ARN for a session of it, else the
// ARN as it is.
func sessionRole(arn string, p iam.Principal) string {
	a, ok := policy.ParseARN(arn)
	b, _ := policy.ParseARN(p.ARN)
	if ok && a.Type() == "assumed-role" && b.Type() == "role" && a.AccountID == b.AccountID && sessionName(a.Resource) == b.Name() {
		return p.ARN
	}
	return arn
}

// sessionName is the role's name in assumed-role/NAME/SESSION.
func sessionName(resource string) string {
	return filepath.Base(filepath.Dir(resource))
}

// regionHint adds to the hint of an invalid token that the region may be off.
func (j *job) regionHint(f *failure) string {
	off := remotion.OptIn(j.regions)
	if len(off) == 0 || !strings.Contains(f.msg, "security token included in the request is invalid") {
		return f.hint
	}
	return fmt.Sprintf("%s; %s may not be enabled in the account: look in the AWS console under Account", f.hint, strings.Join(off, ", "))
}
