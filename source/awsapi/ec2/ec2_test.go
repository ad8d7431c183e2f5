package ec2

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"remotion-doctor/source/awsapi/wire"
)

// answer is as in the API reference's example, shortened.
const answer = `<?xml version="1.0" encoding="UTF-8"?>
<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <requestId>8f7724cf-496f-496e-8fe3-example</requestId>
    <reservationSet>
        <item><reservationId>r-1</reservationId><instancesSet>
            <item><instanceId>i-1234567890abcdef0</instanceId><iamInstanceProfile><arn>arn:aws:iam::123456789012:instance-profile/p</arn><id>AIPA</id></iamInstanceProfile></item>
            <item><instanceId>i-2</instanceId></item>
        </instancesSet></item>
        <item><instancesSet><item><instanceId>i-3</instanceId></item></instancesSet></item>
    </reservationSet>
    <nextToken>more &amp; more</nextToken>
</DescribeInstancesResponse>`

func TestReadInstances(t *testing.T) {
	t.Parallel()
	got, err := readInstances([]byte(answer))
	want := Instances{List: []Instance{{"i-1234567890abcdef0", "arn:aws:iam::123456789012:instance-profile/p"}, {"i-2", ""}, {"i-3", ""}}, Next: "more & more", Answered: true}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := readInstances([]byte(`<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>`)); err != nil || !got.Answered || got.List != nil {
		t.Errorf("an account without instances: %+v, %v", got, err)
	}
	if got, err := readInstances([]byte(`<DescribeInstancesResponse/>`)); err != nil || got.Answered {
		t.Errorf("an answer without a list: %+v, %v", got, err)
	}
	for _, text := range []string{"", "<html/>", "<DescribeInstancesResponse>", "{}"} {
		if got, err := readInstances([]byte(text)); err == nil {
			t.Errorf("%q is taken for %+v", text, got)
		}
	}
}

func TestDescribeInstances(t *testing.T) {
	t.Parallel()
	asked := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		asked = r.Form.Encode()
		if r.Form.Get("InstanceId.1") == "i-none" {
			w.WriteHeader(400)
			_, _ = w.Write([]byte(`<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code><Message>The instance ID 'i-none' does not exist</Message></Error></Errors><RequestID>r-9</RequestID></Response>`))
			return
		}
		_, _ = w.Write([]byte(answer))
	}))
	defer s.Close()
	c := New(aws.Config{Region: "us-east-1", BaseEndpoint: &s.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", "")}, "")
	if _, err := c.DescribeInstances(t.Context(), "a token", "i-1", "i-2"); err != nil {
		t.Error(err)
	}
	if want := "Action=DescribeInstances&InstanceId.1=i-1&InstanceId.2=i-2&NextToken=a+token&Version=2016-11-15"; asked != want {
		t.Errorf("asked %s, want %s", asked, want)
	}
	_, err := c.DescribeInstances(t.Context(), "", "i-none")
	if err == nil || !strings.Contains(err.Error(), "InvalidInstanceID.NotFound: The instance ID 'i-none' does not exist") || !strings.Contains(err.Error(), "r-9") {
		t.Errorf("an unknown instance: %v", err)
	}
}

func FuzzReadInstances(f *testing.F) {
	f.Add([]byte(answer))
	f.Fuzz(func(t *testing.T, body []byte) {
		if got, err := readInstances(body); err != nil && (got.List != nil || got.Answered) {
			t.Errorf("an error with instances: %+v", got)
		}
		readError(nil, body)
	})
}

// TestHost: hosts are those of the SDK's generated client.
// Source: the answers of service/ec2 v1.344.2's endpoint resolver.
func TestHost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		region     string
		fips, dual bool
		want       string
	}{
		{"us-east-1", false, false, "ec2.us-east-1.amazonaws.com"},
		{"us-east-1", true, false, "ec2-fips.us-east-1.amazonaws.com"},
		{"us-east-1", true, true, "ec2-fips.us-east-1.api.aws"},
		{"us-gov-west-1", false, false, "ec2.us-gov-west-1.amazonaws.com"},
		{"us-gov-west-1", true, false, "ec2.us-gov-west-1.amazonaws.com"},
		{"us-gov-west-1", true, true, "ec2-fips.us-gov-west-1.api.aws"},
	} {
		if got := host(wire.PlaceOf(c.region, c.fips, c.dual)); got != c.want {
			t.Errorf("%s, FIPS %t, dual-stack %t: %s, want %s", c.region, c.fips, c.dual, got, c.want)
		}
	}
}
