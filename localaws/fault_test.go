package localaws

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"remotion-doctor/fixtures"
	"remotion-doctor/iam/account"
)

func TestParseFault(t *testing.T) {
	f, err := ParseFault("GetRole=slow:2s")
	if err != nil || f.Delay != 2*time.Second || f.Operation != "GetRole" {
		t.Errorf("%+v, %v", f, err)
	}
	f, err = ParseFault("write=lost:1@3")
	if err != nil || f.Times != 1 || f.Skip != 2 {
		t.Errorf("%+v, %v", f, err)
	}
	for _, spec := range []string{"write=lost@0", "write=lost@x", "", "GetRole", "GetRole=broken", "=denied", "GetRole=denied:x", "GetRole=slow", "GetRole=denied:-1"} {
		if f, err := ParseFault(spec); err == nil {
			t.Errorf("%q is taken: %+v", spec, f)
		}
	}
}

// TestFaultSubjects: a fault hits the operations of its pattern whose request
// holds its subject, and no others.
func TestFaultSubjects(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		spec, operation, subject string
		hits                     bool
	}{
		{"GetRole=denied", "GetRole", "", true},
		{"GetRole=denied", "GetRolePolicy", "", false},
		{"GetRole*=denied", "GetRolePolicy", "", true},
		{"ListBuckets|getrole=denied", "GetRole", "", true},
		{"*=denied", "GET /2015-03-31/x", "", true},
		{"GetRolePolicy[guard]=denied", "GetRolePolicy", "PolicyName=guard", true},
		{"GetRolePolicy[guard]=denied", "GetRolePolicy", "PolicyName=own", false},
		{"GetRolePolicy[Name=guard]=denied", "GetRolePolicy", "PolicyName=guard", true},
		{"*[/eu-west-1/]=unrecognized", "ListFunctions", "Credential=A/B/eu-west-1/lambda", true},
	} {
		f, err := ParseFault(tt.spec)
		if err != nil {
			t.Fatal(err)
		}
		if _, hit := newFaults([]Fault{f}).next(tt.operation, tt.subject); hit != tt.hits {
			t.Errorf("%s hits %s %q: %v", tt.spec, tt.operation, tt.subject, hit)
		}
	}
}

func TestListenRefusesOtherInterfaces(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "192.0.2.1:0", ":0", "example.com:80", "127.0.0.1"} {
		if l, err := Listen(address); err == nil {
			l.Close()
			t.Errorf("listens on %s", address)
		}
	}
}

// FuzzServer: no request makes the server panic or answer 200 with nothing.
func FuzzServer(f *testing.F) {
	f.Add("POST", "/", "Action=SimulatePrincipalPolicy&Version=2010-05-08&ActionNames.member.1=s3:GetObject&PolicySourceArn=arn:aws:iam::123456789012:role/render-worker")
	f.Add("POST", "/", "Action=GetRole&Version=2010-05-08&RoleName=x")
	f.Add("POST", "/", "Action=DescribeInstances&Version=2016-11-15")
	f.Add("GET", "/2015-03-31/functions/%ff/configuration", "")
	s, err := account.Read(fixtures.Demo)
	if err != nil {
		f.Fatal(err)
	}
	server, err := New(s, Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		if (method != "GET" && method != "POST") || !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " \x00\r\n\t\x7f") {
			return
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Method = method
		if u, err := r.URL.Parse(path); err == nil {
			r.URL = u
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		if w.Body.Len() == 0 {
			t.Errorf("%d and no answer", w.Code)
		}
	})
}
