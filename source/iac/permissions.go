package iac

import (
	"maps"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A functionPolicy is the policy of a Lambda function, a statement a permission.
type functionPolicy struct {
	of         *resource // the first permission
	statements []value
}

// permission adds a permission to the policy of its function. One for a service
// concerns no role or user.
// Source: CloudFormation Template Reference, "AWS::Lambda::Permission".
func (b *builder) permission(r *resource, t truth) error {
	if r.typ != "AWS::Lambda::Permission" {
		return nil
	}
	if text, known := r.orOpaque("Principal").known(); known && iam.IsService(text) {
		return nil
	}
	function, known := b.functionARN(r.orOpaque("FunctionName"), r)
	if !known {
		b.gap(iam.Gap{
			Where: r.location().String(), What: r.typ + " " + r.label(), Why: "which function it is for is not known", Affects: iam.MayAllow,
			Layer: iam.LayerResource, Actions: []string{"lambda:*"},
		})
		return nil
	}
	statement := r.permission(function)
	for _, condition := range openConditions(r, t) {
		statement = value{kind: choiceValue, options: []option{{condition, statement}}, start: r.at, end: r.at}
	}
	if b.functions[function] == nil {
		b.functions[function] = &functionPolicy{of: r}
	}
	b.functions[function].statements = append(b.functions[function].statements, statement)
	return nil
}

// permissionKeys are the operator and condition key that a property of a
// permission becomes.
// Source: AWS Lambda API Reference, AddPermission; AWS Lambda Developer Guide,
// "Working with resource-based IAM policies in Lambda".
var permissionKeys = []struct{ property, operator, key string }{
	{"SourceArn", "ArnLike", "aws:SourceArn"},
	{"SourceAccount", "StringEquals", "aws:SourceAccount"},
	{"PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"},
	{"FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"},
	{"EventSourceToken", "StringEquals", "lambda:EventSourceToken"},
}

// permission is the statement that a permission on a function becomes.
func (r *resource) permission(function string) value {
	object := func(members ...field) value {
		return value{kind: objectValue, members: members, start: r.at, end: r.at}
	}
	out := object(
		field{"Effect", r.at, textOf(string(policy.Allow))}, field{"Principal", r.at, object(field{"AWS", r.at, r.orOpaque("Principal")})},
		field{"Action", r.at, r.orOpaque("Action")}, field{"Resource", r.at, textOf(function)},
	)
	conditions := object()
	for _, k := range permissionKeys {
		v := r.orOpaque(k.property)
		if v.kind == noValue {
			continue
		}
		entry := field{k.key, r.at, v}
		if i := slices.IndexFunc(conditions.members, func(f field) bool { return f.key == k.operator }); i >= 0 {
			conditions.members[i].value.members = append(conditions.members[i].value.members, entry)
		} else {
			conditions.members = append(conditions.members, field{k.operator, r.at, object(entry)})
		}
	}
	if len(conditions.members) > 0 {
		out.members = append(out.members, field{"Condition", r.at, conditions})
	}
	return out
}

// orOpaque is a property, or a value about which nothing is known where it is not
// understood.
func (r *resource) orOpaque(name string) value {
	v, err := r.property(name)
	if err != nil {
		return opaque(name + " of " + r.label())
	}
	return v
}

// functionARN is the ARN of the function that a name, partial ARN or ARN means,
// without a version.
func (b *builder) functionARN(v value, r *resource) (string, bool) {
	if of := v.resource(); of != nil {
		arn, ok := of.arn()
		return arn.standIn(), ok
	}
	text, known := v.known()
	o := &r.stack.options
	if _, rest, ok := strings.Cut(":"+text, ":function:"); ok && !isARN(text) {
		text = rest
	}
	if known && text != "" && !isARN(text) {
		text = "arn:" + o.partition() + ":lambda:" + o.region() + ":" + o.account() + ":function:" + text
	}
	if a, ok := policy.ParseARN(text); ok {
		parts := strings.SplitN(a.Resource, ":", 3)
		a.Resource = strings.Join(parts[:min(2, len(parts))], ":")
		return a.String(), known
	}
	return "", false
}

// holdFunctions makes the policies of functions.
func (b *builder) holdFunctions() {
	for _, arn := range slices.Sorted(maps.Keys(b.functions)) {
		p := b.functions[arn]
		v := value{kind: objectValue, start: p.of.at, end: p.of.at, members: []field{
			{"Version", p.of.at, textOf(policy.Version2012)}, {"Statement", p.of.at, value{kind: listValue, items: p.statements, start: p.of.at, end: p.of.at}},
		}}
		doc, err := p.of.stack.resourceDocument(v, "the policy", p.of, b.made)
		if _, twice := b.snapshot.ResourcePolicies[arn]; err != nil || twice {
			b.gap(iam.Gap{Where: p.of.location().String(), What: "the policy of " + arn, Why: "it is not evaluated", Affects: iam.MayBoth, Layer: iam.LayerResource, Actions: []string{"lambda:*"}, Resources: []string{arn, arn + ":*"}})
			continue
		}
		b.holdPolicy(arn, identified(doc, p.of.stack.file, p.of.label()))
	}
}
