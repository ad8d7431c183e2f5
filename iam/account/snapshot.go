// Package account is an AWS account as plain data: its roles, users, groups
// and policies, and the things that act as them. A [Snapshot] is read from a
// file or taken from AWS, and answers the questions that AWS would.
package account

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
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
	// ResourcePolicies are those of keys, queues, topics, secrets, functions and
	// other resources, by their ARNs.
	ResourcePolicies map[string]Document `json:"ResourcePolicies,omitempty"`
	Buckets          []Bucket            `json:"Buckets,omitempty"`
	Organization     *Organization       `json:"Organization,omitempty"`

	// Gaps are what could not be read when the snapshot was taken.
	Gaps []Gap `json:"Gaps,omitempty"`
	// Unread are the gaps in what was read of single principals, by their ARN.
	Unread map[string][]iam.Gap `json:"Unread,omitempty"`
	// Open are the gaps of a file of the user's that may concern any principal: a
	// macro that may change the whole template, the policy of a bucket that is
	// known only after the deploy.
	Open []iam.Gap `json:"-"`

	// Caller is the ARN that STS GetCallerIdentity answers with; empty for
	// the account's root. Callers are those of other access keys, by the key.
	Caller  string            `json:"Caller,omitempty"`
	Callers map[string]string `json:"Callers,omitempty"`
}

// A Gap is something that could not be read when a snapshot was taken, and what
// that leaves open.
type Gap struct {
	Operation string // iam:GetAccountAuthorizationDetails
	Resource  string `json:",omitempty"`
	Reason    string
	// Affects says in words which verdicts are unknown without it.
	Affects string
	// Off says that the Region is not enabled in the account: there is nothing in
	// it to read.
	Off bool `json:",omitempty"`
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
	Path     string
	RoleName string
	RoleID   string `json:"RoleId"`
	Arn      string
	// Location is where the role is in a file of the user's.
	Location *iam.Location `json:"-"`
	// Declared is how a file of the user's declares the role.
	Declared                 *Declaration      `json:"-"`
	AssumeRolePolicyDocument *Document         `json:",omitempty"`
	InstanceProfileList      []InstanceProfile `json:",omitempty"`
	RolePolicyList           []InlinePolicy    `json:",omitempty"`
	AttachedManagedPolicies  []AttachedPolicy  `json:",omitempty"`
	PermissionsBoundary      *AttachedBoundary `json:",omitempty"`
	Tags                     []Tag             `json:",omitempty"`
	// MoreTags says that a deploy may add others to Tags.
	MoreTags bool `json:"-"`
	// Gaps are what a file of the user's leaves open about the role.
	Gaps []iam.Gap `json:"-"`
}

// A User is an IAM user.
type User struct {
	Path     string
	UserName string
	UserID   string `json:"UserId"`
	Arn      string
	// Location is where the user is in a file of the auditor's.
	Location *iam.Location `json:"-"`
	// Declared is how a file of the auditor's declares the user.
	Declared                *Declaration      `json:"-"`
	UserPolicyList          []InlinePolicy    `json:",omitempty"`
	GroupList               []string          `json:",omitempty"`
	AttachedManagedPolicies []AttachedPolicy  `json:",omitempty"`
	PermissionsBoundary     *AttachedBoundary `json:",omitempty"`
	Tags                    []Tag             `json:",omitempty"`
	// MoreTags says that a deploy may add others to Tags.
	MoreTags bool `json:"-"`
	// Gaps are what a file of the user's leaves open about the user.
	Gaps []iam.Gap `json:"-"`
}

// A Group is a group of IAM users.
type Group struct {
	Path                    string
	GroupName               string
	GroupID                 string `json:"GroupId"`
	Arn                     string
	GroupPolicyList         []InlinePolicy   `json:",omitempty"`
	AttachedManagedPolicies []AttachedPolicy `json:",omitempty"`
	// Gaps are what a file of the user's leaves open about the group.
	Gaps []iam.Gap `json:"-"`
}

// A Tag is a tag of a role, user or managed policy.
type Tag struct{ Key, Value string }

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
	// Description and Tags are what GetPolicy shows of it.
	Description string `json:",omitempty"`
	Tags        []Tag  `json:",omitempty"`
	// AttachmentCount is how many roles, users and groups have it, and
	// PermissionsBoundaryUsageCount how many have it as their boundary.
	AttachmentCount               int `json:",omitempty"`
	PermissionsBoundaryUsageCount int `json:",omitempty"`
	// Gaps are what a file of the user's leaves open about the policy.
	Gaps []iam.Gap `json:"-"`
}

// A PolicyVersion is one version of a managed policy.
type PolicyVersion struct {
	VersionID        string `json:"VersionId"`
	IsDefaultVersion bool
	CreateDate       string `json:",omitempty"`
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
	// Variables are the names of its environment variables that an audit looks for; never
	// their values.
	Variables []string `json:",omitempty"`
}

// An Instance is an EC2 instance.
type Instance struct {
	InstanceID         string `json:"InstanceId"`
	IamInstanceProfile *struct {
		Arn string
	} `json:",omitempty"`
}

// NewInstance returns an instance with the profile of an ARN.
func NewInstance(id, profileARN string) Instance {
	i := Instance{InstanceID: id}
	i.IamInstanceProfile = &struct{ Arn string }{profileARN}
	return i
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

// A Document is a policy document in a snapshot: an object, or a string that
// may be URL-encoded, as the different AWS tools print it.
type Document struct {
	Text string
	// Origin is where it is in a file of the user's; nil where it comes
	// from AWS.
	Origin *Origin
}

// An Origin says where in a file that the user gave the statements of a
// document stand.
type Origin struct {
	File string
	// ID identifies the policy by the file and what holds it there; empty where
	// the file has no names for policies.
	ID iam.PolicyID
	// Statements are their places, by index. Where there are none, the file
	// holds the document unchanged.
	Statements []Place
}

// A Place is a part of a file.
type Place struct{ Start, End policy.Position }

// Locate returns the file of a statement and its place there. start and end are
// its positions in the document. It may be called on nil.
func (o *Origin) Locate(index int, start, end policy.Position) (file string, s, e policy.Position) {
	switch {
	case o == nil:
		return "", start, end
	case index >= 0 && index < len(o.Statements):
		return o.File, o.Statements[index].Start, o.Statements[index].End
	}
	return o.File, start, end
}

// UnmarshalJSON keeps an object as it is and decodes a string.
func (d *Document) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		s, err := jsontext.AppendUnquote(nil, data)
		d.Text = policy.DecodeURL(string(s))
		return err
	}
	if string(data) != "null" {
		d.Text = string(data)
	}
	return nil
}

// MarshalJSON prints the document as a string, which keeps its lines: places
// within it are those that AWS reports.
//
// A document that was percent-encoded may be no UTF-8, which JSON cannot express;
// that document is no policy before and after.
func (d Document) MarshalJSON() ([]byte, error) {
	return jsontext.AppendQuote(nil, strings.ToValidUTF8(d.Text, "\uFFFD"))
}

// NewManagedPolicy returns a managed policy with one version.
func NewManagedPolicy(arn string, d Document) ManagedPolicy {
	return ManagedPolicy{
		PolicyName: arn[strings.LastIndexByte(arn, '/')+1:], Arn: arn, DefaultVersionID: "v1",
		PolicyVersionList: []PolicyVersion{{VersionID: "v1", IsDefaultVersion: true, Document: d}},
	}
}
