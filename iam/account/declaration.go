package account

import "remotion-doctor/iam"

// A Language is what a file is written in that declares principals.
type Language string

// The languages.
const (
	CloudFormation Language = "cloudformation" // and SAM, and what the CDK makes
	Terraform      Language = "terraform"      // a plan or state: the configuration is elsewhere
	Pulumi         Language = "pulumi"         // a preview or state: the program is elsewhere
)

// A Declaration is how a file of the user's declares a role or user, and by
// what the file's own language refers to it.
type Declaration struct {
	Language Language
	// Location is where it stands; of a role that SAM makes, where its function
	// stands.
	Location iam.Location
	// Name is what the language calls it: a logical id, which Ref takes; an
	// address within its module; the name in a program of Pulumi's.
	Name string
	// Label is the name with the stack or module that it is in.
	Label string
	// Function is the logical id of the resource that SAM makes the role for.
	Function string
	// Condition is the condition of a template under which it exists.
	Condition string
	// Construct is its path in an app of the CDK's.
	Construct string
	// Module is the address of its module in Terraform, Folder where that
	// module's configuration lies, relative to the root module's; empty where it
	// is not a local folder.
	Module, Folder string
	// JSON says that the file is written as JSON, not YAML.
	JSON bool
	// Generated says that the deploy makes the physical name: the one in the
	// snapshot is only a stand-in.
	Generated bool
	// Closed says why nothing can be put into the file for it; empty where
	// something can.
	Closed string
}
