package remedy

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

// curable reports whether a grant makes a finding pass.
func curable(f *audit.Finding) bool {
	return f.Use != audit.UseUnused && (f.Status == audit.Fail || f.Status == audit.Partial)
}

// Options say how wide a remedy is.
type Options struct {
	// Documented grants the resources as Remotion documents them, instead of
	// those of this account, these regions and the names in use.
	Documented bool
	// Whole grants all resources of a finding, also those that the evidence
	// shows to be granted already.
	Whole bool
	// All takes every finding for one that is to be cured.
	All bool
}

// Policy returns [Grants] with the zero Options.
func Policy(findings []audit.Finding) *policy.Document { return Grants(findings, Options{}) }

// Grants returns the smallest policy that grants what the findings miss:
// actions on the same resources in one statement, sorted and with Sids. It is
// nil where no grant would help.
func Grants(findings []audit.Finding, o Options) *policy.Document {
	byAction := map[string]*need{}
	for i := range findings {
		f := &findings[i]
		if !curable(f) && !o.All {
			continue
		}
		n := byAction[f.Action]
		if n == nil {
			n = &need{module: f.Module, sid: f.Sid}
			byAction[f.Action] = n
		}
		n.resources = append(n.resources, resources(f, o)...)
	}
	if len(byAction) == 0 {
		return nil
	}
	for _, n := range byAction {
		n.resources = distinct(n.resources)
	}
	doc := &policy.Document{Version: policy.Version2012, Statements: merge(byAction)}
	nameStatements(doc.Statements)
	return doc
}

// A need is what one action misses.
type need struct {
	module, sid string
	resources   []string
}

// merge makes one statement of all actions that miss the same resources.
func merge(byAction map[string]*need) []policy.Statement {
	byResources := map[string]*policy.Statement{}
	for _, action := range slices.Sorted(maps.Keys(byAction)) {
		n := byAction[action]
		key := strings.Join(n.resources, "\n")
		s := byResources[key]
		if s == nil {
			s = &policy.Statement{Sid: sidOf(n), Effect: policy.Allow, Resources: n.resources}
			byResources[key] = s
		}
		s.Actions = append(s.Actions, action)
	}
	var out []policy.Statement
	for _, s := range byResources {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b policy.Statement) int { return strings.Compare(a.Actions[0], b.Actions[0]) })
	return out
}

// sidOf makes a Sid of the requirement's own, or of the module's name where
// that is a number as in the renderer's policy.
func sidOf(n *need) string {
	if n.sid != "" && (n.sid[0] < '0' || n.sid[0] > '9') {
		return alphanumeric(n.sid)
	}
	var b strings.Builder
	for word := range strings.SplitSeq(n.module, "-") {
		word = alphanumeric(word)
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	if b.Len() == 0 {
		return "Remotion"
	}
	return b.String()
}

func alphanumeric(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// nameStatements makes the Sids unique, as IAM requires.
func nameStatements(statements []policy.Statement) { renameFrom(statements, 0) }

// renameFrom makes the Sids unique by renaming statements from an index on.
func renameFrom(statements []policy.Statement, from int) {
	used := map[string]bool{"": true}
	for i := range statements[:from] {
		used[statements[i].Sid] = true
	}
	for i := from; i < len(statements); i++ {
		sid := statements[i].Sid
		for n := 2; sid != "" && used[sid]; n++ {
			sid = statements[i].Sid + strconv.Itoa(n)
		}
		used[sid] = true
		statements[i].Sid = sid
	}
}

// Cured reports whether the findings that a grant can cure pass in another
// judgement of the same requirement, and returns those that do not.
func Cured(before, after []audit.Finding) (bool, []audit.Finding) {
	now := map[[3]string]*audit.Finding{}
	for i := range after {
		f := &after[i]
		now[[3]string{f.Action, f.Resource, f.Sid}] = f
	}
	var still []audit.Finding
	for i := range before {
		f := &before[i]
		if !curable(f) {
			continue
		}
		switch again := now[[3]string{f.Action, f.Resource, f.Sid}]; {
		case again == nil:
			still = append(still, *f)
		case again.Status != audit.Pass:
			still = append(still, *again) // why it does not pass now
		}
	}
	return len(still) == 0, still
}
