package iac

import (
	"regexp"
	"slices"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// hold takes in the policy of a resource for each resource that it protects, and
// reports whether it is evaluated for all of them. One whose name the deploy makes
// has the policy under the name by which the file calls it; under any other name
// that it may have the policy is a gap.
func (b *builder) hold(r *resource, p protection, doc account.Document, affects iam.GapEffect, concerned bool) bool {
	targets := r.protected(p)
	if len(targets) == 0 {
		return false
	}
	var arns, open []string
	for _, t := range targets {
		arn := t.standIn()
		if _, twice := b.snapshot.ResourcePolicies[arn]; twice || slices.Contains(arns, arn) {
			return false // which of them is deployed last, nobody knows
		}
		arns = append(arns, arn)
		if len(t.unknowns()) > 0 {
			open = append(open, t.pattern(), t.pattern()+"/*")
		}
	}
	for _, arn := range arns {
		b.holdPolicy(arn, identified(doc, r.stack.file, r.label()))
	}
	if len(open) > 0 && concerned {
		b.gap(iam.Gap{
			Where: r.location().String(), What: r.typ + " " + r.label(), Why: "the deploy names the resource that it protects",
			Affects: affects, Layer: iam.LayerResource, Actions: []string{p.service + ":*"}, Resources: open, Except: arns,
		})
	}
	return true
}

// protected are the ARNs of what a policy protects; none where some are not known
// in their form.
func (r *resource) protected(p protection) []value {
	var out []value
	targets := []value{{kind: textValue, parts: []part{{of: r}}}}
	if p.target != "" {
		v, err := r.property(p.target)
		if err != nil {
			return nil
		}
		targets = v.list()
	}
	for _, v := range targets {
		arn, ok := v.arn()
		if !ok {
			return nil
		}
		out = append(out, arn)
	}
	return out
}

// arn is the ARN of the resource that a value names by its name, URL or ARN.
func (v value) arn() (value, bool) {
	if of := v.resource(); of != nil {
		return of.arn()
	}
	text, known := v.known()
	if arn, ok := arnOfURL(text); ok {
		text = arn
	}
	return textOf(text), known && isARN(text)
}

// holdPolicy adds the policy of a resource.
func (a *assembly) holdPolicy(arn string, doc account.Document) {
	if a.snapshot.ResourcePolicies == nil {
		a.snapshot.ResourcePolicies = map[string]account.Document{}
	}
	a.snapshot.ResourcePolicies[arn] = doc
}

func isARN(text string) bool {
	_, ok := policy.ParseARN(text)
	return ok
}

// queueURL is the URL of a queue.
// Source: Amazon SQS Developer Guide, "Amazon SQS queue and message
// identifiers".
var queueURL = regexp.MustCompile(`^https://sqs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(\d{12})/([A-Za-z0-9_.-]+)$`)

// arnOfURL is the ARN of the queue with a URL.
func arnOfURL(url string) (string, bool) {
	m := queueURL.FindStringSubmatch(url)
	if m == nil {
		return "", false
	}
	return "arn:" + policy.PartitionOf(m[1]) + ":sqs:" + m[1] + ":" + m[2] + ":" + m[3], true
}
