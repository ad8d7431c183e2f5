package iac

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

// A tfPlan builds a plan as `terraform show -json` prints it.
type tfPlan struct {
	planned, changes, config []any
}

type object2 = map[string]any

// add adds a managed resource of the root module.
func (p *tfPlan) add(address string, values, unknown, expressions object2) *tfPlan {
	base, _, _ := strings.Cut(address, "[")
	typ, name, _ := strings.Cut(base, ".")
	p.planned = append(p.planned, object2{"address": address, "mode": "managed", "type": typ, "name": name, "values": values})
	p.changes = append(p.changes, object2{"address": address, "mode": "managed", "type": typ, "name": name, "change": object2{"actions": []string{"create"}, "after": values, "after_unknown": unknown}})
	return p.configure(base, "managed", typ, name, expressions)
}

// data adds a data source that is read during the apply.
func (p *tfPlan) data(address string, values, unknown, expressions object2) *tfPlan {
	typ, name, _ := strings.Cut(strings.TrimPrefix(address, "data."), ".")
	p.changes = append(p.changes, object2{"address": address, "mode": "data", "type": typ, "name": name, "change": object2{"actions": []string{"read"}, "after": values, "after_unknown": unknown}})
	return p.configure(address, "data", typ, name, expressions)
}

func (p *tfPlan) configure(address, mode, typ, name string, expressions object2) *tfPlan {
	if !slices.ContainsFunc(p.config, func(c any) bool { return c.(object2)["address"] == address }) {
		p.config = append(p.config, object2{"address": address, "mode": mode, "type": typ, "name": name, "expressions": expressions})
	}
	return p
}

func (p *tfPlan) text(t testing.TB) []byte {
	t.Helper()
	data, err := json.Marshal(object2{
		"format_version": "1.2", "planned_values": object2{"root_module": object2{"resources": p.planned}},
		"resource_changes": p.changes, "configuration": object2{"root_module": object2{"resources": p.config}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (p *tfPlan) deploy(t *testing.T) *Deployment {
	t.Helper()
	plan, err := parsePlan("plan.json", p.text(t))
	if err != nil {
		t.Fatal(err)
	}
	d, err := plan.Deployment(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func refs(names ...string) object2 { return object2{"references": names} }

const tfDocument = `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"}]}`

// TestPlanAttachments: policies reach a role by every way that there is.
func TestPlanAttachments(t *testing.T) {
	p := &tfPlan{}
	p.add("aws_iam_role.r", object2{"inline_policy": []any{object2{"name": "own", "policy": tfDocument}}, "name": "video"},
		object2{"arn": true, "managed_policy_arns": true}, object2{
			"inline_policy": []any{object2{"policy": refs("data.x.y.json")}}, "permissions_boundary": refs("aws_iam_policy.limit.arn", "aws_iam_policy.limit"),
			"name": object2{"constant_value": "video"},
		})
	p.changes[0].(object2)["change"].(object2)["after_unknown"].(object2)["permissions_boundary"] = true
	p.add("aws_iam_policy.limit", object2{"name": "limit", "policy": tfDocument}, object2{"arn": true}, object2{})
	p.add("aws_iam_policy.more[0]", object2{"name": "more-0", "policy": tfDocument}, object2{"arn": true}, object2{})
	p.add("aws_iam_policy.more[1]", object2{"name": "more-1", "policy": tfDocument}, object2{"arn": true}, object2{})
	link := object2{"role": refs("aws_iam_role.r.name", "aws_iam_role.r"), "policy_arn": refs("aws_iam_policy.more", "count.index")}
	p.add("aws_iam_role_policy_attachment.a[0]", object2{"role": "video"}, object2{"policy_arn": true}, link)
	p.add("aws_iam_role_policy_attachment.a[1]", object2{"role": "video"}, object2{"policy_arn": true}, link)
	p.add("aws_iam_role_policy_attachment.known", object2{"role": "video", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, object2{}, object2{})
	p.add("aws_iam_role_policy.inline", object2{"name": "inline", "policy": tfDocument}, object2{"role": true}, object2{"role": refs("aws_iam_role.r.id", "aws_iam_role.r"), "policy": refs("x.y")})
	p.add("aws_iam_role_policy.encoded", object2{"name": "encoded", "role": "video"}, object2{"policy": true}, object2{"policy": refs("aws_s3_bucket.b.arn", "aws_s3_bucket.b")})
	p.add("aws_iam_role_policy.local", object2{"name": "local", "policy": tfDocument}, object2{"role": true}, object2{"role": refs("local.role")})
	d := p.deploy(t)
	r, err := d.Snapshot.Role("video")
	if err != nil {
		t.Fatal(err)
	}
	var inline, attached []string
	for _, q := range r.RolePolicyList {
		inline = append(inline, q.PolicyName)
	}
	for _, q := range r.AttachedManagedPolicies {
		attached = append(attached, q.PolicyName)
	}
	if !slices.Equal(inline, []string{"own", "inline", "encoded", "local"}) {
		t.Errorf("inline %q", inline)
	}
	if !slices.Equal(attached, []string{"more-0", "more-1", "ReadOnlyAccess"}) {
		t.Errorf("attached %q", attached)
	}
	if r.PermissionsBoundary == nil || !strings.HasSuffix(r.PermissionsBoundary.PermissionsBoundaryArn, "/limit") {
		t.Errorf("boundary %+v", r.PermissionsBoundary)
	}
	for i, want := range map[int]string{2: "aws_s3_bucket.b.arn", 3: "whether aws_iam_role_policy.local is attached (local.role)"} {
		if text := r.RolePolicyList[i].PolicyDocument.Text; !strings.Contains(text, want) {
			t.Errorf("%s: %s", inline[i], text)
		}
	}
}

// TestPlanDocument: an aws_iam_policy_document that is read during the apply.
func TestPlanDocument(t *testing.T) {
	p := &tfPlan{}
	p.data("data.aws_iam_policy_document.base", object2{"statement": []any{object2{"sid": "Base", "actions": []any{"s3:ListBucket"}, "resources": []any{nil}}}},
		object2{"json": true, "statement": []any{object2{"resources": []any{true}}}},
		object2{"statement": []any{object2{"resources": refs("aws_s3_bucket.b.arn", "aws_s3_bucket.b")}}})
	p.data("data.aws_iam_policy_document.d", object2{
		"statement": []any{
			object2{"sid": "Own", "effect": "Deny", "not_actions": []any{"s3:*"}, "not_resources": []any{"arn:aws:s3:::x"}, "condition": []any{
				object2{"test": "StringEquals", "variable": "aws:SourceVpc", "values": []any{nil}},
				object2{"test": "StringEquals", "variable": "aws:PrincipalTag/team", "values": []any{"video"}},
			}},
			object2{"sid": "Base", "actions": []any{"s3:GetObject"}, "resources": []any{"*"}},
		},
		"override_policy_documents": []any{`{"Statement":[{"Sid":"Extra","Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}]}`},
	}, object2{"json": true, "source_policy_documents": []any{true}, "statement": []any{object2{"condition": []any{object2{"values": []any{true}}, object2{}}}, object2{}}}, object2{
		"source_policy_documents": refs("data.aws_iam_policy_document.base.json", "data.aws_iam_policy_document.base"),
		"statement":               []any{object2{"condition": []any{object2{"values": refs("aws_vpc.main.id", "aws_vpc.main")}}}},
	})
	p.add("aws_iam_role.r", object2{"name": "video"}, object2{}, object2{})
	p.add("aws_iam_role_policy.p", object2{"name": "p", "role": "video"}, object2{"policy": true}, object2{"policy": refs("data.aws_iam_policy_document.d.json", "data.aws_iam_policy_document.d")})
	s := statements(t, p.deploy(t), "video")
	if len(s) != 3 || s[0].Sid != "Base" || s[0].Actions[0] != "s3:GetObject" || s[1].Sid != "Own" || s[2].Sid != "Extra" {
		t.Fatalf("%+v", s)
	}
	own := s[1]
	if own.Effect != policy.Deny || !own.NotAction || !own.NotResource || len(own.Conditions) != 2 || own.Conditions[0].Values[0] != policy.Unknown("aws_vpc.main.id") {
		t.Errorf("%+v", own)
	}
}

// TestPlanRoles: roles that the plan only reads, and addresses of instances.
func TestPlanRoles(t *testing.T) {
	p := &tfPlan{}
	p.add(`aws_iam_role.r["blue"]`, object2{}, object2{"name": true, "arn": true}, object2{"name_prefix": object2{}})
	p.add(`aws_iam_role.r["green"]`, object2{}, object2{"name": true, "arn": true}, object2{})
	for _, key := range []string{"blue", "green"} {
		p.add(`aws_lambda_function.f["`+key+`"]`, object2{"function_name": "api-" + key}, object2{"role": true}, object2{"role": refs("aws_iam_role.r", "each.key")})
	}
	p.add("aws_lambda_function.outside", object2{"function_name": "outside", "role": "arn:aws:iam::123456789012:role/old"}, object2{}, object2{})
	p.add("aws_ecs_task_definition.bare", object2{"family": "bare"}, object2{}, object2{})
	p.add("aws_instance.i", object2{"iam_instance_profile": "profile"}, object2{}, object2{})
	p.add("aws_iam_instance_profile.p", object2{"name": "profile"}, object2{"role": true}, object2{"role": refs(`aws_iam_role.r["green"].name`, `aws_iam_role.r["green"]`, "aws_iam_role.r")})
	d := p.deploy(t)
	for _, tt := range []struct {
		kind       audit.TargetKind
		name, want string
	}{
		{audit.TargetFunction, `aws_lambda_function.f["blue"]`, "aws_iam_role.r--blue--"},
		{audit.TargetFunction, "api-green", "aws_iam_role.r--green--"},
		{audit.TargetFunction, "outside", "old"},
		{audit.TargetRole, `aws_iam_role.r["green"]`, "aws_iam_role.r--green--"},
		{audit.TargetInstance, "aws_instance.i", "aws_iam_role.r--green--"},
		{audit.TargetInstanceProfile, "profile", "aws_iam_role.r--green--"},
	} {
		f, err := d.Resolve(audit.Target{Kind: tt.kind, Name: tt.name})
		if err != nil || !strings.HasSuffix(f.ARN, ":role/"+tt.want) {
			t.Errorf("%s: %+v, %v", tt.name, f, err)
		}
	}
	if _, err := d.Resolve(audit.Target{Kind: audit.TargetTaskDefinition, Name: "bare"}); err == nil || !strings.Contains(err.Error(), "no task role") {
		t.Error(err)
	}
	if s := statements(t, d, "old"); len(s) != 2 || s[1].Effect != policy.Deny {
		t.Errorf("a role of which nothing is known has %+v", s)
	}
}

// TestPlanPlaces: a statement within a JSON string is pointed at exactly.
func TestPlanPlaces(t *testing.T) {
	p := &tfPlan{}
	p.add("aws_iam_role.r", object2{"name": "video"}, object2{}, object2{})
	p.add("aws_iam_role_policy.p", object2{"name": "é", "role": "video", "policy": "{\"Statement\":\n [{\"Sid\":\"A\u00e9\",\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}"}, object2{}, object2{})
	src := p.text(t)
	src = []byte(strings.Replace(string(src), "A\u00e9", "A", 1))
	plan, err := parsePlan("plan.json", src)
	if err != nil {
		t.Fatal(err)
	}
	d, err := plan.Deployment(Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Snapshot.Role("video")
	if err != nil {
		t.Fatal(err)
	}
	_, start, _ := r.RolePolicyList[0].PolicyDocument.Origin.Locate(0, policy.Position{}, policy.Position{})
	text := []rune(string(src))
	if got := string(text[start.Column-1 : start.Column+9]); start.Line != 1 || got != `{\"Sid\":\"`[:10] {
		t.Errorf("%s is %q", start, got)
	}
}

func TestPlanMalformed(t *testing.T) {
	for _, tt := range []struct{ name, text, at, want string }{
		{"empty", "", "1:1", "end of the document"},
		{"no plan", `{"a":1}`, "1:1", "no Terraform plan"},
		{"binary", "PK\x03\x04", "1:1", ""},
		{"a list", "[]", "1:1", "must be an object"},
		{"broken", "{\"format_version\":\"1.2\",\n\"values\":{,}}", "2:11", ""},
		{"broken policy", `{"format_version":"1.2","values":{"root_module":{"resources":[
{"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","values":{"name":"r","inline_policy":[{"name":"p","policy":"{\"Statement\":[{\"Effect\":\"allow\"}]}"}]}}]}}}`, "2:156", `Effect "allow" must be`},
		{"policy that is no JSON", `{"format_version":"1.2","values":{"root_module":{"resources":[
{"address":"aws_iam_role.r","mode":"managed","type":"aws_iam_role","name":"r","values":{"assume_role_policy":"nope"}}]}}}`, "2:112", ""},
	} {
		plan, err := parsePlan("plan.json", []byte(tt.text))
		if err == nil {
			err = refusal(plan.Deployment(Options{}))
		}
		e, ok := errors.AsType[*Error](err)
		if !ok || !strings.Contains(e.Msg, tt.want) || tt.at != "" && e.Pos.String() != tt.at {
			t.Errorf("%s: %v, want %q at %s", tt.name, err, tt.want, tt.at)
		}
	}
}

func TestModuleNames(t *testing.T) {
	for address, want := range map[string][]string{
		"": nil, "module.a": {"a"}, `module.a["x.module.y"].module.b[0]`: {"a", "b"},
	} {
		if got := moduleNames(address); !slices.Equal(got, want) {
			t.Errorf("%s: %q", address, got)
		}
	}
}

// FuzzPlan: no plan makes the reader panic.
func FuzzPlan(f *testing.F) {
	for _, name := range []string{"correct.plan.json", "unknown.plan.json", "correct.state.json"} {
		data, err := os.ReadFile(filepath.Join("../../fixtures/iac/terraform", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	p := &tfPlan{}
	p.add(`aws_iam_role.r["a"]`, object2{}, object2{"name": true, "inline_policy": true}, object2{"inline_policy": refs("each.value", "local.x", "module.m[0].o", "var.v")})
	f.Add(p.text(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		plan, err := parsePlan("plan.json", data)
		if err != nil {
			if e, ok := errors.AsType[*Error](err); !ok || e.Pos.IsZero() {
				t.Errorf("%v has no place", err)
			}
			return
		}
		if d, err := plan.Deployment(Options{}); err == nil {
			readable(t, d)
		}
	})
}
