package doctor

import (
	"context"
	"path/filepath"

	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A Host is the environment that this program runs in, where Remotion would run
// in it too.
type Host struct {
	checks.Environment
	// CallerOf returns the ARN of whom other credentials than the doctor's belong
	// to.
	CallerOf func(ctx context.Context, c checks.Credentials) (string, error)
}

// lookAtCredentials compares the credentials that Remotion would use here with
// those that the caller was found by.
func (j *job) lookAtCredentials(ctx context.Context, p iam.Principal, out *around) {
	hooks := &j.pack().Hooks
	if j.Host == nil || hooks.Uses == nil || hooks.Credentials == nil {
		return
	}
	other := ""
	uses := hooks.Uses(&j.Host.Environment)
	if !uses.Same(j.Host.Doctor()) && uses != (checks.Credentials{}) {
		if arn, err := j.Host.CallerOf(ctx, uses); err == nil {
			other = sessionRole(arn, p)
		}
	}
	out.diagnoses = append(out.diagnoses, hooks.Credentials(&j.Host.Environment, p.ARN, other)...)
}

// sessionRole returns the principal's own ARN for a session of it, else the
// ARN unchanged.
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
