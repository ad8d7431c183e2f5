package iac

import (
	"path/filepath"
	"strings"

	"remotion-doctor/iam/account"
)

// declaration says how a template declares a role or user.
func (r *resource) declaration() *account.Declaration {
	d := &account.Declaration{
		Language: account.CloudFormation, Location: r.location(), Name: r.id, Label: r.label(),
		Construct: r.path, Condition: r.node.get("Condition").str(), JSON: r.stack.root.json,
	}
	if r.servant != nil {
		d.Function, d.Construct = r.servant.id, ""
		if c := r.node.get("Condition").str(); c != r.servant.node.get("Condition").str() {
			// The function has a role of its own in one branch of a condition, and
			// what SAM makes for the other has no name in the template.
			d.Function = ""
			if strings.HasPrefix(c, "NOT") && r.stack.root.at("Conditions", c) == nil {
				d.Closed = "SAM makes the role only where the condition " + strings.TrimPrefix(c, "NOT") + " does not hold, and no condition of the template says so"
			}
		}
	}
	return d
}

// declaration says how a plan declares a role or user: the configuration that
// it is the plan of does.
func (b *planBuilder) declaration(res *tfResource) *account.Declaration {
	d := &account.Declaration{Language: account.Terraform, Location: b.location(res), Name: res.address, Label: res.address}
	if b.plan.pulumi {
		d.Language, d.Name = account.Pulumi, firstOf(append(res.aliases, res.name)...)
		d.Label = d.Name
		return d
	}
	d.Module = res.module
	d.Name = strings.TrimPrefix(strings.TrimPrefix(res.address, res.module), ".")
	d.Folder = b.plan.folder(res.module)
	return d
}

// folder is where the configuration of a module lies, relative to that of the
// root module; empty where it does not lie below it or next to it.
// Source: Terraform documentation, "Module Sources", Local Paths: they begin
// with ./ or ../.
func (p *Plan) folder(module string) string {
	folder := "."
	n := p.config
	for _, name := range moduleNames(module) {
		source := n.at("module_calls", name, "source").str()
		if !strings.HasPrefix(source, "./") && !strings.HasPrefix(source, "../") {
			return ""
		}
		folder = filepath.Join(folder, filepath.FromSlash(source))
		n = n.at("module_calls", name, "module")
	}
	return folder
}
