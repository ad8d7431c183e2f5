package localaws

import (
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
)

// An apiError is a refusal as AWS words it.
type apiError struct {
	Code    string
	Status  int
	Message string
}

func (e apiError) Error() string { return e.Code + ": " + e.Message }

// A call is one request of the query protocol.
type call struct {
	server *Server
	form   url.Values
	fault  Fault
	key    string // the access key that signed the request
}

// An operation answers a call with the content of its Result element.
type operation func(c *call) (any, error)

// A protocol is a service of the query protocol.
type protocol struct {
	namespace  string
	operations map[string]operation
	writes     map[string]operation // those that change the account
	ec2        bool                 // no Result element, errors of another shape
}

// protocols are the services by the API version that requests carry.
var protocols = map[string]protocol{
	"2010-05-08": {namespace: "https://iam.amazonaws.com/doc/2010-05-08/", operations: iamOperations, writes: iamWrites},
	"2011-06-15": {namespace: "https://sts.amazonaws.com/doc/2011-06-15/", operations: stsOperations},
	"2016-11-15": {namespace: "http://ec2.amazonaws.com/doc/2016-11-15/", operations: ec2Operations, ec2: true},
}

// query answers a request of the query protocol: Action and Version in a form,
// the answer in XML.
func (s *Server) query(w http.ResponseWriter, r *http.Request, id string) {
	err := r.ParseForm()
	name, version := r.Form.Get("Action"), r.Form.Get("Version")
	p := protocols[version]
	fail := func(e apiError) { p.writeError(w, e, id) }
	switch {
	case err != nil:
		fail(apiError{"MalformedQueryString", 400, "The request could not be read"})
		return
	case name == "":
		fail(apiError{"MissingAction", 400, "The request is missing an action or a required parameter."})
		return
	}
	fault, stopped := s.stop(w, r, name, func(e apiError) {
		if e.Code == "AccessDenied" && p.ec2 {
			e = s.unauthorized(name)
		}
		fail(e)
	})
	if stopped {
		return
	}
	result, err := s.do(p, name, &call{server: s, form: r.Form, fault: fault, key: accessKey(r)})
	if errors.Is(err, errUnknownOperation) {
		fail(apiError{"InvalidAction", 400, "Could not find operation " + name + " for version " + version})
		return
	}
	if err != nil {
		fail(asAPIError(err))
		return
	}
	if fault.after(fail) {
		return
	}
	p.write(w, name, result, id)
}

var errUnknownOperation = errors.New("unknown operation")

// do answers a call, reads together with others and writes alone.
func (s *Server) do(p protocol, name string, c *call) (any, error) {
	if op, ok := p.operations[name]; ok {
		s.mu.RLock()
		defer s.mu.RUnlock()
		c.server = s.seen()
		return op(c)
	}
	if op, ok := p.writes[name]; ok {
		return s.write(op, c)
	}
	return nil, errUnknownOperation
}

// asAPIError gives an error of the snapshot or the simulator the form of AWS.
func asAPIError(err error) apiError {
	if e, ok := errors.AsType[apiError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*eval.APIError](err); ok {
		return apiError{e.Code, e.Status, e.Message}
	}
	if e, ok := errors.AsType[*account.NotFoundError](err); ok {
		return apiError{"NoSuchEntity", 404, "The " + e.Kind + " with name " + e.Name + " cannot be found."}
	}
	return apiError{"ServiceFailure", 500, err.Error()}
}

type responseMetadata struct {
	RequestID string `xml:"RequestId"`
}

// write prints <NAMEResponse><NAMEResult>…</NAMEResult>…</NAMEResponse>.
func (p protocol) write(w http.ResponseWriter, name string, result any, id string) {
	w.Header().Set("Content-Type", "text/xml")
	var b strings.Builder
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	root := xml.StartElement{Name: xml.Name{Local: name + "Response"}, Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: p.namespace}}}
	err := enc.EncodeToken(root)
	if p.ec2 {
		err = errors.Join(err, enc.EncodeElement(id, xml.StartElement{Name: xml.Name{Local: "requestId"}}))
		err = errors.Join(err, enc.Encode(result))
	} else {
		err = errors.Join(err, enc.EncodeElement(result, xml.StartElement{Name: xml.Name{Local: name + "Result"}}))
		err = errors.Join(err, enc.EncodeElement(responseMetadata{id}, xml.StartElement{Name: xml.Name{Local: "ResponseMetadata"}}))
	}
	err = errors.Join(err, enc.EncodeToken(root.End()), enc.Close())
	if err != nil {
		p.writeError(w, apiError{"ServiceFailure", 500, err.Error()}, id)
		return
	}
	_, _ = w.Write([]byte(b.String())) // a client that went away is no fault of ours
}

func (p protocol) writeError(w http.ResponseWriter, e apiError, id string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(e.Status)
	var b strings.Builder
	b.WriteString(xml.Header)
	kind := "Sender"
	if e.Status >= 500 {
		kind = "Receiver"
	}
	type detail struct {
		Type    string `xml:",omitempty"`
		Code    string
		Message string
	}
	var body any
	if p.ec2 {
		body = struct {
			XMLName   xml.Name `xml:"Response"`
			Error     detail   `xml:"Errors>Error"`
			RequestID string   `xml:"RequestID"`
		}{Error: detail{Code: e.Code, Message: e.Message}, RequestID: id}
	} else {
		body = struct {
			XMLName   xml.Name `xml:"ErrorResponse"`
			Namespace string   `xml:"xmlns,attr,omitempty"`
			Error     detail
			RequestID string `xml:"RequestId"`
		}{Namespace: p.namespace, Error: detail{kind, e.Code, e.Message}, RequestID: id}
	}
	if err := xml.NewEncoder(&b).Encode(body); err == nil {
		_, _ = w.Write([]byte(b.String()))
	}
}

// list reads PREFIX.member.1, PREFIX.member.2, ….
func (c *call) list(prefix string) []string {
	var out []string
	for i := 1; ; i++ {
		v, ok := c.form[prefix+".member."+strconv.Itoa(i)]
		if !ok {
			return out
		}
		out = append(out, v[0])
	}
}

// count returns how many members of a list of structures there are.
func (c *call) count(prefix string) int {
	n := 0
	for key := range c.form {
		rest, ok := strings.CutPrefix(key, prefix+".member.")
		if !ok {
			continue
		}
		number, _, _ := strings.Cut(rest, ".")
		if i, err := strconv.Atoi(number); err == nil && i > n && i <= 1000 {
			n = i
		}
	}
	return n
}

// at returns PREFIX.member.I.NAME.
func at(prefix string, i int, name string) string {
	return prefix + ".member." + strconv.Itoa(i) + "." + name
}

// An items is a list in XML: each element in <member>.
type items[T any] struct {
	Members []T `xml:"member"`
}

// A page is a part of a list, with the markers of IAM's paginated answers.
type page struct {
	IsTruncated bool
	Marker      string `xml:",omitempty"`
}

// paginate cuts a list by MaxItems and Marker.
func paginate[T any](c *call, all []T) ([]T, page, error) {
	start, size := 0, 100
	if m := c.form.Get("Marker"); m != "" {
		n, err := strconv.Atoi(m)
		if err != nil || n < 0 || n > len(all) {
			return nil, page{}, apiError{"ValidationError", 400, "Invalid Marker: " + m}
		}
		start = n
	}
	if m := c.form.Get("MaxItems"); m != "" {
		n, err := strconv.Atoi(m)
		if err != nil || n < 1 || n > 1000 {
			return nil, page{}, apiError{"ValidationError", 400, "1 validation error detected: Value '" + m + "' at 'maxItems' failed to satisfy constraint: Member must have value between 1 and 1000"}
		}
		size = n
	}
	end := min(start+size, len(all))
	p := page{IsTruncated: end < len(all)}
	if p.IsTruncated {
		p.Marker = strconv.Itoa(end)
	}
	return all[start:end], p, nil
}
