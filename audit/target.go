package audit

// A TargetKind says how a target was named.
type TargetKind string

// The kinds of target.
const (
	TargetFunction        TargetKind = "lambda-function"
	TargetInstance        TargetKind = "instance"
	TargetInstanceProfile TargetKind = "instance-profile"
	TargetTaskDefinition  TargetKind = "task-definition"
	TargetPodIdentity     TargetKind = "pod-identity"
	TargetRole            TargetKind = "role"
	TargetUser            TargetKind = "user"
	TargetCaller          TargetKind = "caller"
	TargetRenderer        TargetKind = "renderer"
	TargetFile            TargetKind = "file"
	// TargetAccount is a whole account, about which an audit could read nothing.
	TargetAccount TargetKind = "account"
)

// Title returns the kind in words: "Lambda function".
func (k TargetKind) Title() string {
	if title, ok := targetTitles[k]; ok {
		return title
	}
	return string(k)
}

var targetTitles = map[TargetKind]string{
	TargetFunction:        "Lambda function",
	TargetInstance:        "EC2 instance",
	TargetInstanceProfile: "instance profile",
	TargetTaskDefinition:  "task definition",
	TargetPodIdentity:     "EKS pod identity",
	TargetRole:            "IAM role",
	TargetUser:            "IAM user",
	TargetCaller:          "caller",
	TargetRenderer:        "renderer",
	TargetFile:            "policy files",
	TargetAccount:         "account",
}

// A Target is what the user pointed at: the thing whose principal is audited.
type Target struct {
	Kind TargetKind `json:"kind"` // how the target was named
	Name string     `json:"name"` // as the user gave it; empty for the caller
}

func (t Target) String() string {
	if t.Name == "" {
		return t.Kind.Title()
	}
	return t.Kind.Title() + " " + t.Name
}
