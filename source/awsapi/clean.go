package awsapi

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"remotion-doctor/source"
)

var (
	secrets = regexp.MustCompile(`(?i)(secret|token|signature|password)[=: ]+[A-Za-z0-9/+=]{16,}`)
	// userinfo is what stands before the host of a URL.
	userinfo = regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*://)[^\s/?#"']*@`)
	// escapes are the sequences that a terminal acts on (ECMA-48, 5.4 and 5.6).
	escapes = regexp.MustCompile("(?:\x1b\\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\x1b[\\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\x07\x1b\u009c]*(?:\x07|\x1b\\\\|\u009c)?|\x1b.")
)

// clean makes text from elsewhere fit for one line of a terminal: no escape
// sequence, no secret, and every character that is not seen written out
// (Unicode Technical Report 36, "Security considerations").
func clean(s string) string {
	s = escapes.ReplaceAllString(s, "")
	s = userinfo.ReplaceAllString(s, "$1…@")
	s = secrets.ReplaceAllString(s, "$1=…")
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > 500 {
			b.WriteString("…")
			break
		}
		b.WriteString(visible(r))
	}
	return b.String()
}

func visible(r rune) string {
	switch {
	case r == '\n' || r == '\t' || r == '\r' || unicode.In(r, unicode.Zl, unicode.Zp):
		return " "
	case unicode.Is(unicode.Cc, r):
		return ""
	case r == utf8.RuneError, unicode.In(r, unicode.Cf, unicode.Co, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return fmt.Sprintf("\\u%04x", r)
	}
	return string(r)
}

// checkEndpoint refuses an endpoint that is no URL of a host. The message
// leaves the URL out, in which there may be a password.
func checkEndpoint(text string) error {
	u, err := url.Parse(text)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" {
		return nil
	}
	return &source.Error{
		Op: "reading the AWS configuration", Kind: source.KindInvalid, Msg: "the endpoint is not a valid URL",
		Hint: "write it as http://HOST:PORT or https://HOST",
	}
}
