package organizations

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"remotion-doctor/source/awsapi/wire"
)

// TestRequests: what is asked is what the SDK's generated client asks.
// Source: service/organizations v1.62.7, request_snapshot.
func TestRequests(t *testing.T) {
	t.Parallel()
	asked := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		asked = r.Header.Get("X-Amz-Target") + " " + string(body)
		_, _ = io.WriteString(w, `{"Organization":{"Id":"o-1","MasterAccountId":"999999999999"},"Parents":[{"Id":"r-1","Type":"ROOT"}],`+
			`"Policies":[{"Id":"p-1","Name":"n"}],"Policy":{"Content":"{}","PolicySummary":{"Id":"p-1"}},"NextToken":"more"}`)
	}))
	defer s.Close()
	c := New(aws.Config{BaseEndpoint: &s.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", "")}, "eu-west-1")
	for want, ask := range map[string]func() (bool, error){
		`AWSOrganizationsV20161128.DescribeOrganization {}`: func() (bool, error) {
			out, err := c.DescribeOrganization(t.Context())
			return out != nil && *out == Organization{"o-1", "999999999999"}, err
		},
		`AWSOrganizationsV20161128.ListParents {"ChildId":"1"}`: func() (bool, error) {
			out, err := c.ListParents(t.Context(), "1", nil)
			return len(out.Parents) == 1 && out.Parents[0] == Parent{"r-1", Root} && aws.ToString(out.NextToken) == "more", err
		},
		`AWSOrganizationsV20161128.ListPoliciesForTarget {"TargetId":"r-1","Filter":"SERVICE_CONTROL_POLICY","NextToken":"more"}`: func() (bool, error) {
			out, err := c.ListPoliciesForTarget(t.Context(), "r-1", ServiceControlPolicy, aws.String("more"))
			return len(out.Policies) == 1 && out.Policies[0] == Summary{"p-1", "n"} && aws.ToString(out.NextToken) == "more", err
		},
		`AWSOrganizationsV20161128.DescribePolicy {"PolicyId":"p-1"}`: func() (bool, error) {
			out, err := c.DescribePolicy(t.Context(), "p-1")
			return out != nil && out.Content == "{}" && out.PolicySummary.ID == "p-1", err
		},
	} {
		if read, err := ask(); err != nil || !read || asked != want {
			t.Errorf("asked %s, want %s; read %t (%v)", asked, want, read, err)
		}
	}
}

// TestRefusal: an account in no organization is told apart by the error's code.
func TestRefusal(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(400)
		_, _ = io.WriteString(w, `{"__type":"AWSOrganizationsNotInUseException","Message":"Your account is not a member of an organization."}`)
	}))
	defer s.Close()
	c := New(aws.Config{BaseEndpoint: &s.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", "")}, "eu-west-1")
	_, err := c.DescribeOrganization(t.Context())
	if e, ok := errors.AsType[smithy.APIError](err); !ok || e.ErrorCode() != "AWSOrganizationsNotInUseException" {
		t.Errorf("%v", err)
	}
}

// TestHost: hosts are those of the SDK's generated client.
// Source: the answers of service/organizations v1.62.7's endpoint resolver.
func TestHost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		region     string
		fips, dual bool
		want       string
	}{
		{"us-east-1", false, false, "organizations.us-east-1.amazonaws.com"},
		{"us-east-1", true, false, "organizations-fips.us-east-1.amazonaws.com"},
		{"us-east-1", true, true, "organizations-fips.us-east-1.api.aws"},
		{"cn-northwest-1", false, true, "organizations.cn-northwest-1.api.amazonwebservices.com.cn"},
		{"us-gov-west-1", true, false, "organizations.us-gov-west-1.amazonaws.com"},
		{"us-gov-west-1", true, true, "organizations.us-gov-west-1.api.aws"},
		{"us-isob-east-1", true, false, "organizations-fips.us-isob-east-1.sc2s.sgov.gov"},
		{"eusc-de-east-1", false, false, "organizations.eusc-de-east-1.amazonaws.eu"},
	} {
		if got := host(wire.PlaceOf(c.region, c.fips, c.dual)); got != c.want {
			t.Errorf("%s, FIPS %t, dual-stack %t: %s, want %s", c.region, c.fips, c.dual, got, c.want)
		}
	}
}
