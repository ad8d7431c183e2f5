package iac

// stateResource reads a resource of a state in Terraform's own form
// (terraform.tfstate), with its instances.
// Source: Terraform, statefile, version 4.
func (r *planReader) stateResource() error {
	return r.resource(func(n *node) {
		list := n.get("instances")
		for i := 0; list != nil && i < len(list.items); i++ {
			r.stateInstance(n, list.items[i])
		}
	})
}

func (r *planReader) stateInstance(n, instance *node) {
	address := n.get("type").str() + "." + n.get("name").str()
	if n.get("mode").str() == "data" {
		address = "data." + address
	}
	if module := n.get("module").str(); module != "" {
		address = module + "." + address
	}
	switch key := instance.get("index_key"); {
	case key.is(textNode):
		address += "[" + quote(key.text) + "]"
	case key != nil:
		address += "[" + key.text + "]"
	}
	whole := *n
	whole.members = append([]member{{"address", n.start, text(n.start, address)}}, n.members...)
	r.take(&whole, instance.get("attributes"), nil)
}
