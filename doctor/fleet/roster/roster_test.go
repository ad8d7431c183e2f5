package roster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"remotion-doctor/audit"
)

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	want := []Account{
		{ID: "111122223333", Name: "prod", Roles: []string{"arn:aws:iam::111122223333:role/r"}, ExternalID: "x", Regions: []string{"us-east-1"}, Tags: []string{"env=prod"}},
		{ID: "444455556666", Roles: []string{"arn:aws:iam::111122223333:role/hub", "arn:aws:iam::444455556666:role/r"}},
		{ID: "777788889999", Profile: "dev"},
	}
	for name, text := range map[string]string{
		"accounts.yml": `
vars: {team: video}
accounts:
  - {account_id: "111122223333", name: prod, role: arn:aws:iam::111122223333:role/r, external_id: x, regions: [us-east-1], tags: ["env:prod"], vars: {a: b}}
  - {account_id: "444455556666", role: [arn:aws:iam::111122223333:role/hub, arn:aws:iam::444455556666:role/r]}
  - {account_id: "777788889999", profile: dev}
`,
		"accounts.csv": "\ufeffaccount_id, name, role, external_id, regions, tags, profile\n111122223333,prod,arn:aws:iam::111122223333:role/r,x,us-east-1,env=prod,\n" +
			"444455556666,,arn:aws:iam::111122223333:role/hub arn:aws:iam::444455556666:role/r,,,,\n777788889999,,,,,,dev\n",
	} {
		got, err := ReadFile(write(t, name, text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i := range got {
			for _, list := range []*[]string{&got[i].Roles, &got[i].Regions, &got[i].Tags} {
				if len(*list) == 0 {
					*list = nil
				}
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"a.yml", "", "there are no accounts"},
		{"a.yml", "accounts: []", "there is no account in it"},
		{"a.yml", "accounts: {a: b}", "there are no accounts"},
		{"a.yml", "accounts:\n  - account_id: 012345678901\n    role: [[x]]", "a.yml:3:11: role is no list of texts"},
		{"a.yml", "accounts:\n  - {account_id: \"12\", role: x}", "is no account id"},
		{"a.yml", "accounts:\n  - {account_id: \"111122223333\"}", "neither role nor profile"},
		{"a.yml", "accounts:\n  - {account_id: \"111122223333\", role: a}\n  - {account_id: \"111122223333\", role: a}", "is there twice"},
		{"a.yml", "accounts: [", "a.yml"},
		{"a.csv", "", "a.csv"},
		{"a.csv", "account_id,colour\n", "column \"colour\" is not known"},
		{"a.csv", "account_id,name\n111122223333\n", "wrong number of fields"},
		{"a.csv", "name\nx\n", "a.csv:2: the account's id is missing"},
	} {
		_, err := ReadFile(write(t, tt.name, tt.text))
		if p, ok := err.(*audit.Problem); !ok || p.ExitCode != 2 || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %q: %v, want %q", tt.name, tt.text, err, tt.want)
		}
	}
}

// FuzzReadFile: no list of accounts makes the reader panic, and what it takes has ids.
func FuzzReadFile(f *testing.F) {
	f.Add("accounts:\n  - {account_id: \"111122223333\", role: [a, b], tags: [\"a:b\"]}", false)
	f.Add("account_id,role\n111122223333,x\n", true)
	f.Add("accounts: &a [*a]", false)
	f.Fuzz(func(t *testing.T, text string, table bool) {
		parse := parseYAML
		if table {
			parse = parseCSV
		}
		list, err := parse("f", []byte(text))
		if err != nil {
			if _, ok := err.(*audit.Problem); !ok {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		for _, a := range list {
			if a.ID == "" {
				t.Fatalf("an account without an id: %+v", list)
			}
		}
		_ = check("f", list)
	})
}
