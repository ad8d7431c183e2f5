// Package request says what is known of a request before it is made: the
// condition keys that follow from who asks, where it runs, what it asks for and
// that the AWS SDK sends it. Everything that decides a request takes its
// context from here, so that two answers about one request never differ.
//
// Source of all rules: IAM User Guide, "AWS global condition context keys",
// with the availability of each key.
package request
