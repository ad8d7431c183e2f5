package remedy

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// DefaultName is what a remedy is called by default.
const DefaultName = "remotion-executionrole-policy"

// A StepKind says what is written to IAM.
type StepKind string

// The kinds of steps.
const (
	PutInline     StepKind = "put-inline"
	CreateManaged StepKind = "create-managed" // and attach it
	NewVersion    StepKind = "new-version"    // of a managed policy, as its default
	DeleteInline  StepKind = "delete-inline"
	Detach        StepKind = "detach"
)

// A Step is one write to IAM.
type Step struct {
	Kind StepKind
	// Policy says which policy it is: an inline and a managed policy may share
	// their name.
	Policy iam.PolicyID
	// Before is what the policy says now, as it is stored; empty where there is
	// none or it is not known.
	Before string
	After  *policy.Document // nil for DeleteInline and Detach
}

// Name returns the policy's display name.
func (s *Step) Name() string { return s.Policy.Name() }

// ARN returns the ARN of a managed policy; empty for an inline one.
func (s *Step) ARN() string {
	if strings.Contains(string(s.Policy), "#") {
		return ""
	}
	return string(s.Policy)
}

// A Change is what is to be written so that a principal has a remedy.
type Change struct {
	Kind, Name, ARN string // of the principal: role or user
	// Declared is how a file declares the principal; nil where it exists.
	Declared *account.Declaration
	Steps    []Step
	Notes    []string
}

// InFile reports whether the change belongs into the file that declares the
// principal.
func (c *Change) InFile() bool { return c.Declared != nil && c.Declared.Closed == "" }

// Generated reports whether the deploy makes the principal's name, so that no
// command and no other file can name it yet.
func (c *Change) Generated() bool { return c.Declared != nil && c.Declared.Generated }

// owner names the principal in a sentence.
func (c *Change) owner() string {
	if c.Generated() {
		return c.Kind + " declared as " + c.Declared.Label
	}
	return c.Kind + " " + c.Name
}

// Documents are the policies that the change leaves behind.
func (c *Change) Documents() []*policy.Document {
	var out []*policy.Document
	for _, s := range c.Steps {
		if s.After != nil {
			out = append(out, s.After)
		}
	}
	return out
}

// Placement says how a remedy is to be attached.
type Placement struct {
	Name    string // of the policy; empty for [DefaultName]
	Managed bool   // a managed policy in any case
}

// A QuotaError says that a remedy does not fit into IAM's quotas.
type QuotaError struct{ Msg, Hint string }

func (e *QuotaError) Error() string { return e.Msg }

// Problem is the error as the user reads it.
func (e *QuotaError) Problem() audit.Problem { return audit.NewProblem("refused", e.Msg, e.Hint) }

// Attach makes the change that gives the holder a document: it is joined with
// the policy of the same name where there is one, else it becomes an inline
// policy, and where that is too long for the quota one managed policy or
// several. The error is a [*QuotaError].
func Attach(doc *policy.Document, h *Holding, at Placement) (*Change, error) {
	c := &Change{Kind: h.Kind, Name: h.Name, ARN: h.ARN, Declared: h.Declared}
	name := cmp.Or(at.Name, DefaultName)
	room := InlineQuota(h.Kind) - h.InlineSize()
	if c.InFile() {
		return c, c.declare(doc, h, name, at.Managed || sizeOf(doc) > room)
	}
	if held := h.inline(name); held != nil && !at.Managed {
		joined := Join(held.Document, doc)
		if sizeOf(joined)-Size(held.Text) <= room {
			c.Steps = []Step{{Kind: PutInline, Policy: iam.InlinePolicy(h.ARN, name), Before: held.Text, After: joined}}
			c.Notes = append(c.Notes, "adds what is missing to the inline policy "+name)
			return c, nil
		}
	}
	if held := h.attached(name); held != nil && !AWSManaged(held.ARN) {
		if joined := Join(held.Document, doc); sizeOf(joined) <= MaxManaged {
			c.Steps = []Step{{Kind: NewVersion, Policy: iam.ManagedPolicy(held.ARN), Before: held.Text, After: joined}}
			c.Notes = append(c.Notes, "what is missing becomes a new version of the managed policy "+name+", which counts for all that it is attached to")
			return c, nil
		}
	}
	if !at.Managed && sizeOf(doc) <= room {
		if h.inline(name) == nil {
			c.Steps = []Step{{Kind: PutInline, Policy: iam.InlinePolicy(h.ARN, name), After: doc}}
			return c, nil
		}
	}
	return c, c.manage(doc, h, name)
}

// declare adds a policy of its own: what a file declares is added to, and not
// rewritten.
func (c *Change) declare(doc *policy.Document, h *Holding, name string, managed bool) error {
	if managed {
		return c.manage(doc, h, name)
	}
	each := name
	for n := 2; h.inline(each) != nil; n++ {
		each = name + "-" + strconv.Itoa(n)
	}
	c.Steps = []Step{{Kind: PutInline, Policy: iam.InlinePolicy(h.ARN, each), After: doc}}
	return nil
}

// AWSManaged reports the ARN of a managed policy of AWS's own, which nobody
// else changes.
func AWSManaged(arn string) bool {
	a, ok := policy.ParseARN(arn)
	return !ok || a.AccountID == "aws"
}

// manage adds as many managed policies as the document needs.
func (c *Change) manage(doc *policy.Document, h *Holding, name string) error {
	docs, err := Split(doc, MaxManaged)
	if err != nil {
		return &QuotaError{err.Error(), "name fewer resources"}
	}
	if n := len(h.Attached) + len(h.goingAttached) + len(docs); n > MaxAttached {
		return &QuotaError{
			fmt.Sprintf("the %s would have %d managed policies at once; IAM's quota is %d unless AWS raised it", h.Kind, n, MaxAttached),
			"detach one that is not needed, or ask AWS to raise the quota \"Managed policies per " + h.Kind + "\"",
		}
	}
	a, _ := policy.ParseARN(h.ARN)
	for i, d := range docs {
		each := free(name, i, h)
		arn := strings.Join([]string{"arn", a.Partition, "iam", "", a.AccountID, "policy/" + each}, ":")
		c.Steps = append(c.Steps, Step{Kind: CreateManaged, Policy: iam.ManagedPolicy(arn), After: d})
	}
	if len(docs) > 1 {
		c.Notes = append(c.Notes, fmt.Sprintf("the policy is longer than one managed policy may be (%d characters), and is divided into %d", MaxManaged, len(docs)))
	} else if InlineQuota(h.Kind)-h.InlineSize() < sizeOf(doc) {
		c.Notes = append(c.Notes, fmt.Sprintf("inline policies of a %s are limited to %d characters (%d left); using a managed policy instead", h.Kind, InlineQuota(h.Kind), max(0, InlineQuota(h.Kind)-h.InlineSize())))
	}
	return nil
}

// free is the name of the i-th policy: NAME, NAME-2, …, without those that the
// holder has attached already.
func free(name string, i int, h *Holding) string {
	each := name
	for n := 2; ; n++ {
		if h.attached(each) == nil && !slices.Contains(h.goingAttached, each) {
			if i == 0 {
				return each
			}
			i--
		}
		each = name + "-" + strconv.Itoa(n)
	}
}
