package iac

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// deploy makes the deployment of a template in YAML or JSON.
func deploy(t *testing.T, text string, o Options) (*Deployment, error) {
	t.Helper()
	root, err := parseTemplate("template.yaml", []byte(text))
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		root, err = parseTemplate("template.json", []byte(text))
	}
	if err != nil {
		return nil, err
	}
	return (&Templates{files: []templateFile{{file: "template.yaml", name: "template", root: root}}}).Deployment(o)
}

// refusal is why the first target of a deployment is not decided about.
func refusal(d *Deployment, err error) error {
	if err != nil {
		return err
	}
	for i := range d.targets {
		if d.targets[i].refused != nil {
			return d.targets[i].refused
		}
	}
	return nil
}

func mustDeploy(t *testing.T, text string, o Options) *Deployment {
	t.Helper()
	d, err := deploy(t, text, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// role is the template of a role with one statement.
const role = `
Parameters:
  Bucket: { Type: String }
  Stage: { Type: String, Default: prod, AllowedValues: [prod, test] }
  Names: { Type: CommaDelimitedList, Default: "a, b" }
  FromSSM: { Type: "AWS::SSM::Parameter::Value<String>", Default: /remotion/bucket }
Mappings:
  Buckets: { prod: { name: remotionlambda-prod }, test: { name: remotionlambda-test } }
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !Not [!Condition IsProd]
  Open: !Equals [!Ref Bucket, x]
Resources:
  Own:
    Type: AWS::S3::Bucket
  Named:
    Type: AWS::S3::Bucket
    Properties: { BucketName: named }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: { Effect: Allow, Action: "sts:AssumeRole", Principal: { Service: lambda.amazonaws.com } } }
      Policies:
        - PolicyName: p
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: s3:GetObject
                Resource: RESOURCE
`

// TestIntrinsics: what the functions come to, in the resource of a statement.
func TestIntrinsics(t *testing.T) {
	unknown := policy.Unknown
	for _, tt := range []struct {
		name, resource string
		options        Options
		want           []string
	}{
		{"text", "arn:aws:s3:::b/*", Options{}, []string{"arn:aws:s3:::b/*"}},
		{"pseudo parameters", "!Sub arn:${AWS::Partition}:x:${AWS::Region}:${AWS::AccountId}:y", Options{Region: "eu-west-1", AccountID: "123456789012"}, []string{"arn:aws:x:eu-west-1:123456789012:y"}},
		{"partition", "!Sub arn:${AWS::Partition}:s3:::b.${AWS::URLSuffix}", Options{Region: "cn-north-1"}, []string{"arn:aws-cn:s3:::b.amazonaws.com.cn"}},
		{"parameter with a value", "!Sub arn:aws:s3:::${Bucket}", Options{Parameters: map[string]string{"Bucket": "mine"}}, []string{"arn:aws:s3:::mine"}},
		{"parameter without one", "!Sub arn:aws:s3:::${Bucket}/*", Options{}, []string{"arn:aws:s3:::" + unknown("parameter Bucket") + "/*"}},
		{"default", "!Join ['', ['arn:aws:s3:::', !Ref Stage]]", Options{}, []string{"arn:aws:s3:::prod"}},
		{"SSM parameter", "!Sub arn:aws:s3:::${FromSSM}", Options{}, []string{"arn:aws:s3:::" + unknown("the SSM parameter /remotion/bucket")}},
		{"mapping", "!Sub ['arn:aws:s3:::${n}', {n: !FindInMap [Buckets, !Ref Stage, name]}]", Options{}, []string{"arn:aws:s3:::remotionlambda-prod"}},
		{"condition", "!If [IsTest, 'arn:aws:s3:::a', 'arn:aws:s3:::b']", Options{}, []string{"arn:aws:s3:::b"}},
		{"no value", "[!If [IsTest, a, !Ref 'AWS::NoValue'], b]", Options{}, []string{"b"}},
		{"list parameter", "!Ref Names", Options{}, []string{"a", "b"}},
		{"select and split", "!Select [1, !Split ['/', 'x/y/z']]", Options{}, []string{"y"}},
		{"literal variable", "!Sub 'arn:aws:iam::*:user/${!aws:username}'", Options{}, []string{"arn:aws:iam::*:user/${aws:username}"}},
		{"known name", "!GetAtt Named.Arn", Options{}, []string{"arn:aws:s3:::named"}},
		{"generated name", "!Sub '${Own.Arn}/*'", Options{}, []string{"arn:aws:s3:::" + unknown("the name of Own") + "/*", "arn:aws:s3:::Own/*"}},
		{"attribute", "!Sub 'arn:aws:s3:::${Own.Foo}'", Options{}, []string{"arn:aws:s3:::" + unknown("Foo of Own")}},
		{"import", "!Sub ['arn:aws:s3:::${b}', {b: !ImportValue Shared}]", Options{}, []string{"arn:aws:s3:::" + unknown("the import Shared")}},
		{"dynamic reference", "'arn:aws:s3:::{{resolve:ssm:/b}}/*'", Options{}, []string{"arn:aws:s3:::" + unknown("the dynamic reference resolve:ssm:/b") + "/*"}},
		{"another account", "arn:aws:lambda:*:123456789012:function:f", Options{}, []string{"arn:aws:lambda:*:123456789012:function:f", "arn:aws:lambda:*:" + unknown("whether the account is 123456789012") + ":function:f"}},
		{"the account", "arn:aws:lambda:*:123456789012:function:f", Options{AccountID: "123456789012"}, []string{"arn:aws:lambda:*:123456789012:function:f"}},
	} {
		d, err := deploy(t, strings.Replace(role, "RESOURCE", tt.resource, 1), tt.options)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := statements(t, d, "Role")[0].Resources; !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// statements are those of a role's only inline policy.
func statements(t *testing.T, d *Deployment, name string) []policy.Statement {
	t.Helper()
	r, err := d.Snapshot.Role(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.RolePolicyList) != 1 {
		t.Fatalf("%d policies", len(r.RolePolicyList))
	}
	doc, err := policy.Parse(r.RolePolicyList[0].PolicyDocument.Text)
	if err != nil {
		t.Fatal(err)
	}
	return doc.Statements
}

// TestUnknownElements: what is not known of a statement beside its resources
// makes it undecided, and nothing is left out.
func TestUnknownElements(t *testing.T) {
	for _, tt := range []struct {
		name, statement string
		want            []string // effect, actions, and the conditions that nobody can decide
	}{
		{"effect", "{Effect: !Ref Bucket, Action: 's3:*', Resource: '*'}", []string{
			"Allow s3:* if the effect parameter Bucket", "Deny s3:* if the effect parameter Bucket",
		}},
		{"action", "{Effect: Allow, Action: ['s3:GetObject', !Ref Bucket], Resource: '*'}", []string{
			"Allow s3:GetObject", "Allow * if the action parameter Bucket",
		}},
		{"not action", "{Effect: Deny, NotAction: ['s3:GetObject', !Ref Bucket], Resource: '*'}", []string{"Deny not s3:GetObject if the action parameter Bucket"}},
		{"branch of a resource", "{Effect: Allow, Action: 's3:*', Resource: !If [Open, a, b]}", []string{
			"Allow s3:* if condition Open", "Allow s3:* if condition Open being false",
		}},
		{"a statement that may not be", "!If [Open, {Effect: Allow, Action: 's3:*', Resource: '*'}, !Ref 'AWS::NoValue']", []string{"Allow s3:* if condition Open"}},
		{"a macro", "{'Fn::Transform': {Name: Include}}", []string{
			"Allow * if statements of what the macro Include makes", "Deny * if statements of what the macro Include makes",
		}},
		{"a condition", "{Effect: Allow, Action: 's3:*', Resource: '*', Condition: {'Fn::Transform': {Name: Include}}}", []string{"Allow s3:* if what the macro Include makes"}},
	} {
		d, err := deploy(t, strings.Replace(role, "- Effect: Allow\n                Action: s3:GetObject\n                Resource: RESOURCE", "- "+tt.statement, 1), Options{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var got []string
		for _, s := range statements(t, d, "Role") {
			text := string(s.Effect) + " "
			if s.NotAction {
				text += "not "
			}
			text += strings.Join(s.Actions, ",")
			for _, c := range s.Conditions {
				if name, ok := policy.IsUnknown(c.Key); ok {
					text += " if " + name
				}
			}
			got = append(got, text)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestLiteralVariables: a document without a version has no variables, also
// after it was given the version that unknown values need.
func TestLiteralVariables(t *testing.T) {
	text := strings.Replace(role, `            Version: "2012-10-17"`+"\n", "", 1)
	d := mustDeploy(t, strings.Replace(text, "RESOURCE", "['${aws:username}', !Sub '${Bucket}']", 1), Options{})
	r, err := d.Snapshot.Role("Role")
	if err != nil {
		t.Fatal(err)
	}
	doc := r.RolePolicyList[0].PolicyDocument.Text
	if !strings.Contains(doc, `"${$}{aws:username}"`) || !strings.Contains(doc, policy.Version2012) {
		t.Error(doc)
	}
}

// TestPlaces: statements and roles know where they stand.
func TestPlaces(t *testing.T) {
	d := mustDeploy(t, strings.Replace(role, "RESOURCE", "'*'", 1), Options{})
	r, err := d.Snapshot.Role("Role")
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Location.String(); got != "template.yaml:19:3" {
		t.Errorf("the role stands at %s", got)
	}
	file, start, _ := r.RolePolicyList[0].PolicyDocument.Origin.Locate(0, policy.Position{}, policy.Position{})
	if file != "template.yaml" || start.String() != "28:17" {
		t.Errorf("the statement stands at %s:%s", file, start)
	}
}

// TestMalformed: each fault is one error, at its place.
func TestMalformed(t *testing.T) {
	const head = "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n"
	for _, tt := range []struct{ name, text, at, want string }{
		{"empty", "", "1:1", "empty"},
		{"no template", "a: 1", "1:1", "no Resources"},
		{"a list", "- a", "1:1", "must be an object, not a list"},
		{"broken YAML", "Resources: [\n  }", "2:3", ""},
		{"tabs", "Resources:\n\tR: 1", "2:1", ""},
		{"broken JSON", `{"Resources": {"R": }}`, "1:21", ""},
		{"duplicate key in JSON", `{"Resources": {}, "Resources": {}}`, "1:19", `duplicate key "Resources"`},
		{"undefined Ref", head + "      RoleName: !Ref Nothing", "5:17", `"Nothing" is not defined`},
		{"undefined in Sub", head + "      RoleName: !Sub 'a-${Nothing}'", "5:17", `"Nothing" is not defined`},
		{"undefined GetAtt", head + "      RoleName: !GetAtt Nothing.Arn", "5:17", `"Nothing" is not defined`},
		{"undefined condition", head + "      RoleName: !If [Nothing, a, b]", "5:22", `condition "Nothing" is not defined`},
		{"undefined mapping", head + "      RoleName: !FindInMap [A, b, c]", "5:29", `no mapping "A"`},
		{"cycle of conditions", "Conditions:\n  A: !Condition B\n  B: !Condition A\n" + head + "      RoleName: !If [A, a, b]", "3:6", "refers to itself"},
		{"cycle of resources", "Resources:\n  A: {Type: 'AWS::IAM::Role', Properties: {RoleName: !Ref B}}\n  B: {Type: 'AWS::IAM::Role', Properties: {RoleName: !Ref A}}", "3:54", "circular dependency: A → B → A"},
		{"a resource that is text", "Resources:\n  A: b", "2:6", "must be an object, not a string"},
		{"no type", "Resources:\n  A: {}", "2:3", "has no Type"},
		{"properties that are a list", "Resources:\n  A: {Type: 'AWS::IAM::Role', Properties: [1]}", "2:43", "must be an object"},
		{"a name that is a list", head + "      RoleName: [a]", "5:17", "must be text"},
		{"wrong arguments", head + "      RoleName: !Join [a]", "5:17", "requires a list of 2"},
		{"wrong effect", head + "      Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: allow, Action: a, Resource: '*'}]}}]", "5:64", `Effect "allow" must be`},
		{"wrong element", head + "      Policies:\n        - PolicyName: p\n          PolicyDocument:\n            Statement:\n              - Effect: Allow\n                Actions: a\n                Resource: '*'", "10:17", `no element "Actions"`},
		{"a policy that is text", head + "      Policies: [p]", "5:18", "must be an object"},
		{"an alias within itself", "Resources: &a\n  R: *a", "2:6", "within itself"},
		{"aliases that multiply", bomb(), "", "more than"},
		{"nested deep", "a: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000), "", "nested"},
		{"texts that multiply", doubling(), "", "longer than"},
	} {
		err := refusal(deploy(t, tt.text, Options{}))
		e, ok := errors.AsType[*Error](err)
		if !ok || !strings.Contains(e.Msg, tt.want) || tt.at != "" && e.Pos.String() != tt.at || strings.Contains(e.Error(), "\n") {
			t.Errorf("%s: %v, want %q at %s", tt.name, err, tt.want, tt.at)
		}
	}
}

// bomb is YAML whose aliases stand for 9^9 values.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 9; i++ {
		previous := "*a" + string(rune('0'+i-1))
		b.WriteString("a" + string(rune('0'+i)) + ": &a" + string(rune('0'+i)) + " [" + strings.TrimSuffix(strings.Repeat(previous+", ", 9), ", ") + "]\n")
	}
	return b.String()
}

// doubling is a name that doubles sixty times.
func doubling() string {
	text := "x"
	for range 60 {
		text = "!Sub ['${a}${a}', {a: " + text + "}]"
	}
	return "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: " + text
}

func TestLargeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.yaml")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(50<<20), f.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = OpenTemplates(path)
	if e, ok := errors.AsType[*Error](err); !ok || !strings.Contains(e.Msg, "52428800 bytes") || e.Hint == "" {
		t.Error(err)
	}
}

// TestTargets: a thing is found by each of its names.
func TestTargets(t *testing.T) {
	const text = `
Resources:
  Role: { Type: "AWS::IAM::Role", Properties: { RoleName: video, Path: /app/ } }
  Profile: { Type: "AWS::IAM::InstanceProfile", Properties: { Roles: [!Ref Role] } }
  Instance: { Type: "AWS::EC2::Instance", Properties: { IamInstanceProfile: !Ref Profile } }
  Template: { Type: "AWS::EC2::LaunchTemplate", Properties: { LaunchTemplateData: { IamInstanceProfile: { Arn: !GetAtt Profile.Arn } } } }
  Function: { Type: "AWS::Lambda::Function", Properties: { FunctionName: api, Role: !Sub "arn:aws:iam::${AWS::AccountId}:role/app/video" } }
  Task: { Type: "AWS::ECS::TaskDefinition", Properties: { Family: work, TaskRoleArn: !GetAtt Role.Arn } }
  Pod: { Type: "AWS::EKS::PodIdentityAssociation", Properties: { ClusterName: c, Namespace: n, ServiceAccount: s, RoleArn: !GetAtt Role.Arn } }
  Elsewhere: { Type: "AWS::Lambda::Function", Properties: { Role: "arn:aws:iam::123456789012:role/old" } }
  Bare: { Type: "AWS::ECS::TaskDefinition", Properties: { Family: bare } }
`
	d := mustDeploy(t, text, Options{AccountID: "123456789012"})
	const arn = "arn:aws:iam::123456789012:role/app/video"
	for _, tt := range []struct {
		kind  audit.TargetKind
		names []string
	}{
		{audit.TargetRole, []string{"Role", "video", arn}},
		{audit.TargetInstanceProfile, []string{"Profile"}},
		{audit.TargetInstance, []string{"Instance", "Template"}},
		{audit.TargetFunction, []string{"Function", "api", "arn:aws:lambda:us-east-1:123456789012:function:api"}},
		{audit.TargetTaskDefinition, []string{"Task", "work", "work:1"}},
		{audit.TargetPodIdentity, []string{"Pod", "c/n/s"}},
	} {
		for _, name := range tt.names {
			if f, err := d.Resolve(audit.Target{Kind: tt.kind, Name: name}); err != nil || f.ARN != arn || f.Location.Line != 3 {
				t.Errorf("%s %s: %+v, %v", tt.kind, name, f, err)
			}
		}
	}
	for kind, name := range map[audit.TargetKind]string{audit.TargetRole: "nobody", audit.TargetTaskDefinition: "Bare"} {
		if _, err := d.Resolve(audit.Target{Kind: kind, Name: name}); err == nil {
			t.Errorf("%s is found", name)
		}
	}
	// A role that the file only names is one of which nothing is known.
	f, err := d.Resolve(audit.Target{Kind: audit.TargetFunction, Name: "Elsewhere"})
	if err != nil || f.ARN != "arn:aws:iam::123456789012:role/old" {
		t.Fatal(f, err)
	}
	if s := statements(t, d, "old"); len(s) != 2 || s[0].Effect != policy.Allow || s[1].Effect != policy.Deny {
		t.Errorf("%+v", s)
	}
}

// TestAttachments: policies reach a role by every way that there is.
func TestAttachments(t *testing.T) {
	const doc = `{ Version: "2012-10-17", Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } }`
	const text = `
Conditions:
  Never: !Equals [a, b]
Resources:
  Role: { Type: "AWS::IAM::Role", Properties: { ManagedPolicyArns: [!Ref Direct, "arn:aws:iam::aws:policy/ReadOnlyAccess", !ImportValue Other], PermissionsBoundary: !Ref Boundary } }
  Direct: { Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument: DOC } }
  Boundary: { Type: "AWS::IAM::ManagedPolicy", Properties: { ManagedPolicyName: limit, PolicyDocument: DOC } }
  ByRoles: { Type: "AWS::IAM::ManagedPolicy", Properties: { Roles: [!Ref Role], PolicyDocument: DOC } }
  Inline: { Type: "AWS::IAM::Policy", Properties: { PolicyName: inline, Roles: [!Ref Role], PolicyDocument: DOC } }
  Single: { Type: "AWS::IAM::RolePolicy", Properties: { PolicyName: single, RoleName: !Ref Role, PolicyDocument: DOC } }
  Gone: { Type: "AWS::IAM::RolePolicy", Condition: Never, Properties: { PolicyName: gone, RoleName: !Ref Role, PolicyDocument: DOC } }
  Somewhere: { Type: "AWS::IAM::RolePolicy", Properties: { PolicyName: maybe, RoleName: !ImportValue Whose, PolicyDocument: DOC } }
  User: { Type: "AWS::IAM::User", Properties: { Groups: [!Ref Group] } }
  Group: { Type: "AWS::IAM::Group", Properties: { Policies: [{ PolicyName: g, PolicyDocument: DOC }] } }
`
	d := mustDeploy(t, strings.ReplaceAll(text, "DOC", doc), Options{})
	r, err := d.Snapshot.Role("Role")
	if err != nil {
		t.Fatal(err)
	}
	var inline, attached []string
	for _, p := range r.RolePolicyList {
		inline = append(inline, p.PolicyName)
	}
	for _, p := range r.AttachedManagedPolicies {
		attached = append(attached, p.PolicyName)
	}
	if !slices.Equal(inline, []string{"inline", "single", "Somewhere"}) {
		t.Errorf("inline policies %q", inline)
	}
	if len(attached) != 4 || attached[0] != "ByRoles" || attached[1] != "Direct" || attached[2] != "ReadOnlyAccess" || !strings.HasPrefix(attached[3], "not-known") {
		t.Errorf("attached policies %q", attached)
	}
	if r.PermissionsBoundary == nil || !strings.HasSuffix(r.PermissionsBoundary.PermissionsBoundaryArn, ":policy/limit") {
		t.Errorf("boundary %+v", r.PermissionsBoundary)
	}
	for _, name := range []string{"Somewhere"} {
		i := slices.IndexFunc(r.RolePolicyList, func(p account.InlinePolicy) bool { return p.PolicyName == name })
		if doc := r.RolePolicyList[i].PolicyDocument.Text; !strings.Contains(doc, "the import Whose") || !strings.Contains(doc, "Deny") {
			t.Errorf("%s is %s", name, doc)
		}
	}
	if u, err := d.Snapshot.User("User"); err != nil || !slices.Equal(u.GroupList, []string{"Group"}) {
		t.Errorf("%+v, %v", u, err)
	}
}

// TestSAM: the role that SAM makes, with what Policies may hold.
func TestSAM(t *testing.T) {
	const text = `
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Tracing: Active, PermissionsBoundary: "arn:aws:iam::123456789012:policy/limit" } }
Resources:
  Plain: { Type: "AWS::Serverless::Function", Properties: { Policies: [AmazonS3ReadOnlyAccess, { Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } }] } }
  Templates: { Type: "AWS::Serverless::Function", Properties: { Policies: [{ S3CrudPolicy: { BucketName: b } }] } }
  Own: { Type: "AWS::Serverless::Function", Properties: { Role: !GetAtt PlainRole.Arn } }
  Linked:
    Type: AWS::Serverless::Function
    Connectors: { C: { Properties: { Destination: { Id: Plain }, Permissions: [Read] } } }
`
	d := mustDeploy(t, text, Options{AccountID: "123456789012"})
	r, err := d.Snapshot.Role("PlainRole")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range r.AttachedManagedPolicies {
		names = append(names, p.PolicyArn)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}) {
		t.Errorf("attached %q", names)
	}
	if r.PermissionsBoundary == nil || len(r.RolePolicyList) != 1 {
		t.Errorf("%+v", r)
	}
	if f, err := d.Resolve(audit.Target{Kind: audit.TargetFunction, Name: "Own"}); err != nil || f.ARN != r.Arn {
		t.Errorf("%+v, %v", f, err)
	}
	s := statements(t, d, "TemplatesRole")
	if len(s) == 0 || !slices.Contains(s[0].Actions, "s3:PutObject") || !slices.Contains(s[0].Resources, "arn:aws:s3:::b/*") {
		t.Errorf("the policy template is %+v", s)
	}
	if l, err := d.Snapshot.Role("LinkedRole"); err != nil || len(l.Gaps) != 1 || l.Gaps[0].Affects != iam.MayAllow {
		t.Errorf("%+v, %v", l, err)
	}
}

// TestLoops: Fn::ForEach makes resources.
func TestLoops(t *testing.T) {
	d := mustDeploy(t, `
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Roles:
    - Stage
    - [Blue, Green]
    - Role${Stage}: { Type: "AWS::IAM::Role", Properties: { RoleName: !Sub "video-${Stage}" } }
`, Options{})
	if got := d.Names(audit.TargetRole); !slices.Equal(got, []string{"RoleBlue", "RoleGreen"}) {
		t.Errorf("roles %q", got)
	}
	if _, err := d.Snapshot.Role("video-Green"); err != nil {
		t.Error(err)
	}
}

func TestParameters(t *testing.T) {
	text := strings.Replace(role, "RESOURCE", "!Ref Bucket", 1)
	if _, err := deploy(t, text, Options{Parameters: map[string]string{"Nothing": "x"}}); err == nil || !strings.Contains(err.Error(), `no parameter "Nothing"`) {
		t.Error(err)
	}
	if _, err := deploy(t, text, Options{Parameters: map[string]string{"Stage": "dev"}}); err == nil || !strings.Contains(err.Error(), `cannot be "dev"`) {
		t.Error(err)
	}
	if d := mustDeploy(t, text, Options{}); len(d.Notes) != 1 || !strings.Contains(d.Notes[0], "Bucket") {
		t.Errorf("notes %q", d.Notes)
	}
}

// FuzzTemplate: no template makes the reader panic, and what it refuses it
// refuses with a place.
func FuzzTemplate(f *testing.F) {
	f.Add(strings.Replace(role, "RESOURCE", "!Sub '${Own.Arn}/*'", 1))
	f.Add(`{"Resources":{"R":{"Type":"AWS::IAM::Role","Properties":{"Policies":[{"PolicyName":"p","PolicyDocument":{"Statement":[{"Fn::If":["C",1,2]}]}}]}}},"Conditions":{"C":{"Fn::Equals":[{"Ref":"AWS::Region"},"x"]}}}`)
	f.Add("Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Type: 'AWS::Serverless::Function', Properties: {Policies: [{S3CrudPolicy: {}}, A, !Ref B]}}\n")
	for _, s := range seeds {
		f.Add(s)
	}
	for _, name := range []string{"sam/unknown.yaml", "fargate/correct.yaml", "cdk/unknown/RenderApi.template.json"} {
		data, err := os.ReadFile(filepath.Join("../../fixtures/iac", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := deploy(t, text, Options{})
		if e, ok := errors.AsType[*Error](err); ok && (e.Pos.IsZero() || e.File == "") {
			t.Errorf("%v has no place", err)
		}
		if err == nil {
			readable(t, d)
		}
	})
}

// readable: every document of a deployment is one that the evaluator takes.
func readable(t *testing.T, d *Deployment) {
	t.Helper()
	for _, r := range d.Snapshot.AuthorizationDetails.Roles {
		for _, p := range r.RolePolicyList {
			if _, err := policy.Parse(p.PolicyDocument.Text); err != nil {
				t.Errorf("policy %s: %v in %s", p.PolicyName, err, p.PolicyDocument.Text)
			}
		}
	}
}
