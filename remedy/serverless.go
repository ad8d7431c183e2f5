package remedy

import (
	"remotion-doctor/iam/policy"
)

// serverlessRole is the role that the Serverless Framework makes for all
// functions.
// Source: Serverless Framework documentation, "IAM Permissions For Functions".
const serverlessRole = "IamRoleLambdaExecution"

// renderServerless writes what belongs into serverless.yml: statements of the
// framework's own role, and resources for the others.
func renderServerless(changes []*Change) (string, error) {
	others := mapping()
	own := &policy.Document{Version: policy.Version2012}
	used := map[string]int{}
	for _, c := range changes {
		for i := range c.Steps {
			s := &c.Steps[i]
			switch {
			case s.After == nil:
			case c.Declared == nil || c.Declared.Name == serverlessRole:
				own = Join(own, s.After) // the framework makes one policy of all
			default:
				add(others, unique(used, logicalID(c, s)), cloudFormationResource(c, s, mapping()))
			}
		}
	}
	root := mapping()
	if len(own.Statements) > 0 {
		role, iam, provider := mapping(), mapping(), mapping()
		add(role, "statements", statementList(own))
		add(iam, "role", role)
		add(provider, "iam", iam)
		add(root, "provider", provider)
	}
	if len(others.Content) > 0 {
		resources := mapping()
		add(resources, "Resources", others)
		add(root, "resources", resources)
	}
	root.HeadComment = "goes into serverless.yml"
	return printTree(root, false)
}
