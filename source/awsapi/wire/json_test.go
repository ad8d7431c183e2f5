package wire

import (
	"net/http"
	"testing"
)

func TestJSONErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		header, body string
		want         APIError
	}{
		{"", `{"__type":"ClientException","message":"Unable to describe task definition."}`, APIError{"ClientException", "Unable to describe task definition.", ""}},
		{"", `{"__type":"com.amazonaws.ecs#AccessDeniedException","Message":"no"}`, APIError{"AccessDeniedException", "no", ""}},
		{"ResourceNotFoundException:http://internal.amazon.com/coral/com.amazon.eks/", `{"message":"No cluster found for name: x."}`, APIError{"ResourceNotFoundException", "No cluster found for name: x.", ""}},
		{"aws.protocoltests#Fault:http://x/", `{"__type":"Other"}`, APIError{"Fault", "", ""}},
		{"", `{"code":"InvalidInput"}`, APIError{"InvalidInput", "", ""}},
		{"", `<html>`, APIError{}},
		{"", ``, APIError{}},
	} {
		header := http.Header{}
		if c.header != "" {
			header.Set("X-Amzn-ErrorType", c.header)
		}
		if got := JSONErrors(header, []byte(c.body)); got != c.want {
			t.Errorf("%s %s: %+v, want %+v", c.header, c.body, got, c.want)
		}
	}
}

func FuzzJSONErrors(f *testing.F) {
	f.Add("a#b:c", []byte(`{"__type":"a#b","message":"c"}`))
	f.Fuzz(func(_ *testing.T, kind string, body []byte) {
		JSONErrors(http.Header{"X-Amzn-Errortype": {kind}}, body)
	})
}
