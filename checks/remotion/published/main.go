// Published compares the newest facts in package remotion with the npm package
// @remotion/lambda.
//
//	go run ./checks/remotion/published                  # install the newest and compare
//	go run ./checks/remotion/published -version 4.0.527
//	go run ./checks/remotion/published -from FOLDER     # of a project where it is installed
//
// It needs node, and npm unless -from is given. The exit code is 0 where nothing
// differs, 1 where something does, 2 where it could not be compared.
package main

import (
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"remotion-doctor/checks/remotion"
)

//go:embed print.cjs
var script []byte

func main() { os.Exit(run(os.Stdout, os.Stderr)) }

func run(stdout, stderr io.Writer) int {
	version := flag.String("version", "latest", "version of the package")
	from := flag.String("from", "", "folder with node_modules, instead of installing")
	flag.Parse()
	differences, found, err := compare(*from, *version, stderr)
	if err != nil {
		fmt.Fprintf(stderr, "published: %v\n", err)
		return 2
	}
	for _, d := range differences {
		fmt.Fprintln(stdout, d)
	}
	if len(differences) > 0 {
		fmt.Fprintf(stderr, "%d differences between @remotion/lambda %s and package checks; CONTRIBUTING.md says what to change\n", len(differences), found)
		return 1
	}
	fmt.Fprintf(stdout, "package checks agrees with @remotion/lambda %s\n", found)
	return 0
}

// compare installs the package where no folder is given.
func compare(folder, version string, log io.Writer) (differences []string, found string, err error) {
	work, err := os.MkdirTemp("", "published-")
	if err != nil {
		return nil, "", err
	}
	defer os.RemoveAll(work)
	if folder == "" {
		folder = work
		npm := exec.Command("npm", "install", "--prefix", work, "--no-audit", "--no-fund", "--ignore-scripts", "@remotion/lambda@"+version)
		npm.Stdout, npm.Stderr = log, log
		if err := npm.Run(); err != nil {
			return nil, "", fmt.Errorf("npm install: %w", err)
		}
	}
	path := filepath.Join(work, "print.cjs")
	if err := os.WriteFile(path, script, 0o644); err != nil {
		return nil, "", err
	}
	node := exec.Command("node", path, folder)
	node.Stderr = log
	out, err := node.Output()
	if err != nil {
		return nil, "", fmt.Errorf("reading the package in %s: %w", folder, err)
	}
	var p remotion.Published
	if err := json.Unmarshal(out, &p); err != nil {
		return nil, "", fmt.Errorf("reading what print.cjs printed: %w", err)
	}
	differences, err = remotion.ComparePublished(&p)
	return differences, p.Version, err
}
