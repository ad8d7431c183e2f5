package account

import (
	"errors"
	"strings"
	"testing"
)

func TestReadAuthorizationDetails(t *testing.T) {
	s, err := Read([]byte(`{"UserDetailList":[],"RoleDetailList":[{"RoleName":"r","Arn":"arn:aws-cn:iam::123456789012:role/r",
		"RolePolicyList":[{"PolicyName":"p","PolicyDocument":"%7B%22Statement%22%3A%5B%5D%7D"},{"PolicyName":"q","PolicyDocument":{"Statement":[]}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if s.AccountID != "123456789012" || s.Partition != "aws-cn" {
		t.Errorf("account %s in %s", s.AccountID, s.Partition)
	}
	r, err := s.Role("R")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.RolePolicyList {
		if p.PolicyDocument.Text != `{"Statement":[]}` {
			t.Errorf("%s is %s", p.PolicyName, p.PolicyDocument.Text)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, at, want string }{
		{"empty", "", "1:1", "end of the document"},
		{"no JSON", "hello", "1:1", "invalid character"},
		{"second line", "{\n \"Version\": 1,,}", "2:15", "invalid character"},
		{"wrong type", "{\"AccountId\": 7}", "1:15", "/AccountId must not be a number"},
		{"trailing", `{"RoleDetailList":[{"RoleName":"r"}]} x`, "", "behind the document"},
		{"something else", `{"foo":1}`, "1:1", "no snapshot"},
	} {
		_, err := Read([]byte(tt.text))
		e, ok := errors.AsType[*ReadError](err)
		if !ok || !strings.Contains(e.Msg, tt.want) || tt.at != "" && e.Pos.String() != tt.at {
			t.Errorf("%s: %v, want %s at %s", tt.name, err, tt.want, tt.at)
		}
	}
}

func TestFunctionNames(t *testing.T) {
	s := &Snapshot{Functions: []Function{{FunctionName: "f", FunctionArn: "arn:aws:lambda:us-east-1:1:function:f"}}}
	for _, name := range []string{"f", "f:live", "function:f", "1:function:f:3", "arn:aws:lambda:us-east-1:1:function:f"} {
		if _, err := s.Function(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Function("g"); err == nil {
		t.Error("g is found")
	}
}
