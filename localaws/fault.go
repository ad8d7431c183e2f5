package localaws

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Fault makes an operation fail, for trying out how a client copes.
type Fault struct {
	Operation string // such as GetRole, * for all, or write for all that change the account
	Kind      string
	Times     int           // how often; 0 for always
	Skip      int           // how many calls it lets pass before that
	Delay     time.Duration // of Kind slow
}

// faultKinds says what each kind of fault does.
var faultKinds = map[string]string{
	"throttle":  "answer Throttling",
	"denied":    "answer AccessDenied",
	"expired":   "answer ExpiredToken",
	"invalid":   "answer InvalidClientTokenId",
	"500":       "answer ServiceFailure",
	"unknown":   "answer as for an unknown operation",
	"html":      "answer with a web page",
	"slow":      "wait before the answer",
	"old-shape": "answer simulations in the shape before July 2026",
	"page":      "answer simulations one action at a time",
	"lost":      "do it, and cut the connection in place of an answer",
	"done-500":  "do it, and answer ServiceFailure",
}

// kindNames lists the kinds of faults for messages.
func kindNames() string { return strings.Join(slices.Sorted(maps.Keys(faultKinds)), ", ") }

// ParseFault reads OPERATION=KIND[:N][@K]: the operation's name, * or write for
// every operation that changes the account, the kind, how many calls it hits
// (all, where N is missing), and the number of the first call that it hits. For
// slow, N is a duration:
//
//	SimulatePrincipalPolicy=throttle:2
//	GetRole=denied
//	*=slow:2s
//	write=lost:1@3
func ParseFault(spec string) (Fault, error) {
	operation, rest, ok := strings.Cut(spec, "=")
	rest, from, placed := strings.Cut(rest, "@")
	kind, count, counted := strings.Cut(rest, ":")
	f := Fault{Operation: operation, Kind: kind}
	if !ok || operation == "" || faultKinds[kind] == "" {
		return Fault{}, fmt.Errorf("fault %q is not of the form OPERATION=KIND[:N][@K] with KIND one of %s", spec, kindNames())
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

// faults counts the calls that each fault lets pass or hits.
type faults struct {
	mu   sync.Mutex
	list []Fault
	seen []int
}

// SetFaults replaces the faults of a server, and counts from here.
func (s *Server) SetFaults(list []Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list, s.faults.seen = list, make([]int, len(list))
}

func newFaults(list []Fault) *faults { return &faults{list: list, seen: make([]int, len(list))} }

// next returns the fault that hits a call of an operation: the first that does.
// The others do not count the call.
func (f *faults) next(operation string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.list {
		if !fault.concerns(operation) || fault.Times > 0 && f.seen[i] >= fault.Skip+fault.Times {
			continue
		}
		if f.seen[i]++; f.seen[i] > fault.Skip {
			return fault, true
		}
	}
	return Fault{}, false
}

func (f Fault) concerns(operation string) bool {
	switch f.Operation {
	case "*":
		return true
	case "write":
		return iamWrites[operation] != nil
	}
	return strings.EqualFold(f.Operation, operation)
}

var serviceFailure = apiError{"ServiceFailure", 500, "The request processing has failed because of an unknown error, exception or failure."}

// after spoils the answer to a call that was done, and reports whether it did.
func (f Fault) after(fail func(apiError)) bool {
	switch f.Kind {
	case "lost":
		panic(http.ErrAbortHandler) // the server cuts the connection
	case "done-500":
		fail(serviceFailure)
		return true
	}
	return false
}

// apply answers with the fault and reports true, or lets the call go on.
func (f Fault) apply(w http.ResponseWriter, r *http.Request, operation string, fail func(apiError)) bool {
	switch f.Kind {
	case "throttle":
		fail(apiError{"Throttling", 400, "Rate exceeded"})
	case "denied":
		fail(apiError{"AccessDenied", 403, "User: arn:aws:sts::123456789012:assumed-role/somebody/session is not authorized to perform: " + operation + " because no identity-based policy allows the action"})
	case "expired":
		fail(apiError{"ExpiredToken", 403, "The security token included in the request is expired"})
	case "invalid":
		fail(apiError{"InvalidClientTokenId", 403, "The security token included in the request is invalid."})
	case "500":
		fail(serviceFailure)
	case "unknown":
		fail(apiError{"InvalidAction", 400, "Could not find operation " + operation + " for version 2010-05-08"})
	case "html":
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!DOCTYPE html><html><body>Welcome to the proxy</body></html>"))
	case "slow":
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
			return true
		}
		return false
	default:
		return false
	}
	return true
}
