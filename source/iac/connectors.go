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
		for p := range b.connected(r, end) {
			p.gap(allowGap(r.location(), "connector of "+r.label(), "what it allows is known only after the transform"))
		}
	}
}

// connected are the roles of one end of a connector.
func (b *builder) connected(r *resource, end *node) map[*principal]bool {
	out := map[*principal]bool{}
	if of := r.stack.byID[end.get("Id").str()]; of != nil {
		out = b.givenTo(of)
	}
	if role := end.get("RoleName"); role != nil {
		if v, err := r.stack.resolve(role); err == nil {
			if p := b.owner("role", v, r); p != nil {
				out[p] = true
			}
		}
	}
	return out
}
