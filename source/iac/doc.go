// Package iac reads what is going to be deployed: CloudFormation, SAM and CDK
// templates, Terraform plans and states, and what Pulumi previews. Each becomes an
// [account.Snapshot] as the account will be after the deploy.
//
// A value that nobody can know before the deploy (an import, a dynamic
// reference, a generated name, "known after apply") is kept as an unknown by
// [policy.Unknown], so that whatever depends on it is undecided and names it.
// Nothing is guessed, and a document that is missing is never an empty one.
// What is not read or understood makes an [iam.Gap] of the principals that it
// may concern, and of nobody else.
//
// Every statement remembers its place in the file (account.Origin), and every
// error is an [*Error] with one.
package iac
