package iac

import (
	"strings"

	"remotion-doctor/iam/account"
)

// tfProtected are the attributes by which types name the resource that their
// policy protects. The other types of [tfPolicies] are that resource.
var tfProtected = map[string]string{
	"aws_sqs_queue_policy": "queue_url", "aws_sns_topic_policy": "arn", "aws_secretsmanager_secret_policy": "secret_arn",
	"aws_kms_key_policy": "key_id", "aws_ecr_repository_policy": "repository",
	"aws_dynamodb_resource_policy": "resource_arn", "aws_kinesis_resource_policy": "resource_arn",
}

// tfARNs are the ARNs of types whose names make them, with %p, %r, %a and %n for
// the partition, the region, the account and the name.
var tfARNs = map[string]string{
	"aws_sqs_queue": "arn:%p:sqs:%r:%a:%n", "aws_sns_topic": "arn:%p:sns:%r:%a:%n", "aws_ecr_repository": "arn:%p:ecr:%r:%a:repository/%n",
	"aws_dynamodb_table": "arn:%p:dynamodb:%r:%a:table/%n", "aws_kinesis_stream": "arn:%p:kinesis:%r:%a:stream/%n",
}

// hold takes in the policy of a resource, and reports whether it is evaluated:
// where the plan says the document and what it protects.
func (b *planBuilder) hold(res *tfResource, attribute string) bool {
	arn := b.protected(res)
	if arn == "" {
		return false
	}
	if _, twice := b.snapshot.ResourcePolicies[arn]; twice {
		return false // which of them is applied last, nobody knows
	}
	doc, ok := b.knownDocument(res, attribute)
	if ok {
		b.holdPolicy(arn, identified(doc, b.plan.file, res.address))
	}
	return ok
}

// knownDocument is the policy of a resource as far as the plan says it: its text,
// or the data source that it is made of.
func (b *planBuilder) knownDocument(res *tfResource, attribute string) (account.Document, bool) {
	v := b.attribute(res, attribute)
	if _, known := v.known(); !known {
		t := b.plan.follow(res, b.plan.expression(res, attribute))
		if len(t.of("aws_iam_policy_document")) != 1 || len(t.links) != 1 || t.open {
			return account.Document{}, false
		}
	}
	b.resource = true
	doc, ok, err := b.document(res, attribute)
	b.resource = false
	return doc, ok && err == nil
}

// protected is the ARN of what a policy protects; empty where the plan does not
// tell it.
func (b *planBuilder) protected(res *tfResource) string {
	attribute, ok := tfProtected[res.typ]
	if !ok {
		return b.arnOf(res)
	}
	text, known := b.attribute(res, attribute).known()
	if arn, ok := arnOfURL(text); ok {
		return arn
	}
	if known && isARN(text) {
		return text
	}
	if t := b.plan.follow(res, b.plan.expression(res, attribute)); t.certain() && len(t.links) > 0 {
		return b.arnOf(t.links[0].resource)
	}
	return ""
}

// arnOf is the ARN of a resource: the one that it has, or will have.
func (b *planBuilder) arnOf(res *tfResource) string {
	if arn := b.text(res, "arn"); arn != "" {
		return arn
	}
	template, name := tfARNs[res.typ], b.text(res, "name")
	if template == "" || name == "" {
		return ""
	}
	return strings.NewReplacer(
		"%p", b.options.partition(), "%r", firstOf(b.resourceRegion(res), b.options.region()), "%a", b.account(res), "%n", name,
	).Replace(template)
}
