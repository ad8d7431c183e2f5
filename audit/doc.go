// Package audit holds the nouns of an audit: who is audited (Target,
// Principal), against what (Requirement), what is asked (Probe) and answered
// (Decision, Verdict), and what that means (Finding, Report).
//
// The JSON form of a [Report] is the program's documented output; every other
// format is made from it.
package audit
