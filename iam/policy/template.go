package policy

import "strings"

// A templatePart is literal text or a policy variable.
type templatePart struct {
	text       string // literal text with its wildcards
	literal    string // text without wildcards: the value of ${*}, ${?} and ${$}
	key        string // a variable's context key, as written
	fallback   string
	hasDefault bool
}

// parseTemplate splits a value at its policy variables. An unfinished ${ is
// literal text.
// Source: IAM User Guide, "IAM policy elements: Variables and tags".
func parseTemplate(s string) []templatePart {
	var parts []templatePart
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			break
		}
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			break
		}
		if i > 0 {
			parts = append(parts, templatePart{text: s[:i]})
		}
		parts = append(parts, parseVariable(s[i+2:i+end]))
		s = s[i+end+1:]
	}
	if s != "" {
		parts = append(parts, templatePart{text: s})
	}
	return parts
}

func parseVariable(inner string) templatePart {
	switch inner {
	case "*", "?", "$":
		return templatePart{literal: inner}
	}
	key, rest, found := strings.Cut(inner, ",")
	p := templatePart{key: strings.TrimSpace(key)}
	rest = strings.TrimSpace(rest)
	if found && len(rest) >= 2 && rest[0] == '\'' && rest[len(rest)-1] == '\'' {
		p.fallback, p.hasDefault = rest[1:len(rest)-1], true
	}
	return p
}

// A Template is a value that may hold policy variables.
type Template struct{ parts []templatePart }

// ParseTemplate returns the template in s, and false where s has no variables.
func ParseTemplate(s string) (Template, bool) {
	if !strings.Contains(s, "${") {
		return Template{}, false
	}
	parts := parseTemplate(s)
	for _, p := range parts {
		if p.key != "" || p.literal != "" {
			return Template{parts}, true
		}
	}
	return Template{}, false
}

// Keys returns the context keys of the template's variables.
func (t Template) Keys() []string {
	var keys []string
	for _, p := range t.parts {
		if p.key != "" {
			keys = append(keys, p.key)
		}
	}
	return keys
}

// A Lookup returns the value of a context key. present without ok is a key
// that has no single value.
type Lookup func(key string) (value string, ok, present bool)

// Expand replaces the variables by the values of their keys. It reports false
// where a variable has neither a value nor, its key being absent, a default
// (live-174: a multivalued key does not take the default). Wildcards that come
// from values match literally where the result is compiled as a pattern; see
// [Unescape] for its text.
func (t Template) Expand(lookup Lookup) (string, bool) {
	var b strings.Builder
	for _, p := range t.parts {
		switch {
		case p.literal != "":
			escapeWildcards(&b, p.literal)
		case p.key == "":
			b.WriteString(p.text)
		default:
			v, ok, present := lookup(p.key)
			switch {
			case ok:
			case present || !p.hasDefault:
				return "", false
			default:
				v = p.fallback
			}
			escapeWildcards(&b, v)
		}
	}
	return b.String(), true
}

// Lacks returns the keys of the variables that have neither a value nor a
// default, for which [Template.Expand] fails.
func (t Template) Lacks(lookup Lookup) []string {
	var keys []string
	for _, p := range t.parts {
		if p.key == "" {
			continue
		}
		if _, ok, present := lookup(p.key); !ok && (present || !p.hasDefault) {
			keys = append(keys, p.key)
		}
	}
	return keys
}

// ExpandOpen is Expand with "*" for the variables that have neither a value
// nor a default: the widest pattern that the template can become.
func (t Template) ExpandOpen(lookup Lookup) string {
	var b strings.Builder
	for _, p := range t.parts {
		part, ok := Template{[]templatePart{p}}.Expand(lookup)
		if !ok {
			part = "*"
		}
		b.WriteString(part)
	}
	return b.String()
}

// The characters that represent literal wildcards in an expanded template.
// They are in the private use area, which no stored policy may contain.
const (
	literalStar     = '\uE000'
	literalQuestion = '\uE001'
)

// Escape returns a text as a pattern that matches it alone.
func Escape(text string) string {
	var b strings.Builder
	escapeWildcards(&b, text)
	return b.String()
}

func escapeWildcards(b *strings.Builder, s string) {
	for _, r := range s {
		switch r {
		case '*':
			b.WriteRune(literalStar)
		case '?':
			b.WriteRune(literalQuestion)
		default:
			b.WriteRune(r)
		}
	}
}

// Unescape returns an expanded template as plain text, its literal wildcards
// restored.
func Unescape(expanded string) string {
	return unescaper.Replace(expanded)
}

var unescaper = strings.NewReplacer(string(literalStar), "*", string(literalQuestion), "?")
