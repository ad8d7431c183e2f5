package policy

import "testing"

func TestValidNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text                  string
		account, region, name bool
	}{
		{"123456789012", true, false, true},
		{"12345678901", false, false, true},
		{"12345678901a", false, false, true},
		{"us-east-1", false, true, true},
		{"us-gov-west-1", false, true, true},
		{"us-east", false, false, true},
		{"us--1", false, false, true},
		{"US-EAST-1", false, false, true},
		{"", false, false, false},
		{"a b", false, false, false},
		{"é-é-é", false, false, false},
	} {
		if IsAccountID(c.text) != c.account || IsRegion(c.text) != c.region || IsName(c.text) != c.name {
			t.Errorf("%q: %v %v %v", c.text, IsAccountID(c.text), IsRegion(c.text), IsName(c.text))
		}
	}
}

func TestFunctionName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"render": "render", "": "",
		"arn:aws:lambda:us-east-1:123456789012:function:render":      "render",
		"arn:aws:lambda:us-east-1:123456789012:function:render:live": "render",
		"arn:aws:iam::123456789012:role/render":                      "arn:aws:iam::123456789012:role/render",
	} {
		if got := FunctionName(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
