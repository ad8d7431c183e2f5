package iac

import "remotion-doctor/iam/account"

// knownTags are the tags of a template's role or user, without those whose key
// or value is not known. The tags of the stack itself come to them.
//
// Source: AWS CloudFormation User Guide, "Resource tag": the stack's tags are
// propagated to its resources, and a tag of the resource wins.
func knownTags(v value) []account.Tag {
	out := []account.Tag{}
	for _, item := range v.list() {
		key, known := item.get("Key").known()
		text, also := item.get("Value").known()
		if known && also {
			out = append(out, account.Tag{Key: key, Value: text})
		}
	}
	return out
}

// tags are those of a role or user of a plan: all of them where the provider
// says, else those that the resource sets. Values that are not known leave
// their tag open.
//
// Source: Terraform AWS provider, "Resource tagging", tags_all.
func (b *planBuilder) tags(res *tfResource) (tags []account.Tag, more bool) {
	v := b.attribute(res, "tags_all")
	if v.kind != objectValue {
		v, more = b.attribute(res, "tags"), true
	}
	tags = []account.Tag{}
	for _, m := range v.members {
		text, known := m.value.known()
		if !known {
			more = true
			continue
		}
		tags = append(tags, account.Tag{Key: m.key, Value: text})
	}
	return tags, more
}
