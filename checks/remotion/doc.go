// Package remotion is what is known of Remotion Lambda, as a [checks.Pack]: the
// documented policies by release (data/), what each statement is for, what
// Remotion does with it, its options, the errors that its users meet, and how it
// finds its bucket, its role and its credentials. [Pack] is the whole;
// package checks judges by it.
//
// Facts come from the published npm packages @remotion/lambda,
// @remotion/lambda-client and @remotion/serverless, 3.0.0 to [Newest]; each
// names its source. Package remotion/published compares them with a release.
package remotion
