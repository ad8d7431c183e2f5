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

	"remotion-doctor/source"
)

const (
	hintOffline = "to check without AWS, use --engine local with --snapshot FILE"
	hintLogin   = "sign in again (`aws sso login`, `aws configure`), or name a profile with --profile"
)

// codes gives the errors of AWS's APIs their kind and hint.
var codes = map[string]struct {
	kind source.Kind
	hint string
}{
	"ExpiredToken":                {source.KindCredentials, hintLogin},
	"ExpiredTokenException":       {source.KindCredentials, hintLogin},
	"RequestExpired":              {source.KindCredentials, hintLogin},
	"InvalidClientTokenId":        {source.KindCredentials, "the access key is not known to AWS; a temporary key (ASIA…) needs its session token"},
	"UnrecognizedClientException": {source.KindCredentials, "the access key is not known to AWS; a temporary key (ASIA…) needs its session token"},
	"SignatureDoesNotMatch":       {source.KindCredentials, "the secret access key does not belong to the access key"},
	"AuthFailure":                 {source.KindCredentials, hintLogin},
	"NoSuchEntity":                {source.KindNotFound, ""},
	"NoSuchBucket":                {source.KindNotFound, "look at the spelling of the bucket"},
	"ResourceNotFoundException":   {source.KindNotFound, "look at the spelling and at --region"},
	"InvalidInstanceID.NotFound":  {source.KindNotFound, "look at the id and at --region"},
	"InvalidInstanceID.Malformed": {source.KindInvalid, "an instance id looks like i-0123456789abcdef0"},
	"Throttling":                  {source.KindThrottled, "try again later, or use --engine local"},
	"ThrottlingException":         {source.KindThrottled, "try again later, or use --engine local"},
	"TooManyRequestsException":    {source.KindThrottled, "try again later, or use --engine local"},
	"RequestLimitExceeded":        {source.KindThrottled, "try again later, or use --engine local"},
	"InvalidAction":               {source.KindUnsupported, "the endpoint does not know this operation; " + hintOffline},
	"UnknownOperationException":   {source.KindUnsupported, "the endpoint does not know this operation; " + hintOffline},
	"InvalidInput":                {source.KindInvalid, ""},
	"ValidationError":             {source.KindInvalid, ""},
	"LimitExceeded":               {source.KindConflict, "a quota of IAM is reached; `fix --managed` or another policy may help"},
	"MalformedPolicyDocument":     {source.KindInvalid, ""},
	"EntityAlreadyExists":         {source.KindExists, "choose another name with --policy-name"},
	"DeleteConflict":              {source.KindConflict, ""},

	"ConcurrentModification":          {source.KindConflict, ""},
	"ConcurrentModificationException": {source.KindConflict, ""},
	"EntityTemporarilyUnmodifiable":   {source.KindConflict, ""},

	"InvalidAuthorizationMessageException": {source.KindInvalid, "paste the whole message; it is of the account that denied the request"},
}

// explain turns an error of the SDK into an Error.
func explain(op string, err error) error {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return e
	}
	out := &source.Error{Op: op, Kind: source.KindOther, Msg: clean(err.Error()), Err: err}
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() != "" && known(api.ErrorCode()) {
		fromAPI(out, api)
		return out
	}
	fromTransport(out, err)
	return out
}

func known(code string) bool { return code != "UnknownError" }

func fromAPI(e *source.Error, api smithy.APIError) {
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
		e.Kind = source.KindDenied
		e.Hint = "the credentials that you run this program with lack that action; " + hintOffline
		return
	}
	e.Msg = clean(code) + ": " + e.Msg
}

// fromTransport explains what happened before AWS answered, or instead.
func fromTransport(e *source.Error, err error) {
	text := err.Error()
	_, profile := errors.AsType[config.SharedConfigProfileNotExistError](err)
	dns, isDNS := errors.AsType[*net.DNSError](err)
	_, isURL := errors.AsType[*url.Error](err)
	_, isNet := errors.AsType[*net.OpError](err)
	response, answered := errors.AsType[*smithyhttp.ResponseError](err)
	switch {
	case errors.Is(err, context.Canceled):
		e.Kind, e.Msg = source.KindOther, "interrupted"
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Msg = source.KindUnreachable, "no answer in time"
	case profile:
		e.Kind, e.Hint = source.KindCredentials, "`aws configure list-profiles` shows the profiles that there are"
		e.Msg = "the AWS profile does not exist"
	case strings.Contains(text, "failed to refresh cached credentials"), strings.Contains(text, "get identity: get credentials"):
		e.Kind, e.Msg = source.KindCredentials, "no AWS credentials found"
		if strings.Contains(text, "SSO") || strings.Contains(text, "sso") {
			e.Msg = "the SSO session has expired"
		}
		e.Hint = hintLogin + "; " + hintOffline
	case strings.Contains(text, "Missing Region"), strings.Contains(text, "Invalid Configuration: Missing Region"):
		e.Kind, e.Msg = source.KindRegion, "no AWS region is configured"
		e.Hint = "give one with --region, or set AWS_REGION"
	case answered && response.Response != nil && response.HTTPStatusCode() != 0:
		e.Kind, e.Hint = source.KindUnsupported, "the endpoint does not speak AWS's API; look at --endpoint-url and at proxies; "+hintOffline
		e.Msg = fmt.Sprintf("the endpoint's answer (HTTP %d) is not understood", response.HTTPStatusCode())
	case isDNS:
		e.Kind, e.Msg = source.KindUnreachable, "the host "+clean(dns.Name)+" is not known"
		e.Hint = "look at the network, at --region and at --endpoint-url; " + hintOffline
	case isNet, isURL:
		e.Kind, e.Msg = source.KindUnreachable, "AWS cannot be reached: "+clean(lastPart(text))
		e.Hint = "look at the network and at --endpoint-url; " + hintOffline
	case strings.Contains(text, "deserialization failed"), strings.Contains(text, "XML syntax"):
		e.Kind, e.Hint = source.KindUnsupported, "the endpoint does not speak AWS's API; look at --endpoint-url and at proxies; "+hintOffline
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
