package accessdenied

import (
	"html"
	"regexp"
	"strings"
	"sync"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// MaxText is how much of a text is read; an error stands at its beginning.
const MaxText = 64 << 10

// Parse reads an error message. What the text does not tell stays empty, and
// Asked names the flag or argument that would tell it. more are diagnoses
// next to those of this package; they come first.
func Parse(text string, more ...Diagnosis) iam.DeniedMessage {
	m := iam.DeniedMessage{}
	record := events(text)
	if len(record) > 0 {
		text = record[0].ErrorCode + ": " + record[0].ErrorMessage
	}
	text = Text(text)
	readCode(&m, text)
	readSentence(&m, text)
	readReason(&m, text)
	readIDs(&m, text)
	if len(record) > 0 {
		record[0].fill(&m)
	}
	if imply(&m, text) && m.Resource == "" {
		m.Resource = loneResource(m.Action, text)
	}
	if m.Action == "" {
		readOperation(&m, text)
	}
	diagnose(&m, text, append(more, diagnoses()...))
	if cutOff(&m, text) {
		m.CutOff, m.Resource = m.Resource, ""
	}
	if !m.Conclusive {
		m.Asked = missing(&m)
	}
	return m
}

// denialCode matches the codes of errors that are denials.
var denialCode = compileOne(`^(?:AccessDenied|Unauthorized|Forbidden|NotAuthorized|AuthorizationError)`)

// Denied reports whether the message concerns a denied request at all.
func Denied(m *iam.DeniedMessage) bool {
	return denialCode().MatchString(m.Code) || m.Action != "" || m.Principal != "" || m.Encoded != "" || m.AuthorizationID != "" || m.Diagnosis != "" || m.Decision != ""
}

var (
	escapes  = compileOne("\x1b\\[[0-9;?]*[A-Za-z]")
	frames   = compileOne(`(?m)^\s*(?:[│╷╵|]+[ \t]*)+`)
	blanks   = compileOne(`[\s\x{00A0}]+`)
	bold     = compileOne(`(?m)(^|\s)\*\*(\S.*?)\*\*(\s|$)`) // Markdown's
	jsonMark = strings.NewReplacer(`\"`, `"`, `\n`, " ", `\r`, " ", `\t`, " ", `\u0026`, "&", `\u003c`, "<", `\u003e`, ">")
)

// Text undoes what logs and terminals do to a message: colours, frames, line
// breaks, and the escapes of JSON and XML. It is one line.
func Text(text string) string {
	if len(text) > MaxText {
		text = text[:MaxText]
	}
	text = strings.ToValidUTF8(text, "")
	text = escapes().ReplaceAllString(text, "")
	text = frames().ReplaceAllString(text, " ")
	text = rightBar().ReplaceAllString(text, "")
	text = bold().ReplaceAllString(text, "$1$2$3")
	text = joined(text)
	for range 3 { // JSON in JSON in JSON
		text = jsonMark.Replace(text)
	}
	text = html.UnescapeString(text)
	return joinedAction(strings.TrimSpace(blanks().ReplaceAllString(text, " ")))
}

// codePatterns find the error's code, the most telling first.
var codePatterns = compile(
	`An error occurred \((\w+)\)`,    // AWS CLI, botocore
	`api error (\w+):`,               // SDK for Go v2
	`Error Code: (\w+)`,              // SDK for Java v1
	`ErrorCode: (\w+)`,               // CloudFormation, SDK for .NET
	`<Code>(\w+)</Code>`,             // S3's XML
	`"__type": ?"(?:[\w.]+#)?(\w+)"`, // JSON protocols
	`"(?:errorType|errorCode|code|Code|error)": ?"(?:Lambda\.)?(\w*(?:Exception|Denied|Unauthorized\w*|Forbidden|Error))"`,
	`(?:name|code|Code): ?'(\w+)'`,    // an error printed by Node
	`Aws::\w+::Errors::(\w+)`,         // SDK for Ruby
	`(\w+) \(client\):`,               // SDK for PHP
	`Client\.(UnauthorizedOperation)`, // CloudTrail's code
	`\b((?:AccessDenied|Unauthorized|Forbidden|Dependency|KMS\w*Exception|AccessControlList|InvalidBucketAcl|InvalidClientToken|UnrecognizedClient|InvalidParameterValue|ExpiredToken|SignatureDoesNot|InvalidSignature|InvalidAccessKey|ResourceConflict|NotAuthorized|AuthorizationError|OptInRequired|ResourceNotFound|TooManyRequests|Throttling|RequestExpired|RequestTimeTooSkewed|CredentialsProvider|InvalidEntityArn)\w*)\b`,
)

// compile makes patterns that are compiled when they are first used: that
// takes longer than the program's start.
func compile(patterns ...string) func() []*regexp.Regexp {
	return sync.OnceValue(func() []*regexp.Regexp {
		out := make([]*regexp.Regexp, len(patterns))
		for i, p := range patterns {
			out[i] = regexp.MustCompile(p)
		}
		return out
	})
}

// compileOne is compile for one pattern.
func compileOne(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

func readCode(m *iam.DeniedMessage, text string) {
	for _, p := range codePatterns() {
		if found := p.FindStringSubmatch(text); found != nil {
			m.Code = found[1]
			return
		}
	}
}

var (
	idPatterns = compile(`authorization-details/([0-9A-Za-z]+)`, `(?i)authorization[ _-]?id['"]?\s*[:=]?\s*['"]?([0-9a-z]{8,})\b`)
	encoded    = compileOne(`(?i)encoded authorization (?:failure )?message: ?"?([A-Za-z0-9_=-]{16,})`)
	policyARN  = compileOne(`(?:policy|boundary): ?"?(arn:[\w-]+:(?:iam|organizations)::[\w*]*:policy/[^\s"']*)`)
)

// readIDs reads what newer messages carry: the policy's ARN and the key of
// AWS's Access Troubleshooter.
// Source: IAM User Guide, "Troubleshoot access denied error messages with
// authorization ID".
func readIDs(m *iam.DeniedMessage, text string) {
	for _, p := range idPatterns() {
		if found := p.FindStringSubmatch(text); found != nil {
			m.AuthorizationID = found[1]
			break
		}
	}
	if found := encoded().FindStringSubmatch(text); found != nil {
		m.Encoded = found[1]
	}
	if found := policyARN().FindStringSubmatch(text); found != nil {
		m.PolicyARN = strings.TrimRight(found[1], ".,;)")
	}
}

// missing names what must be given next to the text.
func missing(m *iam.DeniedMessage) []string {
	var out []string
	if strings.HasPrefix(m.Action, "sts:AssumeRoleWith") {
		// A token, and no principal, was denied.
		if m.Resource == "" {
			out = append(out, "the resource, which is the role that refused the token: --role NAME")
		}
		return out
	}
	if m.Action == "" {
		out = append(out, "the action: `explain ACTION RESOURCE --error …`, as in lambda:InvokeFunction; see the call that failed")
	}
	if m.CutOff != "" {
		out = append(out, "the resource's ARN, which is cut off in the text ("+m.CutOff+"…): `explain ACTION RESOURCE --error …`")
	} else if m.Resource == "" || strings.ContainsAny(m.Resource, " ") {
		out = append(out, "the resource's ARN: `explain ACTION RESOURCE --error …`")
	}
	if _, ok := policy.ParseARN(m.Principal); !ok {
		out = append(out, "who was denied: --role NAME, --user NAME or --function NAME; `aws sts get-caller-identity` with the same credentials shows it")
	}
	return out
}
