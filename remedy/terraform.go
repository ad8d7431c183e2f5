package remedy

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"remotion-doctor/iam/policy"
)

// renderTerraform writes resources of the AWS provider. A policy that exists
// is imported, so that the next apply changes it instead of making another.
func renderTerraform(changes []*Change) (string, error) {
	file := hclwrite.NewEmptyFile()
	body := file.Body()
	used := map[string]int{}
	for _, c := range changes {
		if v := c.variable(); v != "" && used["variable "+v] == 0 {
			used["variable "+v]++
			declareVariable(body, v, c)
		}
		for i := range c.Steps {
			s := &c.Steps[i]
			if len(body.Blocks()) > 0 {
				body.AppendNewline()
			}
			body.AppendUnstructuredTokens(hclwrite.Tokens{{Type: hclsyntax.TokenComment, Bytes: []byte("# " + Comment(s.what(c)) + "\n")}})
			terraformStep(body, c, s, unique(used, snake(c.Name+"_"+s.Name())))
		}
	}
	return string(hclwrite.Format(file.Bytes())), nil
}

func terraformStep(body *hclwrite.Body, c *Change, s *Step, name string) {
	resource := func(kind, name string) *hclwrite.Body {
		return body.AppendNewBlock("resource", []string{kind, name}).Body()
	}
	switch s.Kind {
	case PutInline:
		kind := "aws_iam_" + c.Kind + "_policy"
		b := resource(kind, name)
		b.SetAttributeValue("name", cty.StringVal(s.Name()))
		terraformOwner(b, c)
		b.SetAttributeRaw("policy", jsonencode(s.After))
		if s.Before != "" {
			terraformImport(body, reference(kind, name), c.Name+":"+s.Name())
		}
	case CreateManaged, NewVersion:
		b := resource("aws_iam_policy", name)
		if c.referable() && c.Declared.Module != "" {
			// The module may be called again, and names are unique in an account.
			b.SetAttributeValue("name_prefix", cty.StringVal(s.Name()+"-"))
		} else {
			b.SetAttributeValue("name", cty.StringVal(s.Name()))
		}
		if path := pathOf(s.ARN()); path != "/" {
			b.SetAttributeValue("path", cty.StringVal(path))
		}
		b.SetAttributeRaw("policy", jsonencode(s.After))
		if s.Kind == NewVersion {
			terraformImport(body, reference("aws_iam_policy", name), s.ARN())
			return
		}
		body.AppendNewline()
		a := resource("aws_iam_"+c.Kind+"_policy_attachment", name)
		terraformOwner(a, c)
		a.SetAttributeTraversal("policy_arn", reference("aws_iam_policy", name, "arn"))
	default:
		body.AppendUnstructuredTokens(hclwrite.Tokens{{Type: hclsyntax.TokenComment, Bytes: []byte("# remove its resource from your configuration\n")}})
	}
}

func reference(path ...string) hcl.Traversal {
	out := hcl.Traversal{hcl.TraverseRoot{Name: path[0]}}
	for _, p := range path[1:] {
		out = append(out, hcl.TraverseAttr{Name: p})
	}
	return out
}

func terraformImport(body *hclwrite.Body, to hcl.Traversal, id string) {
	body.AppendNewline()
	b := body.AppendNewBlock("import", nil).Body()
	b.SetAttributeTraversal("to", to)
	b.SetAttributeValue("id", cty.StringVal(id))
}

// jsonencode writes a document as Terraform's own syntax, which is easier to
// read and to change than JSON in a string.
func jsonencode(doc *policy.Document) hclwrite.Tokens {
	statements := make([]cty.Value, len(doc.Statements))
	for i := range doc.Statements {
		statements[i] = ctyStatement(&doc.Statements[i])
	}
	fields := []field{{"Version", cty.StringVal(doc.Version)}, {"Statement", cty.TupleVal(statements)}}
	if doc.Version == "" {
		fields = fields[1:]
	}
	return hclwrite.TokensForFunctionCall("jsonencode", objectTokens(fields))
}

// A field is an attribute of an object; cty sorts those of its own.
type field struct {
	name  string
	value cty.Value
}

func objectTokens(fields []field) hclwrite.Tokens {
	items := make([]hclwrite.ObjectAttrTokens, len(fields))
	for i, f := range fields {
		value := hclwrite.TokensForValue(f.value)
		switch {
		case f.name == "Statement":
			value = statementTokens(f.value)
		case f.value.Type().IsTupleType():
			value = tupleTokens(valueTokens(f.value))
		}
		items[i] = hclwrite.ObjectAttrTokens{Name: nameTokens(f.name), Value: value}
	}
	return hclwrite.TokensForObject(items)
}

// nameTokens quotes names that are no identifiers, such as condition keys.
func nameTokens(name string) hclwrite.Tokens {
	if hclsyntax.ValidIdentifier(name) {
		return hclwrite.TokensForIdentifier(name)
	}
	return hclwrite.TokensForValue(cty.StringVal(name))
}

// elementOrder is the customary order within a statement.
var elementOrder = []string{"Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"}

func statementTokens(list cty.Value) hclwrite.Tokens {
	var items []hclwrite.Tokens
	for _, s := range list.AsValueSlice() {
		var fields []field
		values := s.AsValueMap()
		for _, name := range elementOrder {
			if v, ok := values[name]; ok {
				fields = append(fields, field{name, v})
			}
		}
		items = append(items, objectTokens(fields))
	}
	return tupleTokens(items)
}

func valueTokens(list cty.Value) []hclwrite.Tokens {
	var out []hclwrite.Tokens
	for _, v := range list.AsValueSlice() {
		out = append(out, hclwrite.TokensForValue(v))
	}
	return out
}

// tupleTokens writes each element on a line of its own.
func tupleTokens(items []hclwrite.Tokens) hclwrite.Tokens {
	newline := &hclwrite.Token{Type: hclsyntax.TokenNewline, Bytes: []byte("\n")}
	out := hclwrite.Tokens{{Type: hclsyntax.TokenOBrack, Bytes: []byte("[")}, newline}
	for _, item := range items {
		out = append(out, item...)
		out = append(out, &hclwrite.Token{Type: hclsyntax.TokenComma, Bytes: []byte(",")}, newline)
	}
	return append(out, &hclwrite.Token{Type: hclsyntax.TokenCBrack, Bytes: []byte("]")})
}

func ctyStatement(s *policy.Statement) cty.Value {
	m := map[string]cty.Value{"Effect": cty.StringVal(string(s.Effect))}
	if s.Sid != "" {
		m["Sid"] = cty.StringVal(s.Sid)
	}
	if s.Principals != nil {
		m["Principal"] = cty.ObjectVal(map[string]cty.Value{"Service": ctyList(s.Principals.Service)})
	}
	m[s.ActionElement()] = ctyList(s.Actions)
	if len(s.Resources) > 0 {
		m[s.ResourceElement()] = ctyList(s.Resources)
	}
	conditions := map[string]cty.Value{}
	for _, operator := range operatorsOf(s) {
		keys := map[string]cty.Value{}
		for _, c := range s.Conditions {
			if c.Operator == operator {
				keys[c.Key] = ctyList(c.Values)
			}
		}
		conditions[operator] = cty.ObjectVal(keys)
	}
	if len(conditions) > 0 {
		m["Condition"] = cty.ObjectVal(conditions)
	}
	return cty.ObjectVal(m)
}

func operatorsOf(s *policy.Statement) []string {
	var out []string
	for _, c := range s.Conditions {
		if len(out) == 0 || out[len(out)-1] != c.Operator {
			out = append(out, c.Operator)
		}
	}
	return out
}

func ctyList(values []string) cty.Value {
	if len(values) == 1 {
		return cty.StringVal(values[0])
	}
	out := make([]cty.Value, len(values))
	for i, v := range values {
		out[i] = cty.StringVal(v)
	}
	return cty.TupleVal(out)
}

// snake makes a name as Terraform's users write them.
func snake(s string) string {
	s = strings.ToLower(strings.Trim(strings.Map(func(r rune) rune {
		if alphanumeric(string(r)) == "" {
			return '_'
		}
		return r
	}, s), "_"))
	if s == "" || s[0] >= '0' && s[0] <= '9' {
		s = "remotion_" + s
	}
	return s
}

// pathOf is the path of a policy: / of arn:aws:iam::123456789012:policy/name.
func pathOf(arn string) string {
	a, _ := policy.ParseARN(arn)
	path := strings.TrimSuffix(strings.TrimPrefix(a.Resource, "policy"), a.Name())
	if path == "" {
		return "/"
	}
	return path
}
