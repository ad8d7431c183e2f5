package localaws

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"

	"remotion-doctor/fixtures"
	"remotion-doctor/iam/account"
)

// writable starts a server on the demo account, and returns a client of the
// real SDK and the snapshot that the server was given.
func writable(t *testing.T) (*awsiam.Client, *account.Snapshot) {
	t.Helper()
	s, err := account.Read(fixtures.Demo)
	if err != nil {
		t.Fatal(err)
	}
	server, err := New(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(server)
	t.Cleanup(h.Close)
	return awsiam.New(awsiam.Options{Region: "us-east-1", BaseEndpoint: &h.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}), s
}

const readAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:Scan","Resource":"*"}}`

// decision asks the simulator whether the role may scan.
func decision(t *testing.T, c *awsiam.Client) string {
	t.Helper()
	out, err := c.SimulatePrincipalPolicy(t.Context(), &awsiam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String("arn:aws:iam::123456789012:role/complete-renderer"), ActionNames: []string{"dynamodb:Scan"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(out.EvaluationResults[0].EvalDecision)
}

// TestWrites: what is written decides the next simulation, and is taken back by
// its opposite.
func TestWrites(t *testing.T) {
	c, given := writable(t)
	before := snapshotText(t, given)
	role, name := aws.String("complete-renderer"), aws.String("extra")
	step := func(what string, err error, want string) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := decision(t, c); got != want {
			t.Errorf("after %s: %s, want %s", what, got, want)
		}
	}
	_, err := c.PutRolePolicy(t.Context(), &awsiam.PutRolePolicyInput{RoleName: role, PolicyName: name, PolicyDocument: aws.String(readAll)})
	step("PutRolePolicy", err, "allowed")
	_, err = c.DeleteRolePolicy(t.Context(), &awsiam.DeleteRolePolicyInput{RoleName: role, PolicyName: name})
	step("DeleteRolePolicy", err, "implicitDeny")
	made, err := c.CreatePolicy(t.Context(), &awsiam.CreatePolicyInput{PolicyName: name, PolicyDocument: aws.String(readAll)})
	step("CreatePolicy", err, "implicitDeny")
	arn := made.Policy.Arn
	_, err = c.AttachRolePolicy(t.Context(), &awsiam.AttachRolePolicyInput{RoleName: role, PolicyArn: arn})
	step("AttachRolePolicy", err, "allowed")
	version, err := c.CreatePolicyVersion(t.Context(), &awsiam.CreatePolicyVersionInput{PolicyArn: arn, SetAsDefault: true, PolicyDocument: aws.String(strings.Replace(readAll, "Scan", "Query", 1))})
	step("CreatePolicyVersion", err, "implicitDeny")
	_, err = c.SetDefaultPolicyVersion(t.Context(), &awsiam.SetDefaultPolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v1")})
	step("SetDefaultPolicyVersion", err, "allowed")
	_, err = c.DeletePolicyVersion(t.Context(), &awsiam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: version.PolicyVersion.VersionId})
	step("DeletePolicyVersion", err, "allowed")
	if _, err = c.DeletePolicy(t.Context(), &awsiam.DeletePolicyInput{PolicyArn: arn}); code(err) != "DeleteConflict" {
		t.Errorf("an attached policy is deleted: %v", err)
	}
	_, err = c.DetachRolePolicy(t.Context(), &awsiam.DetachRolePolicyInput{RoleName: role, PolicyArn: arn})
	step("DetachRolePolicy", err, "implicitDeny")
	_, err = c.DeletePolicy(t.Context(), &awsiam.DeletePolicyInput{PolicyArn: arn})
	step("DeletePolicy", err, "implicitDeny")
	if after := snapshotText(t, given); !bytes.Equal(before, after) {
		t.Error("the snapshot that the server was given has changed")
	}
}

func snapshotText(t *testing.T, s *account.Snapshot) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, r := range s.AuthorizationDetails.Roles {
		for _, p := range r.RolePolicyList {
			b.WriteString(r.RoleName + p.PolicyName + p.PolicyDocument.Text)
		}
		for _, a := range r.AttachedManagedPolicies {
			b.WriteString(r.RoleName + a.PolicyArn)
		}
	}
	for _, p := range s.AuthorizationDetails.Policies {
		b.WriteString(p.Arn + p.DefaultVersionID)
	}
	return b.Bytes()
}

func code(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return ""
}

// TestWriteErrors: IAM's refusals come with its codes.
func TestWriteErrors(t *testing.T) {
	c, _ := writable(t)
	role, name := aws.String("complete-renderer"), aws.String("extra")
	long := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::` + strings.Repeat("x", 11000) + `"}}`
	put := func(role *string, doc string) error {
		_, err := c.PutRolePolicy(t.Context(), &awsiam.PutRolePolicyInput{RoleName: role, PolicyName: name, PolicyDocument: &doc})
		return err
	}
	create := func(doc string) error {
		_, err := c.CreatePolicy(t.Context(), &awsiam.CreatePolicyInput{PolicyName: name, PolicyDocument: &doc})
		return err
	}
	version := func(arn string) error {
		_, err := c.CreatePolicyVersion(t.Context(), &awsiam.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: aws.String(readAll), SetAsDefault: true})
		return err
	}
	_, deleted := c.DeleteRolePolicy(t.Context(), &awsiam.DeleteRolePolicyInput{RoleName: role, PolicyName: aws.String("nothing")})
	user := func(doc string) error {
		_, err := c.PutUserPolicy(t.Context(), &awsiam.PutUserPolicyInput{UserName: aws.String("deployer"), PolicyName: name, PolicyDocument: &doc})
		return err
	}
	for _, tt := range []struct {
		what string
		err  error
		want string
	}{
		{"a role that there is not", put(aws.String("nobody"), readAll), "NoSuchEntity"},
		{"no policy", put(role, "{}"), "MalformedPolicyDocument"},
		{"a principal", put(role, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}`), "MalformedPolicyDocument"},
		{"too long", put(role, long), "LimitExceeded"},
		{"too long for a user", user(strings.Replace(readAll, `"*"`, `"arn:aws:s3:::`+strings.Repeat("x", 2048)+`"`, 1)), "LimitExceeded"},
		{"blanks do not count", user(readAll + strings.Repeat(" ", 4000)), ""},
		{"too long for a managed policy", create(long), "LimitExceeded"},
		{"an inline policy that there is not", deleted, "NoSuchEntity"},
		{"made", create(readAll), ""},
		{"made twice", create(readAll), "EntityAlreadyExists"},
		{"AWS's own", version("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"), "AccessDenied"},
	} {
		if got := code(tt.err); got != tt.want {
			t.Errorf("%s: %v, want %s", tt.what, tt.err, tt.want)
		}
	}
	arn := "arn:aws:iam::123456789012:policy/extra"
	for i := 2; i <= 5; i++ {
		if err := version(arn); err != nil {
			t.Fatal(err)
		}
	}
	if err := version(arn); code(err) != "LimitExceeded" {
		t.Errorf("a sixth version: %v", err)
	}
}

// TestWritesAndReads run together.
func TestWritesAndReads(t *testing.T) {
	c, _ := writable(t)
	var g sync.WaitGroup
	for i := range 4 {
		g.Go(func() {
			name := aws.String(string(rune('a' + i)))
			for range 10 {
				if _, err := c.PutRolePolicy(t.Context(), &awsiam.PutRolePolicyInput{RoleName: aws.String("complete-renderer"), PolicyName: name, PolicyDocument: aws.String(readAll)}); err != nil {
					t.Error(err)
				}
				decision(t, c)
			}
		})
	}
	g.Wait()
}

// client returns a client of the real SDK, which tries once, of the demo
// account with options.
func client(t *testing.T, o Options) *awsiam.Client {
	t.Helper()
	s, err := account.Read(fixtures.Demo)
	if err != nil {
		t.Fatal(err)
	}
	server, err := New(s, o)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(server)
	t.Cleanup(h.Close)
	return awsiam.New(awsiam.Options{Region: "us-east-1", BaseEndpoint: &h.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), RetryMaxAttempts: 1})
}

// TestWriteFaults: a fault hits the write that it names, and what is done
// although the answer is lost is done.
func TestWriteFaults(t *testing.T) {
	t.Parallel()
	for kind, done := range map[string]bool{"denied": false, "500": false, "lost": true, "done-500": true} {
		c := client(t, Options{Faults: []Fault{{Operation: "write", Kind: kind, Times: 1, Skip: 1}}})
		put := func(name string) error {
			_, err := c.PutRolePolicy(t.Context(), &awsiam.PutRolePolicyInput{RoleName: aws.String("complete-renderer"), PolicyName: &name, PolicyDocument: aws.String(readAll)})
			return err
		}
		for i, fails := range []bool{false, true, false} {
			name := string(rune('a' + i))
			if err := put(name); (err != nil) != fails {
				t.Errorf("%s: write %d: %v", kind, i+1, err)
			}
			_, err := c.GetRolePolicy(t.Context(), &awsiam.GetRolePolicyInput{RoleName: aws.String("complete-renderer"), PolicyName: &name})
			if want := !fails || done; (err == nil) != want {
				t.Errorf("%s: after write %d: %v", kind, i+1, err)
			}
		}
	}
}

// TestVisible: a write is seen after the delay and not before, and what is not
// seen cannot be attached.
func TestVisible(t *testing.T) {
	t.Parallel()
	const delay = 500 * time.Millisecond
	c := client(t, Options{Visible: delay})
	role := aws.String("complete-renderer")
	if _, err := c.PutRolePolicy(t.Context(), &awsiam.PutRolePolicyInput{RoleName: role, PolicyName: aws.String("a"), PolicyDocument: aws.String(readAll)}); err != nil {
		t.Fatal(err)
	}
	made, err := c.CreatePolicy(t.Context(), &awsiam.CreatePolicyInput{PolicyName: aws.String("b"), PolicyDocument: aws.String(readAll), Description: aws.String("why"), Path: aws.String("/team/")})
	if err != nil {
		t.Fatal(err)
	}
	read := func() error {
		_, err := c.GetRolePolicy(t.Context(), &awsiam.GetRolePolicyInput{RoleName: role, PolicyName: aws.String("a")})
		return err
	}
	attach := func() error {
		_, err := c.AttachRolePolicy(t.Context(), &awsiam.AttachRolePolicyInput{RoleName: role, PolicyArn: made.Policy.Arn})
		return err
	}
	if err := errors.Join(read(), attach()); code(err) != "NoSuchEntity" {
		t.Errorf("a write is seen at once: %v", err)
	}
	time.Sleep(delay)
	if err := errors.Join(read(), attach()); err != nil {
		t.Error(err)
	}
	got, err := c.GetPolicy(t.Context(), &awsiam.GetPolicyInput{PolicyArn: made.Policy.Arn})
	if err != nil || aws.ToString(got.Policy.Description) != "why" || *got.Policy.Path != "/team/" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestVersionNumbers: the number of a version never comes again.
func TestVersionNumbers(t *testing.T) {
	t.Parallel()
	c := client(t, Options{})
	made, err := c.CreatePolicy(t.Context(), &awsiam.CreatePolicyInput{PolicyName: aws.String("b"), PolicyDocument: aws.String(readAll)})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"v2", "v3", "v4"} {
		v, err := c.CreatePolicyVersion(t.Context(), &awsiam.CreatePolicyVersionInput{PolicyArn: made.Policy.Arn, PolicyDocument: aws.String(readAll)})
		if err != nil || *v.PolicyVersion.VersionId != want {
			t.Fatalf("got %+v, want %s, %v", v, want, err)
		}
		if _, err := c.DeletePolicyVersion(t.Context(), &awsiam.DeletePolicyVersionInput{PolicyArn: made.Policy.Arn, VersionId: v.PolicyVersion.VersionId}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := c.ListPolicies(t.Context(), &awsiam.ListPoliciesInput{Scope: "Local"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list.Policies {
		if strings.Contains(*p.Arn, ":aws:policy/") {
			t.Errorf("%s is AWS's own", *p.Arn)
		}
	}
}
