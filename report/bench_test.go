package report

import (
	"io"
	"testing"
)

// BenchmarkFormats renders 10,000 findings in each format; B/op is more than what
// is held at once.
func BenchmarkFormats(b *testing.B) {
	r := reread(b, many(b, 10_000))
	for _, f := range Formats() {
		b.Run(string(f), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := Write(io.Discard, r, f, Options{Width: 120}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSeal computes the digest of 10,000 findings.
func BenchmarkSeal(b *testing.B) {
	r := reread(b, many(b, 10_000))
	b.ReportAllocs()
	for b.Loop() {
		if err := Seal(r); err != nil {
			b.Fatal(err)
		}
	}
}
