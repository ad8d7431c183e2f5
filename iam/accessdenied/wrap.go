package accessdenied

import (
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
)

// A terminal, a table or a log breaks a long ARN into lines. What follows an ARN
// in AWS's sentences is known, so that the parts between can be joined:
// "… on resource: arn:aws:iam::111122223333:role/render-⏎role because".
var (
	wrapped  = compileOne(`(arn:[\w-]+:[^\s"'<>]*)((?:[ \t]*\r?\n\s*[^\s"'<>]+){1,6})(\s+(?:because no|with an explicit|is not authorized)|["'])`)
	rightBar = compileOne(`(?m)[ \t]*[│|]+[ \t]*$`)
	quotes   = compileOne(`(on (?:the )?resource:? ?["'])((?:[^"'\n]*\n){1,6}[^"'\n]*)(["'])`)
	spaces   = compileOne(`\s+`)
	// An account that is masked, with a blank behind: arn:aws:iam::xxxx :user/ada.
	parted = compileOne(`(arn:[\w-]+:[\w-]+:[\w-]*:[xX*]+) (:)`)
	// An action that is broken: perform: cloudforma⏎tion:DescribeStacks.
	broken = compileOne(`(to perform:? ?)([a-z0-9-]+(?::[A-Za-z]*)?) ([A-Za-z0-9:-]+)`)
)

// joinedAction puts an action that was broken together, if that makes one that
// AWS has and the beginning alone is not one.
func joinedAction(text string) string {
	text = parted().ReplaceAllString(text, "$1$2")
	return broken().ReplaceAllStringFunc(text, func(found string) string {
		parts := broken().FindStringSubmatch(found)
		_, whole := actions.Lookup(parts[2] + parts[3])
		if _, alone := actions.Lookup(parts[2]); whole && !alone {
			return parts[1] + parts[2] + parts[3]
		}
		return found
	})
}

// joined puts ARNs that were broken into lines together.
func joined(text string) string {
	text = quotes().ReplaceAllStringFunc(text, func(found string) string {
		parts := quotes().FindStringSubmatch(found)
		return parts[1] + spaces().ReplaceAllString(parts[2], "") + parts[3]
	})
	return wrapped().ReplaceAllStringFunc(text, func(found string) string {
		parts := wrapped().FindStringSubmatch(found)
		middle := strings.Fields(parts[2])
		if sentenceWord(middle) {
			return found
		}
		return parts[1] + strings.Join(middle, "") + parts[3]
	})
}

// sentenceWord reports words that are no part of an ARN.
func sentenceWord(words []string) bool {
	for _, w := range words {
		switch strings.ToLower(w) {
		case "because", "with", "is", "and", "or", "on", "to", "error:":
			return true
		}
		if strings.Contains(w, "arn:") {
			return true
		}
	}
	return false
}

// cutOff reports an ARN that ends where no ARN of AWS ends: it was broken, and
// the rest is not known. In quotes it is whole.
func cutOff(m *iam.DeniedMessage, text string) bool {
	r := m.Resource
	if !strings.HasPrefix(r, "arn:") || r == "" {
		return false
	}
	last := r[len(r)-1]
	if strings.Contains(r, ":log-group:") {
		return last == '-' // all streams of a group end with a colon
	}
	if last != '-' && last != ':' && last != '_' && strings.Count(r, ":") >= 5 {
		return false
	}
	return !strings.Contains(text, `"`+r+`"`) && !strings.Contains(text, `'`+r+`'`)
}
