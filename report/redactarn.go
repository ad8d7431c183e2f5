package report

import (
	"strings"
)

// arn replaces the account and the names in an ARN.
func (red *redactor) arn(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[4] == "aws" {
		return arn
	}
	account := parts[4]
	if strings.Trim(account, "0123456789") == "" && len(account) == 12 && !amazon[account] {
		parts[4] = red.placeholder("account", account)
	}
	if !amazon[account] {
		parts[5] = red.resource(parts[2], parts[5])
	}
	return strings.Join(parts, ":")
}

// resource replaces the names in the last part of an ARN, one by one between
// its separators.
func (red *redactor) resource(service, text string) string {
	var b strings.Builder
	kind := map[string]string{"s3": "bucket"}[service]
	for text != "" {
		n := strings.IndexAny(text, ":/")
		word, rest := text, ""
		if n >= 0 {
			word, rest = text[:n], text[n:]
		}
		b.WriteString(red.segment(kind, word))
		switch {
		case service == "s3":
			kind = "key"
		case kinds[word] != "":
			kind = kinds[word]
		case kind != "role" && kind != "user":
			kind = ""
		}
		if rest == "" {
			break
		}
		b.WriteByte(rest[0])
		text = rest[1:]
	}
	return b.String()
}

// kinds are the words of ARNs after which a name of that kind follows.
var kinds = map[string]string{
	"role": "role", "assumed-role": "role", "user": "user", "group": "group", "policy": "policy", "instance-profile": "profile",
	"function": "function", "layer": "layer", "cluster": "cluster", "key": "key", "alias": "alias",
}

func (red *redactor) segment(kind, word string) string {
	if word == "" || ours(word) {
		return word
	}
	if kind == "" {
		kind = "name"
	}
	// Of a bucket that Remotion made only the end tells whose it is.
	if prefix, region, ok := bucketPrefix(word); ok && kind == "bucket" {
		end := word[len(prefix)+len(region)+1:]
		if strings.Trim(end, "*?") == "" {
			return word
		}
		return red.placeholder(prefix+region+"-bucket", word)
	}
	if red.id.FindString(word) == word {
		return red.ids(word, red.nothing)
	}
	return red.placeholder(kind, word)
}

// bucketPrefix splits remotionlambda-useast1-… at its dashes.
func bucketPrefix(word string) (prefix, region string, ok bool) {
	rest, ok := strings.CutPrefix(word, "remotionlambda-")
	if !ok {
		return "", "", false
	}
	region, _, ok = strings.Cut(rest, "-")
	return "remotionlambda-", region, ok
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

// ours reports whether a word is AWS's or Remotion's own, or no name at all.
func ours(word string) bool {
	bare := strings.TrimRight(word, "*?")
	return publicWords[word] || publicWords[bare] || strings.Trim(word, "*?") == "" ||
		len(word) < 5 && strings.Trim(word, "0123456789") == "" ||
		strings.HasPrefix(word, "remotion-render-") || strings.HasPrefix(word, "remotion-binaries-") || bare == "remotionlambda-" || bare == "remotionlambda" ||
		isRemotionBucketPattern(word)
}

// isRemotionBucketPattern: remotionlambda-useast1-* says no more than a region.
func isRemotionBucketPattern(word string) bool {
	prefix, region, ok := bucketPrefix(word)
	return ok && strings.Trim(word[len(prefix)+len(region):], "-*?") == ""
}
