package iac

import (
	"slices"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// document reads a policy of a resource; ok is false where it has none.
func (b *planBuilder) document(res *tfResource, attribute string) (account.Document, bool, error) {
	v := b.attribute(res, attribute)
	if text, known := v.known(); v.kind == noValue || known && text == "" {
		return account.Document{}, false, nil
	}
	doc, err := b.documentOf(res, v, b.plan.expression(res, attribute), res.values.get(attribute))
	return doc, true, err
}

// documentOf makes a document of JSON text, or of the data source that the
// text will be made from.
func (b *planBuilder) documentOf(res *tfResource, v value, expression, known *node) (account.Document, error) {
	w := b.writer()
	if known.is(textNode) {
		n, err := parseJSONString(b.plan.file, b.plan.src, known)
		if err != nil {
			return account.Document{}, err
		}
		if n.kind != objectNode {
			return account.Document{}, &Error{b.plan.file, n.start, "a policy document must be an object, not " + n.kind.title(), ""}
		}
		inner, err := literal(n)
		if err != nil {
			return account.Document{}, err
		}
		return w.write(inner, nil)
	}
	t := b.plan.follow(res, expression)
	if sources := t.of("aws_iam_policy_document"); len(sources) == 1 && len(t.links) == 1 && !t.open {
		return b.dataDocument(sources[0], 0)
	}
	return b.unknownInline("", "the policy "+firstOf(v.what(), res.address), b.location(res)).PolicyDocument, nil
}

func (b *planBuilder) writer() *documentWriter {
	return &documentWriter{file: b.plan.file, sids: keySet{}, resource: b.resource, anyAccount: b.options.AccountID == "", origin: account.Origin{File: b.plan.file}}
}

// dataDocument makes the document of an aws_iam_policy_document that is read
// during the apply.
func (b *planBuilder) dataDocument(res *tfResource, depth int) (account.Document, error) {
	statements, err := b.dataStatements(res, depth)
	if err != nil {
		return account.Document{}, err
	}
	doc := value{kind: objectValue, start: res.at, end: res.at, members: []field{
		{"Version", res.at, textOf(firstOf(b.text(res, "version"), policy.Version2012))},
		{"Statement", res.at, value{kind: listValue, items: statements, start: res.at}},
	}}
	return b.writer().write(doc, nil)
}

// dataStatements are the statements of a data source with those of the
// documents that it takes in.
func (b *planBuilder) dataStatements(res *tfResource, depth int) ([]value, error) {
	out := b.sourceDocuments(res, "source_policy_documents", depth)
	for i, s := range b.attribute(res, "statement").list() {
		if s.kind == opaqueValue {
			out = append(out, s)
			continue
		}
		out = override(out, b.dataStatement(res, s, b.plan.expression(res, "statement").elem(i)))
	}
	for _, s := range b.sourceDocuments(res, "override_policy_documents", depth) {
		out = override(out, s)
	}
	return out, nil
}

// override replaces the statement with the same Sid, or adds one.
// Source: Terraform, aws_iam_policy_document, "override_policy_documents".
func override(list []value, s value) []value {
	sid, _ := s.get("Sid").known()
	for i := range list {
		if have, _ := list[i].get("Sid").known(); sid != "" && have == sid {
			list[i] = s
			return list
		}
	}
	return append(list, s)
}

// sourceDocuments are the statements of documents that are taken in.
func (b *planBuilder) sourceDocuments(res *tfResource, attribute string, depth int) []value {
	v := b.attribute(res, attribute)
	if v.kind == noValue {
		return nil
	}
	t := b.plan.follow(res, b.plan.expression(res, attribute))
	var out []value
	if len(v.unknowns()) == 0 {
		list := res.values.get(attribute)
		for i := range v.list() {
			n, err := parseJSONString(b.plan.file, b.plan.src, list.elem(i))
			if err != nil {
				return append(out, opaque(attribute+" of "+res.address))
			}
			inner, err := literal(n)
			if err != nil {
				return append(out, opaque(attribute+" of "+res.address))
			}
			out = append(out, inner.get("Statement").list()...)
		}
		return out
	}
	sources := t.of("aws_iam_policy_document")
	if t.open || len(sources) != len(t.links) || depth > maxHops {
		return []value{opaque(attribute + " of " + res.address)}
	}
	for _, s := range sources {
		inner, err := b.dataStatements(s, depth+1)
		if err != nil {
			return []value{opaque(attribute + " of " + res.address)}
		}
		out = append(out, inner...)
	}
	return out
}

// dataElements are the attributes of a statement block and what they become.
var dataElements = []struct{ attribute, element string }{
	{"sid", "Sid"}, {"effect", "Effect"}, {"actions", "Action"}, {"not_actions", "NotAction"}, {"resources", "Resource"}, {"not_resources", "NotResource"},
}

// dataStatement makes a statement of a statement block.
func (b *planBuilder) dataStatement(res *tfResource, s value, expression *node) value {
	out := value{kind: objectValue, start: s.start, end: s.end}
	for _, e := range dataElements {
		v := s.get(e.attribute)
		if text, known := v.known(); v.kind == noValue || v.kind == listValue && len(v.items) == 0 || known && text == "" {
			continue
		}
		out.members = append(out.members, field{e.element, v.start, b.renamed(v, expression.get(e.attribute))})
	}
	if out.get("Effect").kind == noValue {
		out.members = append(out.members, field{"Effect", s.start, textOf(string(policy.Allow))})
	}
	for _, kind := range []struct{ attribute, element string }{{"principals", "Principal"}, {"not_principals", "NotPrincipal"}} {
		if p := principals(s.get(kind.attribute)); p.kind != noValue {
			out.members = append(out.members, field{kind.element, s.start, p})
		}
	}
	if c := b.dataConditions(s.get("condition"), expression.get("condition")); c.kind != noValue {
		out.members = append(out.members, field{"Condition", s.start, c})
	}
	return out
}

// renamed names what is unknown in a value by what the configuration says.
func (b *planBuilder) renamed(v value, expression *node) value {
	name := b.nameOf(expression, "")
	if name == "" {
		return v
	}
	if v.kind == opaqueValue {
		v.name = name
	}
	items := slices.Clone(v.items)
	for i := range items {
		items[i] = b.renamed(items[i], expression)
	}
	v.items = items
	return v
}

func principals(v value) value {
	if v.kind == opaqueValue {
		return v
	}
	out := value{kind: objectValue, start: v.start, end: v.end}
	for _, p := range v.list() {
		kind := p.get("type").standIn()
		if text, _ := concat("", p.get("identifiers").list()).known(); kind == "*" && text == "*" {
			return textOf("*")
		}
		out.members = append(out.members, field{kind, p.start, p.get("identifiers")})
	}
	if len(out.members) == 0 {
		return value{}
	}
	return out
}

func (b *planBuilder) dataConditions(v value, expression *node) value {
	if v.kind == opaqueValue {
		return v
	}
	out := value{kind: objectValue, start: v.start, end: v.end}
	for i, c := range v.list() {
		if len(c.get("test").unknowns())+len(c.get("variable").unknowns()) > 0 {
			return opaque("a condition (" + c.what() + ")")
		}
		test, variable := c.get("test").standIn(), c.get("variable").standIn()
		entry := field{variable, c.start, b.renamed(c.get("values"), expression.elem(i).get("values"))}
		at := slices.IndexFunc(out.members, func(f field) bool { return f.key == test })
		if at < 0 {
			out.members = append(out.members, field{test, c.start, value{kind: objectValue, start: c.start, end: c.end}})
			at = len(out.members) - 1
		}
		out.members[at].value.members = append(out.members[at].value.members, entry)
	}
	if len(out.members) == 0 {
		return value{}
	}
	return out
}
