package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/doctor"
	"remotion-doctor/fixtures"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/iam/policy"
	"remotion-doctor/internal/asked"
	"remotion-doctor/report"
	"remotion-doctor/source"
	"remotion-doctor/source/files"
)

// An embedding is one audit, by the program's arguments and by a program of
// somebody's own that uses exported names only.
type embedding struct {
	name string
	args []string
	own  func(t *testing.T) doctor.Options
}

// noon is the clock of both.
func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

var embeddings = []embedding{
	{"function of a snapshot", []string{"--snapshot", "account.json", "--function", "video-api", "--region", "us-east-1"}, func(t *testing.T) doctor.Options {
		return doctor.Options{Source: demoSource(t), Regions: []string{"us-east-1"}, Targets: target(audit.TargetFunction, "video-api", "caller")}
	}},
	{"two regions, excess", []string{"--snapshot", "account.json", "--role", "render-worker", "--region", "us-east-1,eu-west-1", "--excess"}, func(t *testing.T) doctor.Options {
		return doctor.Options{Source: demoSource(t), Regions: []string{"us-east-1", "eu-west-1"}, Excess: true, Targets: target(audit.TargetRole, "render-worker", "caller")}
	}},
	{"renderer", []string{"--snapshot", "account.json", "--renderer", "--region", "us-east-1"}, func(t *testing.T) doctor.Options {
		return doctor.Options{Source: demoSource(t), Regions: []string{"us-east-1"}, Targets: target(audit.TargetRenderer, "", "renderer")}
	}},
	{"features and operations", []string{"--snapshot", "account.json", "--role", "complete-renderer", "--region", "us-east-1", "--for", "render,progress", "--output-bucket", "films", "--strict"}, func(t *testing.T) doctor.Options {
		var d checks.Deployment
		d.Uses("output-bucket", "films")
		return doctor.Options{
			Source: demoSource(t), Regions: []string{"us-east-1"}, Operations: []string{"render", "progress"},
			Deployment: d, Strict: true, Targets: target(audit.TargetRole, "complete-renderer", "caller"),
		}
	}},
	{"policy files", []string{"--policy", "need.json", "--scp", "scp.json", "--principal", "arn:aws:iam::123456789012:role/x", "--region", "us-east-1"}, func(t *testing.T) doctor.Options {
		overlay, err := files.Paths{Policies: []string{"need.json"}, SCPs: []string{"scp.json"}}.Read()
		if err != nil {
			t.Fatal(err)
		}
		src, err := files.Policies(overlay, managed.Embedded(), "arn:aws:iam::123456789012:role/x", "")
		if err != nil {
			t.Fatal(err)
		}
		return doctor.Options{Source: src, Regions: []string{"us-east-1"}, Targets: target(audit.TargetFile, "need.json", "caller")}
	}},
	{"own requirement", []string{"--snapshot", "account.json", "--role", "complete-renderer", "--region", "us-east-1", "--require", "need.json"}, func(t *testing.T) doctor.Options {
		text, err := os.ReadFile("need.json")
		if err != nil {
			t.Fatal(err)
		}
		doc, err := policy.Parse(string(text))
		if err != nil {
			t.Fatal(err)
		}
		return doctor.Options{
			Source: demoSource(t), Regions: []string{"us-east-1"}, Documents: map[string]*policy.Document{"need.json": doc},
			Targets: target(audit.TargetRole, "complete-renderer", "need.json"),
		}
	}},
	{"template", []string{"--template", "app.yaml", "--function", "Api", "--region", "us-east-1,eu-west-1", "--account", "123456789012"}, func(t *testing.T) doctor.Options {
		list, err := files.Deployments(files.Template{Path: "app.yaml", AccountID: "123456789012", Regions: []string{"us-east-1", "eu-west-1"}}, files.Overlay{}, managed.Embedded())
		if err != nil {
			t.Fatal(err)
		}
		o := doctor.Options{Source: list[0].Source, Regions: []string{"us-east-1", "eu-west-1"}}
		for _, r := range list {
			o.Targets = append(o.Targets, doctor.Target{Target: audit.Target{Kind: audit.TargetFunction, Name: "Api"}, Requirements: []string{"caller"}, Source: r.Source, Regions: r.Regions})
		}
		return o
	}},
}

const (
	needJSON = `{"Version":"2012-10-17","Statement":[{"Sid":"Render","Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:*:*:function:remotion-render-*"}]}`
	scpJSON  = `{"Version":"2012-10-17","Statement":[{"Sid":"Home","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["us-east-1"]}}}]}`
	appYAML  = `Resources:
  Api:
    Type: AWS::Lambda::Function
    Properties: {Role: !GetAtt Role.Arn, Handler: index.handler, Runtime: nodejs20.x, Code: {ZipFile: x}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}
      Policies:
        - PolicyName: render
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Action: "lambda:InvokeFunction", Resource: !Sub "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:remotion-render-*"}
`
)

// TestEmbedding: a program that uses only exported names comes to the same
// report as the program itself, byte for byte.
func TestEmbedding(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"account.json": string(fixtures.Demo), "need.json": needJSON, "scp.json": scpJSON, "app.yaml": appYAML} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for _, e := range embeddings {
		t.Run(e.name, func(t *testing.T) {
			o := e.own(t)
			cmd := new(app).checkCommand()
			if err := cmd.ParseFlags(e.args); err != nil {
				t.Fatal(err)
			}
			o.Asked = asked.Of(cmd.Flags(), cmd.Flags().Args())
			o.Now, o.Tool = noon, audit.Tool{Name: "remotion-doctor", Version: version}
			r, err := doctor.Check(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if err := report.Seal(r); err != nil {
				t.Fatal(err)
			}
			var own bytes.Buffer
			if err := report.Write(&own, r, report.FormatJSON, report.Options{}); err != nil {
				t.Fatal(err)
			}
			program := byProgram(t, append([]string{"check", "--format", "json"}, e.args...))
			if !bytes.Equal(own.Bytes(), program) {
				t.Errorf("the library's report (%d bytes) is not the program's (%d bytes)", own.Len(), len(program))
			}
		})
	}
}

// byProgram is what the program prints for its arguments.
func byProgram(t *testing.T, args []string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{stdout: &out, stderr: &errs, getenv: func(string) string { return "" }, now: noon}
	root := a.root()
	root.SetArgs(args)
	if code := a.exit(root.ExecuteContext(t.Context())); code > exitNotMet {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	return out.Bytes()
}

func target(kind audit.TargetKind, name, requirement string) []doctor.Target {
	return []doctor.Target{{Target: audit.Target{Kind: kind, Name: name}, Requirements: []string{requirement}}}
}

func demoSource(t *testing.T) source.Source {
	t.Helper()
	s, err := account.Read(fixtures.Demo)
	if err != nil {
		t.Fatal(err)
	}
	return offline(t, s)
}
