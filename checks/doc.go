// Package checks holds what Remotion Lambda requires of an IAM principal, and
// judges whether the principal is granted it.
//
// A required policy is an IAM policy document in data/, one file for each
// change that a Remotion release made to it, and [Modules] says of each of its
// statements why Remotion needs it and what breaks without it. A
// [Requirement] becomes a [Plan], the plan's probes are put to an
// [iam.Evaluator], and the plan judges the verdicts.
//
// Facts about Remotion come from its published npm packages @remotion/lambda,
// @remotion/lambda-client and @remotion/serverless, 3.0.0 to 4.0.527.
package checks
