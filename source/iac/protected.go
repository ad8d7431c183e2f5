package iac

import (
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// A protection says where the policy of a resource stands and what it
// protects.
type protection struct {
	service  string // of the actions
	document string // the property, with dots
	target   string // the property that names what is protected; empty for the resource itself
}

// protected are the types of resources that are, or have, the policy of a
// resource. Where the resource is known the policy is evaluated; else it may
// change what is said about requests on what it protects.
var protected = map[string]protection{
	"AWS::KMS::Key":                              {"kms", "KeyPolicy", ""},
	"AWS::KMS::ReplicaKey":                       {"kms", "KeyPolicy", ""},
	"AWS::SQS::QueuePolicy":                      {"sqs", "PolicyDocument", "Queues"},
	"AWS::SQS::QueueInlinePolicy":                {"sqs", "PolicyDocument", "Queue"},
	"AWS::SNS::TopicPolicy":                      {"sns", "PolicyDocument", "Topics"},
	"AWS::SNS::TopicInlinePolicy":                {"sns", "PolicyDocument", "TopicArn"},
	"AWS::Lambda::ResourcePolicy":                {"lambda", "PolicyDocument", "ResourceArn"},
	"AWS::SecretsManager::ResourcePolicy":        {"secretsmanager", "ResourcePolicy", "SecretId"},
	"AWS::DynamoDB::Table":                       {"dynamodb", "ResourcePolicy.PolicyDocument", ""},
	"AWS::DynamoDB::GlobalTable":                 {"dynamodb", "Replicas", ""},
	"AWS::Kinesis::ResourcePolicy":               {"kinesis", "ResourcePolicy", "ResourceArn"},
	"AWS::ECR::Repository":                       {"ecr", "RepositoryPolicyText", ""},
	"AWS::ECR::RegistryPolicy":                   {"ecr", "PolicyText", "*"},
	"AWS::ECR::PublicRepository":                 {"ecr-public", "RepositoryPolicyText", ""},
	"AWS::ECR::RepositoryCreationTemplate":       {"ecr", "RepositoryPolicy", "*"},
	"AWS::Events::EventBus":                      {"events", "Policy", ""},
	"AWS::Events::EventBusPolicy":                {"events", "Statement", "*"},
	"AWS::EventsV2::ResourcePolicy":              {"events", "PolicyDocument", "*"},
	"AWS::EventSchemas::RegistryPolicy":          {"schemas", "Policy", "*"},
	"AWS::EFS::FileSystem":                       {"elasticfilesystem", "FileSystemPolicy", ""},
	"AWS::S3::AccessPoint":                       {"s3", "Policy", "*accesspoint"},
	"AWS::S3::MultiRegionAccessPointPolicy":      {"s3", "Policy", "*accesspoint"},
	"AWS::S3Express::BucketPolicy":               {"s3express", "PolicyDocument", "*"},
	"AWS::S3Express::AccessPoint":                {"s3express", "Policy", "*"},
	"AWS::S3ObjectLambda::AccessPointPolicy":     {"s3-object-lambda", "PolicyDocument", "*"},
	"AWS::S3Outposts::AccessPoint":               {"s3-outposts", "Policy", "*"},
	"AWS::S3Outposts::BucketPolicy":              {"s3-outposts", "PolicyDocument", "*"},
	"AWS::S3Tables::TableBucketPolicy":           {"s3tables", "ResourcePolicy", "*"},
	"AWS::S3Tables::TablePolicy":                 {"s3tables", "ResourcePolicy", "*"},
	"AWS::S3Vectors::VectorBucketPolicy":         {"s3vectors", "Policy", "*"},
	"AWS::S3Files::FileSystemPolicy":             {"s3files", "Policy", "*"},
	"AWS::FSx::S3AccessPointAttachment":          {"s3", "S3AccessPoint.Policy", "*accesspoint"},
	"AWS::Omics::SequenceStore":                  {"s3", "S3AccessPolicy", "*accesspoint"},
	"AWS::Logs::ResourcePolicy":                  {"logs", "PolicyDocument", "*"},
	"AWS::Logs::Destination":                     {"logs", "DestinationPolicy", "*"},
	"AWS::Logs::DeliveryDestination":             {"logs", "DeliveryDestinationPolicy", "*"},
	"AWS::Logs::LogGroup":                        {"logs", "ResourcePolicyDocument", ""},
	"AWS::XRay::ResourcePolicy":                  {"xray", "PolicyDocument", "*"},
	"AWS::SSM::ResourcePolicy":                   {"ssm", "Policy", "*"},
	"AWS::Backup::BackupVault":                   {"backup", "AccessPolicy", ""},
	"AWS::Backup::LogicallyAirGappedBackupVault": {"backup", "AccessPolicy", ""},
	"AWS::ApiGateway::RestApi":                   {"execute-api", "Policy", "*"},
	"AWS::Serverless::Api":                       {"execute-api", "Auth.ResourcePolicy", "*"},
	"AWS::ApiGateway::DomainNameV2":              {"execute-api", "Policy", "*"},
	"AWS::APS::ResourcePolicy":                   {"aps", "PolicyDocument", "*"},
	"AWS::AIOps::InvestigationGroup":             {"aiops", "InvestigationGroupPolicy", "*"},
	"AWS::Bedrock::ResourcePolicy":               {"bedrock", "PolicyDocument", "*"},
	"AWS::Bedrock::KnowledgeBasePolicy":          {"bedrock", "PolicyDocument", "*"},
	"AWS::BedrockAgentCore::ResourcePolicy":      {"bedrock-agentcore", "Policy", "*"},
	"AWS::CloudTrail::ResourcePolicy":            {"cloudtrail", "ResourcePolicy", "*"},
	"AWS::CodeArtifact::Domain":                  {"codeartifact", "PermissionsPolicyDocument", "*"},
	"AWS::CodeArtifact::Repository":              {"codeartifact", "PermissionsPolicyDocument", "*"},
	"AWS::Comprehend::DocumentClassifier":        {"comprehend", "ModelPolicy", "*"},
	"AWS::Comprehend::EntityRecognizer":          {"comprehend", "ModelPolicy", "*"},
	"AWS::DSQL::Cluster":                         {"dsql", "PolicyDocument", "*"},
	"AWS::Elasticsearch::Domain":                 {"es", "AccessPolicies", "*"},
	"AWS::OpenSearchService::Domain":             {"es", "AccessPolicies", "*"},
	"AWS::OSIS::Pipeline":                        {"osis", "ResourcePolicy.Policy", "*"},
	"AWS::Lex::ResourcePolicy":                   {"lex", "Policy", "*"},
	"AWS::MSK::ClusterPolicy":                    {"kafka", "Policy", "*"},
	"AWS::MediaPackageV2::ChannelPolicy":         {"mediapackagev2", "Policy", "*"},
	"AWS::MediaPackageV2::OriginEndpointPolicy":  {"mediapackagev2", "Policy", "*"},
	"AWS::MediaStore::Container":                 {"mediastore", "Policy", "*"},
	"AWS::MediaTailor::ChannelPolicy":            {"mediatailor", "Policy", "*"},
	"AWS::Oam::Sink":                             {"oam", "Policy", "*"},
	"AWS::PaymentCryptography::Key":              {"payment-cryptography", "Policy", "*"},
	"AWS::RUM::AppMonitor":                       {"rum", "ResourcePolicy.PolicyDocument", "*"},
	"AWS::Redshift::Cluster":                     {"redshift", "NamespaceResourcePolicy", "*"},
	"AWS::RedshiftServerless::Namespace":         {"redshift-serverless", "NamespaceResourcePolicy", "*"},
	"AWS::SageMaker::ModelPackageGroup":          {"sagemaker", "ModelPackageGroupPolicy", "*"},
	"AWS::SMSVOICE::ResourcePolicy":              {"sms-voice", "PolicyDocument", "*"},
	"AWS::VpcLattice::AuthPolicy":                {"vpc-lattice-svcs", "Policy", "*"},
	"AWS::VpcLattice::ResourcePolicy":            {"vpc-lattice", "Policy", "*"},
	"AWS::EntityResolution::PolicyStatement":     {"entityresolution", "Action", "*"},
}

// resourcePolicy takes in the policies of resources; those that are not known, or
// not of what, are gaps of what they protect.
func (b *builder) resourcePolicy(r *resource, t truth) error {
	if err := b.other(r, t); err != nil {
		return err
	}
	if r.typ == "AWS::S3::BucketPolicy" {
		return b.bucketPolicy(r, t)
	}
	p, ok := protected[r.typ]
	if !ok {
		return nil
	}
	v, err := r.property(strings.Split(p.document, ".")...)
	if err != nil {
		b.protect(r, p, iam.MayBoth)
		return err
	}
	if v.kind == noValue && len(r.open) == 0 {
		return nil
	}
	affects, concerned := iam.MayBoth, true
	if v.kind == objectValue && len(r.open) == 0 {
		doc, err := r.stack.resourceDocument(v, "the policy", r, b.made, openConditions(r, t)...)
		if err == nil {
			affects, concerned = effectOfText(doc.Text)
			if p.service == "kms" {
				affects, concerned = iam.MayBoth, true // whom a key's policy does not let in, nobody can
			}
			if b.hold(r, p, doc, affects, concerned) {
				return nil
			}
		}
	}
	if concerned {
		b.protect(r, p, affects)
	}
	return nil
}

// protect makes the gap of the policy of a resource.
func (b *builder) protect(r *resource, p protection, affects iam.GapEffect) {
	b.gap(iam.Gap{
		Where: r.location().String(), What: r.typ + " " + r.label(), Why: "the policy of the resource is not evaluated",
		Affects: affects, Layer: iam.LayerResource, Actions: []string{p.service + ":*"}, Resources: r.protects(p),
	})
}

// protects returns patterns of the ARNs that a policy protects.
func (r *resource) protects(p protection) []string {
	if p.target == "*accesspoint" {
		return []string{"arn:*:s3:*:*:accesspoint/*"}
	}
	if p.target == "*" {
		return nil
	}
	var out []string
	targets := []value{}
	if p.target == "" {
		targets = append(targets, value{kind: textValue, parts: []part{{of: r}}})
	} else if v, err := r.property(p.target); err == nil {
		targets = v.list()
	}
	for _, v := range targets {
		pattern := ""
		if of := v.resource(); of != nil {
			pattern = of.arnPattern()
		} else if text, known := v.known(); known && strings.HasPrefix(text, "arn:") {
			pattern = text
		}
		if pattern == "" {
			return nil
		}
		out = append(out, pattern, pattern+"/*")
	}
	return out
}

// arnPattern is the resource's ARN with "*" for what is not known; empty where
// its form is not known.
func (r *resource) arnPattern() string {
	v, _ := r.arn()
	return v.pattern()
}

// arn is the resource's ARN; false where its form is not known.
func (r *resource) arn() (value, bool) {
	for _, attribute := range []string{"Arn", "TopicArn", "Id"} {
		if template := arns[r.typ][attribute]; template != "" {
			v, err := r.expand(template)
			return v, err == nil
		}
	}
	return value{}, false
}

// pattern is text with "*" for its unknown parts.
func (v value) pattern() string {
	var b strings.Builder
	for _, p := range v.parts {
		if p.unknown != nil {
			b.WriteString("*")
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

// plainHTTPOnly: a statement that denies what does not come over TLS, which all
// SDKs use.
func plainHTTPOnly(s *policy.Statement) bool {
	for _, c := range s.Conditions {
		if strings.EqualFold(c.Operator, "Bool") && strings.EqualFold(c.Key, "aws:SecureTransport") && len(c.Values) == 1 && c.Values[0] == "false" {
			return true
		}
	}
	return false
}

// bucketPolicy takes in the policy of a bucket; one that is not known may do
// anything to requests on the bucket.
func (b *builder) bucketPolicy(r *resource, t truth) error {
	bucket, err := r.property("Bucket")
	if err != nil {
		return err
	}
	v, err := r.property("PolicyDocument")
	if err != nil {
		b.openBucket(r, bucket, reasonOf(err))
		return err
	}
	open := openConditions(r, t)
	if v.kind == objectValue && len(r.open) == 0 {
		if doc, err := r.stack.resourceDocument(v, "the bucket policy", r, b.made, open...); err == nil {
			b.addBucketPolicy(bucket, identified(doc, r.stack.file, r.label()))
			return nil
		}
	}
	why := "the policy is not known: " + strings.Join(append(v.unknowns(), open...), " and ")
	b.openBucket(r, bucket, why)
	return nil
}

func (b *builder) addBucketPolicy(bucket value, doc account.Document) {
	if b.snapshot.BucketPolicies == nil {
		b.snapshot.BucketPolicies = map[string]account.Document{}
	}
	b.snapshot.BucketPolicies[bucket.standIn()] = doc
}

func (b *builder) openBucket(r *resource, bucket value, why string) {
	arn := "arn:" + r.stack.options.partition() + ":s3:::" + bucket.pattern()
	if bucket.kind != textValue {
		arn = "arn:" + r.stack.options.partition() + ":s3:::*"
	}
	b.gap(iam.Gap{
		Where: r.location().String(), What: "the bucket policy " + r.label(), Why: why,
		Affects: iam.MayBoth, Layer: iam.LayerResource, Actions: []string{"s3:*"}, Resources: []string{arn, arn + "/*"},
	})
}
