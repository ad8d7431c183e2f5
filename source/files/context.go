package files

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// Context reads context keys from texts KEY=VALUE, in which a list is a JSON
// array, and from a file that holds a JSON object; path is empty where there is
// none. Of one key given twice, compared without case, the last text wins, and
// a text wins over the file. The error is a [*source.Error] of kind KindInput
// that names the text or the place.
func Context(texts []string, path string) (iam.Context, error) {
	var out iam.Context
	if path != "" {
		var err error
		if out, err = readContext(path); err != nil {
			return nil, err
		}
	}
	for _, text := range texts {
		key, value, ok := strings.Cut(text, "=")
		if !ok || key == "" {
			return nil, inputf("write it as aws:SourceVpc=vpc-1a2b3c4d", "the context %q is not of the form KEY=VALUE", text)
		}
		values, list := []string{value}, false
		if strings.HasPrefix(value, "[") && json.Unmarshal([]byte(value), &values) == nil {
			list = true
		}
		out = withEntry(out, contextEntry(key, values, list))
	}
	return out, nil
}

// withEntry replaces the entry of the same key.
func withEntry(c iam.Context, e iam.ContextEntry) iam.Context {
	c = slices.DeleteFunc(c, func(d iam.ContextEntry) bool { return strings.EqualFold(d.Key, e.Key) })
	return append(c, e)
}

// readContext reads a JSON object; the keys are sorted.
func readContext(path string) (iam.Context, error) {
	name := Name(path)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, input("reading the context "+name, "", err)
	}
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		offset := 0
		if e, ok := errors.AsType[*json.SyntaxError](err); ok {
			offset = int(e.Offset) - 1
		}
		return nil, inputf(`it is a JSON object: {"aws:SourceVpc": "vpc-1a2b3c4d"}`, "reading %s:%s: %v", name, policy.NewLines(string(data)).At(offset), err)
	}
	var out iam.Context
	for key, v := range raw {
		values, list, ok := contextValues(v)
		if !ok {
			return nil, inputf("values are strings, numbers, booleans, or lists of them", "reading %s: %q has an unsupported value", name, key)
		}
		out = append(out, contextEntry(key, values, list))
	}
	slices.SortFunc(out, func(a, b iam.ContextEntry) int { return strings.Compare(a.Key, b.Key) })
	return distinctKeys(out), nil
}

// distinctKeys leaves the last of the keys that differ in case alone.
func distinctKeys(c iam.Context) iam.Context {
	var out iam.Context
	for _, e := range c {
		out = withEntry(out, e)
	}
	return out
}

func contextValues(v any) (values []string, list, ok bool) {
	items, list := v.([]any)
	if !list {
		items = []any{v}
	}
	for _, item := range items {
		switch item := item.(type) {
		case string:
			values = append(values, item)
		case float64, bool:
			text, err := json.Marshal(item)
			if err != nil {
				return nil, false, false
			}
			values = append(values, string(text))
		default:
			return nil, false, false
		}
	}
	return values, list, true
}

// contextEntry makes an entry. A key that AWS defines as multivalued is a list
// even with one value.
func contextEntry(key string, values []string, list bool) iam.ContextEntry {
	multi, _ := actions.IsList(key)
	typ := iam.String
	if list || multi {
		typ = iam.StringList
	}
	return iam.ContextEntry{Key: key, Type: typ, Values: values}
}

// inputf is the error of an input that is not understood.
func inputf(hint, format string, args ...any) error {
	return &source.Error{Kind: source.KindInput, Msg: fmt.Sprintf(format, args...), Hint: hint}
}
