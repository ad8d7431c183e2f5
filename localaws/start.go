package localaws

import (
	"context"

	"remotion-doctor/iam/account"
)

// Start serves a snapshot on a port of the loopback interface that the system
// chooses, and returns the URL. stop ends it and returns what went wrong.
func Start(ctx context.Context, s *account.Snapshot, o Options) (url string, stop func() error, err error) {
	server, err := New(s, o)
	if err != nil {
		return "", nil, err
	}
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, l) }()
	return "http://" + l.Addr().String(), func() error { cancel(); return <-done }, nil
}
