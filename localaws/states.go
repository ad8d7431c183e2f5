package localaws

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// A Machine executes a state machine for StartExecution: it answers an input with the
// output, and says how many items are done, of how many.
type Machine func(ctx context.Context, name string, input json.RawMessage, say func(done, total int)) (output any, err error)

// executions are those that were started.
type executions struct {
	mu   sync.Mutex
	held map[string]*execution // by ARN
}

type execution struct {
	status, output, cause string
	done, total           int
}

var executionName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,80}$`)

// states answers Step Functions' JSON protocol.
func (s *Server) states(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	fail := func(e apiError) { writeJSONError(w, e) }
	if _, stopped := s.stop(w, r, operation, fail); stopped {
		return
	}
	var in struct{ StateMachineArn, Name, Input, ExecutionArn, MapRunArn string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		fail(apiError{"SerializationException", 400, "The request could not be read"})
		return
	}
	if operation == "StartExecution" {
		s.startExecution(w, in.StateMachineArn, in.Name, in.Input, fail)
		return
	}
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	e := s.runs.held[strings.TrimSuffix(in.ExecutionArn+in.MapRunArn, "/map")]
	if e == nil {
		fail(apiError{"ExecutionDoesNotExist", 400, "Execution Does Not Exist: '" + in.ExecutionArn + "'"})
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	var out any
	switch operation {
	case "DescribeExecution":
		out = map[string]string{"executionArn": in.ExecutionArn, "status": e.status, "output": e.output, "cause": e.cause}
	case "ListMapRuns":
		out = map[string]any{"mapRuns": []any{map[string]string{"mapRunArn": in.ExecutionArn + "/map"}}}
	case "DescribeMapRun":
		out = map[string]any{"itemCounts": map[string]int{"total": e.total, "succeeded": e.done}}
	default:
		fail(apiError{"UnknownOperationException", 400, "The operation is not known"})
		return
	}
	_ = json.NewEncoder(w).Encode(out) // a client that went away is no fault of ours
}

func (s *Server) startExecution(w http.ResponseWriter, machine, name, input string, fail func(apiError)) {
	switch {
	case s.cloud == nil || s.cloud.o.Machine == nil || !strings.Contains(machine, ":stateMachine:"):
		fail(apiError{"StateMachineDoesNotExist", 400, "State Machine Does Not Exist: '" + machine + "'"})
		return
	case !executionName.MatchString(name):
		fail(apiError{"InvalidName", 400, "Invalid Name: '" + name + "'"})
		return
	case !json.Valid([]byte(input)):
		fail(apiError{"InvalidExecutionInput", 400, "Invalid State Machine Execution Input"})
		return
	}
	arn := strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + name
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	if s.runs.held[arn] != nil {
		fail(apiError{"ExecutionAlreadyExists", 400, "Execution Already Exists: '" + arn + "'"})
		return
	}
	e := &execution{status: "RUNNING"}
	s.runs.held[arn] = e
	go s.execute(e, name, input)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(map[string]string{"executionArn": arn}) // a client that went away is no fault of ours
}

func (s *Server) execute(e *execution, name, input string) {
	out, err := s.cloud.o.Machine(context.Background(), name, json.RawMessage(input), func(done, total int) {
		s.runs.mu.Lock()
		defer s.runs.mu.Unlock()
		e.done, e.total = done, total
	})
	text, failed := json.Marshal(out)
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	switch {
	case err != nil || failed != nil:
		e.status = "FAILED"
		if err != nil {
			e.cause = err.Error()
		}
	default:
		e.status, e.output = "SUCCEEDED", string(text)
	}
}
