// Package account is an AWS account as plain data: its roles, users, groups
// and policies, and the things that act as them. A [Snapshot] is read from a
// file or taken from AWS, and answers the questions that AWS would.
package account

import (
	"encoding/json"

	"remotion-doctor/policy"
)

// A Snapshot is what is known of one account, in the shapes of AWS's APIs.
type Snapshot struct {
	Version   int    `json:"Version"`
	AccountID string `json:"AccountId"`
	Partition string `json:"Partition"`

	AuthorizationDetails AuthorizationDetails `json:"AuthorizationDetails"`

	Functions        []Function               `json:"Functions,omitempty"`
	Instances        []Instance               `json:"Instances,omitempty"`
	InstanceProfiles []InstanceProfile        `json:"InstanceProfiles,omitempty"`
	TaskDefinitions  []TaskDefinition         `json:"TaskDefinitions,omitempty"`
	PodIdentities    []PodIdentityAssociation `json:"PodIdentityAssociations,omitempty"`
	BucketPolicies   map[string]Document      `json:"BucketPolicies,omitempty"`
	Buckets          []Bucket                 `json:"Buckets,omitempty"`
	Organization     *Organization            `json:"Organization,omitempty"`

	// Caller is the ARN that STS GetCallerIdentity answers with; empty for
	// the account's root.
	Caller string `json:"Caller,omitempty"`
}

// AuthorizationDetails is the output of iam:GetAccountAuthorizationDetails.
type AuthorizationDetails struct {
	Users    []User          `json:"UserDetailList"`
	Groups   []Group         `json:"GroupDetailList"`
	Roles    []Role          `json:"RoleDetailList"`
	Policies []ManagedPolicy `json:"Policies"`
}

// A Role is an IAM role.
type Role struct {
	Path                     string
	RoleName                 string
	RoleID                   string `json:"RoleId"`
	Arn                      string
	AssumeRolePolicyDocument *Document           `json:",omitempty"`
	InstanceProfileList      []InstanceProfile   `json:",omitempty"`
	RolePolicyList           []InlinePolicy      `json:",omitempty"`
	AttachedManagedPolicies  []AttachedPolicy    `json:",omitempty"`
	PermissionsBoundary      *AttachedBoundary   `json:",omitempty"`
	Tags                     []map[string]string `json:",omitempty"`
}

// A User is an IAM user.
type User struct {
	Path                    string
	UserName                string
	UserID                  string `json:"UserId"`
	Arn                     string
	UserPolicyList          []InlinePolicy      `json:",omitempty"`
	GroupList               []string            `json:",omitempty"`
	AttachedManagedPolicies []AttachedPolicy    `json:",omitempty"`
	PermissionsBoundary     *AttachedBoundary   `json:",omitempty"`
	Tags                    []map[string]string `json:",omitempty"`
}

// A Group is a group of IAM users.
type Group struct {
	Path                    string
	GroupName               string
	GroupID                 string `json:"GroupId"`
	Arn                     string
	GroupPolicyList         []InlinePolicy   `json:",omitempty"`
	AttachedManagedPolicies []AttachedPolicy `json:",omitempty"`
}

// An InlinePolicy is a policy that is embedded in an identity.
type InlinePolicy struct {
	PolicyName     string
	PolicyDocument Document
}

// An AttachedPolicy names a managed policy.
type AttachedPolicy struct {
	PolicyName string
	PolicyArn  string
}

// An AttachedBoundary names the managed policy that is a permissions boundary.
type AttachedBoundary struct {
	PermissionsBoundaryType string
	PermissionsBoundaryArn  string
}

// A ManagedPolicy is a managed policy with its versions.
type ManagedPolicy struct {
	PolicyName        string
	PolicyID          string `json:"PolicyId"`
	Arn               string
	Path              string
	DefaultVersionID  string `json:"DefaultVersionId"`
	PolicyVersionList []PolicyVersion
}

// A PolicyVersion is one version of a managed policy.
type PolicyVersion struct {
	VersionID        string `json:"VersionId"`
	IsDefaultVersion bool
	Document         Document
}

// A Function is a Lambda function.
type Function struct {
	FunctionName string
	FunctionArn  string
	Role         string
	Runtime      string `json:",omitempty"`
	MemorySize   int    `json:",omitempty"`
	Timeout      int    `json:",omitempty"`
}

// An Instance is an EC2 instance.
type Instance struct {
	InstanceID         string `json:"InstanceId"`
	IamInstanceProfile *struct {
		Arn string
	} `json:",omitempty"`
}

// An InstanceProfile is the container in which an instance gets its role.
type InstanceProfile struct {
	InstanceProfileName string
	InstanceProfileID   string `json:"InstanceProfileId,omitempty"`
	Path                string `json:",omitempty"`
	Arn                 string
	Roles               []ProfileRole
}

// A ProfileRole is the role in an instance profile.
type ProfileRole struct {
	RoleName string `json:",omitempty"`
	Arn      string
}

// A TaskDefinition is an ECS task definition.
type TaskDefinition struct {
	TaskDefinitionArn string `json:"taskDefinitionArn"`
	TaskRoleArn       string `json:"taskRoleArn,omitempty"`
	ExecutionRoleArn  string `json:"executionRoleArn,omitempty"`
}

// A PodIdentityAssociation gives the pods of a service account a role.
type PodIdentityAssociation struct {
	ClusterName    string `json:"clusterName"`
	Namespace      string `json:"namespace"`
	ServiceAccount string `json:"serviceAccount"`
	RoleArn        string `json:"roleArn"`
}

// An Organization holds the policies above the account, as lists of levels,
// root first; every level must allow.
type Organization struct {
	ServiceControlPolicies  [][]NamedPolicy
	ResourceControlPolicies [][]NamedPolicy `json:",omitempty"`
}

// A NamedPolicy is a policy of an organization.
type NamedPolicy struct {
	Name     string
	Document Document
}

// A Document is a policy document in a snapshot: an object, or a string that
// may be URL-encoded, as the different AWS tools print it.
type Document struct{ Text string }

// UnmarshalJSON keeps an object as it is and decodes a string.
func (d *Document) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		d.Text = policy.DecodeURL(s)
		return nil
	}
	d.Text = string(data)
	return nil
}

// MarshalJSON prints the document as an object.
func (d Document) MarshalJSON() ([]byte, error) {
	if d.Text == "" {
		return []byte("{}"), nil
	}
	return []byte(d.Text), nil
}
