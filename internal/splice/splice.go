// Package splice puts a member into an object, or an item into a list, of a
// YAML or JSON text, and leaves every other byte unchanged: comments, order,
// quotes and line ends stay.
//
// What it returns is parsed once more and compared with what it was made from.
// A text that cannot be added to in this way is refused with an [*Error].
package splice

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v4"
)

// A Result is the text with what was put into it.
type Result struct {
	Text []byte
	// From and To are the offsets of what was put in; without these bytes the
	// text is what it was.
	From, To int
	// Line is the line of its first character that is no line end, from 1.
	Line int
}

// An Error says why nothing can be put into a text.
type Error struct {
	Msg string
	// Taken says that the object has the key already.
	Taken bool
}

func (e *Error) Error() string { return e.Msg }

func refuse(format string, args ...any) error { return &Error{Msg: fmt.Sprintf(format, args...)} }

func taken(key string) error { return &Error{fmt.Sprintf("there is a %s already", key), true} }

// A piece is what is put in: a member where it has a key, else an item. Tags of
// CloudFormation (!Ref) become objects in JSON.
type piece struct {
	key   string
	value *yaml.Node
}

// Member puts a member at the end of the object at a path of keys. The object
// must not have the key.
func Member(src []byte, path []string, key string, value *yaml.Node) (*Result, error) {
	return insert(src, path, piece{key, value})
}

// Item puts an item at the end of the list at a path of keys.
func Item(src []byte, path []string, value *yaml.Node) (*Result, error) {
	return insert(src, path, piece{"", value})
}

func insert(src []byte, path []string, p piece) (*Result, error) {
	if IsJSON(src) {
		return insertJSON(src, path, p)
	}
	return insertYAML(src, path, p)
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// IsJSON reports whether a text is written as JSON.
func IsJSON(src []byte) bool {
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(src, byteOrderMark))
	return len(trimmed) > 0 && trimmed[0] == '{' && isJSON(trimmed)
}

// cut puts text into src at an offset.
func cut(src []byte, at int, text string) *Result {
	out := make([]byte, 0, len(src)+len(text))
	out = append(append(append(out, src[:at]...), text...), src[at:]...)
	first := at + len(text) - len(trimLeft(text))
	return &Result{Text: out, From: at, To: at + len(text), Line: 1 + bytes.Count(out[:first], []byte("\n"))}
}

func trimLeft(text string) string {
	for len(text) > 0 && (text[0] == '\n' || text[0] == '\r' || text[0] == ',') {
		text = text[1:]
	}
	return text
}

// lineEnd is how the lines of a text end.
func lineEnd(src []byte) string {
	if i := bytes.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
