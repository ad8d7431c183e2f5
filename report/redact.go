package report

import (
	"reflect"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// Redact returns the report with placeholders for what says whose it is:
// account ids, the names of roles, users, functions, buckets, policies,
// statements and files, the ids of instances and the like, addresses, values of
// conditions, and who is responsible for a waiver. The same thing is the same
// placeholder everywhere. What AWS and Remotion publish stays: actions,
// regions, AWS's accounts of documented layers, AWS managed policies, the names
// that Remotion makes.
//
// Names of one or two letters are replaced where they are named, not in
// sentences.
func Redact(r *audit.Report) (*audit.Report, error) {
	// Not by [Decode]: what evidence shares would be replaced more than once.
	data, err := jsonv2.Marshal(r, written)
	if err != nil {
		return nil, err
	}
	out, err := parse(data)
	if err != nil {
		return nil, err
	}
	red := newRedactor()
	red.learn(out)
	red.learnIDs(reflect.ValueOf(out).Elem())
	red.walk(reflect.ValueOf(out).Elem(), full)
	if red.err != nil {
		return nil, red.err
	}
	out.Redacted = true
	for i := range out.Sections {
		out.Sections[i].Next = nil // placeholders do not run
	}
	return out, Seal(out)
}

// A treatment says what is done to a text.
type treatment int

const (
	full     treatment = iota // ids and ARNs, and names that are known
	patterns                  // ids and ARNs only: the text is the tool's own
	keep                      // nothing
	digest                    // the whole text becomes a placeholder
	private                   // likewise, as "redacted"
	source                    // the JSON of a statement
	fileName                  // a path
	spot                      // file:line:column, or an operation and its subject
)

// treatments are the fields that are not simply text. What is not here is
// treated in full, so that a field that is new is safe.
var treatments = map[string]treatment{
	"Report.SchemaVersion": keep, "Tool.Name": keep, "Tool.Version": keep,
	"Requirement.Version": keep, "Section.Regions": keep, "Evidence.Region": keep,
	"Finding.Action": keep, "Obstacle.Actions": patterns, "Excess.Action": keep, "ContextEntry.Key": patterns, "Decider.Key": patterns, "Decider.Operator": keep,
	"Finding.MissingContext": patterns, "Verdict.MissingContext": patterns,
	"Module.Why": patterns, "Module.Breaks": patterns, "Gap.Actions": patterns, "Gap.Where": spot,
	"Report.Directory": fileName, "Location.File": fileName, "PolicyRecord.File": fileName, "StatementRef.File": fileName,
	"Section.ID": keep, "Finding.ID": keep, "Diagnosis.ID": keep, // computed again
	"Diagnosis.Region": keep, "Diagnosis.Feature": keep,
	"Operation.Name": keep, "Operation.Title": keep, "Operation.Because": patterns,
	"Cause.Action": patterns, "Cause.Call": patterns,
	"Diagnosis.Code": keep, "Diagnosis.Actions": patterns, "PolicyChange.Kind": keep,
	"Report.Digest": keep, "Requirement.Digest": digest, "PolicyRecord.Digest": digest, "Source.Digest": digest, "Section.Source": digest,
	"Muted.Reason": private, "Muted.Owner": private, "Muted.Expires": keep, "Muted.Since": keep,
	"Quote.Text": source,
}

// walk replaces every text of a value.
func (red *redactor) walk(v reflect.Value, how treatment) {
	switch v.Kind() {
	case reflect.Pointer:
		if doc, ok := v.Interface().(*policy.Document); ok {
			if doc != nil {
				red.document(v)
			}
			return
		}
		if !v.IsNil() {
			red.walk(v.Elem(), how)
		}
	case reflect.Slice:
		for i := range v.Len() {
			red.walk(v.Index(i), how)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[policy.Position]() || v.Type().PkgPath() == "time" {
			return
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			red.walk(v.Field(i), treatments[v.Type().Name()+"."+f.Name])
		}
	case reflect.String:
		// Statuses, layers and the like have types of their own.
		switch v.Type() {
		case reflect.TypeFor[string]():
			v.SetString(red.treat(v.String(), how))
		case reflect.TypeFor[iam.PolicyID]():
			v.SetString(red.policyID(v.String()))
		}
	}
}

func (red *redactor) treat(s string, how treatment) string {
	switch {
	case s == "" || how == keep:
		return s
	case how == digest:
		return red.placeholder("digest", s)
	case how == private:
		return "redacted"
	case how == source:
		return red.json(s)
	case how == spot:
		return red.place(s)
	case how == fileName:
		return red.fileName(s)
	case how == patterns:
		return red.ids(s, func(rest string) string { return rest })
	}
	if name, ok := red.names[s]; ok {
		return name
	}
	return red.ids(s, red.words)
}

// document replaces a policy.
func (red *redactor) document(v reflect.Value) {
	doc := v.Interface().(*policy.Document)
	data, err := doc.MarshalJSON()
	if err != nil {
		red.err = err
		return
	}
	out, err := policy.Parse(red.json(string(data)))
	if err != nil {
		red.err = err
		return
	}
	v.Set(reflect.ValueOf(out))
}

// learnIDs collects the ids and ARNs of every field, so that a name that one
// field has in an ARN is found in the sentences of another.
func (red *redactor) learnIDs(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if _, ok := v.Interface().(*policy.Document); !ok && !v.IsNil() {
			red.learnIDs(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			red.learnIDs(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				red.learnIDs(v.Field(i))
			}
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[iam.PolicyID]() {
			red.policyID(v.String())
		} else if v.Type() == reflect.TypeFor[string]() {
			red.whole(v.String())
			red.ids(v.String(), red.nothing)
		}
	}
}

// learn collects the names that the report's fields hold, so that they are
// found in sentences too.
func (red *redactor) learn(r *audit.Report) {
	red.ids(r.Caller, red.nothing)
	red.file(r.Directory)
	red.quotedNames(r.Notes...)
	for i := range r.Sections {
		s := &r.Sections[i]
		red.ids(s.Principal.ARN, red.nothing)
		red.target(&s.Target)
		red.requirement(s)
		red.quotedNames(s.Notes...)
		for i := range s.Gaps {
			red.gap(&s.Gaps[i])
		}
		if s.Error != nil {
			red.quotedNames(s.Error.Message, s.Error.Hint)
		}
		if s.Location != nil {
			red.file(s.Location.File)
		}
		for _, p := range s.Policies {
			red.name("policy", p.Name)
			red.file(p.File)
			for _, q := range p.Statements {
				red.name("Statement", q.Sid)
			}
		}
		for i := range s.Diagnoses {
			red.diagnosis(&s.Diagnoses[i])
		}
		for _, e := range s.Excess {
			red.ref(&e.Statement)
		}
		for _, o := range s.Obstacles {
			red.refs(o.Statements)
			if o.Change != nil {
				red.name("policy", o.Change.Policy)
				red.name("Statement", o.Change.Sid)
			}
		}
		for j := range s.Findings {
			red.finding(&s.Findings[j])
		}
	}
}

func (red *redactor) finding(f *audit.Finding) {
	red.refs(f.Statements)
	for _, text := range []string{f.Resource, f.Granted, f.NotGranted} {
		red.ids(text, red.nothing)
	}
	for i := range f.Evidence {
		e := &f.Evidence[i]
		red.refs(e.Verdict.Matched)
		red.ids(e.Resource, red.nothing)
		for _, d := range e.Verdict.Deciders {
			if !published[strings.ToLower(d.Key)] {
				for _, v := range d.Values {
					red.value(v)
				}
			}
		}
		for _, c := range e.Context {
			if !published[strings.ToLower(c.Key)] {
				for _, v := range c.Values {
					red.value(v)
				}
			}
		}
	}
}

func (red *redactor) diagnosis(d *audit.Diagnosis) {
	red.name("subject", d.Subject)
	red.bucket(d.Bucket)
	red.name("function", d.Function)
	if d.Statement != nil {
		red.ref(d.Statement)
	}
}

// gap learns the names of what was not read: no other field has them.
func (red *redactor) gap(g *iam.Gap) {
	red.quotedNames(g.What, g.Why, g.Hint)
	red.place(g.Where)
}

// quotedNames learns the words that are in quotes in sentences.
func (red *redactor) quotedNames(texts ...string) {
	for _, text := range texts {
		for _, m := range quotedWord.FindAllStringSubmatch(text, -1) {
			if !actionName.MatchString(m[1]) {
				red.name("name", m[1])
			}
		}
	}
}

// bucket learns the name of a bucket as an ARN would.
func (red *redactor) bucket(name string) {
	if name != "" {
		red.segment("bucket", name)
	}
}

func (red *redactor) target(t *audit.Target) {
	kind := map[audit.TargetKind]string{audit.TargetFunction: "function", audit.TargetRole: "role", audit.TargetUser: "user", audit.TargetInstanceProfile: "profile"}[t.Kind]
	if t.Kind == audit.TargetFile {
		for file := range strings.SplitSeq(t.Name, " and ") {
			red.file(file)
		}
		return
	}
	if kind == "" {
		kind = "target"
	}
	red.name(kind, t.Name)
	if t.Kind == audit.TargetPodIdentity {
		for part := range strings.SplitSeq(t.Name, "/") {
			red.name("target", part)
		}
	}
}

// requirement learns the names of a requirement: Remotion's stay, those of one
// that the user wrote do not.
func (red *redactor) requirement(s *audit.Section) {
	if s.Requirement.Version != "" {
		for _, m := range s.Modules {
			red.public[m.Sid] = true
		}
		return
	}
	red.file(s.Requirement.Name)
	for _, m := range s.Modules {
		red.name("module", m.Name)
		red.name("module", m.Title)
		red.name("module", m.Sid)
	}
}

func (red *redactor) refs(refs []iam.StatementRef) {
	for i := range refs {
		red.ref(&refs[i])
	}
}

func (red *redactor) ref(s *iam.StatementRef) {
	red.name("policy", s.Policy)
	red.name("Statement", s.Sid)
	red.file(s.File)
}
