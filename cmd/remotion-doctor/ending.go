package main

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"remotion-doctor/remedy"
	"remotion-doctor/report"
)

// An ending is what the name of a file says that it holds: one of these forms,
// the first unless another is asked for.
type ending struct {
	text  string
	forms []string
}

// text files hold anything that people read.
var textEndings = []string{".txt", ".text", ".log"}

// Longer endings come before those that they end in.
var reportEndings = []ending{
	{".sarif.json", forms(report.FormatSARIF)},
	{".json", forms(report.FormatJSON, report.FormatSARIF)},
	{".sarif", forms(report.FormatSARIF)},
	{".html", forms(report.FormatHTML)},
	{".htm", forms(report.FormatHTML)},
	{".md", forms(report.FormatMarkdown)},
	{".markdown", forms(report.FormatMarkdown)},
	{".xml", forms(report.FormatJUnit)},
	{".csv", forms(report.FormatCSV)},
}

var remedyEndings = []ending{
	{".json", forms(remedy.FormJSON)},
	{".sh", forms(remedy.FormCLI)},
	{".bash", forms(remedy.FormCLI)},
	{".tf", forms(remedy.FormTerraform)},
	{".yaml", forms(remedy.FormCloudFormation)},
	{".yml", forms(remedy.FormCloudFormation)},
	{".template", forms(remedy.FormCloudFormation)},
	{".ts", forms(remedy.FormCDK)},
}

func forms[F ~string](list ...F) []string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = string(f)
	}
	return out
}

// A formChoice is what is asked for, and what there is.
type formChoice struct {
	flag    string // that asks
	asked   string // its value
	given   bool   // by the user: else it is the default
	forms   []string
	endings []ending
}

// of returns the form of the file at a path: its ending decides, unless a form
// was asked for. An ending that belongs to no form is refused, and so is one
// that belongs to another form than was asked for: no program opens such a file.
// A name without an ending says nothing.
func (c formChoice) of(path string) (string, error) {
	text := endingOf(path, c.endings)
	i := slices.IndexFunc(c.endings, func(e ending) bool { return e.text == text })
	switch {
	case text == "" || slices.Contains(textEndings, text):
		return c.asked, nil
	case i < 0 && c.given:
		return c.asked, nil // the user says what an unusual ending means
	case i < 0:
		return "", usage("use "+c.known()+", or choose the form with --"+c.flag, "--output %s: no form has the ending %s", path, text)
	}
	possible := slices.DeleteFunc(slices.Clone(c.endings[i].forms), func(f string) bool { return !slices.Contains(c.forms, f) })
	switch {
	case c.given && slices.Contains(possible, c.asked):
		return c.asked, nil
	case c.given || len(possible) == 0:
		return "", usage("use "+c.known()+", or leave --"+c.flag+" out", "--output %s: a file that ends in %s does not hold the form %s", path, text, c.asked)
	}
	return possible[0], nil
}

// known lists the endings of the forms that there are.
func (c formChoice) known() string {
	var out []string
	for _, e := range c.endings {
		if slices.ContainsFunc(e.forms, func(f string) bool { return slices.Contains(c.forms, f) }) {
			out = append(out, e.text)
		}
	}
	return strings.Join(append(out, textEndings[0]), ", ")
}

// An ending is short and has a letter: report-4.0.527 has none, and neither has
// what mktemp makes, tmp.kXq81cVb0Z.
var endingPattern = regexp.MustCompile(`^\.[0-9]*[a-z][0-9a-z]*$`)

const maxEnding = len(".12345")

// endingOf is the ending of a file's name, in lower case, empty if it has none.
func endingOf(path string, known []ending) string {
	name := strings.ToLower(filepath.Base(path))
	for _, e := range known {
		if strings.HasSuffix(name, e.text) && name != e.text {
			return e.text
		}
	}
	text := filepath.Ext(name)
	if text == name || len(text) > maxEnding || !endingPattern.MatchString(text) {
		return ""
	}
	return text
}
