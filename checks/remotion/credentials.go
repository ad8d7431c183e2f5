package remotion

import (
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
)

// Uses returns the credentials that Remotion would use in an environment.
// Source: @remotion/lambda-client 4.0.527, src/get-credentials.ts. Here
// AWS_PROFILE wins over AWS_ACCESS_KEY_ID, unlike in AWS's own SDKs.
func Uses(e *checks.Environment) checks.Credentials {
	for _, prefix := range []string{"REMOTION_AWS", "AWS"} {
		if p := e.Getenv(prefix + "_PROFILE"); p != "" {
			return checks.Credentials{Variable: prefix + "_PROFILE", Profile: p}
		}
		if e.HasKeys(prefix) {
			return checks.Credentials{Variable: prefix + "_ACCESS_KEY_ID", Prefix: prefix}
		}
	}
	return checks.Credentials{}
}

// CredentialTraps says what Remotion would make of an environment. doctor and
// remotion are who the two act as; remotion is empty where that is not known.
func CredentialTraps(e *checks.Environment, doctor, remotion string) []audit.Diagnosis {
	var out []audit.Diagnosis
	for _, look := range []func(*checks.Environment) []audit.Diagnosis{noCredentials, halfKeys, temporaryKeys, inLambda, dotEnv} {
		out = append(out, look(e)...)
	}
	if Uses(e).Same(e.Doctor()) || remotion != "" && remotion == doctor {
		return out
	}
	d := audit.Diagnosis{
		Code: "other-credentials", Severity: audit.SeverityWarning, Source: authDocs,
		Message: fmt.Sprintf("Remotion would use %s here, and this program used %s", Uses(e), e.Doctor()),
		Hint:    "unset what is not meant, or name the principal that renders with --role or --user",
	}
	if remotion != "" {
		d.Message += fmt.Sprintf(": Remotion would act as %s, and %s was checked", remotion, doctor)
	}
	if e.Getenv("AWS_PROFILE") != "" && e.HasKeys("AWS") && Uses(e).Variable == "AWS_PROFILE" {
		d.Message += ". In Remotion AWS_PROFILE wins over AWS_ACCESS_KEY_ID, unlike in AWS's SDKs"
	}
	return append(out, d)
}

// noCredentials: Remotion's check finds nothing, whatever the SDK would find.
func noCredentials(e *checks.Environment) []audit.Diagnosis {
	switch {
	case e.Getenv(skipVariable) != "", e.Getenv("REMOTION_AWS_PROFILE") != "", e.Getenv("AWS_PROFILE") != "", e.DefaultProfile:
		return nil
	case (e.Getenv("AWS_ACCESS_KEY_ID") != "" || e.Getenv("REMOTION_AWS_ACCESS_KEY_ID") != "") &&
		(e.Getenv("AWS_SECRET_ACCESS_KEY") != "" || e.Getenv("REMOTION_AWS_SECRET_ACCESS_KEY") != ""):
		return nil
	}
	return []audit.Diagnosis{{
		Code: "credentials-check", Severity: audit.SeverityWarning, Source: authDocs,
		Message: "Remotion would stop here with \"have not set the environment variable AWS_ACCESS_KEY_ID or REMOTION_AWS_ACCESS_KEY_ID\": it looks for variables and profiles only, and these credentials come from " + hostOf(e),
		Hint:    fmt.Sprintf("set %s=1 (Remotion %s or newer), or name a profile in REMOTION_AWS_PROFILE", skipVariable, skipSince),
	}}
}

// hostOf says where credentials come from that no variable holds.
func hostOf(e *checks.Environment) string {
	switch {
	case e.Profile != "":
		return "the profile that --profile names, which Remotion does not know"
	case e.Getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != "":
		return "the ECS task's role"
	case e.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") != "":
		return "the container's role (EKS Pod Identity or alike)"
	case e.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE") != "":
		return "a web identity (IRSA)"
	}
	return "elsewhere, such as an EC2 instance's role"
}

// halfKeys: Remotion silently goes on to the next choice.
func halfKeys(e *checks.Environment) []audit.Diagnosis {
	id, secret := e.Getenv("REMOTION_AWS_ACCESS_KEY_ID"), e.Getenv("REMOTION_AWS_SECRET_ACCESS_KEY")
	if (id == "") == (secret == "") || e.Getenv("REMOTION_AWS_PROFILE") != "" {
		return nil
	}
	set, missing := "REMOTION_AWS_ACCESS_KEY_ID", "REMOTION_AWS_SECRET_ACCESS_KEY"
	if id == "" {
		set, missing = missing, set
	}
	return []audit.Diagnosis{{
		Code: "half-set-keys", Severity: audit.SeverityWarning, Source: docs + "troubleshooting/unrecognizedclientexception",
		Message: fmt.Sprintf("%s is set and %s is not: Remotion silently ignores it and uses %s, which ends in \"UnrecognizedClientException: The AWS credentials provided were probably mixed up\" or in another principal's AccessDenied", set, missing, Uses(e)),
		Hint:    "set both, also where the code is deployed",
	}}
}

// temporaryKeys: keys that begin with ASIA need their session token, and the
// one of AWS_SESSION_TOKEN does not go with REMOTION_AWS keys.
func temporaryKeys(e *checks.Environment) []audit.Diagnosis {
	c := Uses(e)
	if c.Prefix == "" || !strings.HasPrefix(e.Getenv(c.Variable), "ASIA") || e.Getenv(c.Prefix+"_SESSION_TOKEN") != "" {
		return nil
	}
	return []audit.Diagnosis{{
		Code: "temporary-keys", Severity: audit.SeverityWarning, Source: docs + "troubleshooting/security-token",
		Message: fmt.Sprintf("%s holds a temporary key (ASIA…) and %s_SESSION_TOKEN is not set: AWS answers \"The security token included in the request is invalid\" (InvalidClientTokenId, UnrecognizedClientException)", c.Variable, c.Prefix),
		Hint:    fmt.Sprintf("set %s_SESSION_TOKEN as well (Remotion 3.3.54 or newer)", c.Prefix),
	}}
}

// inLambda: the host's own keys are in AWS_ACCESS_KEY_ID.
func inLambda(e *checks.Environment) []audit.Diagnosis {
	if e.Getenv("AWS_LAMBDA_FUNCTION_NAME") == "" || Uses(e).Variable != "AWS_ACCESS_KEY_ID" {
		return nil
	}
	return []audit.Diagnosis{{
		Code: "host-role", Severity: audit.SeverityWarning, Source: "https://github.com/remotion-dev/remotion/issues/4838",
		Message: "this runs inside the Lambda function " + e.Getenv("AWS_LAMBDA_FUNCTION_NAME") + ", whose own role's keys are in AWS_ACCESS_KEY_ID: Remotion uses them, and not those of your Remotion user",
		Hint:    "set REMOTION_AWS_ACCESS_KEY_ID and REMOTION_AWS_SECRET_ACCESS_KEY in the function, or give its role the caller policy",
	}}
}

// dotEnv: only Remotion's command line reads the file.
func dotEnv(e *checks.Environment) []audit.Diagnosis {
	var unread []string
	for _, name := range e.DotEnv {
		if strings.HasPrefix(name, "REMOTION_AWS_") && e.Getenv(name) == "" || slices.Contains([]string{"AWS_ACCESS_KEY_ID", "AWS_PROFILE"}, name) && e.Getenv(name) == "" {
			unread = append(unread, name)
		}
	}
	if len(unread) == 0 {
		return nil
	}
	return []audit.Diagnosis{{
		Code: "dotenv", Severity: audit.SeverityWarning, Source: docs + "troubleshooting/permissions",
		Message: fmt.Sprintf("%s %s set in .env, and not in the environment: `npx remotion lambda` reads that file, your own code that calls renderMediaOnLambda() does not", checks.JoinWords(unread), checks.IsAre(len(unread))),
		Hint:    "load it (node --env-file=.env, dotenv), or set the variables where the code is deployed",
	}}
}
