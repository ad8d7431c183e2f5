package eval

import (
	"errors"
	"testing"

	"remotion-doctor/iam/account"
)

// TestSimulatorRefuses holds requests next to recorded refusals: the neighbor
// teaches the text, the SDK or the API's reference what is refused.
func TestSimulatorRefuses(t *testing.T) {
	t.Parallel()
	const (
		allow    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
		public   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Principal":"*"}]}`
		object   = "arn:aws:s3:::b/a"
		caller   = "Invalid caller - Caller must be an IAM user, role or group in this context."
		handling = "Invalid input resource handling options. Action does not support resource handling options: "
		see      = ". Please refer to the documentation for more details: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html"
	)
	ask := func(change func(*SimulationInput)) SimulationInput {
		in := SimulationInput{PolicyInputList: []string{allow}, ActionNames: []string{"s3:GetObject"}, ResourceArns: []string{object}}
		change(&in)
		return in
	}
	exclude := func(x InlinePolicyIdentifier) SimulationInput {
		return ask(func(in *SimulationInput) {
			in.PolicySourceArn = "arn:aws:iam::111122223333:role/app"
			in.PolicyExclusionList = []PolicyExclusion{{InlinePolicyIdentifier: &x}}
		})
	}
	for name, c := range map[string]struct {
		in   SimulationInput
		want string // the message; none: it is answered
	}{
		// err-rp-session-caller; SDK: CallerArn is required with a ResourcePolicy.
		"resource policy without a caller": {ask(func(in *SimulationInput) { in.ResourcePolicy = public }), caller},
		"… with the caller's account in the context": {ask(func(in *SimulationInput) {
			in.ResourcePolicy = public
			in.ContextEntries = []SimulationContext{{"aws:PrincipalAccount", "string", []string{"111122223333"}}}
		}), caller},
		"caller that is no ARN":     {ask(func(in *SimulationInput) { in.CallerArn = "nobody" }), caller},
		"caller that is a session":  {ask(func(in *SimulationInput) { in.CallerArn = "arn:aws:sts::111122223333:assumed-role/app/run" }), caller},
		"caller that is an account": {ask(func(in *SimulationInput) { in.CallerArn = "arn:aws:iam::111122223333:root" }), caller},
		"caller that nobody made":   {ask(func(in *SimulationInput) { in.CallerArn = "arn:aws:iam::111122223333:user/new" }), ""},
		"group as caller with a resource policy": {ask(func(in *SimulationInput) {
			in.ResourcePolicy, in.CallerArn = public, "arn:aws:iam::111122223333:group/g"
		}), ""},
		// err-handling-other-action
		"unknown option of an action that has some": {ask(func(in *SimulationInput) {
			in.ResourceHandlingOption, in.ActionNames, in.ResourceArns = "EC2-Moon", []string{"ec2:RunInstances"}, []string{"arn:aws:ec2:us-east-1:111122223333:instance/i-1"}
		}), handling + "ec2:RunInstances" + see},
		"unknown option of an action that has none": {ask(func(in *SimulationInput) { in.ResourceHandlingOption = "EC2-Moon" }), handling + "s3:GetObject" + see},
		// SDK: "You can input only one permissions boundary".
		"two boundaries": {ask(func(in *SimulationInput) { in.PermissionsBoundaryPolicyInputList = []string{allow, allow} }), "Only one permissions boundary policy can be given"},
		// API reference: every level has at least one policy.
		"empty level": {ask(func(in *SimulationInput) {
			in.OrderedOrganizationPolicyInputList = []OrganizationLevel{{}}
		}), "Organization policy at index 1 must contain at least one service control policy"},
		"empty level below another": {ask(func(in *SimulationInput) {
			in.OrderedOrganizationPolicyInputList = []OrganizationLevel{{[]string{allow}}, {}}
		}), "Organization policy at index 2 must contain at least one service control policy"},
		// err-resource-not-arn: only a lone star stands for no resource.
		"star next to an ARN":   {ask(func(in *SimulationInput) { in.ResourceArns = []string{object, "*"} }), "ResourceNames are not in a valid ARN format: *."},
		"star before an ARN":    {ask(func(in *SimulationInput) { in.ResourceArns = []string{"*", object} }), "ResourceNames are not in a valid ARN format: *."},
		"source that is no ARN": {ask(func(in *SimulationInput) { in.PolicySourceArn = "app" }), "Invalid ARN provided in the request: app"},
		"source of another account": {
			ask(func(in *SimulationInput) { in.PolicySourceArn = "arn:aws:iam::444455556666:role/app" }),
			"Invalid Policy Source Arn: caller's account 111122223333 does not have access to policies in account 444455556666",
		},
		// prin-exclude-err-*, prin-x-err-*
		"exclusion with an unknown kind of owner": {
			exclude(InlinePolicyIdentifier{"own", "role-group", "app"}),
			"1 validation error detected: Value 'role-group' at 'policyExclusionList.1.member.inlinePolicyIdentifier.attachmentType' failed to satisfy constraint: Member must satisfy enum value set: [user, group, role]",
		},
		"exclusion without an owner":         {exclude(InlinePolicyIdentifier{"own", "role", ""}), "Invalid inline policy exclusion: policyName, attachmentType, and attachmentName are required"},
		"exclusion without a kind":           {exclude(InlinePolicyIdentifier{"own", "", "app"}), "Invalid inline policy exclusion: policyName, attachmentType, and attachmentName are required"},
		"exclusion with two wildcards":       {exclude(InlinePolicyIdentifier{"own", "role", "?p?"}), "Invalid inline policy exclusion: policyName, attachmentType, and attachmentName are required"},
		"exclusion from somebody else":       {exclude(InlinePolicyIdentifier{"own", "role", "other"}), ""},
		"exclusion from another kind's name": {exclude(InlinePolicyIdentifier{"own", "user", "app"}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := refusingEngine(t).simulate(c.in)
			api, ok := errors.AsType[*APIError](err)
			if ok != (c.want != "") || ok && api.Message != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// TestExclusionOfTheWrongOwner: an exclusion that names no attachment is ignored
// (SDK, PolicyExclusion).
func TestExclusionOfTheWrongOwner(t *testing.T) {
	t.Parallel()
	for owner, want := range map[InlinePolicyIdentifier]string{
		{"own", "role", "app"}:   "implicitDeny",
		{"own", "role", "a*"}:    "implicitDeny",
		{"own", "role", "ap?"}:   "implicitDeny",
		{"own", "role", "other"}: "allowed",
		{"own", "user", "app"}:   "allowed",
		{"own", "group", "a*"}:   "allowed",
		{"none", "role", "app"}:  "allowed",
	} {
		out, err := refusingEngine(t).simulate(SimulationInput{
			PolicySourceArn: "arn:aws:iam::111122223333:role/app", ActionNames: []string{"s3:GetObject"},
			PolicyExclusionList: []PolicyExclusion{{InlinePolicyIdentifier: &owner}},
		})
		if err != nil || out.EvaluationResults[0].EvalDecision != want {
			t.Errorf("%v: %v, %v, want %s", owner, out.EvaluationResults, err, want)
		}
	}
}

type anyEngine struct{ *Engine }

func (e anyEngine) simulate(in SimulationInput) (SimulationOutput, error) {
	if in.PolicySourceArn != "" {
		return e.SimulatePrincipalPolicy(in)
	}
	return e.SimulateCustomPolicy(in)
}

func refusingEngine(t *testing.T) anyEngine {
	t.Helper()
	own := account.Document{Text: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`}
	e, err := New(&account.Snapshot{AccountID: "111122223333", AuthorizationDetails: account.AuthorizationDetails{Roles: []account.Role{{
		RoleName: "app", Arn: "arn:aws:iam::111122223333:role/app", RolePolicyList: []account.InlinePolicy{{PolicyName: "own", PolicyDocument: own}},
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	return anyEngine{e}
}
