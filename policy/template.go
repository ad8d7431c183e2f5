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

// Expand replaces the variables by what value returns for their keys. It
// reports false where a variable has neither a value nor a default. The
// wildcards in the result that come from values are escaped; see
// [CompileExpanded].
func (t Template) Expand(value func(key string) (string, bool)) (string, bool) {
	var b strings.Builder
	for _, p := range t.parts {
		switch {
		case p.literal != "":
			escapeWildcards(&b, p.literal)
		case p.key == "":
			b.WriteString(p.text)
		default:
			v, ok := value(p.key)
			if !ok && !p.hasDefault {
				return "", false
			}
			if !ok {
				v = p.fallback
			}
			escapeWildcards(&b, v)
		}
	}
	return b.String(), true
}

// The characters that stand for literal wildcards in an expanded template.
// They are in the private use area, which no stored policy may contain.
const (
	literalStar     = '\uE000'
	literalQuestion = '\uE001'
)

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
