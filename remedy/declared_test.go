package remedy

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// declared are roles as files declare them.
var declared = map[string]account.Declaration{
	"template": {Language: account.CloudFormation, Location: iam.Location{File: "template.yaml"}, Name: "VideoRole", Label: "VideoRole", Condition: "Live", Generated: true},
	"json":     {Language: account.CloudFormation, Location: iam.Location{File: "template.json"}, Name: "VideoRole", Label: "VideoRole", JSON: true, Generated: true},
	"sam":      {Language: account.CloudFormation, Location: iam.Location{File: "template.yaml"}, Name: "VideoApiRole", Label: "VideoApiRole", Function: "VideoApi", Generated: true},
	"cdk":      {Language: account.CloudFormation, Location: iam.Location{File: "cdk.out/Api.template.json"}, Name: "VideoApiServiceRole1", Label: "Api/VideoApiServiceRole1", JSON: true, Construct: "Prod/Api/Video's/ServiceRole/Resource", Generated: true},
	"cdk-low":  {Language: account.CloudFormation, Location: iam.Location{File: "cdk.out/Api.template.json"}, Name: "Low", Label: "Api/Low", JSON: true, Construct: "Api/Low", Generated: true},
	"root":     {Language: account.Terraform, Location: iam.Location{File: "plan.json"}, Name: `aws_iam_role.video["a.b"]`, Label: `aws_iam_role.video["a.b"]`, Folder: ".", Generated: true},
	"module":   {Language: account.Terraform, Location: iam.Location{File: "plan.json"}, Name: "aws_iam_role.video", Label: "module.render.aws_iam_role.video", Module: "module.render", Folder: "modules/render", Generated: true},
	"remote":   {Language: account.Terraform, Location: iam.Location{File: "plan.json"}, Name: "aws_iam_role.video", Label: "module.render.aws_iam_role.video", Module: "module.render", Generated: true},
	"pulumi":   {Language: account.Pulumi, Location: iam.Location{File: "preview.json"}, Name: "video-role", Label: "video-role", Generated: true},
}

func changeOf(t *testing.T, d account.Declaration, managed bool) *Change {
	t.Helper()
	doc := &policy.Document{Version: policy.Version2012, Statements: []policy.Statement{{Sid: "Storage", Effect: policy.Allow, Actions: []string{"s3:PutObject"}, Resources: []string{"arn:aws:s3:::remotionlambda-*"}}}}
	h := &Holding{Kind: "role", Name: "STAND-IN", ARN: "arn:aws:iam::123456789012:role/STAND-IN", Declared: &d}
	c, err := Attach(doc, h, Placement{Managed: managed})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestDeclared holds each form of a role that a file declares to a golden file,
// and none of them to the stand-in for the role's name.
func TestDeclared(t *testing.T) {
	t.Parallel()
	for name, d := range declared {
		for _, form := range []Form{FormCloudFormation, FormSAM, FormCDK, FormTerraform, FormServerless, FormPulumi, FormSST, FormCLI} {
			got := rendered(t, form, []*Change{changeOf(t, d, false), changeOf(t, d, true)})
			if strings.Contains(got, "STAND-IN ") || strings.Contains(got, "STAND-IN\n") || strings.Contains(got, `"STAND-IN"`) {
				t.Errorf("%s as %s names the stand-in:\n%s", name, form, got)
			}
			path := filepath.Join("testdata", "declared", name+"."+string(form))
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs from %s; run with -update and look at the difference", name, path)
			}
		}
	}
}

// TestInsert: what is put into a template refers to what it declares; without
// what was put in the template is as it was.
func TestInsert(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared, src string
		form          Form
		has           []string
	}{
		"a resource":          {"template", "Resources:\n  VideoRole: {Type: AWS::IAM::Role}\n", "", []string{"  VideoRoleRemotionExecutionrolePolicy:", "Condition: Live", "- !Ref VideoRole"}},
		"a taken id":          {"template", "Resources:\n  VideoRole: {Type: AWS::IAM::Role}\n  VideoRoleRemotionExecutionrolePolicy: {Type: X}\n", "", []string{"  VideoRoleRemotionExecutionrolePolicy2:"}},
		"JSON":                {"json", `{"Resources": {"VideoRole": {}}}`, "", []string{`"Roles": [{"Ref": "VideoRole"}]`}},
		"a list of policies":  {"sam", "Resources:\n  VideoApi:\n    Properties:\n      Policies:\n        - AWSLambdaExecute # why\n      Handler: x\n", "", []string{"        - AWSLambdaExecute # why\n        - Version: '2012-10-17'\n"}},
		"no policies":         {"sam", "Resources:\n  VideoApi:\n    Properties:\n      Handler: x\n", "", []string{"      Handler: x\n      Policies:\n        - Version: '2012-10-17'\n"}},
		"one policy, no list": {"sam", "Resources:\n  VideoApi:\n    Properties:\n      Policies: AWSLambdaExecute\n", "", []string{"- !Ref VideoApiRole"}},
		"no properties":       {"sam", "Resources:\n  VideoApi:\n    Type: AWS::Serverless::Function\n", "", []string{"- !Ref VideoApiRole"}},
		"as CloudFormation":   {"sam", "Resources:\n  VideoApi:\n    Properties:\n      Handler: x\n", FormCloudFormation, []string{"- !Ref VideoApiRole"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Insert([]byte(c.src), changeOf(t, declared[c.declared], false), c.form)
			if err != nil {
				t.Fatal(err)
			}
			for _, has := range c.has {
				if !bytes.Contains(got.Text, []byte(has)) {
					t.Errorf("there is no %q in\n%s", has, got.Text)
				}
			}
			if len(got.Lines) != 1 || got.Lines[0] < 1 {
				t.Errorf("lines %v", got.Lines)
			}
			if err := yaml.Unmarshal(got.Text, &yaml.Node{}); err != nil {
				t.Error(err)
			}
		})
	}
	if _, err := Insert([]byte("Resources: {VideoRole: {}}\n"), changeOf(t, declared["template"], false), ""); err == nil {
		t.Error("an object in braces was added to")
	}
	if _, err := Insert([]byte("{}"), changeOf(t, declared["root"], false), ""); err == nil {
		t.Error("a plan was added to")
	}
}

func TestAdditions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, after, want string }{
		{"a\nb\n", "a\nx\nb\n", " a|+x| b"},
		{"1\n2\n3\n4\n5\nb\n", "1\n2\n3\n4\n5\nx\nb\n", " …| 3| 4| 5|+x| b"},
		{"a\r\n", "a\r\nx\r\n", " a|+x"},
		{"  1\n}", "  1,\n  2\n}", "-  1|+  1,|+  2| }"},
		{"", "x\n", "+x"},
	} {
		var got []string
		for _, l := range Additions(c.before, c.after) {
			got = append(got, string(l.Mark)+l.Text)
		}
		if text := strings.Join(got, "|"); text != c.want {
			t.Errorf("%q to %q: got %s, want %s", c.before, c.after, text, c.want)
		}
	}
}
