package report

import (
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A redactor holds the placeholders of one report.
type redactor struct {
	names  map[string]string // what is replaced, to its placeholder
	counts map[string]int    // placeholders by kind
	starts map[string][]string
	public map[string]bool // names that the requirement itself has
	odd    []string        // ARNs that the pattern of ARNs in text would cut, the longest first
	id     *regexp.Regexp
	err    error
}

// The ids that are found in any text. The first alternative that fits is taken.
var idPatterns = []struct{ kind, pattern string }{
	{"arn", `arn:[a-z-]*:[A-Za-z0-9-]*:[a-z0-9*?-]*:[A-Za-z0-9*?]*:[^\s"'<>|;,()\x60]*[^\s"'<>|;,()\x60.:]`},
	{"url", `https?://[^\s"'<>|;,()\x60]+`},
	{"email", `[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}`},
	{"uuid", `\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`},
	{"tag", `[a-z0-9]+:(?:PrincipalTag|ResourceTag|RequestTag|ExistingObjectTag|RequestObjectTag)/[^\s"'<>|;,()\x60]+`},
	{"hex", `\b(?:i|vpc|vpce|subnet|sg|eni|ami|vol|pcx|igw|rtb|acl)-[0-9a-f]{8,17}\b`},
	{"org", `\b(?:o-[a-z0-9]{10,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})\b`},
	{"key", `\b(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|AIPA|ABIA|ACCA|ASCA|APKA)[A-Z0-9]{12,}\b`},
	{"ip", `\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:/\d{1,2})?\b`},
	{"file", `(?:[A-Za-z]:\\|/)(?:home|Users|root|var|tmp|opt|srv|mnt|work|workspace|github|builds)[/\\][^\s"'<>|;,()\x60:]+`},
	{"account", `\b\d{12}\b`},
}

func newRedactor() *redactor {
	var all []string
	for _, p := range idPatterns {
		all = append(all, "("+p.pattern+")")
	}
	return &redactor{names: map[string]string{}, counts: map[string]int{}, starts: map[string][]string{}, public: map[string]bool{}, id: regexp.MustCompile(strings.Join(all, "|"))}
}

// amazon are accounts of AWS and Remotion that their documentation names: the
// binaries of Remotion, and Lambda Insights by region.
var amazon = map[string]bool{
	"678892195805": true, "580247275435": true, "488211338238": true, "519774774795": true,
	"339249233099": true, "194566237122": true, "012438385374": true,
}

// published are the condition keys whose values the doctor itself gives, or
// that name no one.
var published = map[string]bool{
	"aws:requestedregion": true, "aws:securetransport": true, "aws:viaawsservice": true, "iam:passedtoservice": true,
	"aws:multifactorauthpresent": true, "s3:x-amz-acl": true, "aws:calledvia": true,
}

// placeholder returns what represents a text, the same each time.
func (red *redactor) placeholder(kind, text string) string {
	if p, ok := red.names[text]; ok {
		return p
	}
	kind, detail, _ := strings.Cut(kind, ":")
	count := kind + map[bool]string{true: ":" + detail}[kind == "hex"]
	red.counts[count]++
	p := form(kind, detail, red.counts[count])
	red.names[text] = p
	if len(text) > 2 {
		start := text[:3]
		red.starts[start] = append(red.starts[start], text)
		slices.SortFunc(red.starts[start], func(a, b string) int { return len(b) - len(a) })
	}
	return p
}

// form is the nth placeholder of a kind.
func form(kind, detail string, n int) string {
	switch kind {
	case "account":
		return fmt.Sprintf("%012d", n)
	case "Statement":
		return fmt.Sprintf("Statement%d", n) // a Sid has letters and digits only
	case "host":
		return fmt.Sprintf("https://host-%d.example", n)
	case "person":
		return fmt.Sprintf("person-%d@example.com", n)
	case "hex":
		return fmt.Sprintf("%s-%017x", detail, n)
	}
	return fmt.Sprintf("%s-%d%s", kind, n, detail)
}

// name learns the name of something of the user's.
func (red *redactor) name(kind, text string) {
	switch {
	case text == "" || ours(text) || red.public[text]:
	case strings.HasPrefix(text, "arn:"):
		red.arn(text)
	case red.id.FindString(text) == text:
		red.ids(text, red.nothing)
	default:
		red.placeholder(kind, text)
	}
}

// file learns the name of a file. The placeholder keeps its extension.
func (red *redactor) file(name string) {
	if name != "" && !ours(name) {
		red.placeholder("file:"+path.Ext(strings.ReplaceAll(name, `\`, "/")), name)
	}
}

// value returns what represents the value of a condition.
func (red *redactor) value(v string) string {
	switch {
	case v == "" || strings.Trim(v, "*?0123456789") == "" && len(v) < 12, v == "true", v == "false", ours(v),
		strings.HasSuffix(v, ".amazonaws.com"), regionLike(v):
		return v
	case strings.HasPrefix(v, "arn:"):
		return red.arn(v)
	case red.id.FindString(v) == v:
		return red.ids(v, red.nothing)
	}
	return red.placeholder("value", v)
}

func regionLike(s string) bool {
	parts := strings.Split(s, "-")
	return len(parts) >= 3 && len(parts) <= 4 && len(parts[0]) == 2 && strings.Trim(parts[len(parts)-1], "0123456789*") == ""
}

func (red *redactor) nothing(s string) string { return s }

// whole learns an ARN that fills a field. IAM's names may have commas, which end
// an ARN in a sentence (AWS, IAM User Guide, "IAM and AWS STS quotas").
func (red *redactor) whole(arn string) {
	if !strings.HasPrefix(arn, "arn:") || strings.ContainsAny(arn, " \t\n") || red.id.FindString(arn) == arn || slices.Contains(red.odd, arn) {
		return
	}
	red.names[arn] = red.arn(arn)
	red.odd = append(red.odd, arn)
	slices.SortStableFunc(red.odd, func(a, b string) int { return len(b) - len(a) })
}

// ids replaces the ids in a text, and gives what stands between them to rest.
func (red *redactor) ids(text string, rest func(string) string) string {
	for _, arn := range red.odd {
		if before, after, ok := strings.Cut(text, arn); ok {
			return red.ids(before, rest) + red.names[arn] + red.ids(after, rest)
		}
	}
	var b strings.Builder
	last := 0
	for _, m := range red.id.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(rest(text[last:m[0]]))
		last = m[1]
		for i := range idPatterns {
			if m[2*i+2] >= 0 {
				b.WriteString(red.one(idPatterns[i].kind, text[m[0]:m[1]]))
				break
			}
		}
	}
	b.WriteString(rest(text[last:]))
	return b.String()
}

// one replaces one id.
func (red *redactor) one(kind, id string) string {
	switch kind {
	case "arn":
		return red.arn(id)
	case "account":
		if amazon[id] {
			return id
		}
	case "url":
		for _, known := range []string{"https://www.remotion.dev/", "https://docs.aws.amazon.com/", "https://console.aws.amazon.com/"} {
			if strings.HasPrefix(id, known) {
				return id
			}
		}
		return red.placeholder("host", id)
	case "email":
		return red.placeholder("person", id)
	case "file":
		return red.placeholder("file:"+path.Ext(strings.ReplaceAll(id, `\`, "/")), id)
	case "tag":
		key, tag, _ := strings.Cut(id, "/")
		return key + "/" + red.placeholder("tag", tag)
	case "hex":
		prefix, _, _ := strings.Cut(id, "-")
		return red.placeholder("hex:"+prefix, id)
	}
	return red.placeholder(kind, id)
}

// words replaces the known names in a sentence, the longest first, where they
// stand as words of their own.
func (red *redactor) words(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		n := 0
		if i+3 <= len(text) && (i == 0 || !letter(text[i-1])) {
			for _, name := range red.starts[text[i:i+3]] {
				end := i + len(name)
				if strings.HasPrefix(text[i:], name) && (end == len(text) || !letter(text[end])) {
					b.WriteString(red.names[name])
					n = len(name)
					break
				}
			}
		}
		if n == 0 {
			b.WriteByte(text[i])
			n = 1
		}
		i += n
	}
	return b.String()
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// json replaces the strings in the JSON of a policy or statement, and keeps its
// layout.
func (red *redactor) json(text string) string {
	dec := jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var b strings.Builder
	last := 0
	for {
		token, err := dec.ReadToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "redacted: not read as JSON"
		}
		if token.Kind() != '"' {
			continue
		}
		end := int(dec.InputOffset())
		start := end - len(quotedAt(text[:end]))
		in, n := dec.StackIndex(dec.StackDepth())
		value := red.element(string(dec.StackPointer()), token.String(), in == '{' && n%2 == 1)
		replaced, err := jsontext.AppendQuote(nil, value)
		if err != nil {
			red.err = err
			return ""
		}
		b.WriteString(text[last:start])
		b.Write(replaced)
		last = end
	}
	b.WriteString(text[last:])
	return b.String()
}

// quotedAt returns the quoted string at the end of a text.
func quotedAt(text string) string {
	for i := len(text) - 2; i >= 0; i-- {
		if text[i] != '"' {
			continue
		}
		escapes := 0
		for j := i - 1; j >= 0 && text[j] == '\\'; j-- {
			escapes++
		}
		if escapes%2 == 0 {
			return text[i:]
		}
	}
	return text
}

// element replaces a string of a policy by the element that it is in. Of
// names of members only the keys of conditions can tell something.
func (red *redactor) element(pointer, s string, member bool) string {
	pointer = strings.TrimPrefix(pointer, "/Statement")
	if i := strings.IndexByte(pointer[min(1, len(pointer)):], '/'); i >= 0 && strings.Trim(pointer[1:i+1], "0123456789") == "" {
		pointer = pointer[i+1:] // the index of a statement
	}
	element, inner, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	_, key, _ := strings.Cut(inner, "/")
	key, _, _ = strings.Cut(key, "/")
	switch {
	case member && element == "Condition" && key != "":
		return red.ids(s, red.nothing)
	case member:
		return s
	case element == "Sid" || element == "Id":
		if s == "" || ours(s) || red.public[s] {
			return s
		}
		return red.placeholder("Statement", s)
	case element == "Condition" && !published[strings.ToLower(key)]:
		return red.value(s)
	case strings.HasSuffix(element, "Resource") || strings.HasSuffix(element, "Principal"):
		return red.ids(s, red.words)
	}
	return s
}
