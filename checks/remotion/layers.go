package remotion

import "remotion-doctor/checks"

// A hosted is the versions of the layers that Remotion hosts in one region.
type hosted struct{ fonts, chromium, emojiApple, emojiGoogle, cjk string }

// attached returns the layers that a deploy attaches, by name and version,
// unless it prefers the emojis of Apple.
// Source: @remotion/lambda 4.0.527, dist/shared/get-layers.js.
func (h hosted) attached() []string {
	return []string{
		"remotion-binaries-chromium-arm64:" + h.chromium, "remotion-binaries-fonts-arm64:" + h.fonts,
		"remotion-binaries-emoji-google-arm64:" + h.emojiGoogle, "remotion-binaries-cjk-arm64:" + h.cjk,
	}
}

// shared are the layers that functions use and that their owners publish to
// everyone.
// Source: @remotion/lambda 4.0.527, dist/shared/get-layers.js, which names them
// for every account; AWS CloudWatch User Guide, "Available versions of the Lambda
// Insights extension".
var shared = []checks.Shared{
	{Action: "lambda:GetLayerVersion", Resource: "arn:*:lambda:*:678892195805:layer:remotion-binaries-*"},
	{Action: "lambda:GetLayerVersion", Resource: "arn:*:lambda:*:*:layer:LambdaInsightsExtension*"},
}

// hostedLayers are the versions of the layers that Remotion hosts, by region.
// Source: @remotion/lambda 4.0.527, dist/shared/hosted-layers.js.
var hostedLayers = map[string]hosted{
	"af-south-1":     {"23", "23", "14", "14", "14"},
	"ap-east-1":      {"23", "23", "14", "14", "14"},
	"ap-northeast-1": {"26", "30", "14", "14", "14"},
	"ap-northeast-2": {"23", "23", "14", "14", "14"},
	"ap-northeast-3": {"23", "23", "14", "14", "14"},
	"ap-south-1":     {"26", "30", "14", "14", "14"},
	"ap-southeast-1": {"26", "30", "14", "14", "14"},
	"ap-southeast-2": {"26", "30", "14", "14", "14"},
	"ap-southeast-4": {"11", "11", "10", "10", "10"},
	"ap-southeast-5": {"10", "10", "10", "10", "10"},
	"ca-central-1":   {"22", "22", "13", "13", "13"},
	"eu-central-1":   {"64", "64", "26", "26", "26"},
	"eu-central-2":   {"10", "10", "10", "10", "10"},
	"eu-north-1":     {"23", "23", "14", "14", "14"},
	"eu-south-1":     {"23", "23", "14", "14", "14"},
	"eu-west-1":      {"27", "30", "14", "14", "14"},
	"eu-west-2":      {"26", "30", "14", "14", "14"},
	"eu-west-3":      {"23", "23", "14", "14", "14"},
	"sa-east-1":      {"22", "22", "13", "13", "13"},
	"us-east-1":      {"31", "39", "14", "14", "14"},
	"us-east-2":      {"26", "30", "14", "14", "14"},
	"us-west-1":      {"23", "23", "14", "14", "14"},
	"us-west-2":      {"26", "30", "14", "14", "14"},
}

// insightsLayers are the Lambda Insights layers that Remotion attaches, by
// region. Some belong to other accounts than the one of the documented policy;
// regions that are missing have none.
// Source: @remotion/lambda 4.0.527, dist/shared/lambda-insights-extensions.js.
var insightsLayers = map[string]string{
	"af-south-1":     "arn:aws:lambda:af-south-1:012438385374:layer:LambdaInsightsExtension-Arm64:2",
	"ap-east-1":      "arn:aws:lambda:ap-east-1:519774774795:layer:LambdaInsightsExtension-Arm64:2",
	"ap-northeast-1": "arn:aws:lambda:ap-northeast-1:580247275435:layer:LambdaInsightsExtension-Arm64:11",
	"ap-northeast-2": "arn:aws:lambda:ap-northeast-2:580247275435:layer:LambdaInsightsExtension-Arm64:4",
	"ap-northeast-3": "arn:aws:lambda:ap-northeast-3:194566237122:layer:LambdaInsightsExtension-Arm64:2",
	"ap-south-1":     "arn:aws:lambda:ap-south-1:580247275435:layer:LambdaInsightsExtension-Arm64:7",
	"ap-southeast-1": "arn:aws:lambda:ap-southeast-1:580247275435:layer:LambdaInsightsExtension-Arm64:5",
	"ap-southeast-2": "arn:aws:lambda:ap-southeast-2:580247275435:layer:LambdaInsightsExtension-Arm64:5",
	"ca-central-1":   "arn:aws:lambda:ca-central-1:580247275435:layer:LambdaInsightsExtension-Arm64:3",
	"cn-north-1":     "arn:aws-cn:lambda:cn-north-1:488211338238:layer:LambdaInsightsExtension-Arm64:4",
	"cn-northwest-1": "arn:aws-cn:lambda:cn-northwest-1:488211338238:layer:LambdaInsightsExtension-Arm64:4",
	"eu-central-1":   "arn:aws:lambda:eu-central-1:580247275435:layer:LambdaInsightsExtension-Arm64:5",
	"eu-north-1":     "arn:aws:lambda:eu-north-1:580247275435:layer:LambdaInsightsExtension-Arm64:3",
	"eu-south-1":     "arn:aws:lambda:eu-south-1:339249233099:layer:LambdaInsightsExtension-Arm64:2",
	"eu-west-1":      "arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension-Arm64:5",
	"eu-west-2":      "arn:aws:lambda:eu-west-2:580247275435:layer:LambdaInsightsExtension-Arm64:5",
	"eu-west-3":      "arn:aws:lambda:eu-west-3:580247275435:layer:LambdaInsightsExtension-Arm64:3",
	"sa-east-1":      "arn:aws:lambda:sa-east-1:580247275435:layer:LambdaInsightsExtension-Arm64:3",
	"us-east-1":      "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension-Arm64:5",
	"us-east-2":      "arn:aws:lambda:us-east-2:580247275435:layer:LambdaInsightsExtension-Arm64:7",
	"us-west-1":      "arn:aws:lambda:us-west-1:580247275435:layer:LambdaInsightsExtension-Arm64:3",
	"us-west-2":      "arn:aws:lambda:us-west-2:580247275435:layer:LambdaInsightsExtension-Arm64:5",
}
