package fleet

import (
	"context"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/fixtures"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/source/files"
)

// of makes an account of a snapshot.
func of(t *testing.T, text string) Account {
	t.Helper()
	s, err := account.Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	src, err := files.Snapshot(s, files.Overlay{}, managed.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return Account{Snapshot: s, Source: src}
}

// found lists what Find returns as "caller NAME: reasons".
func found(t *testing.T, a Account) []string {
	t.Helper()
	list, err := Find(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range list {
		out = append(out, f.Requirement+" "+f.ARN[strings.LastIndexByte(f.ARN, '/')+1:]+": "+strings.Join(f.Why, "; "))
	}
	return out
}

func TestFindInDemo(t *testing.T) {
	t.Parallel()
	got := found(t, of(t, string(fixtures.Demo)))
	function := "remotion-render-4-0-527-mem2048mb-disk2048mb-120sec"
	for _, want := range []string{
		"caller video-api-role-x7: policy remotion-executionrole-policy names remotion-lambda-role*; may invoke " + function + "; used by function video-api",
		"caller fargate-renderer: policy remotion names remotion-lambda-role*",
		"caller deployer: policy remotion-caller names remotion-lambda-role*; may invoke " + function,
		"renderer remotion-lambda-role: runs " + function,
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not among\n%s", want, strings.Join(got, "\n"))
		}
	}
	for _, g := range got {
		if strings.HasPrefix(g, "caller remotion-lambda-role") {
			t.Errorf("the renderer is no caller: %s", g)
		}
	}
}

// role is a role of a snapshot with one policy, trusted by a service or nobody.
func role(name, service, document string) string {
	trust := `{"Statement":[]}`
	if service != "" {
		trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + service + `,"Action":"sts:AssumeRole"}]}`
	}
	return `{"Path":"/","RoleName":"` + name + `","RoleId":"AROA` + strings.ToUpper(name) + `","Arn":"arn:aws:iam::111122223333:role/` + name + `",
		"AssumeRolePolicyDocument":` + trust + `,"RolePolicyList":[{"PolicyName":"p","PolicyDocument":` + document + `}]}`
}

func snapshotOf(roles ...string) string {
	return `{"Version":1,"AccountId":"111122223333","Partition":"aws","AuthorizationDetails":{"UserDetailList":[],"GroupDetailList":[],"Policies":[],"RoleDetailList":[` + strings.Join(roles, ",") + `]}}`
}

func allow(action, resource string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"}]}`
}

func TestFindByKind(t *testing.T) {
	t.Parallel()
	lambda := `{"Service":"lambda.amazonaws.com"}`
	github := `{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}`
	guarded := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}]}`
	for _, tt := range []struct{ name, role, want string }{
		{"may invoke, and runs", role("api", lambda, allow("lambda:InvokeFunction", "*")), "caller api: may invoke remotion-render-"},
		{"may invoke, and nothing runs as it", role("human", `{"AWS":"arn:aws:iam::111122223333:root"}`, allow("lambda:*", "*")), ""},
		{"may invoke other functions", role("other", lambda, allow("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:billing-*")), ""},
		{"names the product, and may invoke nothing", role("broken", "", allow("s3:GetObject", "arn:aws:s3:::remotionlambda-*/*")), "caller broken: policy p names remotionlambda-*"},
		{"a workflow", role("ci", github, allow("lambda:InvokeFunction", "*")), "assumed with tokens of token.actions.githubusercontent.com"},
		{"if conditions are met", role("vpc", lambda, guarded), "if its conditions are met"},
		{"an administrator that nothing runs as", role("admin", "", allow("*", "*")), ""},
		{"an administrator that runs", role("root", lambda, allow("*", "*")), "caller root: may invoke"},
		{"a renderer by its name", role("remotion-lambda-role", lambda, allow("s3:ListAllMyBuckets", "*")), "renderer remotion-lambda-role: has the name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := found(t, of(t, snapshotOf(tt.role)))
			switch {
			case tt.want == "" && len(got) != 0:
				t.Errorf("found %q, want nothing", got)
			case tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

func TestFindResembling(t *testing.T) {
	t.Parallel()
	a := of(t, string(fixtures.Demo))
	grants, err := newFinder(withPack(a)).Pack.GrantsOf("caller", "", "aws")
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, g := range grants {
		actions = append(actions, `"`+g.Action+`"`)
	}
	doc := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` + strings.Join(actions, ",") + `],"Resource":"*"}]}`
	got := found(t, of(t, snapshotOf(role("wide", "", doc))))
	if len(got) != 1 || !strings.Contains(got[0], "resembles the caller policy of") {
		t.Errorf("found %q", got)
	}
}

func TestFindEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Find(ctx, of(t, string(fixtures.Demo))); err == nil {
		t.Error("Find goes on after its context has ended")
	}
}
