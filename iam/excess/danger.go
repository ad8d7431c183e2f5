package excess

import (
	"strings"
	"sync"
)

// dangers are the actions that lead to more access than their name says, with
// what can be done with them.
// Source: IAM User Guide, "Security best practices in IAM" and "Grant a user
// permissions to pass a role to an AWS service"; Service Authorization
// Reference, access level "Permissions management".
var dangers = map[string]string{
	"iam:PassRole":                        "hands a role to a service, and with it everything that the role may do",
	"iam:PutRolePolicy":                   "writes policies into roles, its own among them",
	"iam:AttachRolePolicy":                "attaches any policy to a role, AdministratorAccess included",
	"iam:PutUserPolicy":                   "writes policies into users",
	"iam:AttachUserPolicy":                "attaches any policy to a user",
	"iam:PutGroupPolicy":                  "writes policies into groups",
	"iam:AttachGroupPolicy":               "attaches any policy to a group",
	"iam:AddUserToGroup":                  "gives a user everything that a group may do",
	"iam:CreatePolicyVersion":             "replaces what a managed policy says, wherever it is attached",
	"iam:SetDefaultPolicyVersion":         "brings back older versions of managed policies",
	"iam:UpdateAssumeRolePolicy":          "changes who may assume a role",
	"iam:DeleteRolePermissionsBoundary":   "takes the limit off a role",
	"iam:DeleteUserPermissionsBoundary":   "takes the limit off a user",
	"iam:PutRolePermissionsBoundary":      "changes the limit of a role",
	"iam:CreateAccessKey":                 "makes credentials of other users",
	"iam:CreateLoginProfile":              "sets the console password of other users",
	"iam:UpdateLoginProfile":              "changes the console password of other users",
	"iam:CreateServiceSpecificCredential": "makes credentials of other users",
	"sts:AssumeRole":                      "becomes every role that trusts this account",
	"sts:GetFederationToken":              "makes credentials that outlive the caller's own",
	"lambda:UpdateFunctionCode":           "runs code of its choice as the function's role",
	"lambda:UpdateFunctionConfiguration":  "changes a function's role, layers and environment",
	"lambda:AddPermission":                "opens functions to other accounts",
	"lambda:CreateEventSourceMapping":     "makes functions run on events of its choice",
	"lambda:CreateFunctionUrlConfig":      "opens functions to the internet",
	"s3:PutBucketPolicy":                  "opens buckets to other accounts",
	"s3:PutBucketAcl":                     "opens buckets to other accounts",
	"s3:PutObjectAcl":                     "opens objects to other accounts",
	"s3:DeleteBucket":                     "deletes buckets",
	"ec2:RunInstances":                    "starts machines, with iam:PassRole as any role",
	"cloudformation:CreateStack":          "creates whatever a template says",
	"cloudformation:UpdateStack":          "changes whatever a template says",
	"ssm:SendCommand":                     "runs commands on machines, as their roles",
	"ssm:StartSession":                    "opens a shell on machines, as their roles",
	"secretsmanager:GetSecretValue":       "reads secrets",
	"secretsmanager:PutResourcePolicy":    "opens secrets to other accounts",
	"kms:PutKeyPolicy":                    "changes who may use a key",
	"kms:CreateGrant":                     "lets others use a key",
	"organizations:DetachPolicy":          "takes the limits off accounts",
	"organizations:LeaveOrganization":     "takes the account out of its organization's limits",
}

// dangerOf finds dangers by the action in lower case.
var dangerOf = sync.OnceValue(func() map[string]string {
	out := make(map[string]string, len(dangers))
	for name, why := range dangers {
		out[strings.ToLower(name)] = why
	}
	return out
})

// danger returns what can be done with an action, if that is dangerous.
func danger(action string) (string, bool) {
	why, ok := dangerOf()[strings.ToLower(action)]
	return why, ok
}
