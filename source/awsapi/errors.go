package awsapi

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A Kind sorts what can go wrong with AWS.
type Kind string

// The kinds of errors.
const (
	KindCredentials Kind = "credentials" // none, expired or invalid
	KindRegion      Kind = "region"      // none configured
	KindDenied      Kind = "denied"      // the caller may not ask
	KindNotFound    Kind = "not found"   // what was asked about does not exist
	KindUnsupported Kind = "unsupported" // the endpoint is none of AWS, or lacks the operation
	KindUnreachable Kind = "unreachable" // no answer
	KindThrottled   Kind = "throttled"   // refused for too many requests, to the last attempt
	KindInvalid     Kind = "invalid"     // refused for what was asked
	KindOther       Kind = "other"
)

// An Error says in one line what was attempted and what went wrong, and in
// another what to do.
type Error struct {
	Op   string // asking iam:SimulatePrincipalPolicy
	Kind Kind
	Msg  string
	Hint string // empty where nothing can be advised
	Err  error  // the SDK's, not for display
}

func (e *Error) Error() string { return e.Op + ": " + e.Msg }

// Unwrap returns the SDK's error.
func (e *Error) Unwrap() error { return e.Err }

const (
	hintOffline = "to check without AWS, use --engine local with --snapshot FILE"
	hintLogin   = "sign in again (`aws sso login`, `aws configure`), or name a profile with --profile"
)

// codes gives the errors of AWS's APIs their kind and hint.
var codes = map[string]struct {
	kind Kind
	hint string
}{
	"ExpiredToken":                {KindCredentials, hintLogin},
	"ExpiredTokenException":       {KindCredentials, hintLogin},
	"RequestExpired":              {KindCredentials, hintLogin},
	"InvalidClientTokenId":        {KindCredentials, "the access key is not known to AWS; a temporary key (ASIA…) needs its session token"},
	"UnrecognizedClientException": {KindCredentials, "the access key is not known to AWS; a temporary key (ASIA…) needs its session token"},
	"SignatureDoesNotMatch":       {KindCredentials, "the secret access key does not belong to the access key"},
	"AuthFailure":                 {KindCredentials, hintLogin},
	"NoSuchEntity":                {KindNotFound, ""},
	"NoSuchBucket":                {KindNotFound, "look at the spelling of the bucket"},
	"ResourceNotFoundException":   {KindNotFound, "look at the spelling and at --region"},
	"InvalidInstanceID.NotFound":  {KindNotFound, "look at the id and at --region"},
	"InvalidInstanceID.Malformed": {KindInvalid, "an instance id looks like i-0123456789abcdef0"},
	"Throttling":                  {KindThrottled, "try again later, or use --engine local"},
	"ThrottlingException":         {KindThrottled, "try again later, or use --engine local"},
	"TooManyRequestsException":    {KindThrottled, "try again later, or use --engine local"},
	"RequestLimitExceeded":        {KindThrottled, "try again later, or use --engine local"},
	"InvalidAction":               {KindUnsupported, "the endpoint does not know this operation; " + hintOffline},
	"UnknownOperationException":   {KindUnsupported, "the endpoint does not know this operation; " + hintOffline},
	"InvalidInput":                {KindInvalid, ""},
	"ValidationError":             {KindInvalid, ""},
	"LimitExceeded":               {KindInvalid, "a quota of IAM is reached; `fix --managed` or another policy may help"},
	"MalformedPolicyDocument":     {KindInvalid, ""},
	"EntityAlreadyExists":         {KindInvalid, "choose another name with --policy-name"},
	"DeleteConflict":              {KindInvalid, ""},

	"InvalidAuthorizationMessageException": {KindInvalid, "paste the whole message; it is of the account that denied the request"},
}

// explain turns an error of the SDK into an Error.
func explain(op string, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	out := &Error{Op: op, Kind: KindOther, Msg: clean(err.Error()), Err: err}
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() != "" && known(api.ErrorCode()) {
		out.fromAPI(api)
		return out
	}
	out.fromTransport(err)
	return out
}

func known(code string) bool { return code != "UnknownError" }

func (e *Error) fromAPI(api smithy.APIError) {
	code := api.ErrorCode()
	e.Msg = clean(strings.TrimSpace(api.ErrorMessage()))
	if e.Msg == "" {
		e.Msg = clean(code)
	}
	if c, ok := codes[code]; ok {
		e.Kind, e.Hint = c.kind, c.hint
		if strings.Contains(e.Msg, "does not have access to policies in account") {
			e.Hint = "use credentials of the account that the principal is in, for instance with --profile"
		}
		return
	}
	if strings.HasPrefix(code, "AccessDenied") || code == "UnauthorizedOperation" {
		e.Kind = KindDenied
		e.Hint = "the credentials that you run this program with lack that action; " + hintOffline
		return
	}
	e.Msg = clean(code) + ": " + e.Msg
}

// fromTransport explains what happened before AWS answered, or instead.
func (e *Error) fromTransport(err error) {
	text := err.Error()
	_, profile := errors.AsType[config.SharedConfigProfileNotExistError](err)
	dns, isDNS := errors.AsType[*net.DNSError](err)
	_, isURL := errors.AsType[*url.Error](err)
	_, isNet := errors.AsType[*net.OpError](err)
	response, answered := errors.AsType[*smithyhttp.ResponseError](err)
	switch {
	case errors.Is(err, context.Canceled):
		e.Kind, e.Msg = KindOther, "interrupted"
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Msg = KindUnreachable, "no answer in time"
	case profile:
		e.Kind, e.Hint = KindCredentials, "`aws configure list-profiles` shows the profiles that there are"
		e.Msg = "the AWS profile does not exist"
	case strings.Contains(text, "failed to refresh cached credentials"), strings.Contains(text, "get identity: get credentials"):
		e.Kind, e.Msg = KindCredentials, "no AWS credentials found"
		if strings.Contains(text, "SSO") || strings.Contains(text, "sso") {
			e.Msg = "the SSO session has expired"
		}
		e.Hint = hintLogin + "; " + hintOffline
	case strings.Contains(text, "Missing Region"), strings.Contains(text, "Invalid Configuration: Missing Region"):
		e.Kind, e.Msg = KindRegion, "no AWS region is configured"
		e.Hint = "give one with --region, or set AWS_REGION"
	case answered && response.Response != nil && response.HTTPStatusCode() != 0:
		e.Kind, e.Hint = KindUnsupported, "the endpoint does not speak AWS's API; look at --endpoint-url and at proxies; "+hintOffline
		e.Msg = fmt.Sprintf("the endpoint's answer (HTTP %d) is not understood", response.HTTPStatusCode())
	case isDNS:
		e.Kind, e.Msg = KindUnreachable, "the host "+clean(dns.Name)+" is not known"
		e.Hint = "look at the network, at --region and at --endpoint-url; " + hintOffline
	case isNet, isURL:
		e.Kind, e.Msg = KindUnreachable, "AWS cannot be reached: "+clean(lastPart(text))
		e.Hint = "look at the network and at --endpoint-url; " + hintOffline
	case strings.Contains(text, "deserialization failed"), strings.Contains(text, "XML syntax"):
		e.Kind, e.Hint = KindUnsupported, "the endpoint does not speak AWS's API; look at --endpoint-url and at proxies; "+hintOffline
		e.Msg = "the endpoint's answer is not understood"
	}
}

// lastPart is what a chain of wrapped errors comes to.
func lastPart(s string) string {
	parts := strings.Split(s, ": ")
	return strings.Join(parts[max(0, len(parts)-2):], ": ")
}

var secrets = regexp.MustCompile(`(?i)(secret|token|signature|password)[=: ]+[A-Za-z0-9/+=]{16,}`)

// clean makes text from elsewhere fit for one line of a terminal.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r < 0x20 || r >= 0x7F && r <= 0x9F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
	s = secrets.ReplaceAllString(s, "$1=…")
	if runes := []rune(s); len(runes) > 500 {
		s = string(runes[:500]) + "…"
	}
	return s
}
