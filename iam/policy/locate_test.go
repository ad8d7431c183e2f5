package policy

import "testing"

func TestElements(t *testing.T) {
	doc, err := Parse(`{"Statement": [ {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
  "Resource": "arn:aws:s3:::b", "Condition": {"StringEquals": {"aws:RequestTag/a~b": "x", "aws:SourceVpc": ["v", "w"]}, "Bool": {"aws:SecureTransport": true}}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	s := &doc.Statements[0]
	text, at := doc.Text(s), doc.Elements(s)
	for pointer, want := range map[string]string{
		Pointer("Action", "1"): `"s3:PutObject"`,
		Pointer("Resource"):    `"arn:aws:s3:::b"`,
		Pointer("Effect"):      `"Allow"`,
		Pointer("Condition", "StringEquals", "aws:RequestTag/a~b"): `"x"`,
		Pointer("Condition", "StringEquals", "aws:SourceVpc", "1"): `"w"`,
		Pointer("Condition", "Bool", "aws:SecureTransport"):        `true`,
	} {
		span, ok := at[pointer]
		if !ok || text[span.Start:span.End] != want {
			t.Errorf("%s: got %q, want %s", pointer, text[span.Start:span.End], want)
		}
	}
	built := &Document{Statements: []Statement{{Effect: Allow}}}
	if got := built.Elements(&built.Statements[0]); len(got) != 0 {
		t.Errorf("a built document has elements: %v", got)
	}
}
