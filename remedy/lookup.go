package remedy

import (
	"strings"

	"remotion-doctor/iam/account"
)

// standIn takes the place of a name that a shell looks up, until the words of a
// command are quoted.
const standIn = "remotion-doctor/looked-up"

// lookUp are the lines of a shell that find the name that the deploy made;
// empty where it is known.
// Source: AWS CLI Command Reference, cloudformation describe-stack-resource.
func lookUp(c *Change) string {
	if !c.Generated() {
		return ""
	}
	name := shellName(c)
	if c.Declared.Language != account.CloudFormation {
		return ": \"${" + name + ":?set it to the name that the deploy gave " + plainWord(c.Declared.Label) + "}\"\n"
	}
	stack := "STACK"
	if prefix, _, ok := strings.Cut(strings.TrimSuffix(c.Declared.Label, c.Declared.Name), "/"); ok {
		stack += "_" + strings.ToUpper(snake(prefix))
	}
	return ": \"${" + stack + ":?set it to the name of the deployed stack}\"\n" + name + "=$(aws cloudformation describe-stack-resource \\\n" +
		"  --stack-name \"$" + stack + "\" \\\n  --logical-resource-id " + ShellQuote(c.Declared.Name) + " \\\n" +
		"  --query StackResourceDetail.PhysicalResourceId \\\n  --output text)\n"
}

// shellName is a variable of the shell.
func shellName(c *Change) string { return strings.ToUpper(c.Kind + "_" + snake(c.Name)) }

// plainWord keeps what says nothing within the quotes of a shell.
func plainWord(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("\"`$\\}", r) {
			return '_'
		}
		return r
	}, Comment(s))
}
