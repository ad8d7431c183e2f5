package remotion

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
)

// skipVariable switches Remotion's look for credentials off.
const (
	skipVariable = "REMOTION_SKIP_AWS_CREDENTIALS_CHECK"
	skipSince    = "4.0.160"
	authDocs     = docs + "authentication"
)

// HostCredentials says what Remotion has to be known where its credentials come
// from the host: its check looks for variables and profiles only.
// Source: @remotion/lambda-client 4.0.527, src/check-credentials.ts.
func HostCredentials(kind audit.TargetKind, release string) []audit.Diagnosis {
	where := map[audit.TargetKind]string{
		audit.TargetInstance: "the EC2 instance", audit.TargetInstanceProfile: "the EC2 instances",
		audit.TargetTaskDefinition: "the task's container definitions", audit.TargetPodIdentity: "the pods",
	}[kind]
	if where == "" {
		return nil
	}
	d := audit.Diagnosis{
		Code: "credentials-check", Severity: audit.SeverityNote, Source: authDocs,
		Message: fmt.Sprintf("Remotion looks for credentials in variables and profiles only, and stops with \"You have tried to call a Remotion Lambda function, but have not set the environment variable AWS_ACCESS_KEY_ID\" where they come from a %s", map[audit.TargetKind]string{audit.TargetTaskDefinition: "task role", audit.TargetPodIdentity: "pod identity"}[kind]),
		Hint:    fmt.Sprintf("set %s=1 in the environment of %s", skipVariable, where),
	}
	if strings.HasSuffix(d.Message, "from a ") {
		d.Message += "instance profile"
		d.Message = strings.Replace(d.Message, "from a instance", "from an instance", 1)
	}
	if v, err := checks.ParseVersion(release); err == nil && !v.Within(skipSince, "") {
		d.Severity = audit.SeverityWarning
		d.Hint = fmt.Sprintf("%s is heeded since Remotion %s: upgrade, or set REMOTION_AWS_ACCESS_KEY_ID and REMOTION_AWS_SECRET_ACCESS_KEY", skipVariable, skipSince)
	}
	return []audit.Diagnosis{d}
}

// hostRole: a principal without any grant of Remotion is probably the role of
// the host, whose credentials are found before those that were meant.
func hostRole(s *checks.Situation) []audit.Diagnosis {
	if s.Requirement.Name != "caller" || !s.Documented() || s.Principal.Type() != "role" {
		return nil
	}
	denied := s.GrantsWith(func(f *audit.Finding) bool { return f.Status == audit.Fail })
	invokes := slices.ContainsFunc(denied, func(g checks.Grant) bool { return g.Action == "lambda:InvokeFunction" })
	if !invokes || len(denied) < len(s.Findings) || grantsAny(s) {
		return nil
	}
	return []audit.Diagnosis{{
		Code: "host-role", Severity: audit.SeverityWarning, Source: "https://github.com/remotion-dev/remotion/issues/4838",
		Message: fmt.Sprintf("%s has no grant for Remotion at all. Where your code runs in a Lambda function, a container or on a hosting platform, Remotion uses the credentials of that host unless REMOTION_AWS_ACCESS_KEY_ID and REMOTION_AWS_SECRET_ACCESS_KEY are set there, and fails with \"… is not authorized to perform: lambda:InvokeFunction\"", s.Principal.Name()),
		Hint:    "deploy REMOTION_AWS_* with the keys of your Remotion user, or give this role the caller policy",
	}}
}

// RendererRole says what is odd about the role that functions run as.
func RendererRole(p iam.Principal, functions []string, custom bool) []audit.Diagnosis {
	const name = "remotion-lambda-role"
	expected := "arn:" + p.Partition() + ":iam::" + p.AccountID + ":role/" + name
	switch {
	case p.ARN == expected:
		return nil
	case p.Name() == name:
		return []audit.Diagnosis{{
			Code: "role-path", Severity: audit.SeverityError, Source: docs + "setup",
			Message: fmt.Sprintf("the role %s has a path: Remotion hands %s to its functions, which does not exist, and deployFunction() fails with \"The role defined for the function cannot be assumed by Lambda\"", p.ARN, expected),
			Hint:    "create the role without a path, or deploy with customRoleArn: '" + p.ARN + "'",
		}}
	case custom && len(functions) == 0:
		return nil
	}
	d := audit.Diagnosis{
		Code: "custom-role", Severity: audit.SeverityNote, Source: docs + "deployfunction#customrolearn",
		Message: fmt.Sprintf("the role is not called %s: functions are deployed with it only by customRoleArn, and whoever deploys them needs iam:PassRole on %s, which the documented policy does not grant", name, p.ARN),
		Hint:    "check the caller with --custom-role " + p.ARN,
	}
	if len(functions) > 0 {
		d.Message = checks.JoinWords(functions) + " " + runs(len(functions)) + " as " + p.Name() + "; " + d.Message
	}
	return []audit.Diagnosis{d}
}

func runs(n int) string {
	if n == 1 {
		return "runs"
	}
	return "run"
}
