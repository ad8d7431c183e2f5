package iac

import (
	_ "embed"
	"sync"
)

// samData holds SAM's policy templates, as aws/serverless-application-model has
// them (Apache-2.0).
//
//go:embed data/sam-policy-templates.json
var samData []byte

var samTemplates = sync.OnceValue(func() *node {
	root, err := parseJSON("sam-policy-templates.json", samData)
	if err != nil {
		return nil // TestSAMTemplates holds that this does not happen
	}
	return root.get("Templates")
})

// samTemplate makes the document of a policy template; why says what is not
// known.
// Source: SAM Developer Guide, "AWS SAM policy templates".
func samTemplate(name string, use member) (document *node, why string) {
	t := samTemplates().get(name)
	if t == nil {
		return nil, "the SAM policy template " + name + " is not known here"
	}
	given := use.value
	if p := t.get("Parameters"); p != nil {
		for _, m := range p.members {
			if given.get(m.key) == nil {
				return nil, "the SAM policy template " + name + " lacks its parameter " + m.key
			}
		}
	}
	return instantiate(t.get("Definition"), given, use), ""
}

// instantiate copies a value with the references to parameters replaced, at the
// place of the use.
func instantiate(n, given *node, use member) *node {
	if n.is(objectNode) && len(n.members) == 1 && n.members[0].key == "Ref" {
		if v := given.get(n.members[0].value.str()); v != nil {
			return v
		}
	}
	out := *n
	out.start, out.end = use.at, use.value.end
	out.items, out.members = nil, nil
	for _, i := range n.items {
		out.items = append(out.items, instantiate(i, given, use))
	}
	for _, m := range n.members {
		out.members = append(out.members, member{m.key, use.at, instantiate(m.value, given, use)})
	}
	return &out
}
