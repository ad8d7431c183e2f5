package accessdenied

import (
	"strings"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"message": wordings[0].text,
		"hostile": strings.Repeat("S3 403 HeadObject PARTIAL SUCCESS denied access Unable to access item ", MaxText/70),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Parse(text)
			}
		})
	}
}
