package source_test

import (
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/source"
)

// TestOn: Lambda names a session after the function, EC2 after the instance, and
// of other hosts the name of the session is not known.
// Source: AWS Lambda Developer Guide, "Lambda execution role"; Amazon EC2 User
// Guide, "Use instance roles".
func TestOn(t *testing.T) {
	t.Parallel()
	const function, version = "arn:aws:lambda:us-east-1:111122223333:function:api", "arn:aws:lambda:us-east-1:111122223333:function:api:7"
	const role, user = "arn:aws:iam::111122223333:role/app", "arn:aws:iam::111122223333:user/ann"
	for _, c := range []struct {
		name, principal, arn string
		target               audit.Target
		host                 iam.Host
		session              string
	}{
		{"function", role, function, audit.Target{Kind: audit.TargetFunction, Name: "api"}, iam.Host{Kind: iam.HostFunction, ARN: function}, "api"},
		{"version of a function", role, version, audit.Target{Kind: audit.TargetFunction, Name: version}, iam.Host{Kind: iam.HostFunction, ARN: version}, "api"},
		{"function without an ARN", role, "", audit.Target{Kind: audit.TargetFunction, Name: "api"}, iam.Host{Kind: iam.HostFunction}, ""},
		{"renderer", role, function, audit.Target{Kind: audit.TargetRenderer}, iam.Host{Kind: iam.HostFunction, ARN: function}, "api"},
		{"instance", role, "arn:aws:ec2:us-east-1:111122223333:instance/i-1", audit.Target{Kind: audit.TargetInstance, Name: "i-1"}, iam.Host{Kind: iam.HostInstance, ARN: "arn:aws:ec2:us-east-1:111122223333:instance/i-1"}, "i-1"},
		{"instance profile", role, "", audit.Target{Kind: audit.TargetInstanceProfile, Name: "p"}, iam.Host{Kind: iam.HostInstance}, ""},
		{"task", role, "", audit.Target{Kind: audit.TargetTaskDefinition, Name: "t:1"}, iam.Host{Kind: iam.HostTask}, ""},
		{"pod", role, "", audit.Target{Kind: audit.TargetPodIdentity, Name: "c/n/s"}, iam.Host{Kind: iam.HostPod}, ""},
		{"role by itself", role, "", audit.Target{Kind: audit.TargetRole, Name: "app"}, iam.Host{}, ""},
		{"user", user, function, audit.Target{Kind: audit.TargetFunction, Name: "api"}, iam.Host{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := iam.NewPrincipal(c.principal)
			if err != nil {
				t.Fatal(err)
			}
			got := source.Resolution{Principal: p}.On(c.target, c.arn).Principal
			if got.Host != c.host || got.Session != c.session {
				t.Errorf("host %+v with session %q, want %+v with %q", got.Host, got.Session, c.host, c.session)
			}
		})
	}
}

func TestFunctionName(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"api": "api", "api:prod": "api", "function:api": "api", "111122223333:function:api": "api",
		"arn:aws:lambda:us-east-1:111122223333:function:api": "api", "arn:aws:lambda:us-east-1:111122223333:function:api:$LATEST": "api",
		"arn:aws-cn:lambda:cn-north-1:111122223333:function:remotion-render-4": "remotion-render-4",
	} {
		if got := source.FunctionName(given); got != want {
			t.Errorf("%s: %q, want %q", given, got, want)
		}
	}
}
