package accessdenied

import (
	"regexp"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
)

// operations are API operations whose action has another name, of the
// services that are met most.
// Source: S3 User Guide, "Required permissions for Amazon S3 API operations";
// Lambda's and CloudWatch Logs' service authorization reference.
var operations = map[string]string{
	"ListBuckets": "s3:ListAllMyBuckets", "ListObjects": "s3:ListBucket", "ListObjectsV2": "s3:ListBucket",
	"HeadBucket": "s3:ListBucket", "HeadObject": "s3:GetObject", "CopyObject": "s3:PutObject",
	"CreateMultipartUpload": "s3:PutObject", "UploadPart": "s3:PutObject", "CompleteMultipartUpload": "s3:PutObject",
	"DeleteObjects": "s3:DeleteObject", "GetObject": "s3:GetObject", "PutObject": "s3:PutObject",
	"PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration", "PutBucketLifecycle": "s3:PutLifecycleConfiguration",
	"DeleteBucketLifecycle": "s3:PutLifecycleConfiguration", "GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
	"PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock", "DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
	"DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls",
	"Invoke":                        "lambda:InvokeFunction", "InvokeWithResponseStream": "lambda:InvokeFunction", "InvokeAsync": "lambda:InvokeAsync",
}

// services are where an operation is looked for if the text does not name the
// service: those that are met most.
var services = []string{"s3", "lambda", "iam", "logs", "servicequotas", "sts", "ec2", "kms", "cloudformation", "ecs", "eks", "ssm", "dynamodb", "sqs", "sns"}

// operationPatterns find the API operation that was called, and its service
// where it is known.
var operationPatterns = compile(
	`when calling (?:the )?(?P<operation>[A-Z]\w+)\b`,                            // AWS CLI, botocore
	`operation error (?P<service>[\w ]+?): (?P<operation>\w+),`,                  // SDK for Go v2
	`client-(?P<service>[\w-]+)/.{0,80}?de_(?P<operation>[A-Z]\w+?)CommandError`, // SDK for JavaScript v3
	`de_(?P<operation>[A-Z]\w+?)CommandError`,                                    // the same, minified
	`deserializeAws_(?:restXml|restJson1|query|json1_0|json1_1|ec2)(?P<operation>[A-Z]\w+?)CommandError\b(?:.{0,120}?client-(?P<service>[\w-]+))?`, // older ones
	`Call failed: (?P<operation>\w+)\(`, // CDK
	`\b(?i:(?P<service>s3|lambda|iam|sts|sqs|sns|ec2))(?:Client)?(?:::|->)(?P<operation>[a-z]\w+)\(`,                                   // PHP
	`(?P<operation>[A-Z]\w+?)Command\b.{0,80}?client-(?P<service>[\w-]+)`,                                                              // a stack of the SDK for JavaScript
	`(?i)error (?:executing|calling|during) "?(?P<operation>[A-Z]\w+)"? on "https://(?:[\w.-]+\.)?(?P<service>s3|lambda|iam|logs)[.-]`, // SDK for PHP
	`error (?:creating|reading|updating|deleting|putting|getting) (?P<service>[\w]+) .{0,60}?(?P<operation>[A-Z][a-z]+[A-Z]\w+)`,
	`eventName"?: "?(?P<operation>\w+)`, // CloudTrail
)

// readOperation takes the action from the operation that was called.
func readOperation(m *iam.DeniedMessage, text string) {
	for _, p := range operationPatterns() {
		found := p.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		service := ""
		if i := p.SubexpIndex("service"); i >= 0 {
			service = found[i]
		}
		operation := found[p.SubexpIndex("operation")]
		if name := actionOf(service, strings.ToUpper(operation[:1])+operation[1:]); name != "" {
			m.Action = name
			break
		}
	}
	if m.Resource == "" {
		m.Resource = loneResource(m.Action, text)
	}
}

// actionOf returns the action that an operation needs.
func actionOf(service, operation string) string {
	if name, ok := operations[operation]; ok {
		return name
	}
	list := services
	if service != "" {
		list = append([]string{strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(service))}, list...)
	}
	for _, s := range list {
		if a, ok := actions.Lookup(s + ":" + operation); ok {
			return a.String()
		}
	}
	return ""
}

var (
	anyARN = compileOne(`arn:[\w-]+:[a-z0-9-]+:[\w-]*:\d*:[^\s"'<>,)]+`)
	// A copy reads its first place and writes its second.
	destination = compileOne(`(?:(?:copy|move|upload)(?: failed)?: \S+ to s3://|Failed to upload \S+ to )([a-z0-9.-]+)/?([^\s"'<>]*)`)
	bucketURL   = compile(
		`https://([a-z0-9.-]+)\.s3[.-][\w.-]*amazonaws\.com(?:\.cn)?/([^\s"'?<>]*)`,
		`https://s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?/([a-z0-9.-]+)/?([^\s"'?<>]*)`,
		`s3://([a-z0-9.-]+)/?([^\s"'<>]*)`,
		`"Bucket": ?"([a-z0-9.-]+)"(?:, ?"Key": ?"([^"]+)")?`,
		`<BucketName>([a-z0-9.-]+)</BucketName>()`,
	)
)

// loneResource finds the resource in an ARN or a URL next to the message.
func loneResource(action, text string) string {
	a, known := actions.Lookup(action)
	if !known {
		return ""
	}
	for _, arn := range anyARN().FindAllString(text, 20) {
		if arn = strings.TrimRight(arn, ".,;"); a.Takes(arn) && !strings.Contains(arn, ":assumed-role/") {
			return arn
		}
	}
	if a.Service == "s3" {
		return bucketIn(a, text)
	}
	if len(a.ResourceTypes) == 0 {
		return "*"
	}
	return ""
}

// itemIn is how some SDKs name an object.
var itemIn = compileOne(`item "([^"]+)" from bucket "([a-z0-9.-]+)"`)

func bucketIn(a actions.Action, text string) string {
	if len(a.ResourceTypes) == 0 {
		return "*"
	}
	if found := itemIn().FindStringSubmatch(text); found != nil && a.Takes("arn:aws:s3:::"+found[2]+"/"+found[1]) {
		return "arn:aws:s3:::" + found[2] + "/" + found[1]
	}
	patterns := bucketURL()
	if strings.HasPrefix(a.Name, "Put") {
		patterns = append([]*regexp.Regexp{destination()}, patterns...)
	}
	for _, p := range patterns {
		found := p.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		bucket := "arn:aws:s3:::" + found[1]
		object := bucket + "/" + strings.TrimRight(found[2], ".,;:")
		candidates := []string{object, bucket}
		if i := slices.IndexFunc(candidates, a.Takes); i >= 0 && !strings.HasSuffix(candidates[i], "/") {
			return candidates[i]
		}
	}
	return ""
}
