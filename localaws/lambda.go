package localaws

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

const functionsPath = "/2015-03-31/functions"

// lambda answers Lambda's REST protocol.
func (s *Server) lambda(w http.ResponseWriter, r *http.Request, region string) {
	name, operation := lambdaOperation(r)
	fail := func(e apiError) { writeJSONError(w, e) }
	if _, stopped := s.stop(w, r, operation, fail); stopped {
		return
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	switch operation {
	case "ListFunctions":
		s.listFunctions(w, r, region)
	case "GetFunction", "GetFunctionConfiguration":
		f, err := s.function(name, region)
		if err != nil {
			fail(asAPIError(err))
			return
		}
		if operation == "GetFunction" {
			writeJSON(w, map[string]any{"Configuration": configuration(f), "Code": map[string]string{"RepositoryType": "S3"}})
			return
		}
		writeJSON(w, configuration(f))
	default:
		fail(apiError{"UnknownOperationException", 404, "The operation is not known"})
	}
}

// lambdaOperation names the operation by method and path.
func lambdaOperation(r *http.Request) (function, operation string) {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), functionsPath)
	if !ok || r.Method != http.MethodGet {
		return "", r.Method + " " + r.URL.Path
	}
	rest = strings.Trim(rest, "/")
	if rest == "" {
		return "", "ListFunctions"
	}
	escaped, what, _ := strings.Cut(rest, "/")
	function, err := url.PathUnescape(escaped)
	switch {
	case err != nil:
		return "", r.Method + " " + r.URL.Path
	case what == "configuration":
		return function, "GetFunctionConfiguration"
	case what == "":
		return function, "GetFunction"
	}
	return "", r.Method + " " + r.URL.Path
}

// function finds a function of the request's region.
func (s *Server) function(name, region string) (*account.Function, error) {
	f, err := s.snapshot.Function(name)
	if err == nil {
		if a, ok := policy.ParseARN(f.FunctionArn); !ok || region == "" || a.Region == region {
			return f, nil
		}
		for i := range s.snapshot.Functions {
			g := &s.snapshot.Functions[i]
			if a, _ := policy.ParseARN(g.FunctionArn); g.FunctionName == f.FunctionName && a.Region == region {
				return g, nil
			}
		}
	}
	arn := name
	if !strings.HasPrefix(name, "arn:") {
		arn = "arn:" + policy.PartitionOf(region) + ":lambda:" + region + ":" + s.snapshot.AccountID + ":function:" + name
	}
	return nil, apiError{"ResourceNotFoundException", 404, "Function not found: " + arn}
}

func (s *Server) listFunctions(w http.ResponseWriter, r *http.Request, region string) {
	var all []map[string]any
	for i := range s.snapshot.Functions {
		f := &s.snapshot.Functions[i]
		if a, _ := policy.ParseARN(f.FunctionArn); region == "" || a.Region == region {
			all = append(all, configuration(f))
		}
	}
	size, err := strconv.Atoi(cmp.Or(r.URL.Query().Get("MaxItems"), "50"))
	start, err2 := strconv.Atoi(cmp.Or(r.URL.Query().Get("Marker"), "0"))
	if err != nil || err2 != nil || size < 1 || start < 0 || start > len(all) {
		writeJSONError(w, apiError{"InvalidParameterValueException", 400, "MaxItems or Marker is not valid"})
		return
	}
	end := min(start+size, len(all))
	out := map[string]any{"Functions": append([]map[string]any{}, all[start:end]...)}
	if end < len(all) {
		out["NextMarker"] = strconv.Itoa(end)
	}
	writeJSON(w, out)
}

func configuration(f *account.Function) map[string]any {
	out := map[string]any{
		"FunctionName": f.FunctionName, "FunctionArn": f.FunctionArn, "Role": f.Role,
		"Runtime": cmp.Or(f.Runtime, "nodejs24.x"), "MemorySize": cmp.Or(f.MemorySize, 128), "Timeout": cmp.Or(f.Timeout, 3),
		"State": "Active", "LastUpdateStatus": "Successful", "Version": "$LATEST", "PackageType": "Zip",
	}
	if len(f.Variables) > 0 {
		values := map[string]string{}
		for _, name := range f.Variables {
			values[name] = "not shown"
		}
		out["Environment"] = map[string]any{"Variables": values}
	}
	return out
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // a client that went away is no fault of ours
}

func writeJSONError(w http.ResponseWriter, e apiError) {
	w.Header().Set("x-amzn-ErrorType", e.Code)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(map[string]string{"Type": "User", "Message": e.Message, "message": e.Message})
}
