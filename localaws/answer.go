package localaws

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// An answer is what the server says to one request, held back until it is whole
// so that a fault can change it.
type answer struct {
	http.ResponseWriter
	status  int
	body    bytes.Buffer
	subject string // what the request holds, for the subjects of faults

	operation string
	fault     Fault
}

// newAnswer reads the request, for the faults, and gives it its body back.
func newAnswer(w http.ResponseWriter, r *http.Request) *answer {
	var b bytes.Buffer
	_, err := b.ReadFrom(r.Body)
	r.Body = &replay{Reader: bytes.NewReader(b.Bytes()), err: err}
	text := b.String()
	if plain, err := url.QueryUnescape(text); err == nil {
		text = plain
	}
	target := r.URL.RequestURI()
	if plain, err := url.QueryUnescape(target); err == nil {
		target = plain
	}
	return &answer{ResponseWriter: w, status: http.StatusOK, subject: target + "\n" + text + "\n" + r.Header.Get("Authorization")}
}

// A replay is a body that was read, with the error that ended it.
type replay struct {
	*bytes.Reader
	err error
}

func (r *replay) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && r.err != nil {
		err = r.err
	}
	return n, err
}

func (*replay) Close() error { return nil }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) { a.status = status }

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

// stop finds the fault that hits an operation. It answers with it and reports
// true, or lets the call go on.
func (s *Server) stop(w http.ResponseWriter, r *http.Request, operation string, fail func(apiError)) (Fault, bool) {
	a, ok := w.(*answer)
	if !ok {
		return Fault{}, false
	}
	fault, hit := s.faults.next(operation, a.subject)
	if !hit && !s.limit.take() {
		fault, hit = Fault{Operation: operation, Kind: "throttle"}, true
	}
	if !hit {
		return Fault{}, false
	}
	a.operation, a.fault = operation, fault
	if fault.Kind == "same-marker" {
		forgetMarker(r)
	}
	return fault, fault.apply(w, r, operation, fail)
}

// forgetMarker takes the marker that was made up out of a request.
func forgetMarker(r *http.Request) {
	q := r.URL.Query()
	q.Del("Marker")
	r.URL.RawQuery = q.Encode()
	r.Form.Del("Marker")
}

// send writes the answer, changed by its fault.
func (a *answer) send() {
	body := a.body.Bytes()
	if a.status < 300 {
		body = a.changed(body)
	}
	a.ResponseWriter.Header().Set("Content-Length", strconv.Itoa(len(body)))
	a.ResponseWriter.WriteHeader(a.status)
	if a.fault.Kind == "cut" {
		_, _ = a.ResponseWriter.Write(body[:len(body)/2])
		_ = http.NewResponseController(a.ResponseWriter).Flush() // the half is to arrive
		panic(http.ErrAbortHandler)                              // net/http's way to cut a connection
	}
	_, _ = a.ResponseWriter.Write(body) // a client that went away is no fault of ours
}

// changed returns the body with what the fault does to it.
func (a *answer) changed(body []byte) []byte {
	isJSON := strings.Contains(a.Header().Get("Content-Type"), "json")
	switch a.fault.Kind {
	case "truncate":
		return body[:len(body)/2]
	case "empty-result":
		if isJSON {
			return []byte("{}")
		}
		return emptyResult(body)
	case "same-marker":
		if isJSON {
			return sameToken(body)
		}
		return more(body, "SAME")
	case "lost-marker":
		return more(body, "")
	}
	return body
}

var (
	result = regexp.MustCompile(`(?s)(<(\w+Result)>).*(</\w+Result>)`)
	inner  = regexp.MustCompile(`(?s)^(.*?<\w+ ?[^?>]*>).*(</\w+>)$`)
	marks  = regexp.MustCompile(`<IsTruncated>\w+</IsTruncated>(<Marker>[^<]*</Marker>)?`)
	end    = regexp.MustCompile(`</\w+>$`)
)

// emptyResult takes everything out of an answer in XML.
func emptyResult(body []byte) []byte {
	if bytes.Contains(body, []byte("ListAllMyBucketsResult")) || !result.Match(body) {
		if bytes.Contains(body, []byte(s3Namespace)) {
			return []byte("<Empty/>")
		}
		return inner.ReplaceAll(body, []byte("$1$2"))
	}
	return result.ReplaceAll(body, []byte("$1$3"))
}

// more makes a page of XML one that is not the last.
func more(body []byte, marker string) []byte {
	element := ""
	if marker != "" {
		element = "<Marker>" + marker + "</Marker>"
	}
	if marks.Match(body) {
		return marks.ReplaceAll(body, []byte("<IsTruncated>true</IsTruncated>"+element))
	}
	// S3 and EC2 have tokens and no IsTruncated.
	token := "<ContinuationToken>" + marker + "</ContinuationToken><nextToken>" + marker + "</nextToken>"
	return end.ReplaceAll(body, []byte(token+"$0"))
}

// sameToken gives a page of JSON a token, by all the names that services have
// for it.
func sameToken(body []byte) []byte {
	var page map[string]any
	if json.Unmarshal(body, &page) != nil {
		return body
	}
	for _, name := range []string{"NextMarker", "NextToken", "nextToken"} {
		page[name] = "SAME"
	}
	out, err := json.Marshal(page)
	if err != nil {
		return body
	}
	return out
}
