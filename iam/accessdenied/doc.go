// Package accessdenied reads errors of AWS as users paste them: from the
// command line, the SDKs for JavaScript, Python, Go, Java, .NET, PHP and Ruby,
// Terraform, CloudFormation and programs. It finds who was denied what, on
// which resource, and by which layer of policies, as far as the text says,
// and says what it leaves open.
//
// The wordings are data: sentences in sentence.go, reasons in reason.go,
// operations in operation.go and known errors in diagnosis.go.
package accessdenied
