package checks

import (
	"fmt"
	"strings"

	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
	"remotion-doctor/internal/spelling"
)

// operationActions are the actions that operations of AWS's APIs need, where
// the names differ.
// Source: Amazon S3 User Guide, "Required permissions for Amazon S3 API
// operations"; Lambda and CloudWatch Logs in the Service Authorization
// Reference.
var operationActions = map[string]string{
	"s3:uploadpart":                      "s3:PutObject",
	"s3:uploadpartcopy":                  "s3:PutObject and s3:GetObject",
	"s3:createmultipartupload":           "s3:PutObject",
	"s3:completemultipartupload":         "s3:PutObject",
	"s3:listparts":                       "s3:ListMultipartUploadParts",
	"s3:listmultipartuploads":            "s3:ListBucketMultipartUploads",
	"s3:headobject":                      "s3:GetObject",
	"s3:headbucket":                      "s3:ListBucket",
	"s3:listobjects":                     "s3:ListBucket",
	"s3:listobjectsv2":                   "s3:ListBucket",
	"s3:listbuckets":                     "s3:ListAllMyBuckets",
	"s3:copyobject":                      "s3:GetObject and s3:PutObject",
	"s3:deleteobjects":                   "s3:DeleteObject",
	"s3:deletebucketownershipcontrols":   "s3:PutBucketOwnershipControls",
	"s3:putpublicaccessblock":            "s3:PutBucketPublicAccessBlock",
	"s3:deletepublicaccessblock":         "s3:PutBucketPublicAccessBlock",
	"s3:getpublicaccessblock":            "s3:GetBucketPublicAccessBlock",
	"s3:putbucketlifecycleconfiguration": "s3:PutLifecycleConfiguration",
	"s3:putbucketlifecycle":              "s3:PutLifecycleConfiguration",
	"s3:deletebucketlifecycle":           "s3:PutLifecycleConfiguration",
	"s3:getbucketlifecycleconfiguration": "s3:GetLifecycleConfiguration",
	"s3:getbucketencryption":             "s3:GetEncryptionConfiguration",
	"s3:putbucketencryption":             "s3:PutEncryptionConfiguration",
	"lambda:invoke":                      "lambda:InvokeFunction",
	"lambda:invokewithresponsestream":    "lambda:InvokeFunction",
	"lambda:listlayerversion":            "lambda:ListLayerVersions",
	"logs:createloggroups":               "logs:CreateLogGroup",
	"logs:putlogevent":                   "logs:PutLogEvents",
	"cloudwatch:putlogevents":            "logs:PutLogEvents",
	"servicequotas:getservicequotas":     "servicequotas:GetServiceQuota",
	"servicequotas:requestquotaincrease": "servicequotas:RequestServiceQuotaIncrease",
	"iam:simulateprincipal":              "iam:SimulatePrincipalPolicy",
}

// meant says which action was probably meant by one that does not exist.
func meant(name string) string {
	lower := strings.ToLower(name)
	if to, ok := operationActions[lower]; ok {
		return fmt.Sprintf("the operation of that name needs %s", to)
	}
	service, action, ok := strings.Cut(lower, ":")
	if !ok {
		return "an action is written service:Action, as in s3:GetObject"
	}
	if best := nearest(service, action); best != "" {
		return "did you mean " + best + "?"
	}
	for _, s := range []string{"s3", "lambda", "logs", "iam", "servicequotas", "sts", "kms", "ec2"} {
		if a, ok := actions.Lookup(s + ":" + action); ok {
			return "did you mean " + a.String() + "?"
		}
	}
	if len(actions.Names(service)) == 0 {
		return fmt.Sprintf("no service has the prefix %q", service)
	}
	return ""
}

// nearest returns the action of a service whose name differs by the fewest
// letters, if they are few.
func nearest(service, action string) string {
	best, least := "", 1+len(action)/4
	for _, name := range actions.Names(service) {
		if d := spelling.Distance(action, strings.ToLower(name), least); d < least {
			best, least = service+":"+name, d
		}
	}
	return best
}

// MeantOperator returns the condition operator whose name differs by the fewest
// letters from one that does not exist; empty if none is near.
func MeantOperator(name string) string {
	name = strings.ToLower(name)
	best, least := "", 1+len(name)/4
	for _, o := range policy.Operators() {
		if d := spelling.Distance(name, strings.ToLower(o), least); d < least {
			best, least = o, d
		}
	}
	return best
}
