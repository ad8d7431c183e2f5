package iac

import (
	"regexp"
	"slices"
	"strings"
)

// maxHops bounds how far a reference is followed through modules.
const maxHops = 20

// configModule returns the configuration of the module with an address.
func (p *Plan) configModule(address string) *node {
	n := p.config
	for _, name := range moduleNames(address) {
		n = n.at("module_calls", name, "module")
	}
	return n
}

// configCall returns the call of the module with an address, and the address
// of the module that calls it.
func (p *Plan) configCall(address string) (call *node, caller string) {
	names := moduleNames(address)
	if len(names) == 0 {
		return nil, ""
	}
	n := p.config
	for _, name := range names[:len(names)-1] {
		n = n.at("module_calls", name, "module")
	}
	i := strings.LastIndex(address, "module."+names[len(names)-1])
	return n.at("module_calls", names[len(names)-1]), strings.TrimSuffix(address[:i], ".")
}

// moduleNames returns the names of nested modules: module.a["x"].module.b is
// a, b.
func moduleNames(address string) []string {
	var out []string
	for _, part := range splitAddress(address) {
		if name, ok := strings.CutPrefix(part, "module."); ok {
			name, _, _ = strings.Cut(name, "[")
			out = append(out, name)
		}
	}
	return out
}

// splitAddress divides the address of a module at its steps. A key may hold
// dots.
func splitAddress(address string) []string {
	var out []string
	depth, start := 0, 0
	for i := 0; i < len(address); i++ {
		switch address[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '.':
			if depth == 0 && strings.HasPrefix(address[i+1:], "module.") {
				out = append(out, address[start:i])
				start = i + 1
			}
		}
	}
	if start < len(address) {
		out = append(out, address[start:])
	}
	return out
}

// expression returns what the configuration says of an attribute of a
// resource, or nil.
func (p *Plan) expression(res *tfResource, path ...string) *node {
	n := p.configResource(res)
	return n.at("expressions").at(path...)
}

func (p *Plan) configResource(res *tfResource) *node {
	names := strings.Join(moduleNames(res.module), ".")
	if p.configured[names] == nil {
		found := map[string]*node{}
		if list := p.configModule(res.module).get("resources"); list != nil {
			for _, n := range list.items {
				found[n.get("mode").str()+" "+n.get("type").str()+"."+n.get("name").str()] = n
			}
		}
		p.configured[names] = found
	}
	mode := "managed"
	if res.data {
		mode = "data"
	}
	return p.configured[names][mode+" "+res.typ+"."+res.name]
}

// A link is where a reference leads.
type link struct {
	resource  *tfResource
	attribute string
}

// A trail follows the references of an expression whose value is not known. A
// plan does not say how an expression is made of what it refers to. But what is
// known before the apply cannot be why the value is not: where one thing that
// is not known is left, the value is made of it.
type trail struct {
	plan *Plan
	from *tfResource
	// links are the resources that were reached; open says that something else
	// was reached as well, such as a local value, which a plan does not tell.
	links []link
	open  bool
	// chosen says that something known was reached as well: it may decide which
	// of several links is meant.
	chosen bool
	seen   map[string]bool
}

// certain reports whether the value is made of one thing.
func (t *trail) certain() bool {
	if t.open || len(t.links) == 0 {
		return false
	}
	for _, l := range t.links {
		if l.resource != t.links[0].resource {
			return false
		}
	}
	return true
}

// listed reports whether the value of a list is made of all that was reached.
func (t *trail) listed() bool { return !t.open && (!t.chosen || t.certain()) }

// follow returns the resources that an expression of a resource refers to.
func (p *Plan) follow(res *tfResource, expression *node) *trail {
	t := &trail{plan: p, from: res, seen: map[string]bool{}}
	t.references(res.module, expression, 0)
	return t
}

// references follows the most specific references of an expression: Terraform
// lists a.b.c along with a.b.
func (t *trail) references(module string, expression *node, hops int) {
	if expression.get("constant_value") != nil {
		t.chosen = true
		return
	}
	list := expression.get("references")
	if list == nil || hops > maxHops {
		t.open = t.open || expression != nil
		return
	}
	var refs []string
	for _, n := range list.items {
		refs = append(refs, n.str())
	}
	for _, ref := range refs {
		if !slices.ContainsFunc(refs, func(other string) bool {
			return len(other) > len(ref) && strings.HasPrefix(other, ref) && strings.ContainsAny(other[len(ref):len(ref)+1], ".[")
		}) {
			t.reference(module, ref, hops+1)
		}
	}
}

var resourceReference = regexp.MustCompile(`^(data\.)?([a-z0-9_]+)\.([A-Za-z0-9_-]+)(\[[^\]]*\])?(?:\.(.*))?$`)

func (t *trail) reference(module, ref string, hops int) {
	key := module + "\x00" + ref
	if t.seen[key] {
		return
	}
	t.seen[key] = true
	switch first, rest, _ := strings.Cut(ref, "."); first {
	case "var":
		name, _, _ := strings.Cut(strings.SplitN(rest, "[", 2)[0], ".")
		t.variable(module, name, hops)
	case "module":
		t.output(module, rest, hops)
	case "each":
		if e := t.plan.configResource(t.from).get("for_each_expression"); e != nil && strings.HasPrefix(rest, "value") {
			t.references(module, e, hops)
		}
	case "count", "path", "terraform", "self":
	case "local":
		t.open = true
	default:
		t.toResource(module, ref)
	}
}

// variable follows a variable to what the caller of the module gives. A
// variable of the root module, and a default, are known.
func (t *trail) variable(module, name string, hops int) {
	call, caller := t.plan.configCall(module)
	switch e := call.at("expressions", name); {
	case module == "" && t.plan.variables.get(name) != nil:
		t.chosen = true
	case e != nil:
		t.references(caller, e, hops)
	case t.plan.configModule(module).at("variables", name, "default") != nil:
		t.chosen = true
	default:
		t.open = true
	}
}

// output follows NAME[INDEX].OUTPUT.
func (t *trail) output(module, ref string, hops int) {
	name, output, _ := strings.Cut(ref, ".")
	if i := strings.IndexByte(ref, '['); i >= 0 && i < len(name) {
		end := strings.IndexByte(ref, ']')
		if end < 0 {
			t.open = true
			return
		}
		name, output = ref[:i], strings.TrimPrefix(ref[end+1:], ".")
	}
	output, _, _ = strings.Cut(output, ".")
	output, _, _ = strings.Cut(output, "[")
	child := strings.TrimPrefix(module+".module."+name, ".")
	if e := t.plan.configModule(child).at("outputs", output, "expression"); e != nil {
		t.references(child, e, hops)
		return
	}
	t.open = true
}

// toResource finds the instances that a reference means.
func (t *trail) toResource(module, ref string) {
	m := resourceReference.FindStringSubmatch(ref)
	if m == nil {
		t.open = true
		return
	}
	var hits []*tfResource
	for _, res := range t.plan.resources {
		if res.data == (m[1] != "") && res.typ == m[2] && res.name == m[3] && sameModule(res.module, module) {
			hits = append(hits, res)
		}
	}
	narrow := func(keep func(*tfResource) bool) {
		if kept := slices.DeleteFunc(slices.Clone(hits), func(r *tfResource) bool { return !keep(r) }); len(kept) > 0 {
			hits = kept
		}
	}
	narrow(func(r *tfResource) bool { return r.module == t.from.module })
	narrow(func(r *tfResource) bool { return commonKeys(r.module, t.from.module) })
	if m[4] != "" && !strings.Contains(m[4], ".") {
		narrow(func(r *tfResource) bool { return r.index == m[4] })
	} else if t.from.index != "" {
		narrow(func(r *tfResource) bool { return r.index == t.from.index })
	}
	if len(hits) == 0 {
		t.open = true
	}
	for _, r := range hits {
		if r.knows(m[5]) {
			t.chosen = true
			continue
		}
		t.links = append(t.links, link{r, m[5]})
	}
}

// knows reports whether an attribute of a resource is known before the apply.
func (r *tfResource) knows(attribute string) bool {
	name, _, _ := strings.Cut(strings.SplitN(attribute, "[", 2)[0], ".")
	return r.values.get(name).scalar() && r.unknown.get(name) == nil
}

// sameModule reports whether a module's address is an instance of another,
// which may be without indexes.
func sameModule(a, b string) bool { return slices.Equal(moduleNames(a), moduleNames(b)) }

// commonKeys reports whether the steps that two modules share have the same
// indexes.
func commonKeys(a, b string) bool {
	as, bs := splitAddress(a), splitAddress(b)
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			nameA, _, _ := strings.Cut(as[i], "[")
			nameB, _, _ := strings.Cut(bs[i], "[")
			return nameA != nameB
		}
	}
	return true
}

// of returns the links to resources of a type.
func (t *trail) of(types ...string) []*tfResource {
	var out []*tfResource
	for _, l := range t.links {
		if slices.Contains(types, l.resource.typ) && !slices.Contains(out, l.resource) {
			out = append(out, l.resource)
		}
	}
	return out
}
