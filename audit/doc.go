// Package audit holds the nouns of an audit: what is audited (Target), against
// what (Requirement), and what that came to (Finding, Section, Report).
//
// The JSON form of a [Report] is the program's documented output; every other
// format is made from it.
package audit
