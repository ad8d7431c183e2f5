package doctor

import (
	"fmt"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/source/files"
)

// gha is a role with a trust policy of one statement.
func gha(t *testing.T, statement string) *files.Source {
	t.Helper()
	trust := `{"Version":"2012-10-17","Statement":[` + statement + `]}`
	s, err := account.Read([]byte(fmt.Sprintf(`{"Version":1,"AccountId":"111122223333","Partition":"aws","AuthorizationDetails":{"RoleDetailList":[{"RoleName":"ci","Arn":"arn:aws:iam::111122223333:role/ci","AssumeRolePolicyDocument":%s,"RolePolicyList":[],"AttachedManagedPolicies":[]}],"UserDetailList":[],"GroupDetailList":[],"Policies":[]}}`, trust)))
	if err != nil {
		t.Fatal(err)
	}
	out, err := files.Snapshot(s, files.Overlay{}, managed.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// trusting is a statement that lets the tokens of an issuer in.
func trusting(issuer, conditions string) string {
	return `{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/` + issuer + `"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":` + conditions + `}`
}

const (
	github  = "token.actions.githubusercontent.com"
	eks     = "oidc.eks.us-east-1.amazonaws.com/id/0123"
	refused = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"
)

// TestWebIdentityRefused: where the role is known, its trust policy is judged,
// and the claims that must match are shown; what AWS refused is never allowed.
func TestWebIdentityRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, statement string
		cause           []string // in the cause
		claims          int
	}{
		{"GitHub", trusting(github, `{"StringEquals":{"`+github+`:aud":"sts.amazonaws.com"},"StringLike":{"`+github+`:sub":"repo:acme/video:*"}}`), []string{"GitHub Actions", "does not match"}, 2},
		{"GitHub, star in StringEquals", trusting(github, `{"StringEquals":{"`+github+`:sub":"repo:acme/video:*"}}`), []string{"no token", "star"}, 1},
		{"GitHub, subject without repo:", trusting(github, `{"StringLike":{"`+github+`:sub":"acme/video:*"}}`), []string{"no token", "repo:OWNER/REPO"}, 1},
		{"GitHub, keys of another provider", trusting(github, `{"StringLike":{"gitlab.com:sub":"repo:acme/video:*"}}`), []string{"no token", "gitlab.com"}, 1},
		{"GitHub, of another account", strings.Replace(trusting(github, `{}`), "111122223333", "444455556666", 1), []string{"no token", "444455556666"}, 0},
		{"GitHub, the wrong action", strings.Replace(trusting(github, `{}`), "sts:AssumeRoleWithWebIdentity", "sts:AssumeRole", 1), []string{"no token", "need", "sts:AssumeRoleWithWebIdentity"}, 0},
		{"GitLab", trusting("gitlab.com", `{"StringLike":{"gitlab.com:sub":"project_path:acme/video:*"}}`), []string{"GitLab", "does not match"}, 1},
		{"GitLab, GitHub's subject", trusting("gitlab.com", `{"StringLike":{"gitlab.com:sub":"repo:acme/video:*"}}`), []string{"no token", "project_path:"}, 1},
		{"Vercel", trusting("oidc.vercel.com/acme", `{"StringEquals":{"oidc.vercel.com/acme:aud":"https://vercel.com/acme","oidc.vercel.com/acme:sub":"owner:acme:project:video:environment:production"}}`), []string{"Vercel", "does not match"}, 2},
		{"Vercel, AWS's audience", trusting("oidc.vercel.com/acme", `{"StringEquals":{"oidc.vercel.com/acme:aud":"sts.amazonaws.com"}}`), []string{"no token", "https://vercel.com/TEAM"}, 1},
		{"EKS", trusting(eks, `{"StringEquals":{"`+eks+`:sub":"system:serviceaccount:video:renderer"}}`), []string{"Amazon EKS", "does not match"}, 1},
		{"EKS, subject without its beginning", trusting(eks, `{"StringEquals":{"`+eks+`:sub":"video:renderer"}}`), []string{"no token", "system:serviceaccount:"}, 1},
		{"nobody but Lambda", `{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}`, []string{"no OIDC provider", "lambda.amazonaws.com"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr, err := Explain(t.Context(), Options{Source: gha(t, tt.statement), Targets: []Target{{Target: audit.Target{Kind: audit.TargetRole, Name: "ci"}}}}, Request{Message: refused})
			if err != nil {
				t.Fatal(err)
			}
			if tr.Decision != iam.ImplicitDeny || tr.Advice == nil || tr.Advice.Owner != "the administrator of the role" {
				t.Fatalf("%s, %+v", tr.Decision, tr.Advice)
			}
			for _, want := range tt.cause {
				if !strings.Contains(tr.Advice.Cause, want) {
					t.Errorf("the cause lacks %q: %s", want, tr.Advice.Cause)
				}
			}
			if len(tr.Advice.Claims) != tt.claims || len(tr.Advice.Cures) == 0 {
				t.Errorf("%+v", tr.Advice)
			}
		})
	}
}

// TestWebIdentityClaims: with the token's claims the trust policy decides.
func TestWebIdentityClaims(t *testing.T) {
	t.Parallel()
	s := gha(t, trusting(github, `{"StringEquals":{"`+github+`:aud":"sts.amazonaws.com"},"StringLike":{"`+github+`:sub":"repo:acme/video:ref:*"}}`))
	ask := func(message, sub string) *audit.Trace {
		r := Request{Action: "sts:AssumeRoleWithWebIdentity", Resource: "arn:aws:iam::111122223333:role/ci", Message: message}
		if sub != "" {
			r.Context = iam.Context{{Key: github + ":aud", Values: []string{"sts.amazonaws.com"}}, {Key: github + ":sub", Values: []string{sub}}}
		}
		tr, err := Explain(t.Context(), Options{Source: s}, r)
		if err != nil {
			t.Fatal(err)
		}
		return tr
	}
	if tr := ask("", "repo:acme/video:ref:refs/heads/main"); tr.Decision != iam.Allowed || tr.Advice != nil {
		t.Errorf("%s, %+v", tr.Decision, tr.Advice)
	}
	if tr := ask("", "repo:acme/video:pull_request"); tr.Decision != iam.ImplicitDeny || tr.Advice.Claims[1].Given != "repo:acme/video:pull_request" {
		t.Errorf("%s, %+v", tr.Decision, tr.Advice)
	}
	if tr := ask("", ""); tr.Decision != "" || len(tr.MissingContext) != 2 || strings.Contains(tr.Advice.Cause, "does not match") {
		t.Errorf("%s, %+v", tr.Decision, tr.Advice)
	}
	if tr := ask(refused, "repo:acme/video:ref:refs/heads/main"); tr.Decision != iam.ImplicitDeny || !strings.Contains(tr.Advice.Cause, "accepts this token") {
		t.Errorf("%s, %+v", tr.Decision, tr.Advice)
	}
}
