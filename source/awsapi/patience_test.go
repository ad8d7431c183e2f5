package awsapi

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/source"
)

var role = audit.Target{Kind: audit.TargetRole, Name: "complete-renderer"}

func asError(t *testing.T, err error) *source.Error {
	t.Helper()
	e, ok := errors.AsType[*source.Error](err)
	if !ok {
		t.Fatalf("%v is not a source.Error", err)
	}
	return e
}

// TestEndOfRetries: whatever an endpoint does, a call ends within 30 seconds,
// and who waits is told after three, or after the first attempt that takes
// longer.
func TestEndOfRetries(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fault string
		kind  source.Kind
		says  string
		from  time.Duration // the first notice
		to    time.Duration
	}{
		{"GetRole=hang", source.KindUnreachable, "no answer within 10s to iam:GetRole", 10 * time.Second, 10 * time.Second},
		{"GetRole=html-500", source.KindUnavailable, "AWS is unavailable (HTTP 500)", 3 * time.Second, 10 * time.Second},
		{"GetRole=503", source.KindUnavailable, "AWS is unavailable (HTTP 503)", 3 * time.Second, 10 * time.Second},
		{"GetRole=500", source.KindUnavailable, "AWS is unavailable (HTTP 500)", 3 * time.Second, 10 * time.Second},
		{"GetRole=throttle", source.KindThrottled, "Rate exceeded (iam:GetRole", 3 * time.Second, 10 * time.Second},
		{"GetRole=reset", source.KindUnreachable, "AWS cannot be reached", 3 * time.Second, 10 * time.Second},
		{"GetRole=cut", source.KindUnreachable, "the answer was cut off to iam:GetRole", 3 * time.Second, 10 * time.Second},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			t.Parallel()
			var notices []Retry
			var at []time.Duration
			var start time.Time
			o := Options{OnRetry: func(r Retry) { notices, at = append(notices, r), append(at, time.Since(start)) }}
			inTime(t, o, []string{tt.fault}, func(t *testing.T, c *Client) {
				start = time.Now()
				var err error
				if d := elapsed(func() { _, err = c.Resolve(t.Context(), role) }); d > 30*time.Second || d < 10*time.Second {
					t.Errorf("ended after %s", d)
				}
				e := asError(t, err)
				if e.Kind != tt.kind || !strings.Contains(e.Msg, tt.says) || !strings.Contains(e.Hint, "--engine local") || e.Operation != "iam:GetRole" {
					t.Errorf("%s: %s (%s), hint %s, operation %s", tt.fault, e.Msg, e.Kind, e.Hint, e.Operation)
				}
				if len(notices) == 0 || at[0] < tt.from || at[0] > tt.to {
					t.Fatalf("%d notices, at %v", len(notices), at)
				}
				n := notices[0]
				if n.Operation != "iam:GetRole" || n.Attempt < 1 || n.Err == nil || asError(t, n.Err).Kind != tt.kind {
					t.Errorf("notice %+v", n)
				}
			})
		})
	}
}

// TestTimeouts: the limits can be set, and an answer that comes late is an
// answer.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	inTime(t, Options{}, []string{"GetRole=slow:8s"}, func(t *testing.T, c *Client) {
		if _, err := c.Resolve(t.Context(), role); err != nil {
			t.Error(err)
		}
	})
	inTime(t, Options{AttemptTimeout: time.Second, CallTimeout: 3 * time.Second, Backoff: func(int) time.Duration { return 0 }}, []string{"GetRole=slow:8s"}, func(t *testing.T, c *Client) {
		var err error
		if d := elapsed(func() { _, err = c.Resolve(t.Context(), role) }); d > 3*time.Second || asError(t, err).Kind != source.KindUnreachable {
			t.Errorf("after %s: %v", d, err)
		}
	})
	// One answer that never comes is made up for.
	inTime(t, Options{}, []string{"GetRole=hang:1"}, func(t *testing.T, c *Client) {
		if _, err := c.Resolve(t.Context(), role); err != nil {
			t.Error(err)
		}
	})
}

// TestRestIsSpared: where nothing has answered for as long as one call may take,
// the calls after it are not tried again and again.
func TestRestIsSpared(t *testing.T) {
	t.Parallel()
	inTime(t, Options{}, []string{"*=html-500"}, func(t *testing.T, c *Client) {
		d := elapsed(func() {
			for range 20 {
				if _, err := c.Resolve(t.Context(), role); err == nil {
					t.Error("an answer")
				}
			}
		})
		if d > 31*time.Second {
			t.Errorf("20 calls took %s", d)
		}
	})
	inTime(t, Options{}, []string{"GetRole=503:30"}, func(t *testing.T, c *Client) {
		for range 30 {
			if _, err := c.Resolve(t.Context(), role); err == nil {
				return // it recovers
			}
		}
		t.Error("an endpoint that answers again is not noticed")
	})
}

// TestCallersContext: the caller's own end is no fault of AWS.
func TestCallersContext(t *testing.T) {
	t.Parallel()
	inTime(t, Options{}, []string{"*=hang"}, func(t *testing.T, c *Client) {
		for _, end := range []func(context.Context) (context.Context, context.CancelFunc){
			func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, 2*time.Second)
			},
			func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(ctx)
				time.AfterFunc(2*time.Second, cancel)
				return ctx, cancel
			},
		} {
			ctx, cancel := end(t.Context())
			probe := []iam.Probe{{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}}
			for name, ask := range map[string]func() error{
				"Resolve":  func() error { _, err := c.Resolve(ctx, role); return err },
				"Evaluate": func() error { _, err := c.Evaluate(ctx, complete, probe); return err },
				"Policies": func() error { _, err := c.Policies(ctx, complete); return err },
				"Caller":   func() error { _, err := c.Caller(ctx); return err },
			} {
				var err error
				if d := elapsed(func() { err = ask() }); d > 2*time.Second || asError(t, err).Kind != source.KindInterrupted {
					t.Errorf("%s: after %s: %v", name, d, err)
				}
			}
			cancel()
		}
	})
}

// TestRefusedAtOnce: what no retry changes is not retried.
func TestRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"denied", "expired", "html", "empty", "empty-result", "unrecognized"} {
		inTime(t, Options{OnRetry: func(r Retry) { t.Errorf("told of %+v", r) }}, []string{"GetRole=" + fault}, func(t *testing.T, c *Client) {
			var err error
			if d := elapsed(func() { _, err = c.Resolve(t.Context(), role) }); err == nil || d > 0 {
				t.Errorf("%s: after %s: %v", fault, d, err)
			}
		})
	}
}

// TestNotices: calls that run together report an operation once, and each
// operation is reported.
func TestNotices(t *testing.T) {
	t.Parallel()
	var told []string
	inTime(t, Options{OnRetry: func(r Retry) { told = append(told, r.Operation) }}, []string{"GetRolePolicy|GetPolicy=hang:12"}, func(t *testing.T, c *Client) {
		if _, err := c.Principal(t.Context(), complete); err != nil {
			t.Error(err)
		}
	})
	slices.Sort(told)
	if len(told) == 0 || len(told) > 12 {
		t.Errorf("told %v", told)
	}
}
