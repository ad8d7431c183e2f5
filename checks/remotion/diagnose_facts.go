package remotion

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
)

// publicBucketStopped: what an organization, a boundary or a Deny stops are the
// calls by which Remotion opens its bucket.
func publicBucketStopped(s *checks.Situation) []audit.Diagnosis {
	opening := []string{"s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketOwnershipControls", "s3:PutBucketAcl"}
	blocked := s.GrantsWith(func(f *audit.Finding) bool {
		return checks.Stopped(f) && slices.Contains(opening, f.Action) && !s.StoppedAlike(f, opening)
	})
	if !s.Documented() || len(blocked) == 0 {
		return nil
	}
	d := audit.Diagnosis{
		Code: "public-buckets-forbidden", Severity: audit.SeverityWarning, Actions: checks.ActionsOf(blocked),
		Message: fmt.Sprintf("%s %s forbidden above the grants: your organization seems not to allow public buckets. Remotion opens its bucket so that sites and outputs can be read", checks.JoinWords(checks.ActionsOf(blocked)), checks.IsAre(len(blocked))),
		Hint:    "ask the administrator to except remotionlambda-* buckets; or create the bucket yourself, name it with forceBucketName (--bucket), render with privacy no-acl and serve the site from elsewhere",
		Source:  docs + "bucket-security",
	}
	if slices.Contains(checks.ActionsOf(blocked), "s3:PutBucketPolicy") {
		d.Message += ". Since 4.0.418 a failing PutBucketPolicy is only a warning, after which Remotion tries to make the bucket public-read by an ACL"
	}
	return []audit.Diagnosis{d}
}

// regionFacts are the regions of Remotion Lambda; those that AWS does not
// enable by default are marked.
// Source: @remotion/lambda-client 4.0.527, src/regions.ts; me-south-1 was
// removed between 4.0.452 and 4.0.456.
var regionFacts = map[string]struct{ optIn bool }{
	"af-south-1": {true}, "ap-east-1": {true}, "ap-northeast-1": {}, "ap-northeast-2": {}, "ap-northeast-3": {},
	"ap-south-1": {}, "ap-southeast-1": {}, "ap-southeast-2": {}, "ap-southeast-4": {true}, "ap-southeast-5": {true},
	"ca-central-1": {}, "cn-north-1": {}, "cn-northwest-1": {}, "eu-central-1": {}, "eu-central-2": {true},
	"eu-north-1": {}, "eu-south-1": {true}, "eu-west-1": {}, "eu-west-2": {}, "eu-west-3": {},
	"sa-east-1": {}, "us-east-1": {}, "us-east-2": {}, "us-west-1": {}, "us-west-2": {},
}

// Regions returns the regions of Remotion Lambda, sorted.
func Regions() []string { return slices.Sorted(maps.Keys(regionFacts)) }

// OptIn returns those of some regions that AWS does not enable by default. A
// request there ends in "The security token included in the request is invalid"
// while the region is off.
func OptIn(regions []string) []string {
	var out []string
	for _, r := range regions {
		if regionFacts[r].optIn {
			out = append(out, r)
		}
	}
	return out
}

func unsupportedRegions(s *checks.Situation) []audit.Diagnosis {
	var odd []string
	for _, r := range s.Regions {
		if _, ok := regionFacts[r]; !ok {
			odd = append(odd, r)
		}
	}
	if !s.Documented() || len(odd) == 0 {
		return nil
	}
	return []audit.Diagnosis{{
		Code: "unsupported-region", Severity: audit.SeverityError,
		Message: fmt.Sprintf("Remotion Lambda does not run in %s: it has no layers there", checks.JoinWords(odd)),
		Hint:    "its regions are " + strings.Join(Regions(), ", "), Source: docs + "region-selection",
	}}
}

func optInRegions(s *checks.Situation) []audit.Diagnosis {
	off := OptIn(s.Regions)
	if !s.Documented() || len(off) == 0 {
		return nil
	}
	return []audit.Diagnosis{{
		Code: "opt-in-region", Severity: audit.SeverityNote,
		Message: fmt.Sprintf("%s %s not enabled in an AWS account by default; where a region is off, Remotion shows \"The security token included in the request is invalid\"", checks.JoinWords(off), checks.IsAre(len(off))),
		Hint:    "`aws account get-region-opt-status --region-name " + off[0] + "` shows; enable it in the AWS console under Account",
		Source:  docs + "troubleshooting/security-token",
	}}
}

// insightsAccounts: the documented policy names one account of Lambda
// Insights' layer; some regions have another, some have none.
func insightsAccounts(s *checks.Situation) []audit.Diagnosis {
	if s.Requirement.Name != "caller" || !s.Requirement.Has("insights") {
		return nil
	}
	var other, none []string
	for _, r := range s.Regions {
		switch arn := insightsLayers[r]; {
		case arn == "":
			none = append(none, r)
		case !strings.Contains(arn, ":580247275435:") && !strings.Contains(arn, ":488211338238:"):
			other = append(other, r)
		}
	}
	var out []audit.Diagnosis
	if len(other) > 0 {
		out = append(out, audit.Diagnosis{
			Code: "insights-account", Severity: audit.SeverityNote,
			Message: fmt.Sprintf("the Lambda Insights layer of %s belongs to another AWS account than the one that Remotion's documented policy names (580247275435): with the documented policy alone, a deploy with enableLambdaInsights fails there", checks.JoinWords(other)),
			Hint:    "grant lambda:GetLayerVersion on the layer that is named in this report", Source: docs + "insights",
		})
	}
	if len(none) > 0 {
		out = append(out, audit.Diagnosis{
			Code: "insights-unsupported", Severity: audit.SeverityError,
			Message: fmt.Sprintf("AWS has no Lambda Insights layer for Remotion's functions in %s: deployFunction() with enableLambdaInsights stops with an error", checks.JoinWords(none)), Hint: "leave enableLambdaInsights off there", Source: docs + "insights",
		})
	}
	return out
}

func chinaLayers(s *checks.Situation) []audit.Diagnosis {
	if s.Principal.Partition() != "aws-cn" || s.Requirement.Name != "caller" || s.Requirement.Has("custom-layer") || !s.Documented() {
		return nil
	}
	return []audit.Diagnosis{{
		Code: "china-layers", Severity: audit.SeverityNote,
		Message: "Remotion hosts no layers in China: deployFunction() needs customLayerArns there, and lambda:GetLayerVersion on them, which the documented policy does not grant",
		Hint:    "check them with --custom-layer ARN", Source: docs + "aws-china-regions",
	}}
}

// describe names a grant by its action, and by Lambda Insights where the same
// action has another use.
func describe(g checks.Grant) string {
	if strings.Contains(g.Resource, "LambdaInsights") || strings.Contains(g.Resource, "lambda-insights") {
		return g.Action + " for Lambda Insights"
	}
	return g.Action
}
