package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/doctor/attach"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/internal/asked"
	"remotion-doctor/localaws"
	"remotion-doctor/remedy"
	"remotion-doctor/source/awsapi"
	"remotion-doctor/source/files"
)

// lacking are demo principals with what a grant can cure.
var lacking = []struct {
	name    string
	targets asked.Targets
	regions []string
}{
	{"video-api", asked.Targets{Functions: []string{"video-api"}}, []string{"us-east-1"}},
	{"render-worker", asked.Targets{Roles: []string{"render-worker"}}, []string{"us-east-1", "eu-west-1"}},
	{"remotion-lambda-role", asked.Targets{Roles: []string{"remotion-lambda-role"}}, []string{"us-east-1"}},
}

// endpointFor starts the demo account and a job that audits it with AWS's
// simulator, and returns the endpoint's address.
func endpointFor(t *testing.T, a *app, targets asked.Targets, regions []string) (*doctor.Options, string) {
	t.Helper()
	snapshot, err := files.SnapshotOr(fixtures.Demo, "")
	if err != nil {
		t.Fatal(err)
	}
	server, err := localaws.New(snapshot, localaws.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(server)
	t.Cleanup(h.Close)
	client, err := awsapi.Open(t.Context(), awsapi.Options{EndpointURL: h.URL, Region: "us-east-1", Isolated: true})
	if err != nil {
		t.Fatal(err)
	}
	o, err := a.options(&targets, &asked.Requirement{Require: []string{"caller"}, Regions: regions})
	if err != nil {
		t.Fatal(err)
	}
	o.Source, o.Engine = client, audit.EngineAWS
	return o, h.URL
}

func testApp(stdout *bytes.Buffer) *app {
	return &app{
		stdin: strings.NewReader(""), stdout: stdout, stderr: &bytes.Buffer{}, getenv: func(string) string { return "" },
		now: func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) },
	}
}

// TestFixVerified: the remedy of each demo principal, in every placement, is
// verified by AWS's simulator and by eval.
func TestFixVerified(t *testing.T) {
	for _, tt := range lacking {
		for _, f := range []*fixFlags{{name: remedy.DefaultName}, {name: "another"}, {name: remedy.DefaultName, managed: true}, {name: remedy.DefaultName, documented: true}, {name: remedy.DefaultName, replace: true}} {
			a := testApp(&bytes.Buffer{})
			remote, _ := endpointFor(t, a, tt.targets, tt.regions)
			local := *remote
			snapshot, err := files.SnapshotOr(fixtures.Demo, "")
			if err != nil {
				t.Fatal(err)
			}
			source := offline(t, snapshot)
			local.Source, local.Engine = source, audit.EngineLocal
			for _, j := range []*doctor.Options{remote, &local} {
				fixes, err := doctor.Fix(t.Context(), f.of(j))
				if err != nil || len(fixes) != 1 {
					t.Fatalf("%s: %v", tt.name, err)
				}
				if x := fixes[0]; !x.Verified || !x.Cures() || x.After.Met() != 33 {
					t.Errorf("%s %+v: %s %v", tt.name, *f, x.Outcome(), x.Notes)
				}
			}
		}
	}
}

// TestFixByCLI runs the CLI form with the real AWS CLI; then everything passes.
func TestFixByCLI(t *testing.T) {
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("the AWS CLI is not installed")
	}
	for i, tt := range lacking {
		for _, managed := range []bool{false, true}[:2-min(i, 1)] {
			a := testApp(&bytes.Buffer{})
			j, url := endpointFor(t, a, tt.targets, tt.regions)
			f := &fixFlags{form: "cli", name: remedy.DefaultName, managed: managed}
			fixes, err := doctor.Fix(t.Context(), f.of(j))
			if err != nil {
				t.Fatal(err)
			}
			var script bytes.Buffer
			if err := a.renderFixes(&script, attach.Plans(t.Context(), *j, fixes, a.now()), f); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("sh", "-e", "-c", script.String())
			cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+url, "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_PAGER=")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v: %s\n%s", tt.name, err, out, script.String())
			}
			fresh := *j
			fresh.Source = j.Source.(*awsapi.Client)
			if s := checked(t, fresh); s.Error != nil || s.Summary.Met() != 33 {
				t.Errorf("%s: %+v %v", tt.name, s.Summary, s.Error)
			}
		}
	}
}

// TestApplyRefuses: what changed since it was read is not overwritten, and what
// did not verify is not written.
func TestApplyRefuses(t *testing.T) {
	a := testApp(&bytes.Buffer{})
	j, _ := endpointFor(t, a, lacking[0].targets, lacking[0].regions)
	f := &fixFlags{name: remedy.DefaultName, yes: true, record: filepath.Join(t.TempDir(), "undo.json")}
	fixes, err := doctor.Fix(t.Context(), f.of(j))
	if err != nil {
		t.Fatal(err)
	}
	w := j.Source.(*awsapi.Client).Writer()
	id := iam.Principal{ARN: "arn:aws:iam::123456789012:role/service-role/video-api-role-x7"}
	if err := w.PutInline(t.Context(), id, "meanwhile", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`); err != nil {
		t.Fatal(err)
	}
	if err := a.apply(t.Context(), j, f, attach.Plans(t.Context(), *j, fixes, a.now())); err == nil || !strings.Contains(err.Error(), "the policy meanwhile changed since it was read") {
		t.Errorf("got %v", err)
	}
	if err := w.DeleteInline(t.Context(), id, "meanwhile"); err != nil {
		t.Fatal(err)
	}
	fixes[0].Verified = false
	if err := a.apply(t.Context(), j, f, attach.Plans(t.Context(), *j, fixes, a.now())); err == nil || !strings.Contains(err.Error(), "not verified") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(f.record); err == nil {
		t.Error("something was recorded though nothing was written")
	}
}

// TestUndoRefuses: what somebody changed behind --apply is not put back over.
func TestUndoRefuses(t *testing.T) {
	a := testApp(&bytes.Buffer{})
	j, _ := endpointFor(t, a, lacking[0].targets, lacking[0].regions)
	f := &fixFlags{name: remedy.DefaultName, yes: true, record: filepath.Join(t.TempDir(), "undo.json"), color: asked.Color{When: "never"}}
	fixes, err := doctor.Fix(t.Context(), f.of(j))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.apply(t.Context(), j, f, attach.Plans(t.Context(), *j, fixes, a.now())); err != nil {
		t.Fatal(err)
	}
	w := j.Source.(*awsapi.Client).Writer()
	id := iam.Principal{ARN: "arn:aws:iam::123456789012:role/service-role/video-api-role-x7"}
	if err := w.PutInline(t.Context(), id, remedy.DefaultName, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`); err != nil {
		t.Fatal(err)
	}
	if err := a.undo(t.Context(), j, f); err == nil || !strings.Contains(err.Error(), "refusing to put back") {
		t.Errorf("got %v", err)
	}
}

// TestApplyHeedsTheOperator: what the permissions boundary of whoever runs this
// blocks is refused before the first write.
func TestApplyHeedsTheOperator(t *testing.T) {
	t.Parallel()
	for boundary, refused := range map[string]bool{"": false, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:Get*","iam:List*","iam:PutRolePolicy"],"Resource":"*"}}`: true, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}`: false} {
		snapshot, err := files.SnapshotOr(fixtures.Demo, "")
		if err != nil {
			t.Fatal(err)
		}
		operator(snapshot, boundary)
		server, err := localaws.New(snapshot, localaws.Options{})
		if err != nil {
			t.Fatal(err)
		}
		h := httptest.NewServer(server)
		client, err := awsapi.Open(t.Context(), awsapi.Options{EndpointURL: h.URL, Region: "us-east-1", Isolated: true})
		if err != nil {
			t.Fatal(err)
		}
		a := testApp(&bytes.Buffer{})
		o, err := a.options(&lacking[0].targets, &asked.Requirement{Require: []string{"caller"}, Regions: lacking[0].regions})
		if err != nil {
			t.Fatal(err)
		}
		o.Source, o.Engine = client, audit.EngineAWS
		f := &fixFlags{name: "new", yes: true, managed: true, record: filepath.Join(t.TempDir(), "undo.json"), color: asked.Color{When: "never"}}
		fixes, err := doctor.Fix(t.Context(), f.of(o))
		if err != nil {
			t.Fatal(err)
		}
		err = a.apply(t.Context(), o, f, attach.Plans(t.Context(), *o, fixes, a.now()))
		if got := err != nil && strings.Contains(err.Error(), "your permissions boundary blocks iam:"); got != refused || !refused && err != nil {
			t.Errorf("boundary %s: %v", boundary, err)
		}
		h.Close()
	}
}

// operator makes whoever asks AWS a user who may do everything that their
// boundary, where there is one, allows.
func operator(s *account.Snapshot, boundary string) {
	u := account.User{Path: "/", UserName: "ops", Arn: "arn:aws:iam::123456789012:user/ops", UserPolicyList: []account.InlinePolicy{{PolicyName: "all", PolicyDocument: account.Document{Text: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`}}}}
	if boundary != "" {
		p := account.NewManagedPolicy("arn:aws:iam::123456789012:policy/limit", account.Document{Text: boundary})
		s.AuthorizationDetails.Policies = append(s.AuthorizationDetails.Policies, p)
		u.PermissionsBoundary = &account.AttachedBoundary{PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: p.Arn}
	}
	s.AuthorizationDetails.Users = append(s.AuthorizationDetails.Users, u)
	s.Caller = u.Arn
}
