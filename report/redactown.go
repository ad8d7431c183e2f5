package report

import (
	"regexp"
	"strings"
)

// Names that Remotion makes say nothing about whose they are, and stay. A name
// that only begins like one may hold the name of a company, and does not.

// own are the names of Remotion's own making, patterns of them included.
// Source: @remotion/lambda 4.0.527, specFunctionName in
// dist/shared/function-name.js, the layers in dist/shared/hosted-layers.js.
var own = []*regexp.Regexp{
	// remotion-render-4-0-527-mem2048mb-disk2048mb-120sec
	regexp.MustCompile(`^remotion-render-(?:(?:[0-9*?]{1,6}|(?:alpha|beta|rc)[0-9]{0,3}|mem[0-9*?]{1,6}(?:mb)?|disk[0-9*?]{1,6}(?:mb)?|[0-9]{1,5}sec)(?:-|$))*\*?$`),
	regexp.MustCompile(`^remotion-binaries-(?:(?:chromium|fonts|emoji|apple|google|ffmpeg|remotion|cjk|arm64|x64|x86|[0-9*?]{1,4})(?:-|$))*\*?$`),
}

// bucketRegion is a Region as names of buckets have it: useast1, or a pattern
// of Regions.
var bucketRegion = regexp.MustCompile(`^(?:[a-z]{2}(?:gov|isob?|isoe|isof)?(?:north|south|central)?(?:east|west)?[0-9*?]{0,2}|[*?]+)$`)

// ours reports whether a word is AWS's or Remotion's own, or no name at all.
func ours(word string) bool {
	bare := strings.TrimRight(word, "*?")
	if publicWords[word] || publicWords[bare] || strings.Trim(word, "*?") == "" {
		return true
	}
	if len(word) < 5 && strings.Trim(word, "0123456789") == "" {
		return true
	}
	for _, o := range own {
		if o.MatchString(word) {
			return true
		}
	}
	return bare == "remotionlambda-" || bare == "remotionlambda" || isRemotionBucketPattern(word)
}

// isRemotionBucketPattern: remotionlambda-useast1-* says no more than a region.
func isRemotionBucketPattern(word string) bool {
	prefix, region, ok := bucketPrefix(word)
	return ok && strings.Trim(word[len(prefix)+len(region):], "-*?") == ""
}

// bucketPrefix splits remotionlambda-useast1-… at its dashes. What does not
// name a Region there is no bucket of Remotion's making.
func bucketPrefix(word string) (prefix, region string, ok bool) {
	rest, ok := strings.CutPrefix(word, "remotionlambda-")
	if !ok {
		return "", "", false
	}
	region, _, ok = strings.Cut(rest, "-")
	return "remotionlambda-", region, ok && bucketRegion.MatchString(region)
}

// words of ARNs, of Remotion and of AWS that tell nothing about whose they are.
var publicWords = map[string]bool{
	"role": true, "assumed-role": true, "user": true, "group": true, "policy": true, "instance-profile": true, "service-role": true,
	"aws-service-role": true, "function": true, "layer": true, "log-group": true, "log-stream": true, "cluster": true, "key": true,
	"alias": true, "bucket": true, "root": true, "aws": true, "lambda": true, "lambda-insights": true, "sites": true, "renders": true,
	"index.html": true, "task-definition": true, "service": true, "instance": true, "parameter": true, "secret": true, "table": true,
	"$LATEST": true, "LambdaInsightsExtension": true, "caller": true, "renderer": true,
	"remotion-lambda-role": true, "remotion-executionrole-policy": true,
}
