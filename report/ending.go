package report

import "remotion-doctor/internal/ending"

// Endings are those of the files that hold a report, with the formats that each
// may hold.
func Endings() []ending.Ending {
	return []ending.Ending{
		endingOf(".sarif.json", FormatSARIF),
		endingOf(".json", FormatJSON, FormatSARIF),
		endingOf(".sarif", FormatSARIF),
		endingOf(".html", FormatHTML),
		endingOf(".htm", FormatHTML),
		endingOf(".md", FormatMarkdown),
		endingOf(".markdown", FormatMarkdown),
		endingOf(".xml", FormatJUnit),
		endingOf(".csv", FormatCSV),
		endingOf(".jsonl", FormatJSONL),
		endingOf(".ndjson", FormatJSONL),
	}
}

func endingOf(text string, formats ...Format) ending.Ending {
	return ending.Ending{Text: text, Forms: ending.Forms(formats...)}
}
