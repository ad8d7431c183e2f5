package iac

import (
	"regexp"
	"slices"
	"strings"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// statement prints one statement. conditions, in words, are those that nobody
// can decide.
func (w *documentWriter) statement(v value, conditions []string) {
	w.origin.Statements = append(w.origin.Statements, account.Place{Start: v.start, End: v.end})
	conditions = slices.Clone(conditions)
	w.open('{', v.start)
	for _, m := range v.members {
		switch m.key {
		case "Condition":
			if name := openCondition(m.value); name != "" {
				conditions = append(conditions, name)
			}
		case "Principal", "NotPrincipal":
			w.principal(m, &conditions)
		case "Resource", "NotResource":
			w.key(m.key, m.at)
			w.list(w.patterns(m.value), m.value)
		case "Sid":
			// A statement that became several has its Sid once.
			sid, known := m.value.known()
			if !known || !w.sids.add(sid) && (len(conditions) > 0 || w.resource) || w.resource && !plainSid(sid) {
				continue
			}
			w.key(m.key, m.at)
			w.text(sid, m.value.start)
		default:
			w.key(m.key, m.at)
			w.value(m.value)
		}
	}
	w.conditions(v.get("Condition"), conditions)
	w.close('}')
}

// principal prints a Principal element; one that is not known may be anyone.
func (w *documentWriter) principal(m field, conditions *[]string) {
	m.value = w.ours(m.value)
	if w.anyAccount {
		m.value = w.ownAccounts(m.value, conditions)
	}
	if name := m.value.what(); name != "" {
		*conditions = append(*conditions, "the principal "+name)
		w.key("Principal", m.at)
		w.text("*", m.value.start)
		return
	}
	w.key(m.key, m.at)
	w.value(m.value)
}

// ours replaces the ARNs of principals of the deployment, whose names the deploy
// makes, by those that they have here.
// Source: CloudFormation Template Reference, "Fn::GetAtt", AWS::IAM::Role.
func (w *documentWriter) ours(v value) value {
	out := v
	if of := v.resource(); v.kind == textValue && of != nil && strings.HasPrefix(v.standIn(), "arn:") {
		if p := w.made[of]; p != nil && strings.Contains(v.standIn(), ":"+p.kind+"/") {
			known := textOf(p.arn)
			known.start, known.end = v.start, v.end
			return known
		}
	}
	out.items = slices.Clone(v.items)
	for i := range out.items {
		out.items[i] = w.ours(out.items[i])
	}
	out.members = slices.Clone(v.members)
	for i := range out.members {
		out.members[i].value = w.ours(out.members[i].value)
	}
	return out
}

// ownAccounts replaces the accounts of principals by the deployment's, which may be another one.
func (w *documentWriter) ownAccounts(v value, conditions *[]string) value {
	out := v
	if text, known := v.known(); known {
		m := accountNumber.FindStringSubmatchIndex(text)
		if m == nil || text[m[4]:m[5]] == UnknownAccount {
			return v
		}
		*conditions = append(*conditions, "whether the account is "+text[m[4]:m[5]])
		own := textOf(text[:m[4]] + UnknownAccount + text[m[5]:])
		own.start, own.end = v.start, v.end
		return own
	}
	out.items = slices.Clone(v.items)
	for i := range out.items {
		out.items[i] = w.ownAccounts(out.items[i], conditions)
	}
	out.members = slices.Clone(v.members)
	for i := range out.members {
		out.members[i].value = w.ownAccounts(out.members[i].value, conditions)
	}
	return out
}

// plainSid reports whether a Sid has only the characters that identity-based
// policies may have; those of buckets may have others.
func plainSid(sid string) bool {
	return !strings.ContainsFunc(sid, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}

// openCondition names what is not known of the shape of a Condition element.
func openCondition(v value) string {
	if v.kind != objectValue {
		return v.what()
	}
	for _, operator := range v.members {
		if operator.value.kind != objectValue {
			if name := operator.value.what(); name != "" {
				return name
			}
		}
	}
	return ""
}

// conditions prints the Condition element with those that nobody can decide.
func (w *documentWriter) conditions(v value, open []string) {
	if v.kind == noValue && len(open) == 0 {
		return
	}
	w.key("Condition", v.start)
	if v.kind != objectValue && v.kind != noValue && v.what() == "" {
		w.value(v) // of a wrong kind, which the parser says
		return
	}
	w.open('{', v.start)
	const operator = "StringEquals"
	for _, op := range v.members {
		if op.value.kind != objectValue {
			if op.value.what() == "" {
				w.key(op.key, op.at)
				w.value(op.value)
			}
			continue
		}
		w.key(op.key, op.at)
		w.open('{', op.value.start)
		for _, key := range op.value.members {
			w.key(key.key, key.at)
			w.list(w.patterns(key.value), key.value)
		}
		if op.key == operator {
			w.undecided(open, v)
			open = nil
		}
		w.close('}')
	}
	if len(open) > 0 {
		w.key(operator, v.start)
		w.open('{', v.start)
		w.undecided(open, v)
		w.close('}')
	}
	w.close('}')
}

func (w *documentWriter) undecided(names []string, v value) {
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		w.key(policy.UnknownKey(name), v.start)
		w.text("known", v.start)
	}
}

// patterns returns the texts of a value as the document holds them.
func (w *documentWriter) patterns(v value) []placedText {
	var out []placedText
	for _, item := range v.list() {
		switch item.kind {
		case listValue:
			out = append(out, w.patterns(item)...)
		case textValue:
			for _, text := range w.variants(item) {
				out = append(out, placedText{text, item.start})
			}
		case opaqueValue:
			out = append(out, placedText{policy.Unknown(item.name), item.start})
		}
	}
	return out
}

// variants returns the ways in which a text may turn out. A name that the
// deploy makes is not known, and is the name by which the thing is called here
// as well. A literal account may be the deployment's own.
func (w *documentWriter) variants(v value) []string {
	var open, standing strings.Builder
	stands := false
	for _, p := range v.parts {
		switch {
		case p.unknown == nil:
			open.WriteString(w.escaped(p.text))
			standing.WriteString(w.escaped(p.text))
		case p.unknown.standIn != "":
			stands = true
			open.WriteString(policy.Unknown(p.unknown.name))
			standing.WriteString(p.unknown.standIn)
		default:
			open.WriteString(policy.Unknown(p.unknown.name))
			standing.WriteString(policy.Unknown(p.unknown.name))
		}
	}
	out := []string{open.String()}
	if stands {
		out = append(out, standing.String())
	}
	if w.anyAccount {
		for _, text := range slices.Clone(out) {
			if other, ok := ownAccount(text); ok {
				out = append(out, other)
			}
		}
	}
	return out
}

var accountNumber = regexp.MustCompile(`(^|:)(\d{12})(:|$)`)

// ownAccount replaces an account by one that may or may not be the
// deployment's own.
func ownAccount(text string) (string, bool) {
	m := accountNumber.FindStringSubmatchIndex(text)
	if m == nil || text[m[4]:m[5]] == UnknownAccount {
		return "", false
	}
	return text[:m[4]] + policy.Unknown("whether the account is "+text[m[4]:m[5]]) + text[m[5]:], true
}

// escaped keeps the ${...} of a document that has no variables literal.
func (w *documentWriter) escaped(text string) string {
	if !w.escape {
		return text
	}
	return strings.ReplaceAll(text, "${", "${$}{")
}
