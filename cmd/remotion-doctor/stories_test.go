package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// A story is a principal with one fault, and what the doctor must say of it. It
// becomes a script that runs the real binary against a local AWS endpoint.
type story struct {
	name string
	// account makes the fault in an account where all is well.
	account func(a *testAccount)
	// args follow `check`, which by default is about the role app, in us-east-1,
	// as JSON. A story with a command of its own begins with its name.
	args string
	env  []string
	// faults are those of the endpoint.
	faults []string
	// files are written into the working directory.
	files map[string]string
	// want and not are texts of the report, taken literally; those of errors
	// begin with "stderr: ".
	want, not []string
	// fails says that the exit code is not 0.
	fails bool
}

// script writes the story as a testscript.
func (s story) script(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	a := newTestAccount(t, "aws", "us-east-1")
	if s.account != nil {
		s.account(a)
	}
	fmt.Fprintf(&b, "aws -snapshot=account.json %s\n", strings.Join(s.faults, " "))
	for _, kv := range s.env {
		fmt.Fprintf(&b, "env %s\n", quote(kv))
	}
	command := "check --role app --region us-east-1 --format json " + s.args
	if verb, rest, ok := strings.Cut(s.args, "!"); ok && verb == "" {
		command = rest
	}
	if s.fails {
		b.WriteString("! ")
	}
	fmt.Fprintf(&b, "exec remotion-doctor %s\n", command)
	for _, w := range s.want {
		stream := "stdout"
		if text, ok := strings.CutPrefix(w, "stderr: "); ok {
			stream, w = "stderr", text
		}
		fmt.Fprintf(&b, "%s %s\n", stream, quote(regexpOf(w)))
	}
	for _, n := range s.not {
		fmt.Fprintf(&b, "! stdout %s\n", quote(regexpOf(n)))
	}
	snapshot, err := json.MarshalIndent(a.Snapshot, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "-- account.json --\n%s\n", snapshot)
	for name, text := range s.files {
		fmt.Fprintf(&b, "-- %s --\n%s\n", name, text)
	}
	return b.String()
}

// regexpOf makes a literal text a regular expression. In JSON a quotation mark
// within a text has a backslash before it.
func regexpOf(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(`\.+*?()|[]{}^$`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// quote quotes for testscript.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// tell runs stories.
func tell(t *testing.T, stories []story) {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for i, s := range stories {
		name := fmt.Sprintf("%02d-%s.txtar", i, strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' {
				return r
			}
			return '-'
		}, s.name))
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(s.script(t)), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	p := scriptParams()
	p.Files = files
	testscript.Run(t, p)
}

// A testAccount is an account in which Remotion works: the role app calls it,
// the function runs as remotion-lambda-role, and there is one bucket.
type testAccount struct {
	*account.Snapshot
	t      *testing.T
	region string
}

func newTestAccount(t *testing.T, partition, region string) *testAccount {
	a := &testAccount{t: t, region: region, Snapshot: &account.Snapshot{Version: 1, AccountID: "123456789012", Partition: partition}}
	a.addRole("app", required(t, "caller", "", partition), `{"Service":"ec2.amazonaws.com"}`)
	a.addRole("remotion-lambda-role", required(t, "renderer", "", partition), `{"Service":"lambda.amazonaws.com"}`)
	a.Caller = a.arn("sts", "assumed-role/app/session")
	a.Functions = []account.Function{{FunctionName: "remotion-render-4-0-527-mem2048mb-disk2048mb-120sec", FunctionArn: "arn:" + partition + ":lambda:" + region + ":123456789012:function:remotion-render-4-0-527-mem2048mb-disk2048mb-120sec", Role: a.arn("iam", "role/remotion-lambda-role")}}
	a.Buckets = []account.Bucket{{Name: "remotionlambda-" + strings.ReplaceAll(region, "-", "") + "-abcdefghij", Region: region, ObjectOwnership: "ObjectWriter"}}
	return a
}

func (a *testAccount) arn(service, resource string) string {
	return "arn:" + a.Partition + ":" + service + "::123456789012:" + resource
}

// required is the text of a documented policy.
func required(t *testing.T, name, version, partition string) string {
	t.Helper()
	r, err := remotion.Pack().Required(name, version, partition)
	if err != nil {
		t.Fatal(err)
	}
	return r.Document.Indent()
}

func (a *testAccount) addRole(name, document, trustee string) {
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + trustee + `,"Action":"sts:AssumeRole"}]}`
	a.AuthorizationDetails.Roles = append(a.AuthorizationDetails.Roles, account.Role{
		Path: "/", RoleName: name, Arn: a.arn("iam", "role/"+name),
		AssumeRolePolicyDocument: &account.Document{Text: trust},
		RolePolicyList:           []account.InlinePolicy{{PolicyName: "remotion", PolicyDocument: account.Document{Text: document}}},
	})
}

func (a *testAccount) role(name string) *account.Role {
	r, err := a.Role(name)
	if err != nil {
		a.t.Fatal(err)
	}
	return r
}

// give replaces the policy of a role.
func (a *testAccount) give(name, document string) {
	a.role(name).RolePolicyList[0].PolicyDocument.Text = document
}

// version gives a role the documented policy of a release.
func (a *testAccount) version(role, policyName, version string) {
	a.give(role, required(a.t, policyName, version, a.Partition))
}

// without takes actions out of a role's policy.
func (a *testAccount) without(role string, actions ...string) {
	doc, err := policy.Parse(a.role(role).RolePolicyList[0].PolicyDocument.Text)
	if err != nil {
		a.t.Fatal(err)
	}
	for i := range doc.Statements {
		s := &doc.Statements[i]
		s.Actions = slices.DeleteFunc(s.Actions, func(x string) bool { return slices.Contains(actions, x) })
	}
	doc.Statements = slices.DeleteFunc(doc.Statements, func(s policy.Statement) bool { return len(s.Actions) == 0 })
	a.give(role, doc.Indent())
}

// add attaches one more policy to a role.
func (a *testAccount) add(role, name, statement string) {
	r := a.role(role)
	r.RolePolicyList = append(r.RolePolicyList, account.InlinePolicy{PolicyName: name, PolicyDocument: account.Document{Text: `{"Version":"2012-10-17","Statement":[` + statement + `]}`}})
}

// trust replaces the trust policy's statement of a role.
func (a *testAccount) trust(role, statement string) {
	a.role(role).AssumeRolePolicyDocument = &account.Document{Text: `{"Version":"2012-10-17","Statement":[` + statement + `]}`}
}

// allow is an Allow statement.
func allow(resource string, actions ...string) string {
	list, _ := json.Marshal(actions) // strings always print
	return fmt.Sprintf(`{"Effect":"Allow","Action":%s,"Resource":%q}`, list, resource)
}

// inChina makes the account one of the partition aws-cn.
func inChina(a *testAccount) {
	b := newTestAccount(a.t, "aws-cn", "cn-north-1")
	*a.Snapshot, a.region = *b.Snapshot, b.region
}

// addUser adds the user remotion.
func addUser(a *testAccount, document string) {
	a.AuthorizationDetails.Users = append(a.AuthorizationDetails.Users, account.User{
		Path: "/", UserName: "remotion", Arn: a.arn("iam", "user/remotion"),
		UserPolicyList: []account.InlinePolicy{{PolicyName: "remotion", PolicyDocument: account.Document{Text: document}}},
	})
}
