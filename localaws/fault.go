package localaws

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Fault makes an operation fail, for trying out how a client copes.
type Fault struct {
	Operation string // such as GetRole, or * for all
	Kind      string
	Times     int           // how often; 0 for always
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
}

// ParseFault reads OPERATION=KIND[:N]: the operation's name or *, the kind, and
// how many calls it hits (all, where N is missing). For slow, N is a duration:
//
//	SimulatePrincipalPolicy=throttle:2
//	GetRole=denied
//	*=slow:2s
func ParseFault(spec string) (Fault, error) {
	operation, rest, ok := strings.Cut(spec, "=")
	kind, count, counted := strings.Cut(rest, ":")
	f := Fault{Operation: operation, Kind: kind}
	if !ok || operation == "" || faultKinds[kind] == "" {
		return Fault{}, fmt.Errorf("fault %q is not of the form OPERATION=KIND[:N] with KIND one of throttle, denied, expired, invalid, 500, unknown, html, slow, old-shape, page", spec)
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
	return f, nil
}

// faults counts down what is left of each fault.
type faults struct {
	mu   sync.Mutex
	list []Fault
	used []int
}

func newFaults(list []Fault) *faults { return &faults{list: list, used: make([]int, len(list))} }

// next returns the fault that hits a call of an operation.
func (f *faults) next(operation string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.list {
		if fault.Operation != "*" && !strings.EqualFold(fault.Operation, operation) {
			continue
		}
		if fault.Times > 0 && f.used[i] >= fault.Times {
			continue
		}
		f.used[i]++
		return fault, true
	}
	return Fault{}, false
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
		fail(apiError{"ServiceFailure", 500, "The request processing has failed because of an unknown error, exception or failure."})
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
