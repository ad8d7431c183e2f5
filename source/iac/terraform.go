package iac

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// maxPlan is the largest plan or state that is read.
const maxPlan = 512 << 20

// maxPlanNodes bounds what is kept of it.
const maxPlanNodes = 2_000_000

// A Plan is a Terraform plan or state, as `terraform show -json` prints it.
// Source: Terraform documentation, "JSON Output Format".
type Plan struct {
	file      string
	src       []byte
	resources []*tfResource
	byAddress map[string]*tfResource
	config    *node // of the root module; nil for a state
	// configured are the resources of each module's configuration.
	configured map[string]map[string]*node
	region     string
	providers  map[string]*tfProvider
	variables  *node // values of the root module's
	gaps       []planGap
	pulumi     bool // it is Pulumi's
}

// A planGap is a resource that is not read, and may concern any principal.
type planGap struct {
	at        policy.Position
	what, why string
}

// A tfResource is an instance of a resource or data source.
type tfResource struct {
	address string
	module  string // address of the module, with its indexes; empty for the root
	typ     string
	name    string
	index   string // with its brackets; empty where there is none
	data    bool
	values  *node
	unknown *node // what is known only after the apply
	at      policy.Position
	aliases []string // other names by which it may be called
}

// OpenPlan reads a plan or state. The error is an [*Error], or that of the file
// system.
func OpenPlan(path string) (*Plan, error) {
	src, err := readFile(path, maxPlan)
	if err != nil {
		return nil, err
	}
	return parsePlan(path, src)
}

// IsPlan reports whether a file looks like a plan or state rather than a
// template.
func IsPlan(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	for _, marks := range planMarks {
		if !slices.ContainsFunc(marks, func(mark string) bool { return !bytes.Contains(head[:n], []byte(mark)) }) {
			return true
		}
	}
	return false
}

// planMarks are what the beginning of a plan or state holds.
var planMarks = [][]string{
	{`"format_version"`, `"terraform_version"`}, {`"lineage"`, `"serial"`}, {`"urn:pulumi:`, `"resources"`}, {`"steps"`, `"urn:pulumi:`}, {`"deployment"`, `"manifest"`},
}

func parsePlan(file string, src []byte) (*Plan, error) {
	p := &Plan{file: file, src: src, byAddress: map[string]*tfResource{}, configured: map[string]map[string]*node{}}
	r := &planReader{jsonReader: newJSONReader(file, src), plan: p, unknown: map[string]*node{}}
	r.limit = maxPlanNodes
	if isPulumi(src) {
		root, err := r.value()
		if err != nil {
			return nil, r.located(err)
		}
		p.pulumi = true
		r.pulumi(root)
		return p, nil
	}
	if err := r.read(); err != nil {
		if e := wrapped(file, src); e != nil {
			return nil, e
		}
		return nil, r.located(err)
	}
	return p, nil
}

const planHint = "`terraform plan -out plan.bin && terraform show -json plan.bin > plan.json` writes one"

// errNoPlan is for a plan that was not read.
var errNoPlan = errors.New("no plan")

// Deployment returns the account as it will be after the apply.
func (p *Plan) Deployment(o Options) (*Deployment, error) {
	if p == nil {
		return nil, errNoPlan
	}
	asked := o
	p.bind(&o)
	b := &planBuilder{plan: p, assembly: newAssembly(o), made: map[*tfResource]*principal{}, arns: map[*tfResource]string{}, profiles: map[*tfResource]*principal{}}
	if err := b.build(); err != nil {
		return nil, err
	}
	for _, g := range p.gaps {
		b.gap(iam.Gap{Where: iam.Location{File: p.file, Position: g.at}.String(), What: g.what, Why: g.why, Affects: iam.MayBoth})
	}
	d := b.deployment()
	d.Region, d.asked = p.region, asked
	return d, nil
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
