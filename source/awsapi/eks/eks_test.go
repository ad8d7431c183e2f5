package eks

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"remotion-doctor/source/awsapi/wire"
)

// TestPaths: names are parts of a path, whatever is in them.
func TestPaths(t *testing.T) {
	t.Parallel()
	asked := ""
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Method + " " + r.URL.RequestURI()
		_, _ = w.Write([]byte(`{"clusters":["a"],"nextToken":"t","associations":[{"associationId":"i"}],"association":{"roleArn":"r"}}`))
	}))
	defer s.Close()
	c := New(aws.Config{Region: "us-east-1", BaseEndpoint: aws.String(s.URL + "/base"), Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", "")}, "")
	for want, ask := range map[string]func() error{
		"GET /base/clusters?nextToken=t%20%2F": func() error {
			out, err := c.ListClusters(t.Context(), aws.String("t /"))
			if len(out.Clusters) != 1 || aws.ToString(out.NextToken) != "t" {
				t.Errorf("%+v", out)
			}
			return err
		},
		"GET /base/clusters/a%2F..%2Fb/pod-identity-associations?namespace=n&serviceAccount=s": func() error {
			out, err := c.ListPodIdentityAssociations(t.Context(), "a/../b", "n", "s", nil)
			if len(out.Associations) != 1 {
				t.Errorf("%+v", out)
			}
			return err
		},
		"GET /base/clusters/a/pod-identity-associations/i": func() error {
			out, err := c.DescribePodIdentityAssociation(t.Context(), "a", "i")
			if out == nil || out.RoleARN != "r" {
				t.Errorf("%+v", out)
			}
			return err
		},
	} {
		if err := ask(); err != nil || strings.TrimSuffix(asked, "?") != want {
			t.Errorf("asked %s (%v), want %s", asked, err, want)
		}
	}
}

// TestHost: hosts are those of the SDK's generated client.
// Source: the answers of service/eks v1.105.5's endpoint resolver.
func TestHost(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		region     string
		fips, dual bool
		want       string
	}{
		{"us-east-1", false, false, "eks.us-east-1.amazonaws.com"},
		{"us-east-1", true, false, "fips.eks.us-east-1.amazonaws.com"},
		{"us-east-1", true, true, "eks-fips.us-east-1.api.aws"},
		{"cn-north-1", true, false, "eks-fips.cn-north-1.amazonaws.com.cn"},
		{"us-gov-west-1", true, false, "eks.us-gov-west-1.amazonaws.com"},
		{"us-gov-west-1", true, true, "eks-fips.us-gov-west-1.api.aws"},
		{"us-iso-east-1", true, false, "eks-fips.us-iso-east-1.c2s.ic.gov"},
	} {
		if got := host(wire.PlaceOf(c.region, c.fips, c.dual)); got != c.want {
			t.Errorf("%s, FIPS %t, dual-stack %t: %s, want %s", c.region, c.fips, c.dual, got, c.want)
		}
	}
}
