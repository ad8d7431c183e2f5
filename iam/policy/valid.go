package policy

import "strings"

const (
	digits  = "0123456789"
	letters = "abcdefghijklmnopqrstuvwxyz"
)

// IsAccountID reports whether text has the form of an account's ID: twelve
// digits.
//
// Source: Account Management Reference Guide, "View AWS account identifiers".
func IsAccountID(s string) bool { return len(s) == 12 && strings.Trim(s, digits) == "" }

// IsRegion reports whether text has the form of a Region's name, such as
// us-east-1 or us-gov-west-1; there need be no such Region.
func IsRegion(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || len(parts) > 5 {
		return false
	}
	for _, p := range parts {
		if p == "" || strings.Trim(p, letters+digits) != "" {
			return false
		}
	}
	return true
}

// IsName reports whether IAM accepts text as the name of a policy: letters,
// digits and +=,.@_-, up to 128.
//
// Source: IAM User Guide, "IAM and AWS STS quotas", name requirements.
func IsName(s string) bool {
	return s != "" && len(s) <= 128 && strings.Trim(s, letters+strings.ToUpper(letters)+digits+"+=,.@_-") == ""
}

// FunctionName returns the name in the ARN of a Lambda function or of a version
// of it; text that is no such ARN is returned unchanged.
func FunctionName(nameOrARN string) string {
	a, ok := ParseARN(nameOrARN)
	if !ok || a.Service != "lambda" {
		return nameOrARN
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(a.Resource, "function:"), ":")
	return name
}
