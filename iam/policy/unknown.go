package policy

import "strings"

// unknownPrefix begins the key of a value that nobody can know yet. It has a
// blank, which no condition key has.
const unknownPrefix = "not known: "

// Unknown returns a policy variable that represents a value which is not known
// when a policy is read, such as a name that the deployment will generate. In
// a document of [Version2012] it makes undecided whatever depends on it. name
// says to the user what the value is.
func Unknown(name string) string { return "${" + UnknownKey(name) + "}" }

// UnknownKey returns the context key of [Unknown], for a condition that nobody
// can decide.
func UnknownKey(name string) string {
	return unknownPrefix + strings.NewReplacer("}", ")", "{", "(", ",", ";", "$", "").Replace(name)
}

// otherwise ends the name of what is so where something else is not.
const otherwise = " being false"

// Otherwise returns the name for [Unknown] and [UnknownKey] of what holds exactly
// where something of another name does not: the other branch of a condition.
func Otherwise(name string) string { return name + otherwise }

// Alternative returns the key of a value that is either so or not, and whether
// the given key is the one for not, see [Otherwise]. It reports false for keys
// that are not made by [UnknownKey].
func Alternative(key string) (of string, negated, ok bool) {
	if _, ok := IsUnknown(key); !ok {
		return "", false, false
	}
	of, negated = strings.CutSuffix(key, otherwise)
	return of, negated, true
}

// IsUnknown returns the name of the value that a context key made by
// [UnknownKey] represents.
func IsUnknown(key string) (name string, ok bool) {
	if len(key) < len(unknownPrefix) || !strings.EqualFold(key[:len(unknownPrefix)], unknownPrefix) {
		return "", false
	}
	return key[len(unknownPrefix):], true
}

// UnknownDocument returns a document that represents one which cannot be read:
// whatever it could allow or deny is undecided. name says which it is.
func UnknownDocument(name string) string {
	condition := []Condition{{Operator: "StringEquals", Key: UnknownKey(name), Values: []string{"known"}}}
	any := []string{"*"}
	d := &Document{Version: Version2012, Statements: []Statement{
		{Sid: "MayAllow", Effect: Allow, Actions: any, Resources: any, Conditions: condition},
		{Sid: "MayDeny", Effect: Deny, Actions: any, Resources: any, Conditions: condition},
	}}
	return d.Indent()
}

// Unread returns the name of the document that an [UnknownDocument] represents.
func (d *Document) Unread() (name string, ok bool) {
	if len(d.Statements) != 2 || d.Statements[0].Sid != "MayAllow" || d.Statements[1].Sid != "MayDeny" || len(d.Statements[0].Conditions) != 1 {
		return "", false
	}
	return IsUnknown(d.Statements[0].Conditions[0].Key)
}
