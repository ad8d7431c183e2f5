package change

import (
	"slices"

	"remotion-doctor/iam"
)

// calls are the actions of IAM that the operations need, for roles and users.
var calls = map[Operation]map[string]string{
	PutInline:         {"role": "iam:PutRolePolicy", "user": "iam:PutUserPolicy"},
	DeleteInline:      {"role": "iam:DeleteRolePolicy", "user": "iam:DeleteUserPolicy"},
	Attach:            {"role": "iam:AttachRolePolicy", "user": "iam:AttachUserPolicy"},
	Detach:            {"role": "iam:DetachRolePolicy", "user": "iam:DetachUserPolicy"},
	CreatePolicy:      {"": "iam:CreatePolicy"},
	DeletePolicy:      {"": "iam:DeletePolicy"},
	CreateVersion:     {"": "iam:CreatePolicyVersion"},
	SetDefaultVersion: {"": "iam:SetDefaultPolicyVersion"},
	DeleteVersion:     {"": "iam:DeletePolicyVersion"},
}

// Needs are the requests that whoever writes the plan must be allowed, those of
// the undo as well; each once.
func (p *Plan) Needs() []iam.Probe {
	var out []iam.Probe
	add := func(s *Step) {
		probe := iam.Probe{Action: calls[s.Do][""], Resource: string(s.Policy)}
		if probe.Action == "" {
			probe.Action, probe.Resource = calls[s.Do][p.Principal.Type()], p.Principal.ARN
		}
		if !slices.ContainsFunc(out, func(o iam.Probe) bool { return o.Action == probe.Action && o.Resource == probe.Resource }) {
			out = append(out, probe)
		}
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		add(s)
		back := reconcile(s.thing(), s.After, s.Before)
		for n := range back {
			add(&back[n])
		}
	}
	return out
}
