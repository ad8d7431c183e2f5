// Package localaws is an AWS endpoint on the loopback interface that answers
// from an account snapshot: IAM, its policy simulator, STS, Lambda and EC2, in
// their wire protocols, so that the AWS SDKs, the AWS CLI and Remotion can talk
// to it.
//
// Requests are known apart as AWS does it, by the service that they are signed
// for; signatures are not verified. What is not implemented answers as AWS
// does for an unknown operation, never with an empty success.
package localaws
