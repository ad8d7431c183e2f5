// Package checks makes the requirement of a product into questions to IAM, and
// judges the answers.
//
// What is known of one product is a [Pack]: the policies that it documents, by
// release, what it does with them, and why each statement matters. A
// [Requirement] of a pack, or of any policy document, becomes a [Plan]; the
// plan's probes are put to an [iam.Evaluator]; and the plan judges the verdicts
// by an [Analysis] of the principal's policies and by the [Doubts] about them:
// what was not read and could change a verdict makes it unknown.
//
// The packages below this one are packs. Nothing here knows them.
package checks
