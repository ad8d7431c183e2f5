package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/doctor"
	"remotion-doctor/internal/asked"
)

// deployed are flags about the deployment, as they are given.
func deployed(args ...string) asked.DeploymentFlags {
	var f asked.DeploymentFlags
	fs := pflag.NewFlagSet("", pflag.PanicOnError)
	f.Add(fs)
	_ = fs.Parse(args) // it panics instead
	return f
}

// TestShownPolicyPasses: a role that is given what `policy show` prints passes
// `check` with the same flags, however far the policy is narrowed.
func TestShownPolicyPasses(t *testing.T) {
	const layer, role = "arn:aws:lambda:us-east-1:123456789012:layer:chromium:3", "arn:aws:iam::123456789012:role/video/my-role"
	for _, tt := range []struct {
		flags   showFlags
		require string
	}{
		{flags: showFlags{}},
		{flags: showFlags{regions: []string{"us-east-1"}}},
		{flags: showFlags{regions: []string{"us-east-1", "eu-west-1"}, account: "123456789012"}},
		{flags: showFlags{version: "3.0.0", account: "123456789012"}},
		{flags: showFlags{version: "3.3.54", regions: []string{"eu-west-1"}}},
		{flags: showFlags{operations: []string{"render", "progress", "download"}, regions: []string{"us-east-1"}, account: "123456789012"}},
		{flags: showFlags{operations: []string{"deploy-site"}, bucket: "my-bucket"}},
		{flags: showFlags{bucket: "my-bucket", regions: []string{"us-east-1"}}},
		{flags: showFlags{bucket: "remotionlambda-useast1-abcdefghij", regions: []string{"us-east-1"}}},
		{flags: showFlags{function: "remotion-render-4-0-527-mem2048mb-disk2048mb-120sec"}},
		{flags: showFlags{function: "video"}},
		{flags: showFlags{regions: []string{"eu-south-1"}, deployment: deployed("--insights")}},
		{flags: showFlags{deployment: deployed("--output-bucket=my-videos", "--vpc", "--custom-role="+role, "--custom-layer="+layer)}},
		{flags: showFlags{version: "4.0.522", deployment: deployed("--output-bucket=my-videos")}},
		{flags: showFlags{deployment: deployed("--feature=" + strings.Join(remotion.Pack().SwitchedFeatures(), ","))}},
		{flags: showFlags{regions: []string{"cn-north-1"}, account: "123456789012"}},
	} {
		for _, name := range []string{"caller", "renderer"} {
			t.Run(fmt.Sprintf("%s %+v", name, tt.flags), func(t *testing.T) {
				f := tt.flags
				a := &app{getenv: func(string) string { return "" }}
				r, err := a.requirementFor(name, &f)
				if err != nil {
					t.Fatal(err)
				}
				doc := r.Policy(checks.Narrowing{Account: f.account, Regions: f.regions, Bucket: f.bucket, Function: f.function})
				if len(doc.Statements) == 0 {
					return // the renderer has nothing of a caller's operation
				}
				partition, regions, err := remotion.Place(f.regions, f.partition)
				if err != nil {
					t.Fatal(err)
				}
				account := newTestAccount(t, partition, regions[0])
				account.give("app", doc.Indent())
				local := offline(t, account.Snapshot)
				d, err := f.deployment.Deployment(f.bucket, f.function)
				if err != nil {
					t.Fatal(err)
				}
				s := checked(t, doctor.Options{
					Source: local, Release: doctor.Release{Version: f.version}, Regions: regions, Operations: f.operations,
					Deployment: d, Bucket: f.bucket, Function: f.function,
					Targets: []doctor.Target{{Target: audit.Target{Kind: audit.TargetRole, Name: "app"}, Requirements: []string{name}}},
				})
				if s.Error != nil {
					t.Fatal(s.Error.Message)
				}
				for _, x := range s.Findings {
					if x.Status != audit.Pass {
						t.Errorf("%s on %s: %s (%s)", x.Action, x.Resource, x.Status, x.Reason)
					}
				}
				for _, o := range s.Operations {
					// What the operation goes on without is in no policy for it alone.
					firm := func(c audit.Cause) bool { return !c.Soft }
					if o.Status != audit.Works && (o.Status != audit.Degraded || slices.ContainsFunc(o.Causes, firm)) {
						t.Errorf("%s is %s for want of %s", o.Name, o.Status, strings.Join(o.Because, ", "))
					}
				}
			})
		}
	}
}
