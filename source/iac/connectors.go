package iac

// connector makes the gaps of a connector of SAM: it only allows, and whom it
// allows something are the roles of its two ends.
// Source: SAM Developer Guide, "AWS::Serverless::Connector": "AWS SAM …
// automatically composes the required access policies".
func (b *builder) connector(r *resource, properties *node) {
	source := properties.get("Source")
	if source == nil {
		source = &node{kind: objectNode, members: []member{{key: "Id", value: text(r.at, r.id)}}}
	}
	ends := []*node{source}
	if d := properties.get("Destination"); d.is(listNode) {
		ends = append(ends, d.items...)
	} else if d != nil {
		ends = append(ends, d)
	}
	for _, end := range ends {
		if p := b.connected(r, end); p != nil {
			p.gap(allowGap(r.location(), "connector of "+r.label(), "what it allows is known only after the transform"))
		}
	}
}

// connected is the role of one end of a connector; nil where it has none.
func (b *builder) connected(r *resource, end *node) *principal {
	role := end.get("RoleName")
	if role == nil {
		if of := r.stack.byID[end.get("Id").str()]; of != nil {
			role = orNode(of.properties.get("Role"), of.properties.get("RoleArn"))
		}
	}
	if role == nil {
		return nil
	}
	v, err := r.stack.resolve(role)
	if err != nil {
		return nil
	}
	return b.owner("role", v, r)
}
