package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"
)

var ec2 = Service{ID: "EC2", Name: "ec2", Errors: func(_ http.Header, body []byte) APIError {
	code, message, _ := strings.Cut(string(body), " ")
	return APIError{Code: code, Message: message, RequestID: "from-the-body"}
}}

// TestEndpoints: hosts by Region, as those of the SDK's generated clients where a
// service has no names of its own.
// Source: the answers of service/ecs v1.104.2's endpoint resolver.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		region     string
		fips, dual bool
		want       string
	}{
		{"us-east-1", false, false, "ecs.us-east-1.amazonaws.com"},
		{"eu-central-2", false, true, "ecs.eu-central-2.api.aws"},
		{"us-east-1", true, false, "ecs-fips.us-east-1.amazonaws.com"},
		{"us-east-1", true, true, "ecs-fips.us-east-1.api.aws"},
		{"cn-north-1", false, false, "ecs.cn-north-1.amazonaws.com.cn"},
		{"cn-north-1", false, true, "ecs.cn-north-1.api.amazonwebservices.com.cn"},
		{"cn-north-1", true, false, "ecs-fips.cn-north-1.amazonaws.com.cn"},
		{"us-gov-west-1", false, false, "ecs.us-gov-west-1.amazonaws.com"},
		{"us-gov-west-1", true, false, "ecs-fips.us-gov-west-1.amazonaws.com"},
		{"us-gov-west-1", true, true, "ecs-fips.us-gov-west-1.api.aws"},
		{"us-iso-east-1", false, false, "ecs.us-iso-east-1.c2s.ic.gov"},
		{"us-iso-east-1", true, true, "ecs-fips.us-iso-east-1.api.aws.ic.gov"},
		{"us-isob-east-1", false, false, "ecs.us-isob-east-1.sc2s.sgov.gov"},
		{"us-isob-east-1", false, true, "ecs.us-isob-east-1.api.aws.scloud"},
		{"us-isof-south-1", false, false, "ecs.us-isof-south-1.csp.hci.ic.gov"},
		{"us-isof-south-1", false, true, "ecs.us-isof-south-1.api.aws.hci.ic.gov"},
		{"eu-isoe-west-1", false, false, "ecs.eu-isoe-west-1.cloud.adc-e.uk"},
		{"eu-isoe-west-1", false, true, "ecs.eu-isoe-west-1.api.cloud-aws.adc-e.uk"},
		{"eusc-de-east-1", false, false, "ecs.eusc-de-east-1.amazonaws.eu"},
		{"eusc-de-east-1", false, true, "ecs.eusc-de-east-1.api.amazonwebservices.eu"},
	} {
		if got := (Service{Name: "ecs"}).host(PlaceOf(c.region, c.fips, c.dual)); got != c.want {
			t.Errorf("%s, FIPS %t, dual-stack %t: %s, want %s", c.region, c.fips, c.dual, got, c.want)
		}
	}
}

// TestGlobal: a service that one Region of each partition answers for is asked
// there, and requests are signed for it.
func TestGlobal(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-west-1": "us-east-1", "us-east-1": "us-east-1", "cn-north-1": "cn-northwest-1", "us-gov-east-1": "us-gov-west-1",
		"us-iso-west-1": "us-iso-east-1", "eusc-de-east-1": "eusc-de-east-1", "": "",
	} {
		if got := New(aws.Config{}, Service{Global: true}, region).region; got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
}

// TestConfiguredEndpoints: environment and configuration files say where a service
// is, as they do to the SDK's own clients.
func TestConfiguredEndpoints(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"none":          {nil, "https://ec2.eu-west-1.amazonaws.com/"},
		"all services":  {map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "http://127.0.0.1:1"},
		"the service":   {map[string]string{"AWS_ENDPOINT_URL_EC2": "http://127.0.0.1:2"}, "http://127.0.0.1:2"},
		"both":          {map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_EC2": "http://127.0.0.1:2"}, "http://127.0.0.1:2"},
		"another":       {map[string]string{"AWS_ENDPOINT_URL_IAM": "http://127.0.0.1:3"}, "https://ec2.eu-west-1.amazonaws.com/"},
		"FIPS":          {map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, "https://ec2-fips.eu-west-1.amazonaws.com/"},
		"dual-stack":    {map[string]string{"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "https://ec2.eu-west-1.api.aws/"},
		"contradiction": {map[string]string{"AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "error: FIPS"},
		"no Region":     {map[string]string{"AWS_REGION": ""}, "error: endpoint rule error, Invalid Configuration: Missing Region"},
		"no host":       {map[string]string{"AWS_REGION": "eu.evil.example/"}, `error: "eu.evil.example/" is no Region`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AWS_REGION", "eu-west-1")
			t.Setenv("AWS_CONFIG_FILE", "/dev/null")
			t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
			for key, value := range c.env {
				t.Setenv(key, value)
			}
			cfg, err := config.LoadDefaultConfig(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if at, own, err := endpoint(t.Context(), &cfg, ec2, cfg.Region); err != nil {
				got = "error: " + err.Error()
			} else {
				got = at.String()
				if own != (c.env["AWS_ENDPOINT_URL"]+c.env["AWS_ENDPOINT_URL_EC2"] != "") {
					t.Errorf("configured: %t", own)
				}
			}
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// answers is an endpoint that answers in turn.
func answers(t *testing.T, list ...func(http.ResponseWriter, *http.Request)) *Client {
	t.Helper()
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		do := list[min(n, len(list)-1)]
		n++
		do(w, r)
	}))
	t.Cleanup(s.Close)
	return New(aws.Config{
		Region: "eu-west-1", BaseEndpoint: &s.URL, AppID: "remotion-doctor",
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", "token"),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	}, ec2, "")
}

func says(status int, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-Requestid", "request-7")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func call(ctx context.Context, c *Client) (string, error) {
	got := ""
	err := c.Call(ctx, Request{Operation: "DescribeInstances", Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("question")}, func(body []byte) error {
		if string(body) == "nonsense" {
			return errors.New("this is no answer")
		}
		got = string(body)
		return nil
	})
	return got, err
}

// TestRequest: what is sent is signed for the service and the Region, and says who
// asks.
func TestRequest(t *testing.T) {
	t.Parallel()
	var header http.Header
	var body string
	c := answers(t, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		data, _ := io.ReadAll(r.Body)
		body = r.Method + " " + r.URL.Path + " " + string(data)
		_, _ = io.WriteString(w, "answer")
	})
	if got, err := call(t.Context(), c); got != "answer" || err != nil {
		t.Fatal(got, err)
	}
	if body != "POST / question" {
		t.Errorf("asked %s", body)
	}
	for name, want := range map[string]string{
		"Authorization": "/eu-west-1/ec2/aws4_request", "X-Amz-Security-Token": "token", "User-Agent": "app/remotion-doctor", "Content-Type": "text/plain", "Amz-Sdk-Request": "attempt=1",
	} {
		if !strings.Contains(header.Get(name), want) {
			t.Errorf("%s is %q, not %s", name, header.Get(name), want)
		}
	}
}

// TestErrors: errors are those of the SDK's clients; what passes is tried again.
func TestErrors(t *testing.T) {
	t.Parallel()
	c := answers(t, says(403, "UnauthorizedOperation you are not authorized"))
	_, err := call(t.Context(), c)
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok || api.ErrorCode() != "UnauthorizedOperation" || api.ErrorMessage() != "you are not authorized" {
		t.Errorf("a refusal comes out as %v", err)
	}
	answer, ok := errors.AsType[*awshttp.ResponseError](err)
	if !ok || answer.HTTPStatusCode() != 403 || answer.ServiceRequestID() == "" {
		t.Errorf("a refusal does not say its status and request: %v", err)
	}
	if op, ok := errors.AsType[*smithy.OperationError](err); !ok || op.Operation() != "DescribeInstances" {
		t.Errorf("a refusal does not say its operation: %v", err)
	}
	for name, c := range map[string]*Client{
		"throttled":    answers(t, says(400, "RequestLimitExceeded slowly"), says(200, "answer")),
		"server error": answers(t, says(503, ""), says(500, ""), says(200, "answer")),
		"clock": answers(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
			says(403, "RequestTimeTooSkewed look at your clock")(w, r)
		}, says(200, "answer")),
	} {
		if got, err := call(t.Context(), c); got != "answer" || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := call(t.Context(), answers(t, says(200, "nonsense"))); err == nil || !strings.Contains(err.Error(), "this is no answer") {
		t.Errorf("an answer that is none comes out as %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := call(ctx, answers(t, says(200, "answer"))); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted call comes out as %v", err)
	}
}

// TestClockSkew: after an answer that tells the time, requests are signed for it.
func TestClockSkew(t *testing.T) {
	t.Parallel()
	var dates []string
	keep := func(r *http.Request) { dates = append(dates, r.Header.Get("X-Amz-Date")) }
	c := answers(t, func(w http.ResponseWriter, r *http.Request) {
		keep(r)
		w.Header().Set("Date", time.Now().Add(2*time.Hour).UTC().Format(http.TimeFormat))
		says(403, "RequestTimeTooSkewed look at your clock")(w, r)
	}, func(w http.ResponseWriter, r *http.Request) {
		keep(r)
		says(200, "answer")(w, r)
	})
	if _, err := call(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	var at [2]time.Time
	for i := range at {
		var err error
		if at[i], err = time.Parse("20060102T150405Z", dates[i]); err != nil {
			t.Fatal(err)
		}
	}
	if d := at[1].Sub(at[0]); d < time.Hour {
		t.Errorf("the second attempt is signed %s", fmt.Sprint(d, " later"))
	}
}
