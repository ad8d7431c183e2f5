package iac

import (
	"regexp"
	"strings"
)

// Marks that Pulumi puts in place of values.
// Source: Pulumi, "Resource state" and sdk/go/common/resource: plugin.UnknownStringValue, resource.SigKey.
const (
	pulumiUnknown   = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
	pulumiSignature = "4dabf18193072939515e22adb298388d"
)

// pulumi reads a preview (pulumi preview --json), a stack (pulumi stack export),
// or SST's state. The classic AWS provider's resources are those of Terraform
// under other names.
func (r *planReader) pulumi(root *node) {
	var states []*node
	if steps := root.get("steps"); steps != nil {
		for _, s := range steps.items {
			if op := s.get("op").str(); op != "delete" && !strings.HasPrefix(op, "delete-") {
				states = append(states, s.get("newState"))
			}
		}
	}
	for _, path := range [][]string{{"deployment", "resources"}, {"checkpoint", "latest", "resources"}} {
		if list := root.at(path...); list != nil {
			states = append(states, list.items...)
		}
	}
	p := pulumiReader{planReader: r, addresses: map[string]string{}, used: keySet{}}
	for _, s := range states {
		p.address(s)
	}
	for _, s := range states {
		p.take(s)
	}
	r.plan.config = objectOf(root.start, member{"resources", root.start, listOf(root.start, p.config...)})
}

// A pulumiReader turns the states of resources into those of a plan.
type pulumiReader struct {
	*planReader
	addresses map[string]string // by URN
	used      keySet
	config    []*node
}

var pulumiType = regexp.MustCompile(`^aws:([a-z0-9]+)/[A-Za-z0-9]+:([A-Za-z0-9]+)$`)

// pulumiTypes are the types whose names in Terraform do not follow from theirs.
var pulumiTypes = map[string]string{
	"aws_ec2_instance": "aws_instance", "aws_ec2_launch_template": "aws_launch_template", "aws_s3_bucket_v2": "aws_s3_bucket",
}

// pulumiNames are the properties whose names in Terraform do not follow from
// theirs.
var pulumiNames = map[string]string{"inline_policies": "inline_policy"}

// terraformType is the type in Terraform; empty for another provider's.
func terraformType(token string) string {
	m := pulumiType.FindStringSubmatch(token)
	if m == nil {
		return ""
	}
	typ := "aws_" + m[1] + "_" + snake(m[2])
	if other := pulumiTypes[typ]; other != "" {
		return other
	}
	return typ
}

// snake writes camelCase as snake_case.
func snake(s string) string {
	var b strings.Builder
	for i, c := range s {
		if c >= 'A' && c <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}

// urnName is the name that the program gives a resource.
func urnName(urn string) string {
	if i := strings.LastIndex(urn, "::"); i >= 0 {
		return urn[i+2:]
	}
	return urn
}

func (p *pulumiReader) address(s *node) {
	urn := s.get("urn").str()
	typ := terraformType(s.get("type").str())
	if typ == "" || urn == "" || p.addresses[urn] != "" {
		return
	}
	name := plainName(urnName(urn))
	name = strings.NewReplacer(".", "-", "+", "-", "=", "-", ",", "-", "@", "-").Replace(name)
	for address := typ + "." + name; ; address += "-" {
		if p.used.add(address) {
			p.addresses[urn] = address
			return
		}
	}
}

func (p *pulumiReader) take(s *node) {
	token, urn := s.get("type").str(), s.get("urn").str()
	address := p.addresses[urn]
	if address == "" {
		if strings.HasPrefix(token, "aws-native:iam:") || strings.HasPrefix(token, "aws-native:organizations:") {
			p.plan.gaps = append(p.plan.gaps, planGap{s.start, urnName(urn), "resources of the type " + token + " are not read"})
		}
		return
	}
	typ, name, _ := strings.Cut(address, ".")
	inputs := p.values(s.get("inputs"))
	for _, key := range []string{"arn", "id", "name"} {
		if out := s.at("outputs", key); out.is(textNode) && inputs.get(key) == nil && out.text != pulumiUnknown {
			inputs.members = append(inputs.members, member{key, out.start, out})
		}
	}
	if typ == "aws_lambda_function" && inputs.get("name") != nil {
		inputs.members = append(inputs.members, member{"function_name", s.start, inputs.get("name")})
	}
	known, unknown, expressions := p.divide(inputs, s.get("propertyDependencies"))
	at := s.start
	n := objectOf(at, member{"address", at, text(at, address)}, member{"type", at, text(at, typ)}, member{"name", at, text(at, name)}, member{"mode", at, text(at, "managed")})
	p.planReader.take(n, known, unknown)
	p.plan.byAddress[address].aliases = []string{urnName(urn), urn}
	p.config = append(p.config, objectOf(at, member{"address", at, text(at, address)}, member{"mode", at, text(at, "managed")},
		member{"type", at, text(at, typ)}, member{"name", at, text(at, name)}, member{"expressions", at, expressions}))
}

// values are inputs under the names of Terraform.
func (p *pulumiReader) values(n *node) *node {
	if n == nil {
		return &node{kind: objectNode}
	}
	out := *n
	out.items, out.members = nil, nil
	for _, i := range n.items {
		out.items = append(out.items, p.values(i))
	}
	for _, m := range n.members {
		key := snake(m.key)
		if other := pulumiNames[key]; other != "" {
			key = other
		}
		out.members = append(out.members, member{key, m.at, p.values(m.value)})
	}
	return &out
}

// divide says what is known of a resource from what is not, and what the
// latter depends on.
func (p *pulumiReader) divide(inputs, dependencies *node) (known, unknown, expressions *node) {
	known, unknown, expressions = objectOf(inputs.start), objectOf(inputs.start), objectOf(inputs.start)
	needed := map[string]*node{}
	if dependencies != nil {
		for _, m := range dependencies.members {
			key := snake(m.key)
			if other := pulumiNames[key]; other != "" {
				key = other
			}
			needed[key] = m.value
		}
	}
	for _, m := range inputs.members {
		expression := objectOf(m.at)
		if pulumiOpen(m.value) {
			unknown.members = append(unknown.members, member{m.key, m.at, &node{kind: boolNode, text: "true", start: m.at, end: m.at}})
			refs := listOf(m.at)
			for i := 0; needed[m.key] != nil && i < len(needed[m.key].items); i++ {
				urn := needed[m.key].items[i].str()
				if address := p.addresses[urn]; address != "" {
					refs.items = append(refs.items, text(m.at, address))
				} else {
					refs.items = append(refs.items, text(m.at, "local."+plainName(urnName(urn))))
				}
			}
			if len(refs.items) > 0 {
				expression = objectOf(m.at, member{"references", m.at, refs})
			}
		} else {
			known.members = append(known.members, m)
		}
		expressions.members = append(expressions.members, member{m.key, m.at, expression})
	}
	return known, unknown, expressions
}

// pulumiOpen reports whether a value is not known, or a secret.
func pulumiOpen(n *node) bool {
	if n.is(textNode) && strings.Contains(n.text, pulumiUnknown) || n.get(pulumiSignature) != nil {
		return true
	}
	for _, i := range n.items {
		if pulumiOpen(i) {
			return true
		}
	}
	for _, m := range n.members {
		if pulumiOpen(m.value) {
			return true
		}
	}
	return false
}
