package report

import (
	"bytes"
	"compress/gzip"
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
	rowsAtOnce        = 50   // findings that are shown before more are asked for
	chunkSize         = 100  // findings whose evidence is read together
	plainFindings     = 1000 // up to so many the evidence is plain JSON; beyond, it is compressed
	rowsWithoutScript = 5000 // findings that are shown where scripts are off
)

// pageData is what the script works on. To keep a page with many thousands of
// findings small and quick to read, a finding is a few numbers in one long list:
// section, module, status, muted, action, resource and why; all but the first
// two count in Strings.
type pageData struct {
	Sections []pageSection           `json:"sections"`
	Strings  []string                `json:"strings"`
	Rows     []int                   `json:"rows"`
	IDs      string                  `json:"ids"` // with blanks between them
	Marks    map[audit.Status]string `json:"marks"`
	Page     int                     `json:"page"`
	Chunk    int                     `json:"chunk"`
	Packed   bool                    `json:"packed"`

	index map[string]int
}

// text returns the place of a text among the strings.
func (d *pageData) text(s string) int {
	n, ok := d.index[s]
	if !ok {
		n = len(d.Strings)
		d.index[s] = n
		d.Strings = append(d.Strings, s)
	}
	return n
}

type pageSection struct {
	Name     string               `json:"name"`
	ARN      string               `json:"arn"`
	Account  string               `json:"account"`
	Flag     string               `json:"flag"`
	Modules  []audit.Module       `json:"modules"`
	Policies []audit.PolicyRecord `json:"policies"`
	Layers   map[iam.Layer]string `json:"layers"`
}

// A place in a report is one of its findings.
type pageRow struct {
	section int
	finding *audit.Finding
	id      string
}

// embed fills the data of the page: what the list shows of each finding, and in
// chunks all that is known of it.
func (v *view) embed(r *audit.Report) error {
	rows := pageRows(r)
	v.Packed = len(rows) > plainFindings
	data := pageData{Marks: marks, Page: rowsAtOnce, Chunk: chunkSize, Packed: v.Packed, Sections: []pageSection{}, Strings: []string{}, Rows: []int{}, index: map[string]int{}}
	modules := make([]map[string]int, len(r.Sections))
	for i := range r.Sections {
		s := pageSectionOf(&r.Sections[i], v.labels[i])
		modules[i] = map[string]int{}
		for j := range s.Modules {
			modules[i][s.Modules[j].Name] = j
		}
		data.Sections = append(data.Sections, s)
	}
	names := make([]string, len(rows))
	for i, row := range rows {
		f := row.finding
		names[i] = row.id
		data.Rows = append(data.Rows, row.section, modules[row.section][f.Module], data.text(string(f.Status)), data.text(excused(r, f)),
			data.text(Clean(f.Action)), data.text(Clean(f.Resource)), data.text(why(f)))
		if f.Status != audit.Pass {
			v.static(r, row)
		}
	}
	data.IDs = strings.Join(names, " ")
	var err error
	if v.Data, err = script(data); err != nil {
		return err
	}
	z := &packer{}
	for chunk := range slices.Chunk(rows, chunkSize) {
		findings := make([]*audit.Finding, len(chunk))
		for i := range chunk {
			findings[i] = chunk[i].finding
		}
		write := script
		if v.Packed {
			write = z.pack
		}
		text, err := write(findings)
		if err != nil {
			return err
		}
		v.Chunks = append(v.Chunks, text)
	}
	return nil
}

// A packer compresses values: gzip in base64. A page with 10,000 findings has
// 20 MB of evidence, which a browser would read before it shows anything.
type packer struct{ gzip *gzip.Writer }

func (p *packer) pack(v any) (string, error) {
	var b strings.Builder
	encoder := base64.NewEncoder(base64.StdEncoding, &b)
	if p.gzip == nil {
		var err error
		if p.gzip, err = gzip.NewWriterLevel(encoder, gzip.BestSpeed); err != nil {
			return "", err
		}
	}
	p.gzip.Reset(encoder)
	if err := json.NewEncoder(p.gzip).Encode(v); err != nil {
		return "", err
	}
	if err := p.gzip.Close(); err != nil {
		return "", err
	}
	if err := encoder.Close(); err != nil {
		return "", err
	}
	return b.String(), nil
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

func pageSectionOf(s *audit.Section, l label) pageSection {
	out := pageSection{Name: l.String(), ARN: Clean(s.Principal.ARN), Account: Clean(s.Account()), Flag: flags(s.Target), Modules: []audit.Module{}, Policies: s.Policies, Layers: map[iam.Layer]string{}}
	for _, l := range []iam.Layer{iam.LayerRCP, iam.LayerSCP, iam.LayerResource, iam.LayerIdentity, iam.LayerBoundary, iam.LayerSession} {
		out.Layers[l] = l.Title()
	}
	for _, g := range groups(s) {
		m := g.module
		m.Title, m.Why, m.Breaks = Clean(m.Title), Clean(m.Why), Clean(m.Breaks)
		out.Modules = append(out.Modules, m)
	}
	return out
}

// script is JSON that can stand in a script element: encoding/json writes <, >
// and & as escapes, so that no text ends the element.
func script(v any) (string, error) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
