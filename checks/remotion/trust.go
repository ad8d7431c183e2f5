package remotion

import (
	"remotion-doctor/audit"
	"remotion-doctor/checks"
)

// Lambda assumes the execution role of a function that Remotion deploys.
// Source: AWS Lambda Developer Guide, "Defining Lambda function permissions
// with an execution role".
var Lambda = checks.Trustee{
	Service: "lambda.amazonaws.com", Actions: []string{"sts:AssumeRole"},
	Consequence: `deployFunction() fails with "The role defined for the function cannot be assumed by Lambda"`,
	Source:      "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
}

// trustee returns who assumes the role that render functions run as.
func trustee(kind audit.TargetKind) (checks.Trustee, bool) {
	return Lambda, kind == audit.TargetRenderer
}
