package awsapi

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"remotion-doctor/fixtures"
	"remotion-doctor/iam/account"
	"remotion-doctor/localaws"
)

// A pipe is a network in memory: what runs over it is part of a synctest
// bubble, whose clock jumps where everybody waits.
type pipe struct {
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

func newPipe() *pipe {
	return &pipe{connections: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.connections:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (*pipe) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (p *pipe) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.connections <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// inTime runs a test in a bubble, with a client of the demo account over HTTP in
// memory.
func inTime(t *testing.T, o Options, faults []string, test func(t *testing.T, c *Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, err := account.Read(fixtures.Demo)
		if err != nil {
			t.Fatal(err)
		}
		full(1)(s)
		server, err := localaws.New(s, localaws.Options{Faults: parsed(t, faults)})
		if err != nil {
			t.Fatal(err)
		}
		network := newPipe()
		h := &http.Server{Handler: server}
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = h.Serve(network) // until it is closed
		}()
		transport := &http.Transport{DialContext: network.dial}
		defer func() {
			transport.CloseIdleConnections()
			_ = h.Close()
			<-done
		}()
		o.EndpointURL, o.Region, o.Isolated, o.Transport = "http://127.0.0.1", "us-east-1", true, transport
		c, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		test(t, c)
	})
}

func parsed(t *testing.T, specs []string) (out []localaws.Fault) {
	t.Helper()
	for _, spec := range specs {
		f, err := localaws.ParseFault(spec)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

// elapsed is how long something takes, by the bubble's clock.
func elapsed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
