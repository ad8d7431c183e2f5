package checks

// hostedLayers are the versions of the layers that Remotion hosts, by region.
// Source: @remotion/lambda 4.0.527, dist/shared/hosted-layers.js.
var hostedLayers = map[string]struct{ fonts, chromium string }{
	"af-south-1":     {"23", "23"},
	"ap-east-1":      {"23", "23"},
	"ap-northeast-1": {"26", "30"},
	"ap-northeast-2": {"23", "23"},
	"ap-northeast-3": {"23", "23"},
	"ap-south-1":     {"26", "30"},
	"ap-southeast-1": {"26", "30"},
	"ap-southeast-2": {"26", "30"},
	"ap-southeast-4": {"11", "11"},
	"ap-southeast-5": {"10", "10"},
	"ca-central-1":   {"22", "22"},
	"eu-central-1":   {"64", "64"},
	"eu-central-2":   {"10", "10"},
	"eu-north-1":     {"23", "23"},
	"eu-south-1":     {"23", "23"},
	"eu-west-1":      {"27", "30"},
	"eu-west-2":      {"26", "30"},
	"eu-west-3":      {"23", "23"},
	"sa-east-1":      {"22", "22"},
	"us-east-1":      {"31", "39"},
	"us-east-2":      {"26", "30"},
	"us-west-1":      {"23", "23"},
	"us-west-2":      {"26", "30"},
}

// insightsElsewhere are the regions where the Lambda Insights layer belongs to
// another account than the one of the documented policy, or does not exist.
// Source: @remotion/lambda 4.0.527, dist/shared/lambda-insights-extensions.js.
var insightsElsewhere = map[string]bool{
	"af-south-1": true, "ap-east-1": true, "ap-northeast-3": true, "eu-south-1": true,
	"ap-southeast-4": true, "ap-southeast-5": true, "eu-central-2": true,
}
