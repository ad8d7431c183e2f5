package accessdenied

import (
	"encoding/json"
	"slices"
	"strings"

	"remotion-doctor/iam"
)

// MaxDenials is how many denials of one text are read.
const MaxDenials = 20

// ParseAll reads all denials of a text, each once, in their order: a log has
// several, and so has a file of CloudTrail. A text with none, or with one, is a
// list of one.
func ParseAll(text string) []iam.DeniedMessage {
	var out []iam.DeniedMessage
	for _, part := range Split(text) {
		m := Parse(part)
		same := func(o iam.DeniedMessage) bool {
			return o.Principal == m.Principal && o.Action == m.Action && o.Resource == m.Resource && o.Layer == m.Layer
		}
		if len(out) < MaxDenials && !slices.ContainsFunc(out, same) {
			out = append(out, m)
		}
	}
	return out
}

// denials is where a sentence about a denial begins, on the raw text.
var denials = compileOne(`(?:User|Principal|Role|Caller)[:=]?[\s│|]+"?[^\s"]+"?[\s│|]+(?:is[\s│|]+)?not[\s│|]+authorized[\s│|]+to[\s│|]+perform`)

// Split returns the parts of a text that each hold a denial of their own: the
// records of CloudTrail, or the sentences. A text with one denial stays whole.
func Split(text string) []string {
	if len(text) > MaxText {
		text = text[:MaxText]
	}
	if list := events(text); len(list) > 1 {
		var out []string
		for i := range list {
			if data, err := json.Marshal(&list[i]); err == nil {
				out = append(out, string(data))
			}
		}
		return out
	}
	found := denials().FindAllStringIndex(text, MaxDenials+1)
	if len(found) < 2 || events(text) != nil {
		return []string{text}
	}
	var out []string
	begin := 0
	for i := 1; i < len(found); i++ {
		end := found[i][0]
		// The code of the error stands before its sentence, in the same line.
		if line := strings.LastIndexByte(text[:end], '\n') + 1; line > found[i-1][1] {
			end = line
		}
		out = append(out, text[begin:end])
		begin = end
	}
	return append(out, text[begin:])
}
