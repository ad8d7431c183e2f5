package managed

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

const basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

// TestEmbedded: every document is one that IAM takes.
func TestEmbedded(t *testing.T) {
	l := embedded()
	if l.Len() < 1400 || Date() < "2026-11-01" {
		t.Fatalf("%d policies of %q", l.Len(), Date())
	}
	for arn, d := range l.byARN {
		if _, err := policy.Parse(d.Text); err != nil {
			t.Errorf("%s:%v", arn, err)
		}
	}
}

func TestLookup(t *testing.T) {
	l := Embedded()
	if d, approximate, ok := l.Lookup(basic); !ok || approximate || !strings.Contains(d.Text, "logs:PutLogEvents") {
		t.Errorf("%+v", d)
	}
	if d, approximate, ok := l.Lookup("arn:aws-cn:iam::aws:policy/AmazonS3ReadOnlyAccess"); !ok || !approximate || d.ARN == "" {
		t.Errorf("%+v", d)
	}
	if _, _, ok := l.Lookup("arn:aws:iam::aws:policy/NoSuchPolicy"); ok {
		t.Error("a policy that does not exist is found")
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const document = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
	const arn = "arn:aws:iam::123456789012:policy/mine"
	write("folder/mine.json", document)
	write("answers/mine", `{"PolicyVersion":{"VersionId":"v3","Document":`+document+`}}`)
	for name, path := range map[string]string{
		"lines":    write("lines.jsonl", `{"arn":"`+arn+`","document":`+document+"}\n"),
		"snapshot": write("snapshot.json", `{"Policies":[{"Arn":"`+arn+`","PolicyVersionList":[{"IsDefaultVersion":true,"Document":`+document+`}]}]}`),
		"folder":   filepath.Join(dir, "folder"),
		"answers":  filepath.Join(dir, "answers"),
	} {
		l, err := Open(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d, _, ok := l.Lookup(arn); !ok || d.Text != document {
			t.Errorf("%s: %+v", name, d)
		}
		if _, _, ok := l.Lookup(basic); !ok {
			t.Errorf("%s: what is not overridden is lost", name)
		}
	}
	write("bad/mine.json", "{\n \"Statement\": 1}")
	for path, want := range map[string]string{
		write("empty.json", "{}"):                "empty.json:1:1",
		write("broken.json", "{\n,}"):            "broken.json:2:1",
		filepath.Join(dir, "bad"):                "mine.json:2:15",
		filepath.Join(dir, "missing"):            "missing",
		write("scalar.jsonl", "{}\n[{\"a\":1}]"): "scalar.jsonl:2:1",
	} {
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestComplete: what is only named gets its document, or becomes unknown.
func TestComplete(t *testing.T) {
	const own = "arn:aws:iam::123456789012:policy/gone"
	s := &account.Snapshot{AuthorizationDetails: account.AuthorizationDetails{Roles: []account.Role{{
		RoleName: "r", Arn: "arn:aws:iam::123456789012:role/r",
		AttachedManagedPolicies: []account.AttachedPolicy{{PolicyArn: basic}, {PolicyArn: own}},
		PermissionsBoundary:     &account.AttachedBoundary{PermissionsBoundaryArn: own},
	}}}}
	notes := Embedded().Complete(s)
	if len(notes) != 1 || !strings.Contains(notes[0], Date()) {
		t.Errorf("notes %q", notes)
	}
	for arn, want := range map[string]string{basic: "logs:PutLogEvents", own: policy.UnknownKey("document of " + own)} {
		p, err := s.ManagedPolicy(arn)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := p.Default(); err != nil || !strings.Contains(v.Document.Text, want) {
			t.Errorf("%s is %+v, %v", arn, v, err)
		}
	}
	if again := Embedded().Complete(s); len(again) != 0 || len(s.AuthorizationDetails.Policies) != 2 {
		t.Errorf("twice adds %q", again)
	}
	if !slices.IsSorted([]string{"2026-11-01", Date()}) {
		t.Error(Date())
	}
}
