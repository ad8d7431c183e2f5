package awsapi

import (
	"strings"
	"testing"

	"remotion-doctor/source"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a\x1b[31mb\x1b[0m\nc": "ab c",
		"a\x1b]0;title\x07b":   "ab",
		"a\u009b31mb":          "ab",
		"a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b":       "alinkb",
		"x\u061cy\u200bz\ufeff":                            `x\u061cy\u200bz\ufeff`,
		"a\u202eb\u2066c\u2069":                            `a\u202eb\u2066c\u2069`,
		"soft\u00adhyphen\u2060":                           `soft\u00adhyphen\u2060`,
		"tag\U000e0041 \ufe0f":                             `tag\ue0041 \ufe0f`,
		"line\u2028break":                                  "line break",
		"Get \"http://ops:Pass-Wort-99@127.0.0.1:9/\": no": "Get \"http://…@127.0.0.1:9/\": no",
		"proxy socks5://me:p@ss@proxy:1080 refused":        "proxy socks5://…@proxy:1080 refused",
		"rôle «répété» 日本":                                 "rôle «répété» 日本",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := clean(strings.Repeat("x", 10_000)); len(got) > 510 {
		t.Errorf("%d bytes", len(got))
	}
}

// TestEndpointPassword: no message repeats the password of an endpoint.
func TestEndpointPassword(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{
		"http://ops:Pass-Wort-99@127.0.0.1:9:9/%zz", "http://ops:Pass-Wort-99/x@127.0.0.1:9", "ops:Pass-Wort-99@host", "ftp://ops:Pass-Wort-99@host",
		"http://ops:Pass-Wort-99@", "http://ops:Pass-Wort-99@127.0.0.1:1", "http://ops:Pass-Wort-99@no-host.invalid",
	} {
		c, err := Open(t.Context(), Options{EndpointURL: endpoint, Region: "us-east-1", Isolated: true})
		if err == nil {
			_, err = c.Caller(t.Context())
		}
		if err == nil || strings.Contains(err.Error()+asError(t, err).Hint, "Wort") {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	_, err := Open(t.Context(), Options{EndpointURL: "http://ops:Pass-Wort-99@127.0.0.1:9:9/%zz", Isolated: true})
	if asError(t, err).Kind != source.KindInvalid {
		t.Error(err)
	}
}
