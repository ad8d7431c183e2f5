package remedy

import (
	"strings"

	"remotion-doctor/iam/policy"
)

// renderCLI writes calls of the AWS CLI for a POSIX shell.
func renderCLI(changes []*Change) (string, error) {
	var b strings.Builder
	for _, c := range changes {
		for i := range c.Steps {
			s := &c.Steps[i]
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString("# " + Comment(s.what(c)) + "\n")
			if i == 0 {
				b.WriteString(lookUp(c))
			}
			for _, args := range s.calls(c) {
				text := Command(args)
				if c.Generated() {
					text = strings.ReplaceAll(text, standIn, `"$`+shellName(c)+`"`)
				}
				b.WriteString(text)
			}
		}
	}
	return b.String(), nil
}

// calls are the calls of the AWS CLI for a step, as arguments.
func (s *Step) calls(c *Change) [][]string {
	kind := c.Kind // role or user
	owner := []string{"--" + kind + "-name", c.Name}
	if c.Generated() {
		owner[1] = standIn
	}
	named := []string{"--policy-name", s.Name()}
	arn := []string{"--policy-arn", s.ARN()}
	document := []string{"--policy-document", compact(s.After)}
	call := func(operation string, args ...[]string) []string {
		out := []string{"aws", "iam", operation}
		for _, a := range args {
			out = append(out, a...)
		}
		return out
	}
	switch s.Kind {
	case PutInline:
		return [][]string{call("put-"+kind+"-policy", owner, named, document)}
	case CreateManaged:
		return [][]string{call("create-policy", named, document), call("attach-"+kind+"-policy", owner, arn)}
	case NewVersion:
		return [][]string{call("create-policy-version", arn, document, []string{"--set-as-default"})}
	case DeleteInline:
		return [][]string{call("delete-"+kind+"-policy", owner, named)}
	case Detach:
		return [][]string{call("detach-"+kind+"-policy", owner, arn)}
	}
	return nil
}

func compact(doc *policy.Document) string {
	if doc == nil {
		return ""
	}
	text, _ := doc.MarshalJSON() // a document always prints
	return string(text)
}

// Command writes a command for a POSIX shell, with an option on each line.
func Command(args []string) string {
	var b strings.Builder
	for i, a := range args {
		switch {
		case i == 0:
		case strings.HasPrefix(a, "--"):
			b.WriteString(" \\\n  ")
		default:
			b.WriteByte(' ')
		}
		b.WriteString(ShellQuote(a))
	}
	return b.String() + "\n"
}

// ShellQuote quotes a word for a POSIX shell, where it needs that.
func ShellQuote(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,.@%:/"
	if s != "" && strings.Trim(s, plain) == "" && s[0] != '~' {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// Comment keeps text on one line, as a comment needs it.
func Comment(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7F || r >= 0x80 && r <= 0x9F || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}
