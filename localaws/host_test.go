package localaws

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"remotion-doctor/fixtures"
	"remotion-doctor/iam/account"
)

// TestServeByItsOwnNames: serve answers what is addressed to the loopback
// interface, and nothing that a web page could have been made to send.
func TestServeByItsOwnNames(t *testing.T) {
	t.Parallel()
	s, err := account.Read(fixtures.Demo)
	if err != nil {
		t.Fatal(err)
	}
	server, err := New(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, l) }()
	for host, want := range map[string]int{
		"": 200, "127.0.0.1": 200, "127.0.0.1:9999": 200, "localhost": 200, "LOCALHOST:80": 200, "[::1]": 200, "[::1]:80": 200, "127.0.0.2:80": 200,
		"attacker.example": 421, "attacker.example:80": 421, "127.0.0.1.attacker.example": 421, "localhost.attacker.example": 421, "localhost:x": 421,
		"192.0.2.1": 421, "0.0.0.0": 421, "[::]": 421, "127.0.0.1@attacker.example": 421, "localhost.": 421, "127.1": 421,
	} {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+l.Addr().String()+"/", strings.NewReader("Action=GetCallerIdentity&Version=2011-06-15"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Host = host
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Errorf("Host %q: %v", host, err)
			continue
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != want || (want == 200) != strings.Contains(string(body), "123456789012") {
			t.Errorf("Host %q: %d %s, %v, want %d", host, answer.StatusCode, body, err, want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
