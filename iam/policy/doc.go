// Package policy is the language of IAM policies: documents, ARNs and the
// patterns that statements match actions and resources with.
//
// A [Document] is parsed strictly, as IAM accepts it when a policy is stored,
// and remembers where each of its parts is in the source. Nothing in this
// package decides a request; see package eval for that.
package policy
