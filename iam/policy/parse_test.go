package policy

import (
	"errors"
	"strings"
	"testing"
)

func TestParseRefuses(t *testing.T) {
	statement := func(s string) string { return `{"Version":"2012-10-17","Statement":[` + s + `]}` }
	for _, tt := range []struct{ name, src, at, want string }{
		{"empty", ``, "1:1", "empty"},
		{"no object", `[]`, "1:1", "must be an object"},
		{"end", `{"Version":`, "1:12", "unexpected end"},
		{"trailing", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}} x`, "", "text behind"},
		{"duplicate", "{\"Version\":\"2012-10-17\",\n \"Version\":\"2012-10-17\"}", "2:2", `duplicate key "Version"`},
		{"escaped duplicate", `{"Version":"2012-10-17","\u0056ersion":"2012-10-17"}`, "", "duplicate key"},
		{"key case", `{"statement":[]}`, "1:2", `must be written "Statement"`},
		{"unknown key", statement(`{"Effect":"Allow","Actions":"*","Resource":"*"}`), "", `no element "Actions"`},
		{"version", `{"Version":"2012-10-18","Statement":[]}`, "", "does not exist"},
		{"no statement", `{"Version":"2012-10-17"}`, "1:1", "no Statement"},
		{"empty statement", `{"Statement":[]}`, "", "Statement is empty"},
		{"effect case", statement(`{"Effect":"allow","Action":"*","Resource":"*"}`), "", "must be Allow or Deny"},
		{"no effect", statement(`{"Action":"*","Resource":"*"}`), "", "no Effect"},
		{"no action", statement(`{"Effect":"Allow","Resource":"*"}`), "", "neither Action"},
		{"no resource", statement(`{"Effect":"Allow","Action":"*"}`), "", "neither Resource"},
		{"two actions", statement(`{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}`), "", "either Action or NotAction"},
		{"empty action", statement(`{"Effect":"Allow","Action":[],"Resource":"*"}`), "", "Action is empty"},
		{"number", statement(`{"Effect":"Allow","Action":7,"Resource":"*"}`), "", "must be a string, not a number"},
		{"null", statement(`{"Effect":"Allow","Action":null,"Resource":"*"}`), "", "must be a string, not null"},
		{"sid", statement(`{"Sid":"a b","Effect":"Allow","Action":"*","Resource":"*"}`), "", "characters other than"},
		{"sid twice", statement(`{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}`), "", "used twice"},
		{"operator", statement(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEqual":{"a:b":"c"}}}`), "", "does not exist"},
		{"null if exists", statement(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NullIfExists":{"a:b":"true"}}}`), "", "does not exist"},
		{"bom", "\ufeff{}", "1:1", "byte order mark"},
		{"character", statement(`{"Sid":"","Effect":"Allow","Action":"*","Resource":"Ā"}`), "", "U+0100"},
		{"utf8", "{\xff}", "1:2", "invalid UTF-8"},
	} {
		_, err := Parse(tt.src)
		pe, ok := errors.AsType[*ParseError](err)
		if !ok || !strings.Contains(pe.Msg, tt.want) || tt.at != "" && pe.Pos.String() != tt.at {
			t.Errorf("%s: %v, want %s at %s", tt.name, err, tt.want, tt.at)
		}
	}
}

func TestParsePositions(t *testing.T) {
	doc, err := Parse("{\"Statement\":[\r\n {\"Effect\":\"Allow\",\"Action\":\"é\",\"Resource\":\"*\"},\r {\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}]}")
	if err != nil {
		t.Fatal(err)
	}
	a, b := doc.Statements[0], doc.Statements[1]
	for _, tt := range []struct{ got, want Position }{
		{a.After, Position{1, 15}},
		{a.Start, Position{2, 2}},
		{a.End, Position{2, 48}},
		{b.After, Position{2, 48}},
		{b.Start, Position{3, 2}},
	} {
		if tt.got != tt.want {
			t.Errorf("got %v, want %v", tt.got, tt.want)
		}
	}
	if got := doc.Text(&b); !strings.HasPrefix(got, `{"Effect":"Deny"`) {
		t.Errorf("text %q", got)
	}
}

func TestDecodeURLKeepsPlus(t *testing.T) {
	if got := DecodeURL("%7B%22a%22%3A%22b+c%22%7D"); got != `{"a":"b+c"}` {
		t.Errorf("got %s", got)
	}
}

// FuzzParse: parsing never panics, and what is printed parses to the same.
func FuzzParse(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":["s3:*","a:b"],"NotResource":"*","Condition":{"StringLike":{"a:b":["c",1,true]}}}]}`)
	f.Add(`{"Statement":{"Effect":"Deny","Principal":{"AWS":"*"},"NotAction":"a:b"}}`)
	f.Fuzz(func(t *testing.T, src string) {
		doc, err := Parse(src)
		if err != nil {
			return
		}
		text := doc.Indent()
		again, err := Parse(text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if again.Indent() != text {
			t.Errorf("printing is not stable: %s", text)
		}
	})
}
