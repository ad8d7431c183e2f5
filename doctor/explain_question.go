package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/accessdenied"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
	"remotion-doctor/iam/request"
	"remotion-doctor/source"
)

// A Request is what [Explain] is asked about. The action and resource win over
// what AWS recorded, and that over the message.
type Request struct {
	// Action is a service and a name, s3:PutObject; empty for that of the message.
	Action string
	// Resource is an ARN, or "*" for actions without one. Empty, it is that of the
	// message, else "*".
	Resource string
	// Message is an error message of AWS as it was printed, or empty.
	Message string
	// Recorded is what AWS kept of the denied request, or nil.
	Recorded *iam.RecordedAuthorization
	// Context are condition keys that the user knows.
	Context iam.Context
	// Region is the request's, where the resource's ARN has none.
	Region string
}

// A question is a request with all that is known of it.
type question struct {
	action, resource string
	target           audit.Target
	given            audit.Target // as the user named it
	named            bool         // by the user or the message
	request          *Request
	message          *iam.DeniedMessage
	recorded         *iam.RecordedAuthorization
}

// ask reads a request; the target is the one that the user named, or the
// caller.
func ask(pack *checks.Pack, r *Request, targets []Target) (*question, error) {
	q := &question{request: r, recorded: r.Recorded, given: audit.Target{Kind: audit.TargetCaller}}
	switch len(targets) {
	case 0:
	case 1:
		q.given, q.named = targets[0].Target, true
	default:
		return nil, invalid("name one of them", "explain accepts one principal, not %d", len(targets))
	}
	if r.Message != "" {
		m := parse(pack, r.Message)
		if !accessdenied.Denied(&m) {
			return nil, invalid("paste the whole message: User: … is not authorized to perform: …, or An error occurred (AccessDenied) when calling the … operation", "no denied request found in this text")
		}
		q.message = &m
	}
	if r.Action == "" && q.message == nil && q.recorded == nil {
		return nil, invalid("as in lambda:InvokeFunction arn:aws:lambda:us-east-1:111122223333:function:remotion-render-x", "a request needs an action and a resource, or an error message")
	}
	return q, q.settle()
}

// invalid is the error for what the user wrote.
func invalid(hint, format string, args ...any) error {
	return &source.Error{Kind: source.KindInput, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// settle sets the request and the target by all that is known.
func (q *question) settle() error {
	if err := q.take(); err != nil {
		return err
	}
	q.aim()
	return nil
}

// asks reports whether the message leaves something open that must be known.
func (q *question) asks() bool { return q.message != nil && len(q.message.Asked) > 0 }

// told reports a message that says all, about a request that is not known in
// full.
func (q *question) told() bool {
	if q.message != nil && q.message.NoDenial {
		return true
	}
	return q.message != nil && q.message.Conclusive && q.recorded == nil && (q.action == "" || q.resource == "" || !q.named)
}

// encoded reports a message that AWS could decode.
func (q *question) encoded() bool {
	return q.message != nil && q.message.Encoded != "" && q.recorded == nil
}

// parse reads a message twice: the known errors of the product are rules over
// what AWS's own wording says.
func parse(pack *checks.Pack, text string) iam.DeniedMessage {
	m := accessdenied.Parse(text)
	pains := pack.PainsOf(denialOf(text, &m))
	if len(pains) == 0 || m.NoDenial && !pains[0].NoDenial {
		return m
	}
	return accessdenied.Parse(text, diagnosisOf(&pains[0]))
}

func denialOf(text string, m *iam.DeniedMessage) checks.Denial {
	return checks.Denial{
		Text: accessdenied.Text(text), Action: m.Action, Resource: m.Resource, Principal: m.Principal,
		Layer: m.Layer, Decision: m.Decision,
	}
}

// diagnosisOf is a known error as a diagnosis. An error that no action is missing
// for does not depend on the principal's policies.
func diagnosisOf(p *checks.Pain) accessdenied.Diagnosis {
	d := accessdenied.Diagnosis{Says: p.Cause, Cures: []string{p.Cure}, NoDenial: p.NoDenial}
	d.Conclusive = len(p.Actions)+len(p.About)+len(p.Layers) == 0
	if len(p.Actions) > 0 {
		d.Action = p.Actions[0]
	}
	return d
}

// text is the message as one line.
func (q *question) text() string { return accessdenied.Text(q.request.Message) }

// take sets the request.
func (q *question) take() error {
	if m := q.message; m != nil {
		q.action, q.resource = m.Action, m.Resource
	}
	if r := q.recorded; r != nil {
		q.action, q.resource = r.Action, r.Resource
	}
	given := q.request
	if given.Action != "" {
		if service, name, ok := strings.Cut(given.Action, ":"); !ok || service == "" || name == "" {
			return invalid("an action is a service and a name: lambda:InvokeFunction", "%q is not an action", given.Action)
		}
		q.action = given.Action
	}
	if strings.ContainsAny(q.action, "*?") {
		return invalid("a request has one action; `remotion-doctor check --require FILE` accepts patterns", "%q is not one action", q.action)
	}
	switch {
	case given.Resource != "":
		q.resource = given.Resource
	case given.Action != "" && q.resource == "":
		q.resource = "*"
	}
	if q.resource != "" && q.resource != "*" && !strings.HasPrefix(q.resource, "arn:") && q.message == nil {
		return invalid("a resource is an ARN, or * for actions without one", "%q is not an ARN", q.resource)
	}
	if m := q.message; m != nil {
		m.Asked = slices.DeleteFunc(m.Asked, func(s string) bool {
			return q.action != "" && strings.HasPrefix(s, "the action") ||
				strings.HasPrefix(q.resource, "arn:") && strings.HasPrefix(s, "the resource") || q.resource == "*" && (given.Resource != "" || withoutResource(q.action)) && strings.HasPrefix(s, "the resource")
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

// aim sets the target: the one that the user named, else whom the message names.
func (q *question) aim() {
	q.target = q.given
	named := q.named
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
	if federated(q.action) {
		named = q.aimAtRole(named)
	}
	q.named = named
	if q.message != nil && named {
		q.message.Asked = slices.DeleteFunc(q.message.Asked, func(s string) bool { return strings.HasPrefix(s, "who was denied") })
	}
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
func (q *question) decode(ctx context.Context, s source.Source) error {
	if !q.encoded() {
		return nil
	}
	text, err := s.Decode(ctx, q.message.Encoded)
	if e, ok := errors.AsType[*source.Error](err); ok && e.Kind == source.KindNotHeld {
		return nil
	}
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

// spell fills in what only the principal says: * in the partition and account
// of an ARN that a diagnosis gave.
func (q *question) spell(p iam.Principal) {
	if q.message == nil || !strings.Contains(q.resource, "::*:") {
		return
	}
	q.resource = strings.Replace(q.resource, "::*:", "::"+p.AccountID+":", 1)
	q.resource = strings.Replace(q.resource, "arn:aws:", "arn:"+p.Partition()+":", 1)
}

// context is what is known of the request: what AWS recorded, else what
// requests of an SDK carry; what the user gave wins, of the keys that requests
// of the action carry.
func (q *question) context(pack *checks.Pack, found source.Resolution, region, configured string) iam.Context {
	if q.recorded != nil {
		return q.recorded.Context.With(q.request.Context)
	}
	return usual(pack, q.action, q.resource, found, region, configured).With(checks.Carried(q.action, q.request.Context))
}

// leftOut says which of the keys that the user gave count for nothing.
func (q *question) leftOut() []string {
	if q.recorded != nil {
		return nil
	}
	var out []string
	for _, key := range checks.Foreign(q.action, q.request.Context) {
		out = append(out, fmt.Sprintf("%s is left out: requests of %s never carry it", key, q.action))
	}
	return out
}

// usual is what is known with a request in a region: as for those of a check, but
// of the product's keys only those that requests of the action carry.
func usual(pack *checks.Pack, action, resource string, found source.Resolution, region, configured string) iam.Context {
	facts := request.Facts{Principal: found.Principal, Region: cmp.Or(region, found.Region, configured)}
	var out iam.Context
	for _, e := range facts.About(action, resource, "") {
		if e.Key == "aws:RequestedRegion" {
			out = append(out, e)
		}
	}
	return append(out, checks.Carried(action, pack.SentWith(action, resource))...)
}
