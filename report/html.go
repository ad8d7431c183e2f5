package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// The page is page.templ; page_templ.go is made from it.
//
//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.1100 generate -f page.templ
//go:embed page
var page embed.FS

// HTML writes the report as one page that needs nothing else: no network, no
// other file. Text of the report never becomes markup: what is fixed is escaped
// by templ (page.templ), what a script shows becomes text nodes, and the page's
// Content-Security-Policy allows its own script and style alone.
//
// The findings are data that a script shows as far as they are looked at, so
// that the page stays quick with many thousands of them.
func HTML(w io.Writer, r *audit.Report) error {
	style, err := page.ReadFile("page/style.css")
	if err != nil {
		return err
	}
	script, err := page.ReadFile("page/script.js")
	if err != nil {
		return err
	}
	v := newView(r)
	if err := v.embed(r); err != nil {
		return err
	}
	v.Style, v.Script = string(style), string(script)
	v.Policy = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src '" + hash(style) + "'; script-src '" + hash(script) + "'"
	return htmlPage(v).Render(context.Background(), w)
}

// pieces cuts the names of actions where a line may end: behind the colon, and
// before the capitals of s3:PutBucketOwnershipControls.
func pieces(text string) []string {
	var out []string
	start := 0
	for i := 1; i < len(text); i++ {
		before, here := text[i-1], text[i]
		if before == ':' || before >= 'a' && before <= 'z' && here >= 'A' && here <= 'Z' {
			out = append(out, text[start:i])
			start = i
		}
	}
	return append(out, text[start:])
}

// hash is a source of a Content-Security-Policy.
func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

const (
	rowsAtOnce         = 50    // findings that are shown before more are asked for
	chunkSize          = 100   // details that are read together
	cardsAtOnce        = 50    // cards that are unpacked together
	plainFindings      = 1000  // up to so many the evidence is plain JSON; beyond, it is compressed
	namesWithoutScript = 50000 // principals that are named where scripts are off
)

// pageData is what the script works on. To keep a page with many thousands of
// findings small and quick to read, a finding is two numbers in one long list: its
// section and its kind. Principals that are alike have findings of the same kinds.
type pageData struct {
	Sections []pageSection           `json:"sections"`
	Modules  []audit.Module          `json:"modules"`
	Layers   map[iam.Layer]string    `json:"layers"`
	Strings  []string                `json:"strings"`
	Kinds    [][kindWidth]int        `json:"kinds"`
	Rows     []int                   `json:"rows"` // section and kind of each finding
	Marks    map[audit.Status]string `json:"marks"`
	Cards    []cardTitle             `json:"cards"` // of many sections; their text is in blocks, in this order
	PerBlock int                     `json:"perBlock"`
	Page     int                     `json:"page"`
	Chunk    int                     `json:"chunk"`
	Packed   bool                    `json:"packed"`

	index   map[string]int
	modules map[audit.Module]int
	kinds   map[[kindWidth]int]int
}

// A kind is what a row shows of a finding: module, status, muted, action, resource,
// why and detail. Status to why count in Strings, a module in Modules, a detail in
// the blocks of the page.
const kindWidth = 7

// text returns the place of a text among the strings.
func (d *pageData) text(s string) int { return listed(d.index, s, s, &d.Strings) }

// module returns the place of a module among the modules.
func (d *pageData) module(m audit.Module) int {
	m.Title, m.Why, m.Breaks = Clean(m.Title), Clean(m.Why), Clean(m.Breaks)
	return listed(d.modules, m, m, &d.Modules)
}

// listed returns the place of a value in a list, by its key, and adds it where it
// is new.
func listed[K comparable, V any](places map[K]int, key K, v V, list *[]V) int {
	n, ok := places[key]
	if !ok {
		n = len(*list)
		places[key] = n
		*list = append(*list, v)
	}
	return n
}

type pageSection struct {
	Name string `json:"name"`
	ARN  string `json:"arn"`
	choice
	Flag     string `json:"flag"`
	Against  string `json:"against"`  // the requirement
	Policies int    `json:"policies"` // their place in the block "shared"
}

// A cardTitle is the title of what the page says of a section.
type cardTitle struct {
	Section int    `json:"section"`
	Met     bool   `json:"met"`
	Brief   string `json:"brief"`
}

// A place in a report is one of its findings.
type pageRow struct {
	section int
	finding *audit.Finding
	id      string
}

// embed fills the data of the page: what the list shows of each finding, and in
// blocks all that is known of it.
func (v *view) embed(r *audit.Report) error {
	rows := pageRows(r)
	v.Packed = !v.Few || len(rows) > plainFindings
	data := pageData{Marks: marks, Page: rowsAtOnce, Chunk: chunkSize, PerBlock: cardsAtOnce, Cards: v.cards(), Packed: v.Packed, Layers: layerTitles(), Sections: []pageSection{}, Modules: []audit.Module{}, Strings: []string{}, Kinds: [][kindWidth]int{}, Rows: []int{}, index: map[string]int{}, modules: map[audit.Module]int{}, kinds: map[[kindWidth]int]int{}}
	all, err := pageDetailsOf(r)
	if err != nil {
		return err
	}
	modules, units := make([]map[string]int, len(r.Sections)), unitsOf(r)
	for i := range r.Sections {
		s := &r.Sections[i]
		data.Sections = append(data.Sections, pageSection{v.labels[i].String(), Clean(s.Principal.ARN), choicesOf(r, i, units), flags(s.Target), Clean(s.Requirement.Name), all.policies[i]})
		modules[i] = map[string]int{}
		for _, g := range groups(s) {
			modules[i][g.module.Name] = data.module(g.module)
		}
	}
	names := make([]string, len(rows))
	for i, row := range rows {
		f := row.finding
		names[i] = row.id
		kind := [kindWidth]int{
			modules[row.section][f.Module], data.text(string(f.Status)), data.text(excused(r, f)),
			data.text(Clean(f.Action)), data.text(Clean(f.Resource)), data.text(why(f)), all.of[f],
		}
		data.Rows = append(data.Rows, row.section, listed(data.kinds, kind, kind, &data.Kinds))
		if f.Status != audit.Pass {
			v.static(row)
		}
	}
	if v.Data, err = script(data); err != nil {
		return err
	}
	return v.blocks(all, names)
}

// cards are the titles of many sections; of few, all about them is on the page.
func (v *view) cards() []cardTitle {
	out := []cardTitle{}
	for i := range v.Sections {
		if s := &v.Sections[i]; !v.Few {
			out = append(out, cardTitle{s.Index, s.Met, s.Brief()})
		}
	}
	return out
}

func layerTitles() map[iam.Layer]string {
	out := map[iam.Layer]string{}
	for _, l := range []iam.Layer{iam.LayerRCP, iam.LayerSCP, iam.LayerResource, iam.LayerIdentity, iam.LayerBoundary, iam.LayerSession} {
		out[l] = l.Title()
	}
	return out
}

// pageRows are all findings, the worst first.
func pageRows(r *audit.Report) []pageRow {
	var rows []pageRow
	ids := r.Identities()
	for i := range r.Sections {
		for j := range r.Sections[i].Findings {
			rows = append(rows, pageRow{i, &r.Sections[i].Findings[j], ids.Findings[i][j]})
		}
	}
	slices.SortStableFunc(rows, func(a, b pageRow) int { return rank(a.finding) - rank(b.finding) })
	return rows
}

// script is JSON that can are in a script element: encoding/json writes <, >
// and & as escapes, so that no text ends the element.
func script(v any) (string, error) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
