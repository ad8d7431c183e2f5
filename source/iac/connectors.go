package iac

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"remotion-doctor/iam/policy"
)

// connectorData holds what SAM's connectors allow, as
// aws/serverless-application-model has it (Apache-2.0).
//
//go:embed data/sam-connectors.json
var connectorData []byte

// connectorProfiles are by the types of source and destination.
var connectorProfiles = sync.OnceValue(func() *node {
	root, err := parseJSON("sam-connectors.json", connectorData)
	if err != nil {
		return nil // TestConnectors holds that this does not happen
	}
	return root.get("Permissions")
})

// A connected is one end of a connector: a resource of the template, or what the
// connector says of one elsewhere.
type connected struct {
	of   *resource
	node *node
}

// connector reads a connector of SAM: what it allows the role of one of its
// ends, by its profile. What it allows resources to do is no policy of a role;
// where the profile is not known, whatever it is, it only allows.
// Source: SAM Developer Guide, "AWS::Serverless::Connector".
func (b *builder) connector(r *resource, open []string, properties *node) {
	source := connected{r, nil}
	if n := properties.get("Source"); n != nil {
		source = r.stack.end(n)
	} else if n := properties.get("SourceReference"); n != nil {
		source.node = n
	}
	destinations := []*node{properties.get("Destination")}
	if destinations[0].is(listNode) {
		destinations = destinations[0].items
	}
	for _, n := range destinations {
		if n == nil {
			continue
		}
		c := connection{builder: b, at: r, source: source, destination: r.stack.end(n), open: open}
		c.read(properties.get("Permissions"))
	}
}

// embedded reads the connectors that stand with a resource, each of which may have a condition of its own.
func (b *builder) embedded(r *resource, t truth) {
	n := r.node.get("Connectors")
	if n == nil {
		return
	}
	for _, m := range n.members {
		open := openConditions(r, t)
		if c := m.value.get("Condition"); c != nil {
			own, err := r.stack.condition(c.str(), c)
			if err == nil && own.known && !own.holds {
				continue
			}
			if err != nil || !own.known {
				open = append(open, "condition "+c.str())
			}
		}
		b.connector(r, open, m.value.get("Properties"))
	}
}

// end is the end of a connector that an object describes.
func (s *stack) end(n *node) connected { return connected{s.byID[n.get("Id").str()], n} }

// samTypes are SAM's types with those that they become.
var samTypes = map[string]string{
	samFunction: "AWS::Lambda::Function", "AWS::Serverless::SimpleTable": "AWS::DynamoDB::Table", samStateMachine: "AWS::StepFunctions::StateMachine",
	"AWS::Serverless::Api": "AWS::ApiGateway::RestApi", "AWS::Serverless::HttpApi": "AWS::ApiGatewayV2::Api",
}

func (c connected) typ() string {
	typ := c.node.get("Type").str()
	if c.of != nil {
		typ = c.of.typ
	}
	return firstOf(samTypes[typ], typ)
}

// arn is the ARN of an end; nil where it is not known how to refer to it.
func (c connected) arn() *node {
	if n := c.node.get("Arn"); n != nil {
		return n
	}
	switch {
	case c.of == nil:
		return nil
	case arnRefs[c.of.typ] != "":
		return call("Ref", text(c.of.at, c.of.id))
	case arns[c.of.typ]["Arn"] == "":
		return nil
	}
	return call("Fn::GetAtt", text(c.of.at, c.of.id+".Arn"))
}

func (c connected) name() *node {
	if n := c.node.get("Name"); n != nil {
		return n
	}
	if c.of == nil || arns[c.of.typ]["Name"] == "" {
		return nil
	}
	return call("Fn::GetAtt", text(c.of.at, c.of.id+".Name"))
}

// A connection is a connector with one of its destinations.
type connection struct {
	*builder
	at                  *resource
	source, destination connected
	open                []string // conditions that are not known
}

// read takes in what the connection allows.
func (c *connection) read(permissions *node) {
	profile := connectorProfiles().at(c.source.typ(), c.destination.typ())
	var wanted []string
	if permissions.is(listNode) {
		for _, p := range permissions.items {
			wanted = append(wanted, p.str())
		}
	}
	if profile == nil || len(wanted) == 0 || slices.Contains(wanted, "") {
		c.unread(nil)
		return
	}
	if profile.get("Type").str() != "AWS_IAM_ROLE_MANAGED_POLICY" {
		return // the policy of a resource, which allows a service
	}
	at := c.at.at
	statements := listOf(at)
	for _, category := range wanted {
		list := profile.at("Properties", "AccessCategories", category, "Statement")
		for i := 0; list != nil && i < len(list.items); i++ {
			s := c.fill(list.items[i])
			if s == nil {
				c.unread(list)
				return
			}
			statements.items = append(statements.items, s)
		}
	}
	c.give(profile.at("Properties", "SourcePolicy").str() == "true", objectOf(at, member{"Version", at, text(at, policy.Version2012)}, member{"Statement", at, statements}))
}

// give gives the role of one end a document.
func (c *connection) give(source bool, document *node) {
	end := c.destination
	if source {
		end = c.source
	}
	v, err := c.at.stack.resolve(document)
	if err != nil {
		c.unread(nil)
		return
	}
	doc, err := c.at.stack.document(v, "the connector", c.at, c.open...)
	if err != nil {
		c.unread(nil)
		return
	}
	roles := c.roles(end)
	for p := range roles {
		p.addInline(c.at.id+"Policy", doc, c.at.stack.file, c.at.label()+"/connector")
	}
	if len(roles) == 0 && end.of == nil {
		c.unread(nil)
	}
}

// roles are those of one end.
func (c *connection) roles(end connected) map[*principal]bool {
	out := map[*principal]bool{}
	if role := end.node.get("RoleName"); role != nil {
		if v, err := c.at.stack.resolve(role); err == nil {
			if p := c.owner("role", v, c.at); p != nil {
				out[p] = true
			}
		}
		return out
	}
	if end.of == nil {
		return out
	}
	for _, property := range []string{"Role", "RoleArn", "ServiceRoleArn"} {
		v, err := end.of.property(property)
		if err != nil || v.kind == noValue {
			continue
		}
		if p := c.owner("role", v, end.of); p != nil {
			out[p] = true
		}
	}
	if len(out) == 0 {
		return c.givenTo(end.of)
	}
	return out
}

// unread makes the gap of a connection: whom it allows something are the roles
// of its two ends. Of a profile's statements the actions are known.
func (c *connection) unread(statements *node) {
	var actions []string
	for i := 0; statements != nil && i < len(statements.items); i++ {
		for _, a := range statements.items[i].get("Action").items {
			actions = append(actions, a.str())
		}
	}
	g := allowGap(c.at.location(), "connector of "+c.at.label(), "what it allows is known only after the transform")
	g.Actions = actions
	for _, end := range []connected{c.source, c.destination} {
		for p := range c.roles(end) {
			p.gap(g)
		}
	}
}

// fill copies a value of a profile with its placeholders replaced, at the place
// of the connector; nil where one cannot be.
func (c *connection) fill(n *node) *node {
	at := c.at.at
	switch n.kind {
	case textNode:
		return c.fillText(n.text)
	case listNode, objectNode:
		out := &node{kind: n.kind, start: at, end: at}
		for _, i := range n.items {
			item := c.fill(i)
			if item == nil {
				return nil
			}
			out.items = append(out.items, item)
		}
		for _, m := range n.members {
			value := c.fill(m.value)
			if value == nil {
				return nil
			}
			out.members = append(out.members, member{m.key, at, value})
		}
		return out
	}
	return n
}

// fillText fills a text such as %{Destination.Arn}/*.
func (c *connection) fillText(s string) *node {
	at := c.at.at
	parts := listOf(at)
	for s != "" {
		before, rest, found := strings.Cut(s, "%{")
		if before != "" {
			parts.items = append(parts.items, c.plain(before))
		}
		if !found {
			break
		}
		var name string
		name, s, _ = strings.Cut(rest, "}")
		value := map[string]func() *node{
			"Source.Arn": c.source.arn, "Destination.Arn": c.destination.arn, "Source.Name": c.source.name, "Destination.Name": c.destination.name,
		}[name]
		if value == nil || value() == nil {
			return nil
		}
		parts.items = append(parts.items, value())
	}
	if len(parts.items) == 1 {
		return parts.items[0]
	}
	return call("Fn::Join", listOf(at, text(at, ""), parts))
}

// plain is text with pseudo parameters in it.
func (c *connection) plain(s string) *node {
	if strings.Contains(s, "${AWS::") {
		return call("Fn::Sub", text(c.at.at, s))
	}
	return text(c.at.at, s)
}
