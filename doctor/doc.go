// Package doctor is remotion-doctor as a library: [Check] audits principals
// against a required policy, [Explain] answers one request with the whole way
// to the answer, [Fix] works out the policy that grants what is missing. Each
// is one call with a [source.Source], which says where the facts come from.
//
// Nothing here knows flags, terminals or exit codes. What could not be decided
// is never a pass: it is a finding of status unknown, a section with gaps, or a
// section that is incomplete.
package doctor
