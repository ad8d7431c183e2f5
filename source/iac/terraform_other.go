package iac

import (
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// tfRead are the types about IAM that are read.
var tfRead = map[string]bool{
	"aws_iam_role": true, "aws_iam_user": true, "aws_iam_group": true, "aws_iam_policy": true, "aws_iam_instance_profile": true,
	"aws_iam_role_policy": true, "aws_iam_user_policy": true, "aws_iam_group_policy": true,
	"aws_iam_role_policy_attachment": true, "aws_iam_user_policy_attachment": true, "aws_iam_group_policy_attachment": true,
	"aws_iam_role_policy_attachments_exclusive": true, "aws_iam_policy_attachment": true,
	"aws_iam_user_group_membership": true, "aws_iam_group_membership": true, "aws_s3_bucket_policy": true,
}

// tfHarmless are the types that change nothing for a role, user or group of
// the plan, by the reason.
var tfHarmless = map[string][]string{
	"credentials, providers and settings of IAM": {
		"aws_iam_access_key", "aws_iam_account_alias", "aws_iam_account_password_policy", "aws_iam_openid_connect_provider", "aws_iam_saml_provider",
		"aws_iam_server_certificate", "aws_iam_service_linked_role", "aws_iam_service_specific_credential", "aws_iam_signing_certificate",
		"aws_iam_user_login_profile", "aws_iam_user_ssh_key", "aws_iam_virtual_mfa_device", "aws_iam_security_token_service_preferences",
		"aws_iam_organizations_features", "aws_iam_outbound_web_identity_federation",
	},
	"policies of another system, or no permissions": {
		"aws_appautoscaling_policy", "aws_autoscaling_policy", "aws_cloudfront_cache_policy", "aws_cloudfront_origin_request_policy",
		"aws_cloudfront_response_headers_policy", "aws_cloudfront_continuous_deployment_policy", "aws_dlm_lifecycle_policy", "aws_ecr_lifecycle_policy",
		"aws_ecrpublic_lifecycle_policy", "aws_fms_policy", "aws_iot_policy", "aws_lb_ssl_negotiation_policy", "aws_load_balancer_backend_server_policy",
		"aws_load_balancer_listener_policy", "aws_load_balancer_policy", "aws_networkfirewall_firewall_policy", "aws_opensearchserverless_access_policy",
		"aws_opensearchserverless_lifecycle_policy", "aws_opensearchserverless_security_policy", "aws_proxy_protocol_policy", "aws_route53_traffic_policy",
		"aws_app_cookie_stickiness_policy", "aws_lb_cookie_stickiness_policy", "aws_backup_plan_policy", "aws_efs_backup_policy", "aws_imagebuilder_lifecycle_policy",
		"aws_cloudwatch_log_data_protection_policy", "aws_cloudwatch_log_account_policy", "aws_cloudwatch_log_index_policy", "aws_sns_topic_data_protection_policy",
		"aws_sqs_queue_redrive_policy", "aws_sqs_queue_redrive_allow_policy", "aws_resiliencehub_resiliency_policy", "aws_securityhub_configuration_policy",
		"aws_verifiedpermissions_policy", "aws_ec2_transit_gateway_policy", "aws_batch_scheduling_policy", "aws_datazone_policy", "aws_dynamodb_policy",
		"aws_s3_bucket_lifecycle_policy", "aws_lightsail_lb_https_redirection_policy", "aws_networkmanager_core_network_policy", "aws_bedrockagentcore_policy",
	},
}

// tfServices are the services whose name in IAM is not that in the type.
var tfServices = map[string]string{
	"cloudwatch": "logs", "efs": "elasticfilesystem", "s3control": "s3", "msk": "kafka", "opensearch": "es", "elasticsearch": "es",
	"media": "mediastore", "api": "execute-api", "ecrpublic": "ecr-public", "sesv2": "ses",
}

// tfPolicies are types whose own policy is in an attribute that has another
// name, or that are not named after it.
var tfPolicies = map[string]string{
	"aws_kms_key": "policy", "aws_sqs_queue": "policy", "aws_secretsmanager_secret": "policy", "aws_sns_topic": "policy", "aws_vpc_endpoint": "policy", "aws_s3_bucket": "policy",
}

// other makes the gaps of what is not read.
func (b *planBuilder) other(res *tfResource) error {
	if res.data || tfRead[res.typ] || harmlessTF(res.typ) {
		return nil
	}
	gap := iam.Gap{Where: b.location(res).String(), What: res.address, Why: "resources of the type " + res.typ + " are not read", Affects: iam.MayBoth}
	switch {
	case strings.HasPrefix(res.typ, "aws_iam_") && strings.HasSuffix(res.typ, "_exclusive"):
		return b.exclusive(res)
	case strings.HasPrefix(res.typ, "aws_iam_"), strings.HasPrefix(res.typ, "awscc_iam_"), strings.HasPrefix(b.text(res, "type_name"), "AWS::IAM::"):
		b.gap(gap)
	case strings.HasPrefix(res.typ, "aws_cloudformation_stack"):
		b.stack(res, gap)
	case res.typ == "aws_s3_bucket":
		if v := b.attribute(res, "policy"); len(v.unknowns()) > 0 || v.standIn() != "" {
			return b.bucketPolicy(res)
		}
	case strings.HasPrefix(res.typ, "aws_organizations_policy"):
		gap.Affects, gap.Hint = iam.MayDeny, "pass the policies of the organization with --scp and --rcp"
		if kind := b.text(res, "type"); kind == "" || kind == "SERVICE_CONTROL_POLICY" || kind == "RESOURCE_CONTROL_POLICY" {
			b.gap(gap)
		}
	case tfPolicies[res.typ] != "", strings.HasPrefix(res.typ, "aws_") && strings.HasSuffix(res.typ, "_policy") && !strings.HasPrefix(res.typ, "aws_organizations_"):
		b.resourcePolicy(res, gap)
	}
	return nil
}

// stack: a stack of CloudFormation may do anything with the principals that it
// is given.
func (b *planBuilder) stack(res *tfResource, gap iam.Gap) {
	gap.Why += ", and it is given this principal"
	refs := b.plan.mentioned(res)
	for made, p := range b.made {
		if slices.ContainsFunc(refs, func(ref string) bool { return strings.HasPrefix(ref+".", made.typ+"."+made.name+".") }) {
			p.gap(gap)
		}
	}
	for _, text := range scalars(res.values.get("parameters")) {
		for _, p := range b.principals {
			if text == p.name || strings.Contains(text, p.arn) {
				p.gap(gap)
			}
		}
	}
}

// scalars are the texts within a value.
func scalars(n *node) []string {
	if n == nil {
		return nil
	}
	if n.scalar() {
		return []string{n.text}
	}
	var out []string
	for _, i := range n.items {
		out = append(out, scalars(i)...)
	}
	for _, m := range n.members {
		out = append(out, scalars(m.value)...)
	}
	return out
}

// mentioned are the references of all expressions of a resource.
func (p *Plan) mentioned(res *tfResource) []string {
	var out []string
	var walk func(n *node)
	walk = func(n *node) {
		if list := n.get("references"); list != nil {
			for _, i := range list.items {
				out = append(out, i.str())
			}
		}
		for _, i := range n.items {
			walk(i)
		}
		for _, m := range n.members {
			walk(m.value)
		}
	}
	if n := p.configResource(res).get("expressions"); n != nil {
		walk(n)
	}
	return out
}

func harmlessTF(typ string) bool {
	for _, types := range tfHarmless {
		if slices.Contains(types, typ) {
			return true
		}
	}
	return strings.HasPrefix(typ, "aws_ssoadmin_") // roles of its own
}

// exclusive: the resource removes the policies that it does not list.
func (b *planBuilder) exclusive(res *tfResource) error {
	kind, _, _ := strings.Cut(strings.TrimPrefix(res.typ, "aws_iam_"), "_")
	listed := b.attribute(res, "policy_names")
	if listed.kind == noValue {
		listed = b.attribute(res, "policy_arns")
	}
	b.each(res, kind, kind+"_name", func(p *principal) {
		var kept []string
		for _, item := range listed.list() {
			if text, known := item.known(); known {
				kept = append(kept, text)
			}
		}
		whole := len(kept) == len(listed.list()) && len(listed.unknowns()) == 0
		missing := slices.ContainsFunc(p.inline, func(q account.InlinePolicy) bool { return !slices.Contains(kept, q.PolicyName) })
		if !whole || missing {
			p.gap(iam.Gap{Where: b.location(res).String(), What: res.address, Why: "it removes the policies that it does not list", Affects: iam.MayBoth})
		}
	})
	return nil
}

// resourcePolicy takes in the policy of a resource; where the plan does not tell
// it, or of what it is, that is a gap.
func (b *planBuilder) resourcePolicy(res *tfResource, gap iam.Gap) {
	attribute := firstOf(tfPolicies[res.typ], "policy")
	v := b.attribute(res, attribute)
	if text, known := v.known(); (v.kind == noValue || known && text == "") && tfPolicies[res.typ] != "" || b.hold(res, attribute) {
		return
	}
	service := strings.Split(res.typ, "_")[1]
	gap.Why, gap.Layer, gap.Actions = "the policy of the resource is not evaluated", iam.LayerResource, []string{firstOf(tfServices[service], service) + ":*"}
	if res.typ == "aws_vpc_endpoint" {
		gap.Affects, gap.Kind, gap.Why = iam.MayDeny, iam.GapAssumption, "its policy narrows requests that go through the endpoint"
		name := b.text(res, "service_name")
		gap.Actions = []string{name[strings.LastIndexByte(name, '.')+1:] + ":*"}
	} else if doc, ok, err := b.document(res, attribute); ok && err == nil && len(v.unknowns()) == 0 {
		affects, concerned := effectOfText(doc.Text)
		if !concerned {
			return
		}
		if service != "kms" {
			gap.Affects = affects
		}
	}
	if arn := b.text(res, "arn"); arn != "" {
		gap.Resources = []string{arn, arn + "/*"}
	}
	b.gap(gap)
}

// effectOfText is what the policy of a resource may do to the requests of roles
// and users; concerned is false where it names only services.
func effectOfText(text string) (affects iam.GapEffect, concerned bool) {
	parsed, err := policy.Parse(text)
	if err != nil {
		return iam.MayBoth, true
	}
	affects = iam.MayAllow
	for i := range parsed.Statements {
		s := &parsed.Statements[i]
		if p := s.Principals; p != nil && !p.Any && !p.Not && len(p.AWS) == 0 {
			continue
		}
		if s.Effect == policy.Deny && !plainHTTPOnly(s) {
			return iam.MayBoth, true
		}
		concerned = concerned || s.Effect == policy.Allow
	}
	return affects, concerned
}

// bucketPolicy takes in the policy of a bucket; one that is not known may do
// anything to requests on the bucket.
func (b *planBuilder) bucketPolicy(res *tfResource) error {
	v := b.attribute(res, "policy")
	if v.kind == noValue {
		return nil
	}
	bucket := b.text(res, "bucket")
	if bucket != "" {
		if doc, ok := b.knownDocument(res, "policy"); ok {
			if b.snapshot.BucketPolicies == nil {
				b.snapshot.BucketPolicies = map[string]account.Document{}
			}
			b.snapshot.BucketPolicies[bucket] = identified(doc, b.plan.file, res.address)
			return nil
		}
	}
	arn := "arn:" + b.options.partition() + ":s3:::" + firstOf(bucket, "*")
	b.gap(iam.Gap{
		Where: b.location(res).String(), What: "the bucket policy " + res.address, Why: "the policy is known only after the apply (" + firstOf(v.what(), b.attribute(res, "bucket").what()) + ")",
		Affects: iam.MayBoth, Layer: iam.LayerResource, Actions: []string{"s3:*"}, Resources: []string{arn, arn + "/*"},
	})
	return nil
}
