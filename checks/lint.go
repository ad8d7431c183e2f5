package checks

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// A Fault is something in a policy document that is not what its author means.
type Fault struct {
	Pos      policy.Position `json:"position"`
	Code     string          `json:"code"`
	Severity audit.Severity  `json:"severity"`
	Message  string          `json:"message"`
	Hint     string          `json:"hint,omitzero"`
	Source   string          `json:"source,omitzero"`
	// Statement is the index of the statement; -1 for the whole document.
	Statement int `json:"statement"`
	// Actions are those that the fault concerns.
	Actions []string `json:"actions,omitzero"`
}

// A LintScope says what a policy is meant for.
type LintScope struct {
	// Policy is the name of the documented policy that it is a copy of; empty
	// where that is not known.
	Policy string
	// Kind says what the document is attached to; empty to go by its form.
	Kind policy.Kind
	// Version is the release of the product that is in use; the newest where
	// empty.
	Version string
	// Partition is that of the account; of the policy's own ARNs where empty.
	Partition string
}

// Lint finds faults in a policy, which may be a copy of a documented one, sorted
// by their place.
func (p *Pack) Lint(doc *policy.Document, scope LintScope) []Fault {
	l := &linter{pack: p, doc: doc, lines: policy.NewLines(doc.Source), scope: scope, kind: kindOf(doc, scope)}
	if what, ok := doc.Unread(); ok {
		l.index = -1
		l.at("", Fault{Code: "not-read", Message: what + " is not known before the deploy: nobody can say that it has no fault"})
		return l.faults
	}
	for i := range doc.Statements {
		l.index = i
		l.statement(&doc.Statements[i])
	}
	for _, w := range doc.Warnings() {
		l.faults = append(l.faults, Fault{
			Pos: w.Pos, Statement: w.Statement, Code: "never-matches", Severity: audit.SeverityWarning, Message: w.Msg, Hint: w.Hint,
		})
	}
	l.index = -1
	l.whole()
	slices.SortStableFunc(l.faults, func(a, b Fault) int {
		return cmp.Or(a.Pos.Line-b.Pos.Line, a.Pos.Column-b.Pos.Column)
	})
	return l.faults
}

type linter struct {
	pack   *Pack
	doc    *policy.Document
	lines  *policy.Lines
	scope  LintScope
	kind   policy.Kind
	index  int
	faults []Fault
}

// at reports a fault at a text of the current statement.
func (l *linter) at(text string, f Fault) {
	f.Statement = l.index
	f.Pos = policy.Position{Line: 1, Column: 1}
	if l.index >= 0 {
		s := &l.doc.Statements[l.index]
		f.Pos = s.Start
		if i := strings.Index(l.doc.Text(s), `"`+text+`"`); text != "" && i >= 0 {
			f.Pos = l.lines.At(s.Span.Start + i)
		}
	}
	f.Severity = cmp.Or(f.Severity, audit.SeverityWarning)
	l.faults = append(l.faults, f)
}

// kindOf is the kind of a document: what the scope says, else what its form says.
func kindOf(doc *policy.Document, scope LintScope) policy.Kind {
	switch {
	case scope.Kind != "":
		return scope.Kind
	case scope.Policy != "":
		return policy.KindIdentity // what a product documents is given to a role or user
	}
	return doc.KindOf()
}

func (l *linter) statement(s *policy.Statement) {
	l.refused(s)
	for _, a := range s.Actions {
		l.action(s, a)
	}
	for _, r := range s.Resources {
		l.resource(r)
	}
	for i := range s.Conditions {
		l.condition(s, &s.Conditions[i])
	}
}

// refused reports what AWS would refuse in a document of this kind.
func (l *linter) refused(s *policy.Statement) {
	one := policy.Document{Statements: []policy.Statement{*s}}
	e, ok := errors.AsType[*policy.ParseError](one.CheckAs(l.kind))
	if !ok {
		return
	}
	f := Fault{Code: "refused", Severity: audit.SeverityError, Message: e.Msg, Hint: e.Hint}
	if s.Principals != nil && l.kind == policy.KindIdentity {
		f = Fault{
			Code: "has-principal", Severity: audit.SeverityWarning, Message: "the statement names a Principal: this is the policy of a resource or a trust policy, and not one that a role or user is given",
			Hint: "a role's trust policy says who may assume it; its permissions policies say what it may do",
		}
	}
	l.at("", f)
}

// does says what a statement is meant to do: an Allow of an identity-based policy
// grants, the others allow or deny.
func (l *linter) does(s *policy.Statement) string {
	switch {
	case s.Effect == policy.Deny:
		return "denies"
	case l.kind == policy.KindIdentity:
		return "grants"
	}
	return "allows"
}

// action reports an action that does not exist, or that works on none of the
// statement's resources.
func (l *linter) action(s *policy.Statement, name string) {
	if strings.ContainsAny(name, "*?") {
		if name != "*" && len(actions.Expand(name)) == 0 {
			l.at(name, Fault{Code: "unknown-action", Actions: []string{name}, Message: fmt.Sprintf("%q matches no action of any service", name), Hint: meant(name)})
		}
		return
	}
	a, ok := actions.Lookup(name)
	if !ok {
		l.at(name, Fault{Code: "unknown-action", Actions: []string{name}, Message: fmt.Sprintf("there is no action %s: the statement %s nothing by it", name, l.does(s)), Hint: meant(name)})
		return
	}
	if s.NotAction || s.NotResource || len(s.Resources) == 0 || actions.NeedsNoPermission(name) || slices.ContainsFunc(s.Resources, a.Takes) {
		return
	}
	never := " never matches: it"
	if slices.ContainsFunc(s.Resources, a.Overlaps) {
		never = "" // by a star that represents more than it is meant for
	}
	f := Fault{Code: "resource-kind", Actions: []string{name}, Message: fmt.Sprintf("%s%s works on %s, and the statement names %s", name, never, worksOn(a), shorten(s.Resources))}
	if a.Service == "s3" {
		f.bucketOrObject(a, s.Resources)
	}
	l.at(name, f)
}

// bucketOrObject words the two ways in which an S3 action misses its resource.
func (f *Fault) bucketOrObject(a actions.Action, resources []string) {
	for _, r := range resources {
		if bucket, _, ok := strings.Cut(r, "/"); ok && a.Takes(bucket) {
			f.Code, f.Hint = "bucket-action-on-objects", fmt.Sprintf("add %q", bucket)
			f.Message = fmt.Sprintf("%s never matches: it works on buckets, and the statement names only objects, %s", a, shorten(resources))
			return
		}
		if a.Takes(r + "/*") {
			f.Code, f.Hint = "object-action-on-bucket", fmt.Sprintf("add %q", r+"/*")
			f.Message = fmt.Sprintf("%s never matches: it works on objects, and the statement names only the bucket, %s", a, shorten(resources))
			return
		}
	}
}

func worksOn(a actions.Action) string {
	var out []string
	for _, t := range a.ResourceTypes {
		if !slices.Contains(out, t.ARN) {
			out = append(out, t.ARN)
		}
	}
	if len(out) == 0 {
		return `"*" only`
	}
	if len(out) > 2 {
		out = append(out[:2], "…")
	}
	return strings.Join(out, ", ")
}

func shorten(resources []string) string {
	if len(resources) > 2 {
		return strings.Join(resources[:2], ", ") + ", …"
	}
	return strings.Join(resources, ", ")
}

func (l *linter) resource(r string) {
	if l.pack.Hooks.Lint != nil {
		if f, ok := l.pack.Hooks.Lint(r); ok {
			l.at(r, f)
		}
	}
	a, ok := policy.ParseARN(r)
	if !ok {
		return
	}
	if l.scope.Partition != "" && a.Partition != l.scope.Partition && !strings.ContainsAny(a.Partition, "*?") {
		hint := fmt.Sprintf("write %q", InPartition("arn:aws:"+strings.TrimPrefix(r, "arn:"+a.Partition+":"), l.scope.Partition))
		l.at(r, Fault{
			Code: "wrong-partition", Hint: hint, Source: l.pack.Pages.Partitions,
			Message: fmt.Sprintf("%q belongs to the partition %s, and the account is in %s: it matches nothing there", r, a.Partition, l.scope.Partition),
		})
	}
}

// whole compares the document with the documented policies.
func (l *linter) whole() {
	if l.kind != policy.KindIdentity {
		return
	}
	documents := []*policy.Document{l.doc}
	has, ok := l.pack.Recognize(documents)
	if !ok || l.scope.Policy == "" && l.pack.combined(has, documents) {
		return
	}
	if l.scope.Policy != "" && has.Policy != l.scope.Policy {
		if !l.pack.swapped(has, l.scope.Policy, documents) {
			return
		}
		l.at("", Fault{
			Code: "swapped-policies", Message: fmt.Sprintf("this is %s's %s policy, not the %s policy; the two may be swapped", l.pack.Name, has.Policy, l.scope.Policy),
			Hint: l.pack.Whose, Source: l.pack.Pages.Roles,
		})
		return
	}
	version := cmp.Or(l.scope.Version, l.pack.Newest)
	all := l.pack.lacks(has, version)
	lacks := without(all, grantsOf(documents))
	if len(lacks) == 0 {
		return
	}
	text := fmt.Sprintf("this is the %s policy of %s %s; it lacks", has.Policy, l.pack.Name, has)
	if len(lacks) < len(all) {
		text = fmt.Sprintf("this is the %s policy of %s %s with changes; it lacks", has.Policy, l.pack.Name, version)
	}
	l.at("", Fault{
		Code: "stale-policy", Actions: ActionsOf(lacks), Source: l.pack.Pages.Permissions,
		Message: text + " " + JoinWords(l.pack.described(lacks)),
		Hint:    l.pack.Commands.newest(has, version),
	})
}

// lacks returns what a policy lacks of that of a release.
func (p *Pack) lacks(r Release, version string) []Grant {
	wanted, err := p.GrantsOf(r.Policy, version, r.Partition)
	if err != nil {
		return nil
	}
	return intersect(wanted, r.Lacks)
}
