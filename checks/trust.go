package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A Trustee is who assumes a role: a service, or the pods of a service account
// through a web identity.
type Trustee struct {
	// Service is a service principal: lambda.amazonaws.com.
	Service string
	// Actions are what it must be allowed to do: sts:AssumeRole.
	Actions []string
	// Context is what is known of its request.
	Context iam.Context
	// Consequence says what happens where it is not.
	Consequence string
	Source      string
}

// TrusteeOf returns who assumes the role behind a kind of target; false where
// nobody has to.
func (p *Pack) TrusteeOf(kind audit.TargetKind) (Trustee, bool) {
	if p.Hooks.Trustee != nil {
		if who, ok := p.Hooks.Trustee(kind); ok {
			return who, true
		}
	}
	who, ok := Trustees[kind]
	return who, ok
}

// Trustees are who assumes the roles behind the kinds of targets, whatever
// product runs there.
// Source: "Defining Lambda function permissions with an execution role" in the
// AWS Lambda Developer Guide; "Task IAM role" in the Amazon ECS Developer Guide; "Create IAM role
// with trust policy required by EKS Pod Identity" in the Amazon EKS User Guide;
// "IAM roles for Amazon EC2" in the Amazon EC2 User Guide.
var Trustees = map[audit.TargetKind]Trustee{
	audit.TargetFunction: {
		Service: "lambda.amazonaws.com", Actions: []string{"sts:AssumeRole"}, Consequence: "the function cannot run",
		Source: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
	},
	audit.TargetTaskDefinition: {
		Service: "ecs-tasks.amazonaws.com", Actions: []string{"sts:AssumeRole"}, Consequence: "the task does not start",
		Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html",
	},
	audit.TargetPodIdentity: {
		Service: "pods.eks.amazonaws.com", Actions: []string{"sts:AssumeRole", "sts:TagSession"}, Consequence: "the pods get no credentials",
		Source: "https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html",
	},
	audit.TargetInstance:        ec2,
	audit.TargetInstanceProfile: ec2,
}

var ec2 = Trustee{
	Service: "ec2.amazonaws.com", Actions: []string{"sts:AssumeRole"}, Consequence: "the instance gets no credentials",
	Source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html",
}

// A Decide evaluates a document as the trust policy of a role, all of whose
// statements name the trustee.
type Decide func(doc *policy.Document, probe iam.Probe) (iam.Verdict, error)

// TrustModule is the name of the module of the findings about trust policies.
const TrustModule = "trust-policy"

// Trust judges a role's trust policy for a trustee: one finding for each of its
// actions. doc is nil where the trust policy could not be read; unread is why,
// and makes the findings unknown.
func Trust(role string, doc *policy.Document, unread *iam.Gap, who Trustee, decide Decide) []audit.Finding {
	var out []audit.Finding
	for _, action := range who.Actions {
		f := audit.Finding{
			Module: TrustModule, Action: action, Resource: role, Layer: iam.LayerResource,
			Statements: []iam.StatementRef{}, MissingContext: []string{}, Evidence: []audit.Evidence{},
		}
		if doc == nil {
			unknownFor(&f, cmp.Or(unread, &iam.Gap{What: "the role's trust policy", Why: "it was not read"}))
			out = append(out, f)
			continue
		}
		who.judge(&f, doc, decide)
		out = append(out, f)
	}
	return out
}

func (who Trustee) judge(f *audit.Finding, doc *policy.Document, decide Decide) {
	concerned := who.statements(doc)
	v, err := decide(concerned, iam.Probe{Action: f.Action, Resource: f.Resource, Context: who.Context})
	if err != nil {
		f.Status, f.Layer, f.Reason = audit.Unknown, "", err.Error()
		return
	}
	f.Evidence = append(f.Evidence, audit.Evidence{Resource: f.Resource, Context: who.Context, Verdict: &v})
	f.Statements = asTrust(v.Matched)
	absent, unknown := never(v.MissingContext)
	switch {
	case len(unknown) > 0:
		f.Status, f.Layer, f.MissingContext = audit.Unknown, "", unknown
		f.Reason = fmt.Sprintf("the trust policy lets %s in only where %s: give %s with --context", who.Service, conditionsOn(concerned, unknown), JoinWords(unknown))
	case len(absent) > 0:
		f.Status, f.NotGranted = audit.Blocked, f.Resource
		f.Reason = fmt.Sprintf("the trust policy lets %s in only where %s, and %s never sends %s", who.Service, conditionsOn(concerned, absent), who.Service, JoinWords(absent))
	case v.Decision == iam.Allowed:
		f.Status, f.Scope, f.Granted, f.Layer = audit.Pass, audit.ScopeDocumented, f.Resource, ""
		f.Reason = "the trust policy lets " + who.Service + " assume the role"
	case v.Decision == iam.ExplicitDeny:
		f.Status, f.NotGranted = audit.Blocked, f.Resource
		f.Reason = "the trust policy denies " + who.Service + " " + f.Action
	default:
		f.Status, f.NotGranted = audit.Blocked, f.Resource
		f.Reason = who.keptOut(doc, concerned, f.Action)
	}
}

// keptOut says why a trust policy does not let a service in.
func (who Trustee) keptOut(doc, concerned *policy.Document, action string) string {
	if len(concerned.Statements) == 0 {
		return fmt.Sprintf("the trust policy does not name %s; it names %s", who.Service, cmp.Or(JoinWords(trusted(doc)), "nobody"))
	}
	var has []string
	for i := range concerned.Statements {
		s := &concerned.Statements[i]
		if len(s.Conditions) > 0 {
			return fmt.Sprintf("the trust policy lets %s in only where %s, which does not hold", who.Service, conditionsOn(concerned, nil))
		}
		has = append(has, s.Actions...)
	}
	return fmt.Sprintf("the trust policy names %s but allows it %s, and not %s", who.Service, JoinWords(has), action)
}

// trusted names who a trust policy concerns.
func trusted(doc *policy.Document) []string {
	var out []string
	for i := range doc.Statements {
		p := doc.Statements[i].Principals
		if p == nil || doc.Statements[i].Effect == policy.Deny {
			continue
		}
		for _, list := range [][]string{p.Service, p.AWS, p.Federated} {
			for _, name := range list {
				if !slices.Contains(out, name) {
					out = append(out, name)
				}
			}
		}
	}
	return out
}

// statements returns those of a trust policy that concern the trustee, as an
// identity policy: IAM matches principals, and the rest is as there.
func (who Trustee) statements(doc *policy.Document) *policy.Document {
	out := &policy.Document{Version: doc.Version, Source: doc.Source}
	for _, s := range doc.Statements {
		if s.Principals == nil || !who.named(s.Principals) {
			continue
		}
		s.Principals, s.Resources, s.NotResource = nil, []string{"*"}, false
		out.Statements = append(out.Statements, s)
	}
	return out
}

// named reports whether the Principal of a statement concerns the trustee. In
// China some services are named with .cn behind, too.
func (who Trustee) named(p *policy.Principals) bool {
	names := func(list []string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(strings.TrimSuffix(s, ".cn"), who.Service) })
	}
	return (p.Any || slices.Contains(p.AWS, "*") || names(p.Service)) != p.Not
}

// absentKeys are never in a request by which a service assumes a role.
// Source: IAM User Guide, "AWS global condition context keys": the keys of the
// principal are in requests of principals; sts:ExternalId is given by callers
// of AssumeRole.
var absentKeys = []string{"sts:ExternalId", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:PrincipalOrgID", "aws:PrincipalArn", "aws:PrincipalAccount", "aws:username", "sts:RoleSessionName"}

func never(keys []string) (absent, unknown []string) {
	for _, k := range keys {
		if slices.ContainsFunc(absentKeys, func(a string) bool { return strings.EqualFold(a, k) }) {
			absent = append(absent, k)
		} else {
			unknown = append(unknown, k)
		}
	}
	return absent, unknown
}

// conditionsOn words the conditions of the statements on some keys, or on all.
func conditionsOn(doc *policy.Document, keys []string) string {
	var out []string
	for i := range doc.Statements {
		for _, c := range doc.Statements[i].Conditions {
			if keys == nil || slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, c.Key) }) {
				out = append(out, fmt.Sprintf("%s %s %s", c.Key, c.Operator, strings.Join(c.Values, " or ")))
			}
		}
	}
	return cmp.Or(JoinWords(out), "its conditions hold")
}

// asTrust says of statements that they are of the trust policy.
func asTrust(refs []iam.StatementRef) []iam.StatementRef {
	out := []iam.StatementRef{}
	for _, r := range refs {
		r.Policy, r.Layer = "trust policy", iam.LayerResource
		out = append(out, r)
	}
	return out
}

// TrustProblem turns findings about a trust policy that do not pass into one
// diagnosis, for targets whose report is not about the trust policy.
func TrustProblem(findings []audit.Finding, who Trustee) []audit.Diagnosis {
	for _, f := range findings {
		if f.Status != audit.Blocked {
			continue
		}
		return []audit.Diagnosis{{
			Code: "trust-policy", Severity: audit.SeverityError, Source: who.Source, Subject: f.Resource, Actions: []string{f.Action},
			Message: f.Reason + ": " + who.Consequence,
			Hint:    fmt.Sprintf("allow {\"Service\": %q} %s in the role's trust policy; after a change IAM takes some seconds, at times some minutes", who.Service, JoinWords(who.Actions)),
		}}
	}
	return nil
}
