package layers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// foreign are words and turns that plain English says otherwise; see
// CONTRIBUTING.md, "Prose".
var foreign = regexp.MustCompile(`(?i)\b(?:tells|told|speaks? of|stands? for|stands? in|of which|whose the|is none|are none|that are to be|for want of|let it be|takes it that|beside|demands|with(?:out)? a word|at the most|at the least|such a|is of the|is about)\b|\b(?:it is|it was) (?:[a-rt-z]\w* |s[a-np-z]\w* ){1,3}that\b|\bas it (?:is|was)(?:[.,;:)]|$)`)

// ordinary is plain English with words that are foreign elsewhere.
var ordinary = regexp.MustCompile(`(?i)there (?:is|are) none|(?:is|are) none of|(?:each|one|some|any|two|all|both)(?: \w+)? of which|^told reports`)

// exempt are lines that may have such words, with the reason.
var exempt = []struct{ line, reason string }{}

// excepted reports a line that may have a foreign word.
func excepted(line string) bool {
	return slices.ContainsFunc(exempt, func(e struct{ line, reason string }) bool { return strings.Contains(line, e.line) })
}

// generated matches files that no person writes.
var generated = regexp.MustCompile(`_templ\.go$|^node_modules/|/testdata/`)

// TestPlainEnglish: messages, help texts, notes, hints and comments of the
// program's Go code are in plain English.
func TestPlainEnglish(t *testing.T) {
	t.Parallel()
	literals, comments := 0, 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || generated.MatchString(filepath.ToSlash(path)) {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil || !strings.Contains(text, " ") {
				return true
			}
			literals++
			plain(t, set.Position(lit.Pos()).String(), text)
			return true
		})
		for _, group := range file.Comments {
			comments++
			plain(t, set.Position(group.Pos()).String(), strings.ReplaceAll(group.Text(), "\n", " "))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if literals < 1000 || comments < 1000 {
		t.Errorf("only %d literals and %d comments", literals, comments)
	}
}

// TestPlainDocs: the documentation is in plain English.
func TestPlainDocs(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(paths, "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "action.yml") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(data)) {
			n++
			plain(t, path+":"+strconv.Itoa(n), line)
		}
	}
}

// plain reports a foreign word.
func plain(t *testing.T, place, text string) {
	t.Helper()
	if found := foreign.FindString(ordinary.ReplaceAllString(text, "")); found != "" && !excepted(text) {
		t.Errorf("%s: %q in %s", place, found, strings.TrimSpace(text))
	}
}
