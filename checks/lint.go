package checks

import (
	"cmp"
	"fmt"
	"regexp"
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
	// Actions are those that the fault is about.
	Actions []string `json:"actions,omitzero"`
}

// A LintScope says what a policy is meant for.
type LintScope struct {
	// Policy is caller or renderer; empty where it is not known.
	Policy string
	// Version is the release of Remotion that is in use; the newest where empty.
	Version string
	// Partition is that of the account; of the policy's own ARNs where empty.
	Partition string
}

// Lint finds faults in a copy of one of Remotion's policies, sorted by their
// place.
func Lint(doc *policy.Document, scope LintScope) []Fault {
	l := &linter{doc: doc, lines: policy.NewLines(doc.Source), scope: scope}
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
	doc    *policy.Document
	lines  *policy.Lines
	scope  LintScope
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

func (l *linter) statement(s *policy.Statement) {
	if s.Principals != nil {
		l.at("", Fault{
			Code: "has-principal", Message: "the statement names a Principal: this is the policy of a resource or a trust policy, and not one that a role or user is given",
			Hint: "a role's trust policy says who may assume it; what it may do stands in its permissions policies",
		})
		return
	}
	for _, a := range s.Actions {
		l.action(s, a)
	}
	for _, r := range s.Resources {
		l.resource(r)
	}
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
		l.at(name, Fault{Code: "unknown-action", Actions: []string{name}, Message: fmt.Sprintf("there is no action %s: the statement grants nothing by it", name), Hint: meant(name)})
		return
	}
	if s.NotAction || s.NotResource || slices.ContainsFunc(s.Resources, a.Takes) {
		return
	}
	f := Fault{Code: "resource-kind", Actions: []string{name}, Message: fmt.Sprintf("%s never matches: it works on %s, and the statement names %s", name, worksOn(a), shorten(s.Resources))}
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

// dashed is the name of a bucket with the region as it is written elsewhere.
// Source: makeBucketName of @remotion/lambda-client 4.0.527 leaves the region's
// dashes out.
var dashed = regexp.MustCompile(`remotionlambda-([a-z]{2}(?:-[a-z]+)+-[0-9])`)

func (l *linter) resource(r string) {
	if m := dashed.FindStringSubmatch(r); m != nil {
		l.at(r, Fault{
			Code: "region-dashes", Source: docs + "bucket-naming",
			Message: fmt.Sprintf("%q matches no bucket of Remotion: it writes the region without dashes", r),
			Hint:    fmt.Sprintf("write %q", strings.Replace(r, m[1], strings.ReplaceAll(m[1], "-", ""), 1)),
		})
	}
	a, ok := policy.ParseARN(r)
	if !ok {
		return
	}
	if l.scope.Partition != "" && a.Partition != l.scope.Partition && !strings.ContainsAny(a.Partition, "*?") {
		hint := fmt.Sprintf("write %q", inPartition("arn:aws:"+strings.TrimPrefix(r, "arn:"+a.Partition+":"), l.scope.Partition))
		l.at(r, Fault{
			Code: "wrong-partition", Hint: hint, Source: docs + "aws-china-regions",
			Message: fmt.Sprintf("%q is of the partition %s, and the account is in %s: it matches nothing there", r, a.Partition, l.scope.Partition),
		})
	}
}

// whole compares the document with the documented policies.
func (l *linter) whole() {
	has, ok := Recognize([]*policy.Document{l.doc})
	if !ok {
		return
	}
	if l.scope.Policy != "" && has.Policy != l.scope.Policy {
		l.at("", Fault{
			Code: "swapped-policies", Message: fmt.Sprintf("this is Remotion's %s policy, and not the %s policy: the two look swapped", has.Policy, l.scope.Policy),
			Hint: whose, Source: docs + "troubleshooting/permissions",
		})
		return
	}
	lacks := has.lacksFor(cmp.Or(l.scope.Version, Newest))
	if len(lacks) == 0 {
		return
	}
	l.at("", Fault{
		Code: "stale-policy", Actions: actionsOf(lacks), Source: docs + "permissions",
		Message: fmt.Sprintf("this is the %s policy of Remotion %s; it lacks %s", has.Policy, has, joinWords(described(lacks))),
		Hint:    fmt.Sprintf("`remotion-doctor policy show %s` prints the newest, `remotion-doctor policy diff %s %s` says why", has.Policy, has.Since, cmp.Or(l.scope.Version, Newest)),
	})
}

// lacksFor returns what a policy lacks of that of a release.
func (r Release) lacksFor(version string) []Grant {
	set, _, err := findSet(r.Policy, version, r.Partition)
	if err != nil {
		return nil
	}
	wanted, err := set.grants()
	if err != nil {
		return nil
	}
	return intersect(wanted, r.Lacks)
}
