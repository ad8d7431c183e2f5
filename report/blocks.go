package report

import (
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// A viewBlock is a part of the page that is read when it is looked at: JSON, or
// compressed JSON. Of many principals, the cards and the tables are blocks, too:
// lists of markup that the page's own components made.
type viewBlock struct{ ID, Text string }

// blocks writes the parts of the page that are read later.
func (v *view) blocks(all *pageDetails, ids []string) error {
	z := &packer{packed: v.Packed}
	z.add("shared", all)
	z.add("ids", strings.Join(ids, " "))
	n := 0
	for chunk := range slices.Chunk(all.list, chunkSize) {
		z.add("details-"+strconv.Itoa(n), chunk)
		n++
	}
	if !v.Few {
		z.markup("works", pageOperationsTable(v))
		z.markup("matrix", pageModulesTable(v))
		for start := 0; start < len(v.Sections); start += cardsAtOnce {
			var cards []templ.Component
			for i := start; i < min(start+cardsAtOnce, len(v.Sections)); i++ {
				cards = append(cards, pageCardBody(&v.Sections[i]))
			}
			z.markup("cards-"+strconv.Itoa(start/cardsAtOnce), cards...)
		}
	}
	v.Blocks = z.blocks
	return z.err
}

// A packer makes blocks; where they are packed, gzip in base64. A page with 10,000
// findings has 20 MB of evidence, which a browser would read before it shows
// anything. It keeps the first error.
type packer struct {
	packed bool
	gzip   *gzip.Writer
	blocks []viewBlock
	err    error
}

func (p *packer) add(id string, v any) {
	if p.err != nil {
		return
	}
	write := script
	if p.packed {
		write = p.pack
	}
	text, err := write(v)
	p.blocks, p.err = append(p.blocks, viewBlock{id, text}), err
}

// markup adds a block of components of the page.
func (p *packer) markup(id string, list ...templ.Component) {
	texts := make([]string, len(list))
	for i, c := range list {
		var b strings.Builder
		if err := c.Render(context.Background(), &b); err != nil && p.err == nil {
			p.err = err
		}
		texts[i] = b.String()
	}
	p.add(id, texts)
}

func (p *packer) pack(v any) (string, error) {
	var b strings.Builder
	encoder := base64.NewEncoder(base64.StdEncoding, &b)
	if p.gzip == nil {
		p.gzip = gzip.NewWriter(encoder)
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
