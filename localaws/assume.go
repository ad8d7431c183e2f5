package localaws

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

type xmlCredentials struct {
	AccessKeyId, SecretAccessKey, SessionToken, Expiration string
}

// assumeRole makes credentials of a role, if the role's trust policy and the
// caller's own policies allow it.
//
// Source: STS API Reference, "AssumeRole"; IAM User Guide, "Roles terms and
// concepts", role chaining: an hour at most.
func assumeRole(c *call) (any, error) {
	cloud := c.server.cloud
	if cloud == nil {
		return nil, errUnknownOperation
	}
	arn, name := c.form.Get("RoleArn"), c.form.Get("RoleSessionName")
	if !sessionName.MatchString(name) {
		return nil, apiError{"ValidationError", 400, "1 validation error detected: Value '" + name + "' at 'roleSessionName' failed to satisfy constraint"}
	}
	caller := c.identity()
	asked, _ := policy.ParseARN(arn)
	owner, role := asked.AccountID, asked.Name()
	target := cloud.accounts[owner]
	denied := apiError{"AccessDenied", 403, "User: " + caller + " is not authorized to perform: sts:AssumeRole on resource: " + arn}
	if target == nil || asked.Type() != "role" {
		return nil, denied
	}
	seconds := 3600
	if d := c.form.Get("DurationSeconds"); d != "" {
		n, err := strconv.Atoi(d)
		if err != nil || n < 900 || n > 43200 {
			return nil, apiError{"ValidationError", 400, "1 validation error detected: Value '" + d + "' at 'durationSeconds' failed to satisfy constraint"}
		}
		seconds = n
	}
	if cloud.caller(c.key) != "" && seconds > 3600 {
		return nil, apiError{"ValidationError", 400, "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"}
	}
	if !c.mayAssume(target, caller, arn, c.form.Get("ExternalId")) {
		return nil, denied
	}
	until := time.Now().Add(time.Duration(seconds) * time.Second)
	session := "arn:aws:sts::" + owner + ":assumed-role/" + role + "/" + name
	key, s := cloud.open(owner, session, until)
	return struct {
		Credentials     xmlCredentials
		AssumedRoleUser struct{ Arn, AssumedRoleId string }
	}{
		xmlCredentials{key, "secret-of-" + key, s.token, until.UTC().Format(time.RFC3339)},
		struct{ Arn, AssumedRoleId string }{session, fmt.Sprintf("%s:%s", idOr("", "AROA", role), name)},
	}, nil
}

// identity is the ARN of whoever signed the call.
func (c *call) identity() string {
	if c.server.cloud != nil {
		if arn := c.server.cloud.caller(c.key); arn != "" {
			return arn
		}
	}
	s := c.server.snapshot
	return cmp.Or(s.Callers[c.key], s.Caller, "arn:"+cmp.Or(s.Partition, "aws")+":iam::"+s.AccountID+":root")
}

// mayAssume decides as AWS does: both accounts have to allow it. What is not known
// of either is no permission here.
func (c *call) mayAssume(target *Server, caller, role, externalID string) bool {
	p, err := iam.NewPrincipal(caller)
	if err != nil {
		return false
	}
	own, err := c.server.engine.Policies(caller)
	if err != nil {
		return false
	}
	theirs, err := target.engine.Stranger(p)
	if err != nil {
		return false
	}
	if target != c.server && target.snapshot.AccountID != c.server.snapshot.AccountID {
		own.Resources, own.Lookup, own.RCPs, own.RCPAccount = theirs.Resources, theirs.Lookup, theirs.RCPs, theirs.RCPAccount
	}
	probe := iam.Probe{Action: "sts:AssumeRole", Resource: role}
	if externalID != "" {
		probe.Context = iam.Context{{Key: "sts:ExternalId", Type: iam.String, Values: []string{externalID}}}
	} else {
		probe.Context = iam.Context{{Key: "sts:ExternalId", Type: iam.String}}
	}
	verdicts, err := eval.NewEvaluator(caller, own).Evaluate(context.Background(), []iam.Probe{probe})
	return err == nil && len(verdicts) == 1 && verdicts[0].Decision == iam.Allowed
}
