package explain

import (
	"maps"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
	"remotion-doctor/iam/request"
)

// Options say what is known next to the policies.
type Options struct {
	// Owner is the account that the resource belongs to; empty for the
	// principal's own.
	Owner string
	// Unknown are the layers whose policies could not be read, and why.
	Unknown map[iam.Layer]string
}

// Explain decides a request of a principal as authorization does, and returns
// the way to the decision. The trace has no engine, tool or time yet.
func Explain(p iam.Principal, policies eval.Policies, probe iam.Probe, o Options) iam.Trace {
	policies = policies.As(p)
	compiled := eval.Compile(p.ARN, policies)
	asked := compiled.Prepare(probe, o.Owner)
	t := &tracer{arn: p.ARN, session: policies.SessionName, bounded: policies.Boundary, probe: probe, facts: policies.Facts, asked: asked}
	verdict := compiled.Verdict(asked)
	out := iam.Trace{
		Principal: p, Action: probe.Action, Resource: probe.Resource, Context: probe.Context,
		Decision: verdict.Decision, MissingContext: verdict.MissingContext, Gaps: verdict.Gaps,
	}
	if out.Context == nil {
		out.Context = iam.Context{}
	}
	if out.MissingContext == nil {
		out.MissingContext = []string{}
	}
	if action, ok := actions.Lookup(probe.Action); ok {
		out.Action = action.String()
		t.mismatch = mismatch(action, probe.Resource)
	} else {
		out.Notes = append(out.Notes, unknownAction(probe.Action))
	}
	if strings.ContainsAny(probe.Resource, "*?") && probe.Resource != "*" {
		out.Notes = append(out.Notes, "a request names one resource: the wildcards in it are taken as ordinary characters, and policies match them as such")
	}
	for i := range verdict.Gaps {
		if g := &verdict.Gaps[i]; !g.Counts(false) {
			out.Notes = append(out.Notes, g.String())
		}
	}
	if own, ok := policies.Of(probe.Action, probe.Resource); ok || policies.Resource != nil {
		policies.Resource = own.Policy
	}
	out.Layers = t.layers(&policies, unread(o.Unknown, &policies, verdict.Gaps))
	out.Layers = append(out.Layers, withoutPolicies(&verdict)...)
	out.Reason = t.reason(&out, &verdict)
	return out
}

// A tracer asks about one request.
type tracer struct {
	arn     string
	session string // its name, of a role
	bounded *eval.Policy
	probe   iam.Probe
	facts   request.Facts
	asked   *eval.Request
	// mismatch says that the action does not work on this kind of resource;
	// empty where it does.
	mismatch string
}

// ask decides the request under the policies of one layer alone. Statements of
// layers that name principals apply to those that they name.
func (t *tracer) ask(l iam.Layer, policies []eval.Policy) iam.Decision {
	p := eval.Policies{SessionName: t.session, Boundary: t.bounded, Facts: t.facts}
	switch l {
	case iam.LayerResource:
		p.Resource = &policies[0]
	case iam.LayerEndpoint:
		p.Endpoint = &policies[0]
	default:
		l, p.Identity = iam.LayerIdentity, policies
	}
	c := eval.Compile(t.arn, p)
	return c.Alone(l, c.Prepare(t.probe, ""))
}

// layers are in the order in which IAM's documentation names them.
func (t *tracer) layers(p *eval.Policies, unknown map[iam.Layer]string) []iam.TraceLayer {
	var out []iam.TraceLayer
	add := func(l iam.Layer, level int, policies []eval.Policy) {
		out = append(out, t.layer(l, level, policies))
	}
	absent := func(l iam.Layer, why string) {
		layer := empty(l, iam.LayerAbsent, why)
		if reason, ok := unknown[l]; ok {
			layer.State, layer.Reason = iam.LayerUnknown, reason
		}
		out = append(out, layer)
	}
	levels := func(l iam.Layer, levels [][]eval.Policy) {
		for i, level := range levels {
			add(l, i+1, level)
		}
		if len(levels) == 0 {
			absent(l, "none")
		}
	}
	one := func(l iam.Layer, policy *eval.Policy) {
		if policy == nil {
			absent(l, "none")
			return
		}
		add(l, 0, []eval.Policy{*policy})
	}
	for l, exempt := range t.exempt(p) {
		if exempt != "" {
			out = append(out, empty(l, iam.LayerAbsent, exempt))
		} else if l == iam.LayerRCP {
			levels(l, p.RCPs)
		} else {
			levels(l, p.SCPs)
		}
	}
	one(iam.LayerResource, p.Resource)
	if _, ok := unknown[iam.LayerIdentity]; ok && len(p.Identity) == 0 {
		absent(iam.LayerIdentity, "")
	} else if a, _ := policy.ParseARN(t.arn); a.Service == "iam" && a.Resource == "root" {
		root := empty(iam.LayerIdentity, iam.LayerAbsent, "the root of an account has no identity-based policies, and may do everything in it")
		root.Decision = iam.Allowed
		out = append(out, root)
	} else {
		add(iam.LayerIdentity, 0, p.Identity)
	}
	one(iam.LayerBoundary, p.Boundary)
	one(iam.LayerSession, p.Session)
	who := iam.Principal{ARN: t.arn}
	if p.Session == nil && who.Type() == "federated-user" {
		out[len(out)-1].Decision = iam.ImplicitDeny
		out[len(out)-1].Reason = "a federated user without a session policy has no permissions"
	}
	if p.Endpoint != nil {
		one(iam.LayerEndpoint, p.Endpoint)
	}
	return out
}

// unread adds to the layers that could not be read the policy of the resource,
// where the decision hangs on it.
func unread(unknown map[iam.Layer]string, p *eval.Policies, gaps []iam.Gap) map[iam.Layer]string {
	out := maps.Clone(unknown)
	for i := range gaps {
		if g := &gaps[i]; g.Layer == iam.LayerResource && g.Counts(false) && p.Resource == nil {
			if out == nil {
				out = map[iam.Layer]string{}
			}
			out[g.Layer] = g.What + " is not known: " + g.Why
		}
	}
	return out
}

// withoutPolicies are the layers of a verdict that are no policies.
func withoutPolicies(v *iam.Verdict) []iam.TraceLayer {
	var out []iam.TraceLayer
	for _, l := range v.Layers {
		if l.Layer == iam.LayerPublicAccess {
			layer := empty(l.Layer, iam.LayerEvaluated, "the bucket's policy is public, and other accounts are shut out (RestrictPublicBuckets)")
			layer.Decision = l.Decision
			out = append(out, layer)
		}
	}
	return out
}

func empty(l iam.Layer, state iam.LayerState, reason string) iam.TraceLayer {
	return iam.TraceLayer{
		Layer: l, State: state, Reason: reason,
		Policies: []string{}, Statements: []iam.TraceStatement{}, NearMisses: []iam.NearMiss{},
	}
}

// exempt says, for the layers of an organization in their order, why they do
// not affect the request; empty where they do.
// Source: Organizations User Guide, "Service control policies" and "Resource
// control policies", resources and entities that are not restricted.
func (t *tracer) exempt(p *eval.Policies) func(func(iam.Layer, string) bool) {
	a, _ := policy.ParseARN(t.arn)
	service, _, _ := strings.Cut(t.probe.Action, ":")
	rcp, scp := "", ""
	switch {
	case strings.HasPrefix(a.Resource, "role/aws-service-role/"):
		rcp = "resource control policies do not affect service-linked roles"
		scp = "service control policies do not affect service-linked roles"
	case iam.IsService(t.arn):
		scp = "service control policies do not affect AWS services"
	case t.facts.Organization.Management != "" && a.AccountID == t.facts.Organization.Management:
		scp = "service control policies do not affect the management account of the organization"
	}
	if owner := t.owner(); rcp == "" && owner != "" && owner == t.facts.Organization.Management {
		rcp = "resource control policies do not affect the resources of the management account"
	}
	if rcp == "" && len(p.RCPs) > 0 && !actions.SupportsRCP(service) {
		rcp = "resource control policies do not affect " + strings.ToLower(service)
	}
	return func(yield func(iam.Layer, string) bool) {
		_ = yield(iam.LayerRCP, rcp) && yield(iam.LayerSCP, scp)
	}
}

// owner is the account of the resource.
func (t *tracer) owner() string {
	if values := t.asked.Values("aws:ResourceAccount"); len(values) == 1 {
		return values[0]
	}
	a, _ := policy.ParseARN(t.arn)
	return a.AccountID
}

// layer explains the policies of one layer.
func (t *tracer) layer(l iam.Layer, level int, policies []eval.Policy) iam.TraceLayer {
	out := empty(l, iam.LayerEvaluated, "")
	out.Level = level
	for i := range policies {
		out.Policies = append(out.Policies, policies[i].Name)
	}
	out.Decision = t.decide(l, policies)
	t.statements(&out, policies)
	out.Reason = layerReason(&out, t.mismatch)
	return out
}

// decide returns what a layer by itself says.
func (t *tracer) decide(l iam.Layer, policies []eval.Policy) iam.Decision {
	d := t.ask(l, policies)
	// RCPFullAWSAccess is attached to every level and cannot be detached
	// (Organizations User Guide, "Resource control policies").
	if l == iam.LayerRCP && d != iam.ExplicitDeny {
		return iam.Allowed
	}
	return d
}

// statements sorts the statements of a layer into those that decide and those
// that nearly do.
func (t *tracer) statements(out *iam.TraceLayer, policies []eval.Policy) {
	if t.mismatch != "" {
		return // no statement of any kind applies
	}
	var allows []iam.TraceStatement
	for i := range policies {
		for j := range policies[i].Document.Statements {
			s := t.statement(out.Layer, &policies[i], j)
			switch {
			case s.applies() && s.source.Effect == policy.Deny:
				out.Statements = append(out.Statements, s.quote(s.deciding()))
			case s.applies():
				allows = append(allows, s.quote(s.deciding()))
			default:
				if miss, ok := s.nearMiss(out.Decision); ok {
					out.NearMisses = append(out.NearMisses, miss)
				}
			}
		}
	}
	if out.Decision == iam.ExplicitDeny {
		// What grants the request in vain comes instead of what nearly would.
		out.NearMisses = []iam.NearMiss{}
		for _, a := range allows {
			why := "it grants the request"
			if len(out.Statements) > 0 {
				why += ", but " + Title(&out.Statements[0].StatementRef) + " wins"
			}
			out.NearMisses = append(out.NearMisses, iam.NearMiss{TraceStatement: a, Element: "Deny", Why: why})
		}
	} else {
		out.Statements = append(out.Statements, allows...)
	}
	slices.SortStableFunc(out.NearMisses, nearer)
	if len(out.NearMisses) > maxNearMisses {
		out.NearMisses = out.NearMisses[:maxNearMisses]
	}
}

// maxNearMisses bounds what a policy of thousands of statements can bring.
const maxNearMisses = 20

// nearer orders near misses: what hangs on a condition comes first, then what
// differs late in the resource, then other actions.
func nearer(a, b iam.NearMiss) int {
	rank := func(m *iam.NearMiss) int {
		switch m.Element {
		case "Deny":
			return 0
		case "Condition":
			return 1
		case "Principal":
			return 2
		case "Resource", "NotResource":
			return 10 - m.Segment
		}
		return 20
	}
	return rank(&a) - rank(&b)
}
