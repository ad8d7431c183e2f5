package infile_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/doctor/attach"
	"remotion-doctor/doctor/infile"
	"remotion-doctor/iam/managed"
	"remotion-doctor/remedy"
	"remotion-doctor/source/files"
	"remotion-doctor/source/iac"
)

// options are those of a fix of all functions, tasks, roles and users of a
// file.
func options(path string) (doctor.FixOptions, error) {
	o := doctor.FixOptions{Name: remedy.DefaultName, Options: doctor.Options{Regions: []string{"us-east-1"}}}
	in, err := iac.Open(path)
	if err != nil {
		return o, err
	}
	d, err := in.Deployment(iac.Options{AccountID: "123456789012", Region: "us-east-1"})
	if err != nil {
		return o, err
	}
	for _, kind := range []audit.TargetKind{audit.TargetFunction, audit.TargetTaskDefinition, audit.TargetRole, audit.TargetUser} {
		for _, name := range d.Names(kind) {
			if t := (audit.Target{Kind: kind, Name: name}); resolves(d, t) {
				o.Targets = append(o.Targets, doctor.Target{Target: t, Requirements: []string{"caller"}})
			}
		}
	}
	list, err := files.Deployments(files.Template{Path: path, AccountID: "123456789012", Regions: o.Regions}, files.Overlay{}, managed.Embedded())
	if err != nil || len(o.Targets) == 0 {
		return o, err
	}
	return o, o.Deploy([]doctor.Deployed{{Source: list[0].Source, Regions: list[0].Regions}}, false)
}

func resolves(d *iac.Deployment, t audit.Target) bool {
	_, err := d.Resolve(t)
	return err == nil
}

// tester is what tests of both kinds have.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// plan works out what is put into a file.
func plan(t tester, path string, form remedy.Form) ([]attach.Planned, *infile.Plan) {
	t.Helper()
	o, err := options(path)
	if err != nil {
		t.Fatal(err)
	}
	list, err := doctor.Fix(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	planned := attach.Plans(context.Background(), o.Options, list, time.Now())
	p, err := infile.Make(context.Background(), o.Options, planned, infile.Options{Form: form})
	if err != nil {
		t.Fatal(err)
	}
	return planned, p
}

// write puts the remedies into a file, proves them, and checks that a second
// time there is nothing to put in, and that nothing but additions were made.
func write(t tester, path string, form remedy.Form) *infile.Plan {
	t.Helper()
	_, p := plan(t, path, form)
	if len(p.Refused) > 0 {
		t.Fatalf("refused: %v", p.Refused)
	}
	changed := p.Changed()
	if len(changed) == 0 {
		t.Fatal("there is nothing to put in")
	}
	if err := p.Write(context.Background()); err != nil {
		t.Fatal(err)
	}
	proof, err := p.Prove(context.Background(), func() (doctor.FixOptions, error) { return options(path) })
	if err != nil {
		t.Fatalf("%v\n%s", err, changed[0].After)
	}
	if len(proof) == 0 {
		t.Fatal("nothing was proven")
	}
	for _, f := range changed {
		if !onlyAdds(f.Before, f.After) {
			t.Errorf("more than additions:\n%s\n---\n%s", f.Before, f.After)
		}
	}
	again, q := plan(t, path, form)
	if len(q.Changed()) > 0 {
		t.Errorf("a second time puts in more:\n%s", q.Changed()[0].After)
	}
	for _, x := range again {
		if x.Change != nil {
			t.Errorf("%s still lacks something", x.Principal.ARN)
		}
	}
	return p
}

// onlyAdds reports whether every byte of a text is in another in its order.
func onlyAdds(before, after []byte) bool {
	for _, c := range before {
		i := bytes.IndexByte(after, c)
		if i < 0 {
			return false
		}
		after = after[i+1:]
	}
	return true
}

const trust = `{Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]}`

// resources are ways to declare who calls Remotion; NAME is unique.
var resources = map[string]string{
	"a role":              "NAMER:\n  Type: AWS::IAM::Role # of NAME\n  Properties:\n    AssumeRolePolicyDocument: " + trust + "\nNAMEF: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt NAMER.Arn, Code: {ZipFile: x}}}\n",
	"a named role":        "NAMER:\n  Type: AWS::IAM::Role\n  Properties:\n    RoleName: role-NAME\n    AssumeRolePolicyDocument: " + trust + "\n",
	"a role in braces":    "NAMER: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: " + trust + "}}\n",
	"a conditional role":  "NAMER:\n  Type: AWS::IAM::Role\n  Condition: Live\n  Properties:\n    AssumeRolePolicyDocument: " + trust + "\n",
	"a user":              "NAMEU:\n  Type: AWS::IAM::User\n",
	"a policy of its own": "NAMER:\n  Type: AWS::IAM::Role\n  Properties:\n    AssumeRolePolicyDocument: " + trust + "\nNAMEP:\n  Type: AWS::IAM::Policy\n  Properties:\n    PolicyName: remotion-executionrole-policy\n    Roles: [!Ref NAMER]\n    PolicyDocument:\n      Version: \"2012-10-17\"\n      Statement:\n        - {Effect: Allow, Action: \"s3:ListAllMyBuckets\", Resource: \"*\"}\n",
	"SAM without more":    "NAMEF:\n  Type: AWS::Serverless::Function\n",
	"SAM":                 "NAMEF:\n  Type: AWS::Serverless::Function\n  Properties:\n    Handler: i.h\n    # the code\n    CodeUri: s3://b/k\n",
	"SAM with policies":   "NAMEF:\n  Type: AWS::Serverless::Function\n  Properties:\n    Policies:\n    - AWSLambdaExecute\n    - S3ReadPolicy: {BucketName: b}\n    Handler: i.h\n",
	"SAM with a policy":   "NAMEF:\n  Type: AWS::Serverless::Function\n  Properties:\n    Policies: AWSLambdaExecute\n    Handler: i.h\n",
	"SAM in brackets":     "NAMEF:\n  Type: AWS::Serverless::Function\n  Condition: Live\n  Properties:\n    Policies: [AWSLambdaExecute]\n    Handler: i.h\n",
	"SAM of one branch":   "NAMEF:\n  Type: AWS::Serverless::Function\n  Properties:\n    Role: !If [Live, !Ref AWS::NoValue, 'arn:aws:iam::123456789012:role/x']\n    Handler: i.h\n",
	"a text with #":       "NAMEF:\n  Type: AWS::Serverless::Function\n  Properties:\n    InlineCode: |\n      # a comment of the code\n      x = 1\n\n      # another\n",
}

// around are what stands before and behind the resources.
var around = [][2]string{
	{"", ""},
	{"# the head\nAWSTemplateFormatVersion: \"2010-09-09\"\n\n", "\n# the outputs\nOutputs:\n  X: {Value: 1}\n"},
	{"Description: >-\n  some text\n", "\n\n"},
	{"", "---\nother: 1\n"},
	{"", "...\n"},
}

// TestWriteGenerated: whatever a template looks like, what is put into it makes
// `check` pass, adds and changes nothing else, and is put in once.
func TestWriteGenerated(t *testing.T) {
	t.Parallel()
	var kinds []string
	for name := range resources {
		kinds = append(kinds, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "infile")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "template.yaml")
		if err := os.WriteFile(path, []byte(draw(t, kinds)), 0o600); err != nil {
			t.Fatal(err)
		}
		write(t, path, rapid.SampledFrom([]remedy.Form{"", remedy.FormCloudFormation, remedy.FormSAM}).Draw(t, "form"))
	})
}

// draw draws a template.
func draw(t *rapid.T, kinds []string) string {
	indent := strings.Repeat(" ", rapid.IntRange(1, 4).Draw(t, "indent"))
	ends := rapid.SampledFrom(around).Draw(t, "around")
	var b strings.Builder
	live := rapid.SampledFrom([]string{"!Equals [a, a]", "!Equals [!Ref Stage, live]"}).Draw(t, "condition")
	b.WriteString(ends[0] + "Transform: AWS::Serverless-2016-10-31\nParameters: {Stage: {Type: String}}\nConditions:\n  Live: " + live + "\nResources:\n")
	for i := range rapid.IntRange(1, 3).Draw(t, "resources") {
		text := resources[rapid.SampledFrom(kinds).Draw(t, "kind")]
		for line := range strings.Lines(strings.ReplaceAll(text, "NAME", string(rune('A'+i)))) {
			if strings.TrimSpace(line) != "" {
				b.WriteString(indent)
			}
			b.WriteString(line)
		}
		b.WriteString(rapid.SampledFrom([]string{"", "\n", indent + "# a note\n", "# at the margin\n"}).Draw(t, "between"))
	}
	text := b.String() + ends[1]
	if rapid.Bool().Draw(t, "no line end") {
		text = strings.TrimRight(text, "\n")
	}
	if rapid.Bool().Draw(t, "windows") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// TestWriteFixtures: the templates of the fixtures that lack something.
func TestWriteFixtures(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"sam/old.yaml": "", "fargate/old.yaml": "", "cdk/old": "RenderApi.template.json",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			from := filepath.Join("..", "..", "fixtures", "iac", filepath.FromSlash(name))
			path := filepath.Join(dir, filepath.Base(from))
			if file != "" {
				if err := os.CopyFS(path, os.DirFS(from)); err != nil {
					t.Fatal(err)
				}
			} else {
				data, err := os.ReadFile(from)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write(t, path, "")
		})
	}
}

// TestTakenBack: what does not pass is taken back.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "template.yaml")
	before := "Resources:\n  U: {Type: AWS::IAM::User}\n"
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	_, p := plan(t, path, "")
	if err := p.Write(context.Background()); err != nil {
		t.Fatal(err)
	}
	denied := strings.Replace(before, "AWS::IAM::User}", "AWS::IAM::User, Properties: {PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess'}}", 1)
	other := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(other, []byte(denied), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Prove(context.Background(), func() (doctor.FixOptions, error) { return options(other) }); err == nil {
		t.Fatal("what does not pass was proven")
	}
	now, err := os.ReadFile(path)
	if err != nil || string(now) != before {
		t.Errorf("%v: %s", err, now)
	}
}

// TestChangedSince: a file that somebody else changed is not written.
func TestChangedSince(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(path, []byte("Resources:\n  U: {Type: AWS::IAM::User}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, p := plan(t, path, "")
	if err := os.WriteFile(path, []byte("Resources: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Write(context.Background()); err == nil {
		t.Error("it was overwritten")
	}
}
