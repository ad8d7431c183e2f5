package project

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFind(t *testing.T) {
	const lock3 = `{"lockfileVersion":3,"packages":{"":{"dependencies":{"@remotion/lambda":"^4.0.1"}},"node_modules/@remotion/lambda":{"version":"4.0.300"},"node_modules/@remotion/lambda-other":{"version":"9.9.9"}}}`
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  Installed
	}{
		{"nothing", nil, Installed{}},
		{"another project", map[string]string{"package.json": `{"dependencies":{"react":"18"}}`}, Installed{}},
		{"installed", map[string]string{"node_modules/@remotion/lambda/package.json": `{"version":"4.0.107"}`, "package-lock.json": lock3}, Installed{Version: "4.0.107", From: "node_modules/@remotion/lambda/package.json"}},
		{"client only", map[string]string{"node_modules/@remotion/lambda-client/package.json": `{"version":"4.0.420"}`}, Installed{Version: "4.0.420", From: "node_modules/@remotion/lambda-client/package.json"}},
		{"npm", map[string]string{"package-lock.json": lock3}, Installed{Version: "4.0.300", From: "package-lock.json"}},
		{"npm 6", map[string]string{"package-lock.json": `{"lockfileVersion":1,"dependencies":{"@remotion/lambda":{"version":"3.3.54"}}}`}, Installed{Version: "3.3.54", From: "package-lock.json"}},
		{"yarn 1", map[string]string{"yarn.lock": "# yarn lockfile v1\n\n\"@remotion/lambda@^4.0.1\":\n  version \"4.0.301\"\n  resolved \"https://x\"\n\nreact@18:\n  version \"18.2.0\"\n"}, Installed{Version: "4.0.301", From: "yarn.lock"}},
		{"yarn 4", map[string]string{"yarn.lock": "__metadata:\n  version: 8\n\n\"@remotion/lambda@npm:4.0.302\":\n  version: 4.0.302\n"}, Installed{Version: "4.0.302", From: "yarn.lock"}},
		{"pnpm 9", map[string]string{"pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      '@remotion/lambda':\n        specifier: ^4.0.1\n        version: 4.0.303(react@18.2.0)\npackages:\n  '@remotion/lambda@4.0.303':\n    resolution: {}\n"}, Installed{Version: "4.0.303", From: "pnpm-lock.yaml"}},
		{"pnpm 5", map[string]string{"pnpm-lock.yaml": "packages:\n  /@remotion/lambda/4.0.20_react@18.2.0:\n    dev: false\n"}, Installed{Version: "4.0.20", From: "pnpm-lock.yaml"}},
		{"bun", map[string]string{"bun.lock": "{\n \"packages\": {\n  \"@remotion/lambda\": [\"@remotion/lambda@4.0.304\", \"\", {}],\n },\n}"}, Installed{Version: "4.0.304", From: "bun.lock"}},
		{"exact", map[string]string{"package.json": `{"dependencies":{"@remotion/lambda":"4.0.50"}}`}, Installed{Version: "4.0.50", From: "package.json"}},
		{"range", map[string]string{"package.json": `{"devDependencies":{"@remotion/lambda":"^3.3.33"}}`}, Installed{Range: "^3.3.33", From: "package.json"}},
		{"in a workspace", map[string]string{"../package-lock.json": lock3, "package.json": `{"dependencies":{"@remotion/lambda":"^4.0.1"}}`}, Installed{Version: "4.0.300", From: "../package-lock.json"}},
		{"above the repository", map[string]string{"../package-lock.json": lock3, ".git/HEAD": ""}, Installed{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, map[string]string{".git/HEAD": ""})
			dir := filepath.Join(root, "app")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			write(t, dir, tt.files)
			got, err := Find(dir)
			if err != nil || got != tt.want {
				t.Errorf("%+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
}

func TestFindRefuses(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{".git/HEAD": "", "package-lock.json": "{"})
	if _, err := Find(dir); err == nil || !strings.Contains(err.Error(), "package-lock.json") {
		t.Errorf("%v", err)
	}
}

func TestSatisfying(t *testing.T) {
	known := []string{"3.3.54", "3.3.87", "4.0.32", "4.0.527"}
	for _, tt := range []struct{ constraint, want string }{
		{"^3.3.33", "3.3.87"},
		{"^4.0.0", "4.0.527"},
		{"~4.0.1", "4.0.527"},
		{"*", "4.0.527"},
		{"4.x", "4.0.527"},
		{">=3 <4", "3.3.87"},
		{"^5.0.0", ""},
		{"latest", ""},
		{"workspace:*", ""},
		{"file:../lambda", ""},
	} {
		if got, _ := Satisfying(tt.constraint, known); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.constraint, got, tt.want)
		}
	}
}

func TestEnv(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{".env": "# AWS_PROFILE=x\nREMOTION_AWS_ACCESS_KEY_ID=AKIA\nexport REMOTION_AWS_SECRET_ACCESS_KEY=\"s\"\nEMPTY=\n"})
	got, err := Env(dir)
	if err != nil || !slices.Equal(got, []string{"REMOTION_AWS_ACCESS_KEY_ID", "REMOTION_AWS_SECRET_ACCESS_KEY"}) {
		t.Errorf("%v, %v", got, err)
	}
}
