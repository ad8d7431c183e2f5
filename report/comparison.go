package report

import "io"

// ComparisonFormats are the forms of a comparison.
func ComparisonFormats() []Format { return []Format{FormatTable, FormatJSON, FormatMarkdown} }

// WriteComparison writes a comparison in one of [ComparisonFormats]; any other is
// the table.
func WriteComparison(w io.Writer, d *Comparison, f Format, o Options) error {
	switch f {
	case FormatJSON:
		return ComparisonJSON(w, d)
	case FormatMarkdown:
		return ComparisonMarkdown(w, d)
	}
	return ComparisonTable(w, d, o)
}
