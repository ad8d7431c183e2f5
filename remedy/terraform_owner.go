package remedy

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"remotion-doctor/iam/account"
)

// InConfiguration reports whether a configuration of Terraform's declares the
// principal.
func (c *Change) InConfiguration() bool {
	return c.InFile() && c.Declared.Language == account.Terraform
}

// referable reports whether the change can be written where the configuration
// can refer to the principal: in the root module or in a module of a local
// folder.
func (c *Change) referable() bool { return c.InConfiguration() && c.Declared.Folder != "" }

// terraformOwner sets the role or user of a resource: the resource that
// declares it, a variable, or its name. In a module from elsewhere it cannot be
// referred to, but waited for.
func terraformOwner(b *hclwrite.Body, c *Change) {
	if c.referable() {
		if to, diags := hclsyntax.ParseTraversalAbs([]byte(c.Declared.Name), "", hcl.InitialPos); !diags.HasErrors() {
			b.SetAttributeTraversal(c.Kind, append(to, hcl.TraverseAttr{Name: "name"}))
			return
		}
	}
	if v := c.variable(); v != "" {
		b.SetAttributeTraversal(c.Kind, reference("var", v))
		return
	}
	b.SetAttributeValue(c.Kind, cty.StringVal(c.Name))
}

// variable is the variable for the name of a principal that only the deploy
// makes and nothing can refer to; empty where there is none.
func (c *Change) variable() string {
	if !c.Generated() || c.referable() {
		return ""
	}
	return snake(c.Name) + "_name"
}

func declareVariable(body *hclwrite.Body, name string, c *Change) {
	v := body.AppendNewBlock("variable", []string{name}).Body()
	v.SetAttributeTraversal("type", reference("string"))
	v.SetAttributeValue("description", cty.StringVal("The name that the deploy gave the "+c.owner()))
}
