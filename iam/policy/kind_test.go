package policy

import (
	"errors"
	"strings"
	"testing"
)

func TestKinds(t *testing.T) {
	t.Parallel()
	const (
		identity = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
		bucket   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/r"},"Action":"s3:*","Resource":"arn:aws:s3:::b/*"}]}`
		trust    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
		rcp      = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}}]}`
		not      = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}]}`
	)
	for _, tt := range []struct {
		name, text string
		guess      Kind
		fits       []Kind
	}{
		{"identity", identity, KindIdentity, []Kind{KindIdentity, KindSCP}},
		{"bucket", bucket, KindResource, []Kind{KindResource, KindEndpoint}},
		{"trust", trust, KindTrust, []Kind{KindTrust, KindResource, KindEndpoint}},
		{"rcp", rcp, KindRCP, []Kind{KindRCP, KindResource, KindEndpoint}},
		{"not", not, KindResource, []Kind{KindResource, KindEndpoint}},
	} {
		doc, err := Parse(tt.text)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if got := doc.KindOf(); got != tt.guess {
			t.Errorf("%s is guessed to be %s", tt.name, got.Title())
		}
		for _, k := range Kinds() {
			fits := strings.Contains(" "+join(tt.fits)+" ", " "+string(k)+" ")
			err := doc.CheckAs(k)
			if (err == nil) != fits {
				t.Errorf("%s as %s: %v", tt.name, k.Title(), err)
			}
			if e, ok := errors.AsType[*ParseError](err); err != nil && (!ok || e.Pos.IsZero() || e.Hint == "") {
				t.Errorf("%s as %s: %#v", tt.name, k.Title(), err)
			}
		}
	}
}

func join(kinds []Kind) string {
	var out []string
	for _, k := range kinds {
		out = append(out, string(k))
	}
	return strings.Join(out, " ")
}
