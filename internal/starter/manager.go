package starter

import (
	"os"
	"path/filepath"
	"strings"
)

// A manager is how a project installs its packages and calls their programs.
type manager struct {
	install string // the command that installs what the lockfile has
	run     string // the prefix of a call: npx
	setup   string // steps of a GitHub workflow before them
}

// npm is the package manager of a project without a lockfile.
var npm = manager{install: "npm install", run: "npx"}

// locks are the lockfiles with their package managers. A runner of GitHub has npm
// and corepack, and no Bun.
// Source: npm, Yarn, pnpm and Bun, documentation of ci and install; GitHub,
// actions/runner-images, "Ubuntu2404-Readme".
var locks = []struct {
	name string
	manager
}{
	{"package-lock.json", manager{install: "npm ci", run: "npx"}},
	{"npm-shrinkwrap.json", manager{install: "npm ci", run: "npx"}},
	{"yarn.lock", manager{install: "corepack enable && yarn install --frozen-lockfile", run: "yarn"}},
	{"pnpm-lock.yaml", manager{install: "corepack enable && pnpm install --frozen-lockfile", run: "pnpm exec"}},
	{"bun.lock", manager{install: "bun install --frozen-lockfile", run: "bunx", setup: "      - uses: oven-sh/setup-bun@v2\n"}},
	{"bun.lockb", manager{install: "bun install --frozen-lockfile", run: "bunx", setup: "      - uses: oven-sh/setup-bun@v2\n"}},
}

// managerOf is the package manager of a folder: that of the lockfile in it, or in
// the nearest folder above it in the same repository.
func managerOf(folder string) manager {
	at, err := filepath.Abs(folder)
	if err != nil {
		return npm
	}
	for {
		for _, l := range locks {
			data, err := os.ReadFile(filepath.Join(at, l.name))
			if err != nil {
				continue
			}
			if l.name == "yarn.lock" && (strings.Contains(string(data), "__metadata:") || exists(at, ".yarnrc.yml")) {
				l.install = strings.Replace(l.install, "--frozen-lockfile", "--immutable", 1) // Yarn 2 and later
			}
			return l.manager
		}
		if exists(at, ".git") || filepath.Dir(at) == at {
			return npm
		}
		at = filepath.Dir(at)
	}
}
