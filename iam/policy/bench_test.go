package policy

import (
	"encoding/json"
	"os"
	"testing"
)

// BenchmarkParse parses, with positions, the ten AWS managed policies of
// fixtures/bench, as they are printed and without white space.
func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile("../../fixtures/bench/inputs.json")
	if err != nil {
		b.Fatal(err)
	}
	var in struct {
		Sets map[string][]struct {
			Policy *Document `json:"policy"`
		} `json:"sets"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		b.Fatal(err)
	}
	for name, print := range map[string]func(*Document) string{
		"pretty":  (*Document).Indent,
		"compact": func(d *Document) string { text, _ := d.MarshalJSON(); return string(text) },
	} {
		b.Run(name, func(b *testing.B) {
			var texts []string
			size := 0
			for _, p := range in.Sets["managed10"] {
				texts = append(texts, print(p.Policy))
				size += len(texts[len(texts)-1])
			}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, text := range texts {
					if _, err := Parse(text); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
