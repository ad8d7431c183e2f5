package localaws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
)

// Options change how a Server behaves.
type Options struct {
	Latency time.Duration // added to every answer
	Faults  []Fault
	// Visible is how long after a write reads still answer without it, as
	// those of IAM may: "IAM … is eventually consistent" (IAM User Guide,
	// "Troubleshoot IAM", "Changes that I make are not always immediately
	// visible"). It delays IAM alone.
	Visible time.Duration
}

// A Server answers AWS requests from a snapshot. It is an http.Handler.
type Server struct {
	// mu guards snapshot and engine, which writes replace. owned says that the
	// snapshot is the server's own copy.
	mu       sync.RWMutex
	snapshot *account.Snapshot
	engine   *eval.Engine
	owned    bool
	numbers  map[string]int // the newest version of a managed policy, by its ARN
	past     []moment       // what reads answer by until writes become visible

	cloud *Cloud // of the accounts around it; nil for one account
	limit *limit

	objects  *objects
	taken    *evaluations
	runs     *executions
	options  Options
	faults   *faults
	requests atomic.Int64
}

// New returns a server for a snapshot, which must not change any more. Writes
// change a copy of it.
func New(s *account.Snapshot, o Options) (*Server, error) {
	engine, err := eval.New(s)
	if err != nil {
		return nil, err
	}
	return &Server{snapshot: s, engine: engine, options: o, faults: newFaults(o.Faults), numbers: map[string]int{}, objects: &objects{held: map[string][]byte{}}, taken: &evaluations{}, runs: &executions{held: map[string]*execution{}}}, nil
}

// Listen opens a listener on the loopback interface; other addresses are
// refused. A port of 0 lets the system choose.
func Listen(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("address %q is not on the loopback interface", address)
	}
	return net.Listen("tcp", address)
}

// loopbackOnly refuses requests that are not addressed to this machine by a name
// that leads nowhere else: a web page whose name was made to lead to 127.0.0.1
// sends its own name as Host (OWASP, "DNS rebinding"). The port is not compared,
// for a proxy on this machine passes the Host on that the client has signed.
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) {
			http.Error(w, "this server answers only requests to 127.0.0.1, localhost or [::1]", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isLoopback reports whether a Host header names the loopback interface.
func isLoopback(host string) bool {
	name := host
	if h, port, err := net.SplitHostPort(host); err == nil {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return false
		}
		name = h
	} else if inner, ok := strings.CutPrefix(host, "["); ok {
		name = strings.TrimSuffix(inner, "]")
	}
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}

// Serve answers requests on a loopback address until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error { return serve(ctx, l, s) }

func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: loopbackOnly(h), ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_ = server.Shutdown(grace) // what does not end in time is cut off with the process
	})
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// maxBody is the largest request that is read: SimulatePrincipalPolicy's
// policies may be long.
const maxBody = 8 << 20

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if s.options.Latency > 0 && !wait(r, s.options.Latency) {
		return
	}
	a := newAnswer(w, r)
	s.route(a, r)
	if r.Context().Err() == nil {
		a.send()
	}
}

// route hands a request to the service that it is signed for.
func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", s.requests.Add(1))
	w.Header().Set("x-amzn-RequestId", id)
	service, region := signedFor(r)
	if service == "lambda" || service == "" && strings.HasPrefix(r.URL.Path, "/2015-03-31/") {
		s.lambda(w, r, region)
		return
	}
	switch service {
	case "s3":
		s.s3(w, r, id)
	case "ecs":
		s.ecs(w, r, region)
	case "eks":
		s.eks(w, r, region)
	case "organizations":
		s.organizations(w, r)
	case "config":
		s.config(w, r)
	case "states":
		s.states(w, r)
	default:
		s.query(w, r, id)
	}
}

// signedFor returns the service and region of the credential scope in
// "AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …".
func signedFor(r *http.Request) (service, region string) {
	_, rest, ok := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if !ok {
		return "", ""
	}
	scope, _, _ := strings.Cut(rest, ",")
	parts := strings.Split(scope, "/")
	if len(parts) < 5 {
		return "", ""
	}
	n := len(parts)
	return parts[n-2], parts[n-3]
}

// accessKey returns the access key of the credential scope.
func accessKey(r *http.Request) string {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, _ := strings.Cut(rest, "/")
	return key
}
