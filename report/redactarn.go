package report

import (
	"regexp"
	"strings"
)

// arn replaces the account and the names in an ARN.
func (red *redactor) arn(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[4] == "aws" {
		return arn
	}
	account := parts[4]
	if strings.Trim(account, "0123456789") == "" && len(account) == 12 && !amazon[account] {
		parts[4] = red.placeholder("account", account)
	}
	if !amazon[account] {
		parts[5] = red.resource(parts[2], parts[5])
	}
	return strings.Join(parts, ":")
}

// resource replaces the names in the last part of an ARN, one by one between
// its separators.
func (red *redactor) resource(service, text string) string {
	var b strings.Builder
	kind := map[string]string{"s3": "bucket"}[service]
	for text != "" {
		n := strings.IndexAny(text, ":/")
		word, rest := text, ""
		if n >= 0 {
			word, rest = text[:n], text[n:]
		}
		b.WriteString(red.segment(kind, word))
		switch {
		case service == "s3":
			kind = "key"
		case kinds[word] != "":
			kind = kinds[word]
		case kind != "role" && kind != "user":
			kind = ""
		}
		if rest == "" {
			break
		}
		b.WriteByte(rest[0])
		text = rest[1:]
	}
	return b.String()
}

// kinds are the words of ARNs after which a name of that kind follows.
var kinds = map[string]string{
	"role": "role", "assumed-role": "role", "user": "user", "group": "group", "policy": "policy", "instance-profile": "profile",
	"function": "function", "layer": "layer", "cluster": "cluster", "key": "key", "alias": "alias",
}

func (red *redactor) segment(kind, word string) string {
	if word == "" || ours(word) {
		return word
	}
	if kind == "" {
		kind = "name"
	}
	// Of a bucket that Remotion made only the end says whose it is.
	if prefix, region, ok := bucketPrefix(word); ok && kind == "bucket" {
		end := word[len(prefix)+len(region)+1:]
		if strings.Trim(end, "*?") == "" {
			return word
		}
		return red.placeholder(prefix+region+"-bucket", word)
	}
	if red.id.FindString(word) == word {
		return red.ids(word, red.nothing)
	}
	return red.placeholder(kind, word)
}

// policyID replaces the names in the identity of a policy: an ARN, the owner's
// ARN and a name behind #, file:PATH#NAME, or scp:LEVEL#NAME. The display name
// of the policy has the same placeholder.
func (red *redactor) policyID(id string) string {
	head, name, named := strings.Cut(id, "#")
	switch file, isFile := strings.CutPrefix(head, "file:"); {
	case isFile:
		head = "file:" + red.fileName(file)
	case strings.HasPrefix(head, "arn:"):
		head = red.arn(head)
	case layerLevel.MatchString(head):
	default:
		head = red.treat(head, full)
	}
	if !named {
		return head
	}
	return head + "#" + red.policyName(name)
}

// layerLevel begins the identity of an organization's policy without an ARN.
var layerLevel = regexp.MustCompile(`^[a-z]+:[0-9]+$`)

// policyName replaces the name of a policy inside an owner.
func (red *redactor) policyName(name string) string {
	if name == "" || ours(name) {
		return name
	}
	if p, ok := red.names[name]; ok {
		return p
	}
	return red.placeholder("policy", name)
}

// fileName returns what represents the name of a file.
func (red *redactor) fileName(name string) string {
	red.file(name)
	if p, ok := red.names[name]; ok {
		return p
	}
	return name
}

var (
	// quotedWord is one word in quotes, a name as messages have it.
	quotedWord = regexp.MustCompile(`"([^"\s]+)"`)
	// actionName is an action, an operation or a condition key: s3:GetObject.
	actionName = regexp.MustCompile(`^[a-z0-9-]+:[A-Za-z]+[*]?$`)
	// operationAt begins the place of a gap at AWS: the operation and its subject.
	operationAt = regexp.MustCompile(`^([a-z0-9-]+:[A-Z][A-Za-z0-9]+)(?: (.*))?$`)
	// fileAt is the place of a gap in a file.
	fileAt = regexp.MustCompile(`^(.*?)((?::[0-9]+){0,2})$`)
)

// place replaces the subject or the file in the place of a gap.
func (red *redactor) place(where string) string {
	if where == "" {
		return ""
	}
	if m := operationAt.FindStringSubmatch(where); m != nil {
		if m[2] == "" {
			return where
		}
		return m[1] + " " + red.placeholder("subject", m[2])
	}
	m := fileAt.FindStringSubmatch(where)
	return red.fileName(m[1]) + m[2]
}
