package main

import (
	"context"
	"os"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam"
	"remotion-doctor/iam/accessdenied"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// question reads what was asked: arguments win over what AWS recorded, and
// that over the message.
func (a *app) question(f *explainFlags, args []string) (*question, error) {
	q := &question{args: args, named: f.target.targets(), caller: f.target.caller}
	var err error
	if q.given, err = readContext(f.context, f.contextFile); err != nil {
		return nil, err
	}
	if f.details != "" {
		if q.recorded, err = readDetails(f.details); err != nil {
			return nil, err
		}
	}
	if f.message != "" {
		text, err := a.readText(f.message)
		if err != nil {
			return nil, err
		}
		m := accessdenied.Parse(text, painsIn(text)...)
		if !accessdenied.Denied(&m) {
			return nil, usage("paste the whole message: User: … is not authorized to perform: …, or An error occurred (AccessDenied) when calling the … operation", "--error: no denied request is told in this text")
		}
		q.message = &m
	}
	if len(args) == 0 && q.message == nil && q.recorded == nil {
		return nil, usage("as in: remotion-doctor explain lambda:InvokeFunction arn:aws:lambda:us-east-1:111122223333:function:remotion-render-x --role my-role", "explain needs an ACTION and a RESOURCE, or --error TEXT")
	}
	return q, q.settle()
}

// settle sets the request and the target by all that is known.
func (q *question) settle() error {
	if err := q.take(q.args); err != nil {
		return err
	}
	return q.aim(q.named, q.caller)
}

// asks reports whether the message leaves something open that must be known.
func (q *question) asks() bool { return q.message != nil && len(q.message.Asked) > 0 }

// told reports a message that says all, about a request that is not known in
// full.
func (q *question) told() bool {
	return q.message != nil && q.message.Conclusive && q.recorded == nil && (q.action == "" || q.resource == "" || q.target.Kind == audit.TargetCaller && !q.caller)
}

// encoded reports a message that AWS could decode.
func (q *question) encoded() bool {
	return q.message != nil && q.message.Encoded != "" && q.recorded == nil
}

// painsIn returns what is known of an error of Remotion's, as diagnoses. An
// error that no action is missing for is no matter of the principal's policies.
func painsIn(text string) []accessdenied.Diagnosis {
	var out []accessdenied.Diagnosis
	for _, p := range remotion.Pack().PainsOf(accessdenied.Text(text)) {
		d := accessdenied.Diagnosis{Says: p.Cause, Cures: []string{p.Cure}, Conclusive: len(p.Actions) == 0}
		if len(p.Actions) > 0 {
			d.Action = p.Actions[0]
		}
		if p.Check != "" {
			d.Cures = append(d.Cures, "look: "+p.Check)
		}
		out = append(out, d)
	}
	return out
}

func readDetails(path string) (*iam.RecordedAuthorization, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("", "reading the authorization details: %v", err)
	}
	r, err := accessdenied.ReadDetails(data)
	if err != nil {
		return nil, usage("it is the answer of `aws iam-toolbox get-request-authorization-details --authorization-id ID`, or a decoded authorization message", "reading %s:%v", path, err)
	}
	r.Source = path
	return r, nil
}

// take sets the request.
func (q *question) take(args []string) error {
	if m := q.message; m != nil {
		q.action, q.resource = m.Action, m.Resource
	}
	if r := q.recorded; r != nil {
		q.action, q.resource = r.Action, r.Resource
	}
	if len(args) > 0 {
		if service, name, ok := strings.Cut(args[0], ":"); !ok || service == "" || name == "" {
			return usage("an action is a service and a name: lambda:InvokeFunction", "%q is not an action", args[0])
		}
		q.action = args[0]
	}
	if strings.ContainsAny(q.action, "*?") {
		return usage("a request is about one action; `remotion-doctor check --require FILE` takes patterns", "%q is not one action", q.action)
	}
	switch {
	case len(args) > 1:
		q.resource = args[1]
	case len(args) == 1 && q.resource == "":
		q.resource = "*"
	}
	if q.resource != "" && q.resource != "*" && !strings.HasPrefix(q.resource, "arn:") && q.message == nil {
		return usage("a resource is an ARN, or * for actions without one", "%q is not an ARN", q.resource)
	}
	if m := q.message; m != nil {
		m.Asked = slices.DeleteFunc(m.Asked, func(s string) bool {
			return q.action != "" && strings.HasPrefix(s, "the action") ||
				strings.HasPrefix(q.resource, "arn:") && strings.HasPrefix(s, "the resource") || q.resource == "*" && (len(args) > 1 || withoutResource(q.action)) && strings.HasPrefix(s, "the resource")
		})
		if q.resource == "" && withoutResource(q.action) {
			q.resource = "*"
			m.Asked = slices.DeleteFunc(m.Asked, func(s string) bool { return strings.HasPrefix(s, "the resource") })
		}
	}
	return nil
}

// withoutResource reports an action that is always asked about *.
func withoutResource(action string) bool {
	a, ok := actions.Lookup(action)
	return ok && len(a.ResourceTypes) == 0
}

// aim sets the target: the one of the flags, else whom the message names.
func (q *question) aim(targets []audit.Target, caller bool) error {
	if len(targets) > 1 {
		return usage("name one of them", "explain is about one principal, not %d", len(targets))
	}
	q.target = targets[0]
	named := q.target.Kind != audit.TargetCaller || caller
	principal := ""
	if q.message != nil {
		principal = q.message.Principal
	}
	if q.recorded != nil && q.recorded.Principal != "" {
		principal = q.recorded.Principal
	}
	if t, ok := targetOf(principal); ok && !named {
		q.target, named = t, true
	}
	if q.message != nil && named {
		q.message.Asked = slices.DeleteFunc(q.message.Asked, func(s string) bool { return strings.HasPrefix(s, "who was denied") })
	}
	return nil
}

// targetOf returns the role or user that an ARN in a message names.
func targetOf(arn string) (audit.Target, bool) {
	a, ok := policy.ParseARN(arn)
	switch {
	case !ok:
		return audit.Target{}, false
	case a.Service == "sts" && a.Type() == "assumed-role":
		name, _, _ := strings.Cut(strings.TrimPrefix(a.Resource, "assumed-role/"), "/")
		return audit.Target{Kind: audit.TargetRole, Name: name}, true
	case a.Service == "iam" && a.Type() == "role":
		return audit.Target{Kind: audit.TargetRole, Name: a.Name()}, true
	case a.Service == "iam" && a.Type() == "user":
		return audit.Target{Kind: audit.TargetUser, Name: a.Name()}, true
	}
	return audit.Target{}, false
}

// decode asks STS for an encoded message, where the source can.
func (q *question) decode(ctx context.Context, s sourcer) error {
	if !q.encoded() {
		return nil
	}
	decoder, ok := s.(interface {
		DecodeAuthorizationMessage(ctx context.Context, encoded string) (string, error)
	})
	if !ok {
		return nil
	}
	text, err := decoder.DecodeAuthorizationMessage(ctx, q.message.Encoded)
	if err != nil {
		return err
	}
	r, err := accessdenied.ReadDetails([]byte(text))
	if err != nil {
		return err
	}
	r.Source = "sts:DecodeAuthorizationMessage"
	q.recorded = r
	return q.settle()
}

// spell fills in what only the principal tells: * in the partition and account
// of an ARN that a diagnosis gave.
func (q *question) spell(p iam.Principal) {
	if q.message == nil || !strings.Contains(q.resource, "::*:") {
		return
	}
	q.resource = strings.Replace(q.resource, "::*:", "::"+p.AccountID+":", 1)
	q.resource = strings.Replace(q.resource, "arn:aws:", "arn:"+p.Partition()+":", 1)
}

// context is what is known of the request: what AWS recorded, else what
// requests of an SDK carry; what the user gave wins.
func (q *question) context(found source.Resolution, region, configured string) iam.Context {
	var out iam.Context
	set := func(e iam.ContextEntry) {
		out = slices.DeleteFunc(out, func(d iam.ContextEntry) bool { return strings.EqualFold(d.Key, e.Key) })
		out = append(out, e)
	}
	if q.recorded != nil {
		out = slices.Clone(q.recorded.Context)
	} else {
		for _, e := range usual(q.action, q.resource, found, region, configured) {
			set(e)
		}
	}
	for _, e := range q.given {
		set(e)
	}
	return out
}

// usual is what requests of an SDK carry: they come by HTTPS, straight from
// the caller, and have a region; roles are passed to Lambda.
func usual(action, resource string, found source.Resolution, region, configured string) iam.Context {
	out := iam.Context{
		{Key: "aws:SecureTransport", Type: iam.Boolean, Values: []string{"true"}},
		{Key: "aws:ViaAWSService", Type: iam.Boolean, Values: []string{"false"}},
	}
	service, _, _ := strings.Cut(strings.ToLower(action), ":")
	a, _ := policy.ParseARN(resource)
	switch {
	case service == "iam":
		// IAM's requests go to its home region (IAM User Guide,
		// "aws:RequestedRegion").
		region = map[string]string{"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}[found.Principal.Partition()]
		if region == "" {
			region = "us-east-1"
		}
	case a.Region != "" && !strings.ContainsAny(a.Region, "*?"):
		region = a.Region
	case region == "" && found.Region != "":
		region = found.Region
	case region == "":
		region = configured
	}
	if region != "" {
		out = append(out, iam.ContextEntry{Key: "aws:RequestedRegion", Type: iam.String, Values: []string{region}})
	}
	if strings.EqualFold(action, "iam:PassRole") {
		out = append(out, iam.ContextEntry{Key: "iam:PassedToService", Type: iam.String, Values: []string{"lambda.amazonaws.com"}})
	}
	return out
}
