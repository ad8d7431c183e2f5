package policy

import (
	"fmt"
	"slices"
	"strings"
)

// A Warning is something that IAM stores and that does not do what it looks
// like: most often it never matches.
type Warning struct {
	Pos       Position
	Statement int    // its index
	Text      string // what the warning concerns, as it is in the document
	Msg       string
	Hint      string // what to do, or empty
}

func (w Warning) String() string { return w.Pos.String() + ": " + w.Msg }

// Warnings returns what is suspicious in a document, in the order of the text.
func (d *Document) Warnings() []Warning {
	w := &warner{doc: d, lines: NewLines(d.Source)}
	for i := range d.Statements {
		w.index = i
		s := &d.Statements[i]
		for _, a := range s.Actions {
			w.add(a, suspiciousAction(a))
		}
		for _, r := range s.Resources {
			w.add(r, suspiciousResource(r))
			w.add(r, d.suspiciousVariables(r))
		}
		for _, c := range s.Conditions {
			w.condition(&c)
		}
	}
	return w.found
}

type warner struct {
	doc   *Document
	lines *Lines
	index int
	found []Warning
}

// A suspicion is a message with its hint; empty where there is none.
type suspicion struct{ msg, hint string }

// add notes a suspicion about a text of the current statement, once.
func (w *warner) add(text string, s suspicion) {
	if s.msg == "" {
		return
	}
	st := &w.doc.Statements[w.index]
	out := Warning{Pos: st.Start, Statement: w.index, Text: text, Msg: s.msg, Hint: s.hint}
	if i := strings.Index(w.doc.Text(st), `"`+text+`"`); i >= 0 {
		out.Pos = w.lines.At(st.Span.Start + i)
	}
	if !slices.Contains(w.found, out) {
		w.found = append(w.found, out)
	}
}

func (w *warner) condition(c *Condition) {
	if len(c.Values) == 0 {
		w.add(c.Key, suspicion{fmt.Sprintf("the condition on %q has no values: it holds for no value of the key", c.Key), "list what the key is compared with"})
	}
	for _, v := range c.Values {
		w.add(v, w.doc.suspiciousVariables(v))
	}
}

// suspiciousAction: "No trimming" and a colon between service and name are what
// IAM compares by (IAM User Guide, "IAM JSON policy elements: Action").
func suspiciousAction(a string) suspicion {
	switch {
	case a == "*":
		return suspicion{}
	case strings.TrimSpace(a) != a:
		return suspicion{fmt.Sprintf("action %q begins or ends with a blank: it never matches", a), "remove the blank"}
	case !strings.Contains(a, ":") && !strings.ContainsAny(a, "*?"):
		return suspicion{fmt.Sprintf("action %q names no service: it never matches", a), "write it as service:Action"}
	}
	return suspicion{}
}

// partitions are those that AWS has.
// Source: AWS General Reference, "Amazon Resource Names (ARNs)".
var partitions = []string{"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"}

// regionless are services whose ARNs have no region.
var regionless = []string{"iam", "s3", "route53", "cloudfront", "organizations"}

// suspiciousResource looks for ARNs that no resource has, such as
// arn:aws::s3:*, in which a colon was written too early (aws-cli#8650,
// boto3#4099).
func suspiciousResource(r string) suspicion {
	if strings.HasPrefix(r, "*") || strings.HasPrefix(r, "?") || strings.HasPrefix(r, "${") {
		return suspicion{}
	}
	never := func(why, hint string) suspicion {
		return suspicion{fmt.Sprintf("resource %q %s: it never matches", r, why), hint}
	}
	if !strings.HasPrefix(r, "arn:") {
		return never("is no ARN", `write "*" or an ARN, as in arn:aws:s3:::bucket/*`)
	}
	a, ok := ParseARN(CompleteARN(r))
	if !ok {
		return suspicion{}
	}
	wild := func(s string) bool { return strings.ContainsAny(s, "*?$") }
	switch {
	case a.Partition == "":
		return never("has no partition", "it begins with arn:aws:")
	case !wild(a.Partition) && !slices.Contains(partitions, a.Partition):
		return never(fmt.Sprintf("has the partition %q, which does not exist", a.Partition), "it begins with arn:aws:")
	case a.Service == "":
		return never("has no service", "a colon too much? It is arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE")
	case strings.ContainsAny(a.Service, "*?"):
		return suspicion{fmt.Sprintf("resource %q has a wildcard in the service", r), "IAM takes none there; name the service"}
	case a.Service == "s3" && (named(a.Region) || named(a.AccountID)) && !s3Regional(a.Resource):
		return never("names a region or account, which buckets have not", "write arn:aws:s3:::bucket/*")
	case a.Service != "s3" && slices.Contains(regionless, a.Service) && named(a.Region):
		return never(fmt.Sprintf("names a region, which %s has not", a.Service), "leave it empty, as in arn:aws:iam::123456789012:role/name")
	case named(a.AccountID) && !validAccount(a.AccountID):
		return never(fmt.Sprintf("has the account %q, which is no account id", a.AccountID), "an account id has twelve digits")
	}
	return suspicion{}
}

// named reports whether a field is neither empty nor open.
func named(field string) bool { return field != "" && !strings.ContainsAny(field, "*?$") }

// s3Regional reports whether S3 has one such resource in a region.
// Source: Service Authorization Reference, "Resource types defined by Amazon S3".
func s3Regional(resource string) bool {
	kind, _, _ := strings.Cut(resource, "/")
	return kind == "accesspoint" || kind == "job" || kind == "storage-lens" || kind == "storage-lens-group" ||
		kind == "access-grants" || kind == "async-request" || strings.ContainsAny(kind, "*?$")
}

// validAccount: twelve digits, or aws for what AWS owns.
func validAccount(s string) bool {
	return s == "aws" || s == "cloudfront" || len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// suspiciousVariables: "${…}" is a variable only in documents of Version2012.
// Source: IAM User Guide, "IAM JSON policy elements: Version".
func (d *Document) suspiciousVariables(text string) suspicion {
	i := strings.Index(text, "${")
	switch {
	case i < 0:
		return suspicion{}
	case !d.HasVariables():
		return suspicion{fmt.Sprintf("%q has a policy variable, which is plain text in a policy of Version %q", text, d.Version), `set "Version": "` + Version2012 + `"`}
	case !strings.Contains(text[i:], "}"):
		return suspicion{fmt.Sprintf("%q has a policy variable without its closing brace, which is plain text", text), ""}
	}
	return suspicion{}
}
