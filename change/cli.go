package change

import (
	"strings"

	"remotion-doctor/remedy"
)

// CLI returns the plan as calls of the AWS CLI for a POSIX shell, one a step.
func (p *Plan) CLI() string {
	var b strings.Builder
	for i := range p.Steps {
		if i > 0 {
			b.WriteByte('\n')
		}
		s := &p.Steps[i]
		b.WriteString("# " + remedy.Comment(s.What()) + "\n")
		b.WriteString(remedy.Command(p.call(s)))
	}
	return b.String()
}

// call is the call of the AWS CLI that does a step, as arguments.
func (p *Plan) call(s *Step) []string {
	kind := p.Principal.Type()
	owner := []string{"--" + kind + "-name", p.Principal.Name()}
	arn := []string{"--policy-arn", string(s.Policy)}
	name := []string{"--policy-name", s.Policy.Name()}
	document := []string{"--policy-document", s.Document}
	version := []string{"--version-id", s.Version}
	args := map[Operation][][]string{
		PutInline:         {{"put-" + kind + "-policy"}, owner, name, document},
		DeleteInline:      {{"delete-" + kind + "-policy"}, owner, name},
		Attach:            {{"attach-" + kind + "-policy"}, owner, arn},
		Detach:            {{"detach-" + kind + "-policy"}, owner, arn},
		CreatePolicy:      {{"create-policy"}, name, s.path(), {"--description", s.Description}, document},
		DeletePolicy:      {{"delete-policy"}, arn},
		CreateVersion:     {{"create-policy-version"}, arn, document, s.asDefault()},
		SetDefaultVersion: {{"set-default-policy-version"}, arn, version},
		DeleteVersion:     {{"delete-policy-version"}, arn, version},
	}[s.Do]
	out := []string{"aws", "iam"}
	for _, a := range args {
		out = append(out, a...)
	}
	return out
}

func (s *Step) path() []string {
	if s.Path == "" || s.Path == "/" {
		return nil
	}
	return []string{"--path", s.Path}
}

func (s *Step) asDefault() []string {
	if s.Default {
		return []string{"--set-as-default"}
	}
	return []string{"--no-set-as-default"}
}
