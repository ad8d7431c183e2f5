package actions

import (
	"strings"
	"sync"

	"remotion-doctor/internal/spelling"
)

// A Carriage says whether requests carry a condition key. The zero Carriage is
// not known.
type Carriage uint8

// The carriages.
const (
	MayCarry   Carriage = iota // some requests of the action do, or it is not known
	NeverCarry                 // no request of the action has the key
)

// Carries says whether requests of an action can have a condition key: one of
// the action or its resources, or a global one. An action that is not known may
// carry anything.
//
// Source: Service Authorization Reference, condition keys of the action, which
// include those of its resource types; IAM User Guide, "AWS global condition
// context keys".
func Carries(action, key string) Carriage {
	a, ok := Lookup(action)
	if !ok {
		return MayCarry
	}
	family := keyFamily(key)
	for _, k := range a.ConditionKeys {
		if sameKey(keyFamily(k), family) {
			return MayCarry
		}
	}
	prefix, _, _ := strings.Cut(family, ":")
	switch {
	case byAction[family]:
		return NeverCarry
	case globalKeys()[family]:
		return MayCarry
	case prefix == "aws":
		// A global key that is not in the data is a misspelt one, or newer than
		// the data.
		if _, near := Meant(key); near {
			return NeverCarry
		}
		return MayCarry
	case federated(prefix), !strings.Contains(family, ":"):
		return MayCarry
	}
	return NeverCarry
}

// byAction are global keys that only the requests of some actions carry, which
// the reference lists with the action.
// Source: IAM User Guide, "aws:RequestTag/tag-key" ("included in the request
// context when tag key-value pairs are passed in the request"), "aws:TagKeys".
var byAction = map[string]bool{"aws:requesttag/": true, "aws:tagkeys": true}

// sameKey compares families of keys; the reference writes what a key has of the
// caller's in braces or angle brackets (kms:EncryptionContext:${…},
// s3:ExistingObjectTag/<key>).
func sameKey(have, want string) bool {
	if have == want {
		return true
	}
	i := strings.IndexAny(have, "$<")
	return i > 0 && strings.HasPrefix(want, have[:i])
}

// federated reports whether a key is one of an identity provider, which a
// session may keep: token.actions.githubusercontent.com:sub, saml:sub.
// Source: IAM User Guide, "IAM and AWS STS condition context keys", keys for
// OIDC and SAML federation.
func federated(prefix string) bool { return strings.Contains(prefix, ".") || prefix == "saml" }

// globalKeys are the families of global keys: those of aws, and those of a
// session's origin.
var globalKeys = sync.OnceValue(func() map[string]bool {
	out := words("ec2:RoleDelivery ec2:SourceInstanceArn glue:RoleAssumedBy glue:CredentialIssuingService lambda:SourceFunctionArn ssm:SourceInstanceArn identitystore:UserId")
	for key := range keys() {
		if strings.HasPrefix(key, "aws:") {
			out[key] = true
		}
	}
	return out
})

// Meant returns the global key that a misspelt one represents, in the spelling
// of the reference.
func Meant(key string) (string, bool) {
	family := keyFamily(key)
	if !strings.HasPrefix(family, "aws:") || globalKeys()[family] {
		return "", false
	}
	best, found := 3, ""
	for line := range strings.Lines(keyTypes) {
		name, _, _ := strings.Cut(line, " ")
		if !strings.HasPrefix(name, "aws:") {
			continue
		}
		if d := spelling.Distance(family, keyFamily(name), best); d < best {
			best, found = d, strings.TrimSuffix(strings.TrimSuffix(name, "${TagKey}"), "tag-key")
		}
	}
	return found, found != ""
}
