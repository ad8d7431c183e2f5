package localaws

import (
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Fault makes an operation fail, for trying out how a client copes.
type Fault struct {
	// Operation is a name such as GetRole, a pattern such as List*, write for
	// all that change the account, or several with "|" between them.
	Operation string
	// Subject, where it is not empty, is a text that the request must hold: in
	// its path, its form or its signature (role/api, guard, /eu-west-1/).
	Subject string
	Kind    string
	Times   int           // how often; 0 for always
	Skip    int           // how many calls it lets pass before that
	Delay   time.Duration // of Kind slow
}

// faultKinds says what each kind of fault does.
var faultKinds = map[string]string{
	"throttle":     "answer Throttling",
	"denied":       "answer AccessDenied",
	"expired":      "answer ExpiredToken",
	"invalid":      "answer InvalidClientTokenId",
	"unrecognized": "answer UnrecognizedClientException, as a Region that is not enabled",
	"500":          "answer ServiceFailure",
	"503":          "answer HTTP 503 in plain text",
	"html-500":     "answer HTTP 500 with a web page",
	"unknown":      "answer as for an unknown operation",
	"html":         "answer with a web page",
	"slow":         "wait before the answer",
	"hang":         "never answer",
	"reset":        "cut the connection in place of an answer",
	"cut":          "cut the connection in the middle of the answer",
	"truncate":     "answer with the first half of the answer",
	"empty":        "answer HTTP 200 without a body",
	"empty-result": "answer with a result that holds nothing",
	"same-marker":  "answer that more follows, always with the same marker",
	"lost-marker":  "answer that more follows, without a marker",
	"old-shape":    "answer simulations in the shape before July 2026",
	"page":         "answer simulations one action at a time",
	"missing":      "leave out the first result of a simulation",
	"duplicate":    "answer each result of a simulation twice, once as allowed",
	"foreign":      "answer a simulation for an action that was not asked",
	"contradict":   "answer a simulation whose decisions contradict each other",
	"lost":         "do it, and cut the connection in place of an answer",
	"done-500":     "do it, and answer ServiceFailure",
}

// ParseFaults reads faults as [ParseFault] does. The error is that of the first bad one.
func ParseFaults(specs []string) ([]Fault, error) {
	var out []Fault
	for _, spec := range specs {
		f, err := ParseFault(spec)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// ParseFault reads OPERATION[SUBJECT]=KIND[:N][@K]: the operation's name or
// pattern, the text that its request holds, the kind, how many calls it hits
// (all, where N is missing), and the number of the first that it hits. For slow,
// N is a duration:
//
//	SimulatePrincipalPolicy=throttle:2
//	GetRolePolicy[guard]=denied
//	*=slow:2s
//	write=lost:1@3
func ParseFault(spec string) (Fault, error) {
	target, rest, ok := cutTarget(spec)
	rest, from, placed := strings.Cut(rest, "@")
	kind, count, counted := strings.Cut(rest, ":")
	f := Fault{Operation: target, Kind: kind}
	if before, subject, has := strings.Cut(target, "["); has {
		f.Operation, f.Subject = before, strings.TrimSuffix(subject, "]")
	}
	if !ok || f.Operation == "" || faultKinds[kind] == "" {
		kinds := strings.Join(slices.Sorted(maps.Keys(faultKinds)), ", ")
		return Fault{}, fmt.Errorf("fault %q is not of the form OPERATION[SUBJECT]=KIND[:N][@K] with KIND one of %s", spec, kinds)
	}
	var err error
	switch {
	case kind == "slow":
		f.Delay, err = time.ParseDuration(count)
	case counted:
		f.Times, err = strconv.Atoi(count)
	}
	if err != nil || f.Times < 0 || f.Delay < 0 {
		return Fault{}, fmt.Errorf("fault %q: %q is not a count, or for slow a duration such as 2s", spec, count)
	}
	if placed {
		first, err := strconv.Atoi(from)
		if err != nil || first < 1 {
			return Fault{}, fmt.Errorf("fault %q: %q is not the number of a call, from 1", spec, from)
		}
		f.Skip = first - 1
	}
	return f, nil
}

// cutTarget cuts a fault at the "=" behind its subject, in which there may be
// another.
func cutTarget(spec string) (target, rest string, ok bool) {
	if before, behind, has := strings.Cut(spec, "]="); has && strings.Contains(before, "[") {
		return before + "]", behind, true
	}
	return strings.Cut(spec, "=")
}

// hits reports whether the fault concerns an operation.
func (f *Fault) hits(operation string) bool {
	for pattern := range strings.SplitSeq(f.Operation, "|") {
		if ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(operation)); ok && err == nil || pattern == "*" {
			return true
		}
		if pattern == "write" && iamWrites[operation] != nil {
			return true
		}
	}
	return false
}

// faults counts the calls that each fault lets pass or hits.
type faults struct {
	mu   sync.Mutex
	list []Fault
	seen []int
}

func newFaults(list []Fault) *faults { return &faults{list: list, seen: make([]int, len(list))} }

// SetFaults replaces the faults of a server, and counts from here.
func (s *Server) SetFaults(list []Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list, s.faults.seen = list, make([]int, len(list))
}

// next returns the fault that hits a call of an operation, the first that does;
// the others do not count the call. subject is what its request holds.
func (f *faults) next(operation, subject string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.list {
		if !fault.hits(operation) || !strings.Contains(subject, fault.Subject) || fault.Times > 0 && f.seen[i] >= fault.Skip+fault.Times {
			continue
		}
		if f.seen[i]++; f.seen[i] > fault.Skip {
			return fault, true
		}
	}
	return Fault{}, false
}

// after spoils the answer to a call that was done, and reports whether it did.
func (f Fault) after(fail func(apiError)) bool {
	switch f.Kind {
	case "lost":
		panic(http.ErrAbortHandler) // net/http's way to cut a connection
	case "done-500":
		fail(refusals["500"])
		return true
	}
	return false
}

// refusals are the faults that answer with an error of AWS.
var refusals = map[string]apiError{
	"throttle":     {"Throttling", 400, "Rate exceeded"},
	"expired":      {"ExpiredToken", 403, "The security token included in the request is expired"},
	"invalid":      {"InvalidClientTokenId", 403, "The security token included in the request is invalid."},
	"unrecognized": {"UnrecognizedClientException", 403, "The security token included in the request is invalid."},
	"500":          {"ServiceFailure", 500, "The request processing has failed because of an unknown error, exception or failure."},
}

// webPage is what a proxy or a captive portal answers with. It is well-formed
// XML, so that it does not fail by itself.
const webPage = "<!DOCTYPE html><html><body>Welcome to the proxy</body></html>"

// bodies are the faults that answer with something else than AWS would.
var bodies = map[string]struct {
	status            int
	contentType, text string
}{
	"503":      {503, "text/plain", "Service Unavailable"},
	"html-500": {500, "text/html", webPage},
	"html":     {200, "text/html", webPage},
	"empty":    {200, "", ""},
}

// apply answers with the fault and reports true, or lets the call go on.
func (f Fault) apply(w http.ResponseWriter, r *http.Request, operation string, fail func(apiError)) bool {
	if e, ok := refusals[f.Kind]; ok {
		fail(e)
		return true
	}
	if b, ok := bodies[f.Kind]; ok {
		w.Header().Set("Content-Type", b.contentType)
		w.WriteHeader(b.status)
		_, _ = w.Write([]byte(b.text)) // a client that went away is no fault of ours
		return true
	}
	switch f.Kind {
	case "denied":
		fail(apiError{"AccessDenied", 403, "User: arn:aws:sts::123456789012:assumed-role/somebody/session is not authorized to perform: " + operation + " because no identity-based policy allows the action"})
	case "unknown":
		fail(apiError{"InvalidAction", 400, "Could not find operation " + operation + " for version 2010-05-08"})
	case "reset":
		panic(http.ErrAbortHandler) // net/http's way to cut a connection
	case "hang":
		<-r.Context().Done()
	case "slow":
		return !wait(r, f.Delay)
	default:
		return false
	}
	return true
}

// wait waits, and reports whether the client is still there.
func wait(r *http.Request, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-r.Context().Done():
		return false
	}
}
