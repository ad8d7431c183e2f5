package main

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// readPolicy reads a policy file; the error names the place in it.
func readPolicy(path string) (*policy.Document, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("--require takes caller, renderer or the file of a policy", "reading the required policy: %v", err)
	}
	doc, err := policy.Parse(string(data))
	if e, ok := errors.AsType[*policy.ParseError](err); ok {
		return nil, usage(e.Hint, "reading %s:%v", path, err)
	}
	return doc, err
}

// readContext reads --context and --context-file. Of one key given twice, the
// flag wins over the file.
func readContext(flags []string, file string) (iam.Context, error) {
	var out iam.Context
	set := func(key string, e iam.ContextEntry) {
		out = slices.DeleteFunc(out, func(d iam.ContextEntry) bool { return strings.EqualFold(d.Key, key) })
		out = append(out, e)
	}
	if file != "" {
		entries, err := readContextFile(file)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			set(e.Key, e)
		}
	}
	for _, text := range flags {
		key, value, ok := strings.Cut(text, "=")
		if !ok || key == "" {
			return nil, usage("write it as --context aws:SourceVpc=vpc-1a2b3c4d", "--context %q is not of the form KEY=VALUE", text)
		}
		values, list := []string{value}, false
		if strings.HasPrefix(value, "[") && json.Unmarshal([]byte(value), &values) == nil {
			list = true
		}
		set(key, contextEntry(key, values, list))
	}
	return out, nil
}

func readContextFile(file string) (iam.Context, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usage("", "reading the context: %v", err)
	}
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		offset := 0
		if e, ok := errors.AsType[*json.SyntaxError](err); ok {
			offset = int(e.Offset) - 1
		}
		return nil, usage(`it is a JSON object: {"aws:SourceVpc": "vpc-1a2b3c4d"}`, "reading %s:%s: %v", file, policy.NewLines(string(data)).At(offset), err)
	}
	var out iam.Context
	for key, v := range raw {
		values, list, ok := contextValues(v)
		if !ok {
			return nil, usage("values are strings, numbers, booleans, or lists of them", "reading %s: the value of %q is none", file, key)
		}
		out = append(out, contextEntry(key, values, list))
	}
	slices.SortFunc(out, func(a, b iam.ContextEntry) int { return strings.Compare(a.Key, b.Key) })
	return out, nil
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
