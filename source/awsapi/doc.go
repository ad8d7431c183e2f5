// Package awsapi is everything that talks to AWS. A [Client] is a
// [remotion-doctor/source.Source]: it finds the principal behind a target, asks
// iam:SimulatePrincipalPolicy about probes, and reads policies and what
// surrounds them. Only a [Writer] writes to AWS.
//
// Every attempt of a call and every call with its retries has an end
// ([Options]). An answer that is empty, that contradicts itself, or that concerns
// something else than what was asked is an error of kind
// [remotion-doctor/source.KindAnswer] that names the operation. What could not be
// read of a principal is a gap next to what was.
package awsapi
