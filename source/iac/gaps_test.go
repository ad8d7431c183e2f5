package iac

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/managed"
)

// gapsOf are the gaps of a target's principal, as the judge gets them.
func gapsOf(t *testing.T, d *Deployment, kind audit.TargetKind, name string) []iam.Gap {
	t.Helper()
	f, err := d.Resolve(audit.Target{Kind: kind, Name: name})
	if err != nil {
		t.Fatal(err)
	}
	managed.Embedded().Complete(d.Snapshot)
	e, err := eval.New(d.Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	p, err := e.Policies(f.ARN)
	if err != nil {
		t.Fatal(err)
	}
	return p.Gaps
}

// guarded is a template with the role VideoRole, and more resources.
const guarded = `
Resources:
  VideoRole:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{PolicyName: render, PolicyDocument: {Version: "2012-10-17", Statement: [{Sid: Render, Effect: Allow, Action: "lambda:InvokeFunction", Resource: "*"}]}}]
`

// TestGaps: what is not read makes a gap of the principals that it may concern,
// and of nobody else.
func TestGaps(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       iam.GapEffect // empty: none
		says       string
	}{
		{"nothing", "", "", ""},
		{"an include among the role's properties", "      Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/part.yaml}}\n", iam.MayBoth, "AWS::Include"},
		{"a macro among the role's properties", "      Fn::Transform: {Name: Guard}\n", iam.MayBoth, "Guard"},
		{"a loop over a list that is not known", "      Fn::ForEach::Edges: [P, !Ref Open, {\"${P}\": x}]\nParameters: {Open: {Type: CommaDelimitedList}}\n", iam.MayBoth, "Fn::ForEach::Edges"},
		{"a function among the role's properties", "      Fn::Foo: [a]\n", iam.MayBoth, "Fn::Foo"},
		{"properties that are there twice", "      PermissionsBoundary: a\n      PermissionsBoundary: b\n", iam.MayBoth, "twice"},
		{"a macro of the whole template", "Transform: [AWS::LanguageExtensions, Guard]\n", iam.MayBoth, "Guard"},
		{"a macro among the resources", "  Fn::Transform: {Name: More}\n", iam.MayBoth, "More"},
		{"an include of the whole template", "Transform: {Name: AWS::Include, Parameters: {Location: s3://b/part.yaml}}\n", iam.MayBoth, "s3://b/part.yaml"},
		{"AWS's own transforms", "Transform: [AWS::SecretsManager-2020-07-23, AWS::CodeDeployBlueGreen, AWS::Serverless-2016-10-31]\n", "", ""},
		{"an include in another resource", "  Jobs: {Type: 'AWS::SQS::Queue', Properties: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/part.yaml}}}}\n", "", ""},
		{"a custom resource that is given the role", "  C: {Type: 'Custom::Guard', Properties: {ServiceToken: x, Roles: [!Ref VideoRole]}}\n", iam.MayBoth, "Custom::Guard"},
		{"a custom resource that is given the role's ARN in text", "  C: {Type: 'AWS::CloudFormation::CustomResource', Properties: {ServiceToken: x, Create: !Sub '{\"role\":\"${VideoRole.Arn}\"}'}}\n", iam.MayBoth, "CustomResource"},
		{"a custom resource that is given something else", "  C: {Type: 'Custom::Guard', Properties: {ServiceToken: x, Bucket: b}}\n", "", ""},
		{"a module that is given the role", "  C: {Type: 'Org::Guard::Role::MODULE', Properties: {Role: !GetAtt VideoRole.Arn}}\n", iam.MayBoth, "the module"},
		{"an extension that is given the role", "  C: {Type: 'Acme::Access::Grant', Properties: {Role: !GetAtt VideoRole.Arn}}\n", iam.MayBoth, "extension"},
		{"a nested stack elsewhere that is given the role", "  N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://s3.amazonaws.com/b/n.yaml', Parameters: {R: !Ref VideoRole}}}\n", iam.MayBoth, "not on disk"},
		{"a nested stack elsewhere that is given nothing of it", "  N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://s3.amazonaws.com/b/n.yaml', Parameters: {R: prod}}}\n", "", ""},
		{"a SAM application elsewhere that is given the role", "  N: {Type: 'AWS::Serverless::Application', Properties: {Location: {ApplicationId: a, SemanticVersion: 1.0.0}, Parameters: {R: !Ref VideoRole}}}\n", iam.MayBoth, "not on disk"},
		{"a type of IAM that is not known", "  T: {Type: 'AWS::IAM::RoleGuard'}\n", iam.MayBoth, "AWS::IAM::RoleGuard"},
		{"a policy of an organization", "  T: {Type: 'AWS::Organizations::Policy', Properties: {Type: SERVICE_CONTROL_POLICY, Content: {}}}\n", iam.MayDeny, "above the account"},
		{"a control of Control Tower", "  T: {Type: 'AWS::ControlTower::EnabledControl', Properties: {ControlIdentifier: c, TargetIdentifier: t}}\n", iam.MayDeny, "preventive control"},
		{"a policy of SAM's API", "  T: {Type: 'AWS::Serverless::Api', Properties: {StageName: s, Auth: {ResourcePolicy: {IpRangeBlacklist: ['10.0.0.0/8']}}}}\n", iam.MayBoth, "not evaluated"},
		{"an API of SAM's without one", "  T: {Type: 'AWS::Serverless::Api', Properties: {StageName: s}}\n", "", ""},
		{"a tag policy", "  T: {Type: 'AWS::Organizations::Policy', Properties: {Type: TAG_POLICY, Content: {}}}\n", "", ""},
		{"a credential", "  T: {Type: 'AWS::IAM::OIDCProvider'}\n", "", ""},
		{"a resource without policies", "  T: {Type: 'AWS::EC2::VPC'}\n", "", ""},
		{"the policy of a bucket that is not known", "  T: {Type: 'AWS::S3::BucketPolicy', Properties: {Bucket: b, PolicyDocument: !Ref Doc}}\nParameters: {Doc: {Type: String}}\n", iam.MayBoth, "parameter Doc"},
		{"a queue's policy that names a service", "  T: {Type: 'AWS::SQS::QueuePolicy', Properties: {Queues: [!Ref Q], PolicyDocument: {Statement: {Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: 'sqs:*', Resource: '*'}}}}\n  Q: {Type: 'AWS::SQS::Queue'}\n", "", ""},
		{"a queue's policy that wants TLS", "  T: {Type: 'AWS::SQS::QueuePolicy', Properties: {Queues: [!Ref Q], PolicyDocument: {Statement: {Effect: Deny, Principal: '*', Action: 'sqs:*', Resource: '*', Condition: {Bool: {'aws:SecureTransport': false}}}}}}\n  Q: {Type: 'AWS::SQS::Queue'}\n", "", ""},
		{"a queue's policy that denies", "  T: {Type: 'AWS::SQS::QueuePolicy', Properties: {Queues: [!Ref Q], PolicyDocument: {Statement: {Effect: Deny, Principal: '*', Action: 'sqs:*', Resource: '*'}}}}\n  Q: {Type: 'AWS::SQS::Queue', Properties: {QueueName: q}}\n", "", ""},
		{"the policy of a queue that the deploy names", "  T: {Type: 'AWS::SQS::QueuePolicy', Properties: {Queues: [!Ref Q], PolicyDocument: {Statement: {Effect: Deny, Principal: '*', Action: 'sqs:*', Resource: '*'}}}}\n  Q: {Type: 'AWS::SQS::Queue'}\n", iam.MayBoth, "the deploy names"},
		{"the policies of a queue that has two", "  T: {Type: 'AWS::SQS::QueueInlinePolicy', Properties: {Queue: 'https://sqs.us-east-1.amazonaws.com/111122223333/q', PolicyDocument: {Statement: {Effect: Deny, Principal: '*', Action: 'sqs:*', Resource: '*'}}}}\n  U: {Type: 'AWS::SQS::QueueInlinePolicy', Properties: {Queue: 'https://sqs.us-east-1.amazonaws.com/111122223333/q', PolicyDocument: {Statement: {Effect: Deny, Principal: '*', Action: 'sqs:*', Resource: '*'}}}}\n", iam.MayBoth, "not evaluated"},
		{"a new policy of a resource", "  T: {Type: 'AWS::Whatever::ThingPolicy'}\n", iam.MayBoth, "AWS::Whatever::ThingPolicy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := mustDeploy(t, guarded+tt.text, Options{AccountID: "111122223333"})
			gaps := gapsOf(t, d, audit.TargetRole, "VideoRole")
			if tt.want == "" {
				if len(gaps) > 0 {
					t.Errorf("%+v", gaps)
				}
				return
			}
			if len(gaps) != 1 || gaps[0].Affects != tt.want || !strings.Contains(gaps[0].String(), tt.says) || !strings.HasPrefix(gaps[0].Where, "template.yaml:") {
				t.Errorf("%+v, want %s with %q", gaps, tt.want, tt.says)
			}
		})
	}
}

// TestGapScope: a gap of a resource's policy says which requests it concerns.
func TestGapScope(t *testing.T) {
	t.Parallel()
	d := mustDeploy(t, guarded+"  T: {Type: 'AWS::S3::BucketPolicy', Properties: {Bucket: !Sub 'video-${Doc}', PolicyDocument: !Ref Doc}}\nParameters: {Doc: {Type: String}}\n", Options{})
	g := gapsOf(t, d, audit.TargetRole, "VideoRole")
	if len(g) != 1 || !slices.Equal(g[0].Resources, []string{"arn:aws:s3:::video-*", "arn:aws:s3:::video-*/*"}) || !slices.Equal(g[0].Actions, []string{"s3:*"}) || g[0].Layer != iam.LayerResource {
		t.Errorf("%+v", g)
	}
}

// TestGapsOfOthers: what concerns another role is no gap of this one, and an
// odd thing elsewhere is a note.
func TestGapsOfOthers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, note string }{
		{"a macro in another role", "  Other: {Type: 'AWS::IAM::Role', Properties: {Fn::Transform: {Name: Guard}}}\n", ""},
		{"a custom resource that is given another role", "  Other: {Type: 'AWS::IAM::Role'}\n  C: {Type: 'Custom::X', Properties: {Role: !Ref Other}}\n", ""},
		{"a function without a role", "  F: {Type: 'AWS::Lambda::Function', Properties: {Handler: x}}\n", "has no Role"},
		{"a number for a Sid", "  Other: {Type: 'AWS::IAM::Role', Properties: {Policies: [{PolicyName: p, PolicyDocument: {Statement: {Sid: 7, Effect: Allow, Action: 'sqs:*', Resource: '*'}}}]}}\n", ""},
		{"an effect that does not exist", "  Other: {Type: 'AWS::IAM::Role', Properties: {Policies: [{PolicyName: p, PolicyDocument: {Statement: {Effect: allow, Action: 'sqs:*', Resource: '*'}}}]}}\n", "Effect"},
		{"two equal Sids in a bucket's policy", "  B: {Type: 'AWS::S3::BucketPolicy', Properties: {Bucket: b, PolicyDocument: {Statement: [{Sid: A, Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: 's3:*', Resource: '*'}, {Sid: A, Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: 's3:*', Resource: '*'}, {Sid: 'with blanks', Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: 's3:*', Resource: '*'}]}}}\n", ""},
		{"Fn::Select of a Ref", "  Other: {Type: 'AWS::IAM::Role', Properties: {RoleName: !Select [0, !Ref Names]}}\nParameters: {Names: {Type: String}}\n", ""},
		{"a key that is there twice", "  Q: {Type: 'AWS::SQS::Queue', Properties: {QueueName: a, QueueName: b}}\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := mustDeploy(t, guarded+tt.text, Options{AccountID: "111122223333"})
			if gaps := gapsOf(t, d, audit.TargetRole, "VideoRole"); len(gaps) > 0 {
				t.Errorf("%+v", gaps)
			}
			if notes := strings.Join(d.Notes, "\n"); tt.note != "" && !strings.Contains(notes, tt.note) {
				t.Errorf("notes %q", notes)
			}
		})
	}
}

// TestPolicyTypes: every type of the specification that has to do with policies
// is read, makes a gap, or is on a list with a reason.
func TestPolicyTypes(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("data/policy-types.txt")
	if err != nil {
		t.Fatal(err)
	}
	types := strings.Fields(strings.SplitN(string(data), "\n", 2)[1])
	if len(types) < 200 {
		t.Fatalf("%d types", len(types))
	}
	for _, typ := range types {
		_, open := openTypes(typ)
		if !readTypes[typ] && protected[typ].service == "" && harmless(typ) == "" && !open {
			t.Errorf("%s is neither read nor on a list with a reason", typ)
		}
	}
	for _, h := range harmlessTypes {
		for _, typ := range h.types {
			if !slices.Contains(types, typ) || readTypes[typ] || protected[typ].service != "" {
				t.Errorf("%s is listed as harmless (%s), and is not in the specification or read", typ, h.reason)
			}
		}
	}
	for typ := range protected {
		if !slices.Contains(types, typ) {
			t.Errorf("%s is not in the specification", typ)
		}
	}
}

// files writes files into a new folder and returns its path.
func files(t *testing.T, texts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func mustOpen(t *testing.T, path string, o Options) *Deployment {
	t.Helper()
	d, err := open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const deny = `{Version: "2012-10-17", Statement: [{Effect: Deny, Action: "lambda:InvokeFunction", Resource: "*"}]}`

// TestNestedStacks: parameters go down, outputs come up, and what lies within
// is found by its path.
func TestNestedStacks(t *testing.T) {
	t.Parallel()
	dir := files(t, map[string]string{
		"template.yaml": guarded + `
  Guards: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: ./nested/guard.yaml, Parameters: {Role: !Ref VideoRole, Roles: !Join [',', [!Ref VideoRole, other]]}}}
  Away: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: ../../etc/passwd}}
  F: {Type: 'AWS::Lambda::Function', Properties: {Role: !GetAtt Guards.Outputs.Arn}}
`,
		"nested/guard.yaml": `
Parameters: {Role: {Type: String}, Roles: {Type: CommaDelimitedList}}
Resources:
  Guard: {Type: 'AWS::IAM::Policy', Properties: {PolicyName: guard, Roles: [!Ref Role], PolicyDocument: ` + deny + `}}
  Listed: {Type: 'AWS::IAM::Policy', Properties: {PolicyName: listed, Roles: !Ref Roles, PolicyDocument: ` + deny + `}}
  Inner: {Type: 'AWS::IAM::Role'}
  Api: {Type: 'AWS::Lambda::Function', Properties: {Role: !GetAtt Inner.Arn}}
Outputs:
  Arn: {Value: !GetAtt Inner.Arn}
`,
	})
	d := mustOpen(t, filepath.Join(dir, "template.yaml"), Options{AccountID: "111122223333"})
	r, err := d.Snapshot.Role("VideoRole")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range r.RolePolicyList {
		names = append(names, p.PolicyName)
	}
	if !slices.Equal(names, []string{"render", "guard", "listed"}) {
		t.Errorf("policies %q", names)
	}
	if id := r.RolePolicyList[1].PolicyDocument.Origin.ID; !strings.HasSuffix(string(id), "guard.yaml#Guards/Guard") {
		t.Errorf("the policy is %s", id)
	}
	for _, name := range []string{"Guards/Api", "F"} {
		f, err := d.Resolve(audit.Target{Kind: audit.TargetFunction, Name: name})
		if err != nil || f.ARN != "arn:aws:iam::111122223333:role/Guards-Inner" {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}

// TestNestedCycle: a stack within itself is refused.
func TestNestedCycle(t *testing.T) {
	t.Parallel()
	dir := files(t, map[string]string{
		"a.yaml": "Resources: {B: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: b.yaml}}}",
		"b.yaml": "Resources: {A: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: a.yaml}}}",
	})
	if _, err := open(filepath.Join(dir, "a.yaml"), Options{}); err == nil || !strings.Contains(err.Error(), "within itself") {
		t.Error(err)
	}
}

// TestIncludes: a local file is read; loops and includes are done wherever they
// are allowed.
func TestIncludes(t *testing.T) {
	t.Parallel()
	dir := files(t, map[string]string{
		"template.yaml": guarded + `
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: part.yaml}}
`,
		"part.yaml": "PermissionsBoundary: arn:aws:iam::aws:policy/ReadOnlyAccess\n",
		"loop.yaml": "Transform: AWS::LanguageExtensions\n" + guarded + `
      Fn::ForEach::Edges: [P, [PermissionsBoundary], {"${P}": arn:aws:iam::aws:policy/ReadOnlyAccess}]
`,
	})
	for _, name := range []string{"template.yaml", "loop.yaml"} {
		d := mustOpen(t, filepath.Join(dir, name), Options{})
		r, err := d.Snapshot.Role("VideoRole")
		if err != nil || r.PermissionsBoundary == nil || len(r.Gaps) > 0 {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// TestLanguageExtensions: the functions that the transform adds.
func TestLanguageExtensions(t *testing.T) {
	t.Parallel()
	for resource, want := range map[string]string{
		"!Sub ['arn:${n}', {n: !Length [a, b]}]":                        "arn:2",
		`!Sub ['arn:${n}', {n: !ToJsonString {a: [1, "b"]}}]`:           `arn:{"a":[1,"b"]}`,
		"!FindInMap [Buckets, nothing, name, {DefaultValue: arn:x}]":    "arn:x",
		"!FindInMap [Buckets, !Ref Stage, name, {DefaultValue: arn:x}]": "remotionlambda-prod",
		"!Sub ['${n}', {n: !FindInMap [Buckets, test, name]}]":          "remotionlambda-test",
		"{Ref: !Sub ['${a}tage', {a: S}]}":                              "prod",
		"{Fn::GetAtt: [{Fn::Sub: ['${a}amed', {a: N}]}, Arn]}":          "arn:aws:s3:::named",
	} {
		d := mustDeploy(t, "Transform: AWS::LanguageExtensions\n"+strings.Replace(role, "RESOURCE", resource, 1), Options{})
		if got := statements(t, d, "Role")[0].Resources; !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q, want %q", resource, got, want)
		}
	}
}

// TestBooleans: a parameter holds text, and YAML's booleans are "true" and
// "false"; as a name a word stays as it is.
func TestBooleans(t *testing.T) {
	t.Parallel()
	const text = `
Parameters: {Guarded: {Type: String, Default: DEFAULT}}
Conditions: {On: !Equals [!Ref Guarded, "true"]}
Resources:
  VideoRole: {Type: 'AWS::IAM::Role', Properties: {PermissionsBoundary: !If [On, 'arn:aws:iam::aws:policy/ReadOnlyAccess', !Ref 'AWS::NoValue']}}
`
	for value, guarded := range map[string]bool{"True": true, "TRUE": true, "yes": true, `"yes"`: false, "off": false, "'true'": true, "1": false} {
		d := mustDeploy(t, strings.Replace(text, "DEFAULT", value, 1), Options{})
		if r, err := d.Snapshot.Role("VideoRole"); err != nil || (r.PermissionsBoundary != nil) != guarded {
			t.Errorf("%s: %+v, %v", value, r, err)
		}
	}
}

// TestPolicies: a managed policy is found by itself, attached or not, and every
// policy has an identity of its own.
func TestPolicies(t *testing.T) {
	t.Parallel()
	d := mustDeploy(t, guarded+`
      ManagedPolicyArns: [!Ref Attached]
  Attached: {Type: 'AWS::IAM::ManagedPolicy', Properties: {PolicyDocument: `+deny+`}}
  Alone: {Type: 'AWS::IAM::ManagedPolicy', Properties: {ManagedPolicyName: alone, PolicyDocument: `+deny+`}}
  Inline: {Type: 'AWS::IAM::RolePolicy', Properties: {RoleName: !Ref VideoRole, PolicyName: render, PolicyDocument: `+deny+`}}
`, Options{})
	for _, name := range []string{"Alone", "alone", "arn:aws:iam::000000000000:policy/alone"} {
		if p, err := d.ResolvePolicy(name); err != nil || p.ID != "file:template.yaml#Alone" {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	if _, err := d.ResolvePolicy("render"); err == nil {
		t.Error("an inline policy is found")
	}
	var ids []string
	for _, p := range d.Policies() {
		ids = append(ids, strings.TrimPrefix(string(p.ID), "file:template.yaml#"))
	}
	if !slices.Equal(ids, []string{"Attached", "Alone", "VideoRole/render", "Inline"}) {
		t.Errorf("%q", ids)
	}
	e, err := eval.New(d.Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	p, err := e.Policies("arn:aws:iam::000000000000:role/VideoRole")
	if err != nil || len(p.Identity) != 3 || p.Identity[1].ID != "file:template.yaml#Inline" || p.Identity[2].ID != "file:template.yaml#Attached" {
		t.Errorf("%+v, %v", p.Identity, err)
	}
}

// TestForeignPrincipals: where nobody knows the deployment's account, a
// principal of a given one may be the deployment's own.
func TestForeignPrincipals(t *testing.T) {
	t.Parallel()
	d := mustDeploy(t, guarded+"  B: {Type: 'AWS::S3::BucketPolicy', Properties: {Bucket: b, PolicyDocument: {Statement: {Effect: Deny, Principal: {AWS: 'arn:aws:iam::111122223333:role/VideoRole'}, Action: 's3:*', Resource: '*'}}}}\n", Options{})
	text := d.Snapshot.BucketPolicies["b"].Text
	if !strings.Contains(text, "arn:aws:iam::"+UnknownAccount+":role/VideoRole") || !strings.Contains(text, "whether the account is 111122223333") {
		t.Error(text)
	}
}
