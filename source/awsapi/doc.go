// Package awsapi is everything that talks to AWS: it finds the principal
// behind a target, asks iam:SimulatePrincipalPolicy about probes, and reads a
// principal's policies. It never writes to AWS.
package awsapi
