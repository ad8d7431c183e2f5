package awsapi_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"remotion-doctor/localaws"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi"
	"remotion-doctor/source/sourcetest"
)

// overHTTP returns a client of the suite's account.
func overHTTP(t *testing.T, faults ...string) source.Source {
	t.Helper()
	var o localaws.Options
	for _, spec := range faults {
		f, err := localaws.ParseFault(spec)
		if err != nil {
			t.Fatal(err)
		}
		o.Faults = append(o.Faults, f)
	}
	server, err := localaws.New(sourcetest.Account(t), o)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(server)
	t.Cleanup(s.Close)
	c, err := awsapi.Open(t.Context(), awsapi.Options{EndpointURL: s.URL, Region: "us-east-1", Isolated: true, Backoff: func(int) time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSourceSuite holds AWS, over HTTP through the SDK, to what every source
// must do.
func TestSourceSuite(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]string{"denied": "GetRolePolicy=denied", "throttled": "GetRolePolicy=throttle", "empty": "GetRolePolicy=empty"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sourcetest.Run(t, sourcetest.Subject{
				Source: overHTTP(t), Holds: sourcetest.Everything, Encoded: "e30", // {}, as localaws encodes it
				Gapped: func(t *testing.T) source.Source { t.Helper(); return overHTTP(t, fault) },
			})
		})
	}
}
