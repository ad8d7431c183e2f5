package awsapi

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

const (
	hintOffline = "without AWS, `remotion-doctor check --engine local --snapshot FILE` checks from a file"
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

	"InvalidAuthorizationMessageException": {source.KindInvalid, "paste the whole message; run this in the account that denied the request"},
}

// explain turns an error of the SDK into an Error.
func explain(op string, err error) error {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return e
	}
	out := &source.Error{Op: op, Kind: source.KindOther, Msg: clean(err.Error()), Err: err}
	if e, ok := errors.AsType[*roleError](err); ok {
		out.Op = "assuming " + clean(e.role)
	}
	c := &call{}
	if e, ok := errors.AsType[*callError](err); ok {
		c = e.call
		out.Operation = c.name()
	}
	switch api, ok := errors.AsType[smithy.APIError](err); {
	case ok && known(api.ErrorCode()):
		fromAPI(out, c, api, statusOf(err))
	default:
		fromTransport(out, c, err)
	}
	return out
}

// known reports whether AWS said what went wrong. A code that is no word comes
// from a status alone (503) or from the SDK.
func known(code string) bool {
	return code != "" && code != "UnknownError" && !strings.ContainsAny(code[:1], "0123456789")
}

// statusOf returns the HTTP status of the last answer, or 0.
func statusOf(err error) int {
	e, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || e.Response == nil {
		return 0
	}
	return e.HTTPStatusCode()
}

func fromAPI(e *source.Error, c *call, api smithy.APIError, status int) {
	code := api.ErrorCode()
	e.Msg = clean(strings.TrimSpace(api.ErrorMessage()))
	if e.Msg == "" {
		e.Msg = clean(code)
	}
	known, ok := codes[code]
	_, throttled := retry.DefaultThrottleErrorCodes[code]
	switch {
	case throttled:
		e.Kind, e.Hint = source.KindThrottled, "try again later, or use --engine local"
		e.Msg += c.again()
	case ok:
		e.Kind, e.Hint = known.kind, known.hint
		if strings.Contains(e.Msg, "does not have access to policies in account") {
			e.Hint = "use credentials of the account that the principal is in, for instance with --profile"
		}
		notEnabled(e, c, code, known.hint)
	case strings.HasPrefix(code, "AccessDenied") || code == "UnauthorizedOperation":
		e.Kind = source.KindDenied
		e.Hint = "the credentials that you run this program with lack that action; " + hintOffline
	case status >= 500 && status != 501:
		unavailable(e, c, status)
		e.Msg += ": " + clean(api.ErrorMessage())
	default:
		e.Msg = clean(code) + ": " + e.Msg
	}
}

// notEnabled: a Region that is not enabled in the account answers that it does
// not know the access key.
// Source: AWS Account Management Reference, "Enable or disable AWS Regions in
// your account"; IAM User Guide, "Troubleshoot access denied error messages".
func notEnabled(e *source.Error, c *call, code, hint string) {
	switch code {
	case "UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure":
	default:
		return
	}
	if c.region == "" || !optIn(c.region) {
		return
	}
	e.Kind = source.KindRegion
	e.Msg = "the Region " + clean(c.region) + " does not accept the access key: " + e.Msg
	e.Hint = "enable the Region (`aws account enable-region --region-name " + clean(c.region) + "`) or leave it out of --region; if it is enabled, " + hint
}

// defaultRegions are those that are enabled in every account. All others have
// to be enabled by the account.
// Source: AWS Account Management Reference, "Enable or disable AWS Regions in
// your account": Regions launched after March 20, 2019.
var defaultRegions = map[string]bool{
	"us-east-1": true, "us-east-2": true, "us-west-1": true, "us-west-2": true, "ca-central-1": true, "sa-east-1": true,
	"eu-central-1": true, "eu-north-1": true, "eu-west-1": true, "eu-west-2": true, "eu-west-3": true,
	"ap-northeast-1": true, "ap-northeast-2": true, "ap-northeast-3": true, "ap-south-1": true, "ap-southeast-1": true, "ap-southeast-2": true,
}

func optIn(region string) bool {
	return policy.PartitionOf(region) == "aws" && !defaultRegions[region]
}

func unavailable(e *source.Error, c *call, status int) {
	e.Kind, e.Hint = source.KindUnavailable, "try again later; look at --endpoint-url and at proxies; "+hintOffline
	e.Msg = fmt.Sprintf("AWS is unavailable (HTTP %d)%s", status, c.tried())
}

// tried says what was tried, for the end of a sentence.
func (c *call) tried() string {
	switch {
	case c.operation == "":
		return ""
	case c.attempts < 2:
		return " to " + c.name()
	}
	return fmt.Sprintf(" to %s, after %d attempts", c.name(), c.attempts)
}

// again says how often a call was tried, in brackets.
func (c *call) again() string {
	if c.operation == "" || c.attempts < 2 {
		return ""
	}
	return fmt.Sprintf(" (%s, %d attempts)", c.name(), c.attempts)
}

const hintForeign = "the endpoint does not speak AWS's API; look at --endpoint-url and at proxies; " + hintOffline

// fromTransport explains what happened before AWS answered, or instead.
func fromTransport(e *source.Error, c *call, err error) {
	for _, rule := range transport {
		if rule(e, c, err) {
			return
		}
	}
}

// transport are the ways in which a call fails without an answer of AWS, the first
// that fits counts.
var transport = []func(*source.Error, *call, error) bool{
	interrupted, silent, foreign, missingProfile, missingCredentials, missingRegion, byStatus, unknownHost, unreachable,
}

func interrupted(e *source.Error, _ *call, err error) bool {
	if in, ok := errors.AsType[*callError](err); ok {
		// Time-outs below are not the caller's.
		err = in.ended
	}
	switch {
	case errors.Is(err, context.Canceled):
		e.Kind, e.Msg = source.KindInterrupted, "interrupted"
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Msg = source.KindInterrupted, "the time for the command is over"
	default:
		return false
	}
	return true
}

func silent(e *source.Error, c *call, err error) bool {
	no, ok := errors.AsType[*noAnswerError](err)
	_, cut := errors.AsType[*cutError](err)
	switch {
	case ok:
		e.Msg = fmt.Sprintf("no answer within %s%s", no.after, c.tried())
	case cut:
		e.Msg = "the answer was cut off" + c.tried()
	default:
		return false
	}
	e.Kind, e.Hint = source.KindUnreachable, "look at the network and at --endpoint-url; "+hintOffline
	return true
}

func missingProfile(e *source.Error, _ *call, err error) bool {
	_, ok := errors.AsType[config.SharedConfigProfileNotExistError](err)
	if ok {
		e.Kind, e.Msg = source.KindCredentials, "the AWS profile does not exist"
		e.Hint = "`aws configure list-profiles` shows the profiles that there are"
	}
	return ok
}

func missingCredentials(e *source.Error, _ *call, err error) bool {
	text := err.Error()
	if !strings.Contains(text, "failed to refresh cached credentials") && !strings.Contains(text, "get identity: get credentials") {
		return false
	}
	e.Kind, e.Msg = source.KindCredentials, "no AWS credentials found"
	if strings.Contains(text, "SSO") || strings.Contains(text, "sso") {
		e.Msg = "the SSO session has expired"
	}
	e.Hint = hintLogin + "; " + hintOffline
	return true
}

func missingRegion(e *source.Error, _ *call, err error) bool {
	if !strings.Contains(err.Error(), "Missing Region") {
		return false
	}
	e.Kind, e.Msg = source.KindRegion, "no AWS region is configured"
	e.Hint = "give one with --region, or set AWS_REGION"
	return true
}

func byStatus(e *source.Error, c *call, err error) bool {
	switch status := statusOf(err); {
	case status == 0:
		return false
	case status == 429:
		e.Kind, e.Hint = source.KindThrottled, "try again later, or use --engine local"
		e.Msg = "too many requests (HTTP 429)" + c.tried()
	case status >= 500 && status != 501:
		unavailable(e, c, status)
	case status < 300:
		e.Kind, e.Hint = source.KindAnswer, hintForeign
		e.Msg = fmt.Sprintf("the answer (HTTP %d)%s is not understood", status, c.tried())
	case status == 404 || status == 405 || status == 501:
		e.Kind, e.Hint = source.KindUnsupported, hintForeign
		e.Msg = fmt.Sprintf("the endpoint's answer (HTTP %d) is not understood", status)
	default:
		// A refusal without a code of AWS is a proxy's: AWS was not asked.
		e.Kind, e.Hint = source.KindAnswer, hintForeign
		e.Msg = fmt.Sprintf("the endpoint's answer (HTTP %d) is not understood", status)
	}
	return true
}

func foreign(e *source.Error, _ *call, err error) bool {
	page, ok := errors.AsType[*foreignError](err)
	if ok {
		e.Kind, e.Hint = source.KindAnswer, hintForeign
		e.Msg = fmt.Sprintf("the endpoint's answer is a web page (HTTP %d) and not understood", page.status)
	}
	return ok
}

func unknownHost(e *source.Error, _ *call, err error) bool {
	dns, ok := errors.AsType[*net.DNSError](err)
	if ok {
		e.Kind, e.Msg = source.KindUnreachable, "the host "+clean(dns.Name)+" is not known"
		e.Hint = "look at the network, at --region and at --endpoint-url; " + hintOffline
	}
	return ok
}

func unreachable(e *source.Error, _ *call, err error) bool {
	_, isURL := errors.AsType[*url.Error](err)
	_, isNet := errors.AsType[*net.OpError](err)
	_, send := errors.AsType[*smithyhttp.RequestSendError](err)
	if !isURL && !isNet && !send {
		return false
	}
	e.Kind, e.Msg = source.KindUnreachable, "AWS cannot be reached: "+clean(lastPart(err.Error()))
	e.Hint = "look at the network and at --endpoint-url; " + hintOffline
	return true
}

// wrongAnswer is the error of an answer that says nothing, or contradicts
// itself or the question.
func wrongAnswer(operation, format string, args ...any) *source.Error {
	return &source.Error{
		Op: "reading the answer to " + operation, Operation: operation, Kind: source.KindAnswer,
		Msg: clean(fmt.Sprintf(format, args...)), Hint: "look at --endpoint-url and at proxies; " + hintOffline,
	}
}

// lastPart is what a chain of wrapped errors comes to.
func lastPart(s string) string {
	parts := strings.Split(s, ": ")
	return strings.Join(parts[max(0, len(parts)-2):], ": ")
}
