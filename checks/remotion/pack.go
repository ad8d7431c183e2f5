package remotion

import (
	"embed"

	"remotion-doctor/checks"
	"remotion-doctor/iam"
)

//go:embed data/*.json
var data embed.FS

// Newest is the newest release of Remotion whose requirements are known.
const Newest = "4.0.527"

// The names of Remotion's documented policies.
const (
	Caller   = "caller"   // of whoever calls renderMediaOnLambda()
	Renderer = "renderer" // of the role that the render function runs as
)

// docs is where Remotion's documentation of Lambda is.
const docs = "https://www.remotion.dev/docs/lambda/"

// Pack returns what is known of Remotion Lambda. It is one and the same for all,
// and not to be changed.
func Pack() *checks.Pack { return pack }

var pack = &checks.Pack{
	Name: "Remotion", Service: "Remotion Lambda", Newest: Newest,
	// The newest releases of the major versions before the newest.
	// Source: the npm registry's list of @remotion/lambda.
	Releases: []string{"3.3.103"},

	Policies: policies, Files: data, Modules: modules,
	Operations: map[string][]checks.Operation{Caller: callerOperations, Renderer: rendererOperations},
	Features:   append(flagged, switched...),
	History:    history, Unused: unused, Undocumented: undocumented, Pains: pains,

	Whose: "the caller policy is for whoever calls renderMediaOnLambda(), the renderer policy for remotion-lambda-role, which the render function runs as",
	Trust: checks.Note{
		Why:    "Lambda runs the function as its execution role, and may do so only where the role's trust policy says so.",
		Breaks: Lambda.Consequence + ".",
	},
	Bucket: checks.Note{Breaks: "Renders that use the bucket end in AccessDenied although the role is granted all of S3."},
	// Source: CreateFunction in deployFunction(), which hands the role to Lambda;
	// IAM User Guide, "iam:PassedToService".
	Sent: []checks.Sent{{
		Action: "iam:PassRole", Resource: "arn:*:iam::*:role/remotion-lambda-role",
		Entry: iam.ContextEntry{Key: "iam:PassedToService", Type: iam.String, Values: []string{"lambda.amazonaws.com"}},
	}},
	Shared: shared,
	// Source: @remotion/serverless-client 4.0.527, REMOTION_BUCKET_PREFIX and
	// RENDER_FN_PREFIX in src/constants.ts.
	Traces: checks.Traces{
		Functions: "remotion-render-", Role: "remotion-lambda-role",
		Invoke: "lambda:InvokeFunction", Function: functionPattern,
		Names: []string{"remotionlambda-", "remotion-render-", "remotion-lambda-role"},
	},
	Samples: checks.Samples{
		Word: "remotion",
		Keys: []string{"/sites/my-video/index.html", "/renders/8h3k2j9x1m/out.mp4"}, OtherKeys: []string{"/renders/8h3k2j9x1m/progress.json"},
	},
	Pages: checks.Pages{
		Permissions: docs + "permissions", Roles: docs + "troubleshooting/permissions", Partitions: docs + "aws-china-regions",
		Package: "@remotion/lambda " + Newest,
	},
	Commands: checks.Commands{Show: show, Diff: diff},
	Hooks: checks.Hooks{
		Extents: extents, Narrow: narrow, Values: values, Adapt: adapt, Describe: describe, Lint: lintName,
		Diagnosers: []checks.Diagnoser{
			hostRole, qualifiedOnly, checks.RegionLock, checks.SwappedPolicy, checks.StalePolicy, checks.RequiredSince, checks.NoLongerRequired, checks.FaultyPolicies,
			publicBucketStopped, unsupportedRegions, optInRegions, insightsAccounts, chinaLayers, checks.UnusedActions, checks.UndocumentedActions,
		},
		Trustee: trustee, Role: RendererRole, Host: HostCredentials,
		BucketsIn: BucketsIn, Buckets: Buckets, Bucket: CheckBucket,
		Uses: Uses, Credentials: CredentialTraps, Cures: cures,
	},
}

// show is the command that prints a policy.
func show(policy, release string) string {
	if release == "" {
		return "remotion-doctor policy show " + policy
	}
	return "remotion-doctor policy show " + policy + " --remotion-version " + release
}

// diff is the command that explains what two releases differ by.
func diff(from, to string) string { return "remotion-doctor policy diff " + from + " " + to }
