package remedy

import (
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// resources returns what a grant for a finding concerns: the patterns that
// Remotion uses in this account and these regions, without those that are
// granted already.
func resources(f *audit.Finding, o Options) []string {
	if o.Documented || len(f.Effective) == 0 {
		return []string{f.Resource}
	}
	var out []string
	for _, pattern := range f.Effective {
		if o.Whole || o.All || !granted(f, pattern) {
			out = append(out, released(f.Resource, pattern))
		}
	}
	if len(out) == 0 {
		for _, pattern := range f.Effective {
			out = append(out, released(f.Resource, pattern))
		}
	}
	return out
}

// granted reports whether the evidence of a finding shows a pattern to be
// granted: something in it was asked about, and all of that is allowed.
func granted(f *audit.Finding, pattern string) bool {
	asked := false
	for i := range f.Evidence {
		e := &f.Evidence[i]
		if e.Documented || !policy.MatchResource(pattern, e.Resource) {
			continue
		}
		if asked = true; e.Verdict.Decision != iam.Allowed || len(e.Verdict.MissingContext) > 0 {
			return false
		}
	}
	return asked
}

// released frees a pattern of what the next release of Remotion changes: the
// names and versions of layers. They stay as documented, in the account and
// the region of the pattern. An account that is not known may be any.
func released(documented, pattern string) string {
	a, ok := policy.ParseARN(pattern)
	if ok && a.AccountID == iam.UnknownAccount {
		if documented == "*" && a.Service == "iam" {
			return documented // the principal's own name is not known either
		}
		a.AccountID = "*"
		pattern = a.String()
	}
	d, ok2 := policy.ParseARN(documented)
	if !ok || !ok2 || a.Service != "lambda" || a.Type() != "layer" || d.Type() != "layer" {
		return pattern
	}
	a.Resource = d.Resource
	return a.String()
}

// distinct sorts patterns and leaves out those that another one covers.
func distinct(patterns []string) []string {
	slices.Sort(patterns)
	patterns = slices.Compact(patterns)
	var out []string
	for i, p := range patterns {
		covered := slices.ContainsFunc(patterns, func(q string) bool { return q != p && covers(q, p) })
		// Of two that cover each other the first stays.
		if !covered || slices.ContainsFunc(patterns[i+1:], func(q string) bool { return covers(p, q) && covers(q, p) }) {
			out = append(out, p)
		}
	}
	return out
}

// covers reports whether every ARN of a pattern is one of another. It may miss
// that, but is never wrong: only patterns that are the same up to the last
// part are compared, in which a star represents anything.
func covers(wide, narrow string) bool {
	if wide == "*" {
		return true
	}
	w, ok := policy.ParseARN(wide)
	n, ok2 := policy.ParseARN(narrow)
	if !ok || !ok2 || strings.ContainsAny(wide+narrow, "?$") {
		return false
	}
	last := w.Resource
	w.Resource = n.Resource
	return w == n && policy.MatchGlob(last, n.Resource)
}
