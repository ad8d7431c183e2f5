package iac

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/iam/policy"
)

// isPulumi reports whether a document is Pulumi's rather than Terraform's.
func isPulumi(src []byte) bool {
	return bytes.Contains(src[:min(len(src), 1<<16)], []byte(`"urn:pulumi:`)) && bytes.HasPrefix(bytes.TrimSpace(src), []byte("{"))
}

// A planReader walks a plan and keeps what concerns principals.
type planReader struct {
	*jsonReader
	plan    *Plan
	unknown map[string]*node // by address
	format  bool
	values  bool
}

func (r *planReader) read() error {
	if kind := r.dec.PeekKind(); kind != '{' && kind != 0 {
		return &Error{r.file, r.pos.at(r.start()), "a plan must be an object, not " + policy.KindName(kind), planHint}
	}
	err := r.eachMember(func(key string) error {
		switch key {
		case "format_version", "lineage":
			r.format = true
		case "resources":
			r.values = true
			return r.eachItem(r.stateResource)
		case "planned_values":
			r.values = true
			return r.root()
		case "values":
			r.values = true
			return r.module()
		case "prior_state":
			return r.prior()
		case "resource_changes":
			return r.eachItem(r.change)
		case "configuration":
			return r.configuration()
		case "variables":
			n, err := r.value()
			r.plan.variables = n
			return err
		}
		return r.dec.SkipValue()
	})
	if err != nil {
		return err
	}
	if !r.format || !r.values {
		return &Error{r.file, policy.Position{Line: 1, Column: 1}, "the file is no Terraform plan or state in JSON", planHint}
	}
	for _, res := range r.plan.resources {
		if res.unknown == nil {
			res.unknown = r.unknown[res.address]
		}
	}
	return nil
}

// eachMember reads an object; member reads each value.
func (r *planReader) eachMember(member func(key string) error) error {
	if r.dec.PeekKind() != '{' {
		return r.dec.SkipValue()
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() != '}' {
		tok, err := r.dec.ReadToken()
		if err != nil {
			return err
		}
		if err := member(tok.String()); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// eachItem reads a list; item reads each value.
func (r *planReader) eachItem(item func() error) error {
	if r.dec.PeekKind() != '[' {
		return r.dec.SkipValue()
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() != ']' {
		if err := item(); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// root reads planned_values, or the values of a state.
func (r *planReader) root() error {
	return r.eachMember(func(key string) error {
		if key == "root_module" {
			return r.inModule("")
		}
		return r.dec.SkipValue()
	})
}

func (r *planReader) module() error { return r.root() }

// prior reads the state before the plan: of it, the data sources.
func (r *planReader) prior() error {
	return r.eachMember(func(key string) error {
		if key == "values" {
			return r.root()
		}
		return r.dec.SkipValue()
	})
}

func (r *planReader) inModule(address string) error {
	return r.eachMember(func(key string) error {
		switch key {
		case "address":
			tok, err := r.dec.ReadToken()
			address = tok.String()
			return err
		case "resources":
			return r.eachItem(func() error { return r.resource(func(n *node) { r.take(n, n.get("values"), nil) }) })
		case "child_modules":
			return r.eachItem(func() error { return r.inModule("") })
		}
		return r.dec.SkipValue()
	})
}

// concerns are parts of the types that are kept.
var concerns = [][]byte{
	[]byte(`"aws_iam_`), []byte(`"aws_lambda_function"`), []byte(`"aws_ecs_task_definition"`), []byte(`"aws_instance"`),
	[]byte(`"aws_launch_template"`), []byte(`"aws_s3_bucket_policy"`), []byte(`"aws_eks_pod_identity_association"`),
	[]byte(`"aws_caller_identity"`), []byte(`"aws_region"`), []byte(`_policy"`), []byte(`"aws_kms_key"`), []byte(`"aws_organizations_policy`),
	[]byte(`"aws_sqs_queue"`), []byte(`"aws_sns_topic"`), []byte(`"aws_vpc_endpoint"`),
	[]byte(`"awscc_iam_`), []byte(`"aws_cloudcontrolapi_resource"`), []byte(`"aws_cloudformation_stack`), []byte(`"aws_s3_bucket"`),
}

// resource reads one resource, and hands it on where it concerns principals.
func (r *planReader) resource(take func(*node)) error {
	start := r.start()
	raw, err := r.dec.ReadValue()
	if err != nil {
		return err
	}
	if head := raw; raw.Kind() != '{' || !concerned(head) {
		return nil
	}
	n, err := r.inner(raw, start)
	if err == nil {
		take(n)
	}
	return err
}

func concerned(raw []byte) bool {
	for _, c := range concerns {
		if bytes.Contains(raw, c) {
			return true
		}
	}
	return false
}

// inner makes a node of a value that was read.
func (r *planReader) inner(raw jsontext.Value, start int) (*node, error) {
	// The value is parsed where it stands, so that places are those of the file.
	in := &jsonReader{
		file: r.file, src: r.src, pos: r.pos, nodes: r.nodes, limit: r.limit, base: start,
		dec: jsontext.NewDecoder(bytes.NewBuffer(r.src[start : start+len(raw)])),
	}
	n, err := in.value()
	r.nodes = in.nodes
	if err != nil {
		return nil, in.located(err)
	}
	return n, nil
}

// take keeps a resource.
func (r *planReader) take(n, values, unknown *node) {
	res := &tfResource{
		address: n.get("address").str(), typ: n.get("type").str(), name: n.get("name").str(), data: n.get("mode").str() == "data",
		values: values, unknown: unknown, at: n.start,
	}
	if res.address == "" || res.typ == "" {
		return
	}
	own := res.typ + "." + res.name
	if res.data {
		own = "data." + own
	}
	// module.a["x.y"].aws_iam_role.r[0]: the resource's own part comes last.
	if i := strings.LastIndex(res.address, own); i >= 0 {
		res.module = strings.TrimSuffix(res.address[:i], ".")
		res.index = res.address[i+len(own):]
	}
	if have := r.plan.byAddress[res.address]; have != nil {
		// What is planned comes before what was.
		if have.values == nil || unknown != nil {
			have.values, have.unknown, have.at = values, unknown, n.start
		}
		return
	}
	r.plan.byAddress[res.address] = res
	r.plan.resources = append(r.plan.resources, res)
}

// change reads a planned change: what of a resource is not known, and data
// sources that are read during the apply.
func (r *planReader) change() error {
	return r.resource(func(n *node) {
		unknown := n.at("change", "after_unknown")
		if n.get("mode").str() == "data" {
			r.take(n, n.at("change", "after"), unknown)
			return
		}
		if unknown != nil {
			r.unknown[n.get("address").str()] = unknown
		}
	})
}

func (r *planReader) configuration() error {
	n, err := r.value()
	if err != nil {
		return err
	}
	r.plan.config = n.get("root_module")
	r.plan.readProviders(n.get("provider_config"))
	return nil
}
