package iam

import (
	"strconv"
	"strings"
)

// A PolicyID says which policy it is, so that two policies of one name stay
// two. It is comparable and prints as a short text. The zero PolicyID means
// that the policy is not known.
type PolicyID string

// ManagedPolicy identifies a managed policy, or an organization's policy, by
// its ARN.
func ManagedPolicy(arn string) PolicyID { return PolicyID(arn) }

// InlinePolicy identifies a policy inside a role, user, group or resource by
// the owner's ARN and the policy's name. The name is empty where the owner has
// only one, as a bucket does.
func InlinePolicy(ownerARN, name string) PolicyID { return PolicyID(ownerARN + "#" + name) }

// FilePolicy identifies a policy in a file by the file's path and, in a
// template or plan, the logical id or address of what holds it.
func FilePolicy(path, logicalID string) PolicyID {
	if logicalID == "" {
		return PolicyID("file:" + path)
	}
	return PolicyID("file:" + path + "#" + logicalID)
}

// OrganizationPolicy identifies a service or resource control policy that has
// no ARN by its layer, its level (1 at the root) and its name.
func OrganizationPolicy(layer Layer, level int, name string) PolicyID {
	return PolicyID(string(layer) + ":" + strconv.Itoa(level) + "#" + name)
}

// Name returns the display name: the last part of a managed policy's ARN, the
// name of an inline policy, the path of a file.
func (id PolicyID) Name() string {
	text := string(id)
	if file, ok := strings.CutPrefix(text, "file:"); ok {
		path, logical, found := strings.Cut(file, "#")
		if found {
			return logical
		}
		return path
	}
	if i := strings.LastIndexByte(text, '#'); i >= 0 {
		if text[i+1:] != "" {
			return text[i+1:]
		}
		text = text[:i]
	}
	return text[strings.LastIndexAny(text, "/:")+1:]
}
