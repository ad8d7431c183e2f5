package doctor

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
)

// deniedIn says what decided a denied request. What AWS recorded stands above
// everything, and an explicit Deny above every other layer, whoever names it.
func deniedIn(t *audit.Trace) remedy.Denied {
	d := remedy.Denied{Action: t.Action, Resource: t.Resource, Who: principalOf(t)}
	if t.Decision == "" && t.Message == nil && t.Recorded == nil {
		return d // nobody says that it was denied
	}
	read := decider(t)
	switch m, r := t.Message, t.Recorded; {
	case r != nil && r.Decision == iam.Allowed:
	case r != nil && r.Decision != "":
		d.Layer, d.Effect = cmp.Or(r.Layer, read.Layer), r.Decision
		d.Statement = recordedStatement(r)
	case m != nil && m.Decision == iam.ExplicitDeny:
		d.Layer, d.Effect = m.Layer, iam.ExplicitDeny
		if read.Effect == iam.ExplicitDeny && (d.Layer == "" || d.Layer == read.Layer) {
			d.Layer, d.Statement = read.Layer, read.Statement
		}
	case read.Effect == iam.ExplicitDeny:
		d.Layer, d.Effect, d.Statement = read.Layer, read.Effect, read.Statement
	case m != nil && m.Layer != "" && m.Layer != iam.LayerIdentity:
		d.Layer, d.Effect = m.Layer, cmp.Or(m.Decision, iam.ImplicitDeny)
	case read.Effect != "":
		d.Layer, d.Effect = read.Layer, read.Effect
	case m != nil && m.Decision != "":
		d.Layer, d.Effect = m.Layer, m.Decision
	case t.Decision == iam.ImplicitDeny || t.Decision == iam.ExplicitDeny:
		d.Effect = t.Decision
	}
	return d
}

func recordedStatement(r *iam.RecordedAuthorization) *iam.StatementRef {
	for _, s := range r.Statements {
		if r.Decision == iam.ExplicitDeny && s.Effect == string(policy.Deny) && s.Sid != "" {
			return &iam.StatementRef{Policy: s.Policy, Sid: s.Sid, Effect: policy.Deny, Layer: s.Layer}
		}
	}
	return nil
}

// principalOf is the ARN of who was denied, as far as it is known.
func principalOf(t *audit.Trace) string {
	arn := t.Principal.ARN
	if arn == "" && t.Recorded != nil {
		arn = t.Recorded.Principal
	}
	if arn == "" && t.Message != nil {
		arn = t.Message.Principal
	}
	return arn
}

// decider is the layer that denies by the policies that were read: one with a
// Deny, else one that no grant outweighs, else the identity-based policies.
func decider(t *audit.Trace) remedy.Denied {
	var out remedy.Denied
	if t.Decision == iam.Allowed && t.Recorded == nil {
		return out
	}
	for i := range t.Layers {
		l := &t.Layers[i]
		switch {
		case l.State == iam.LayerUnknown || l.Decision == iam.Allowed || l.Decision == "":
		case l.Decision == iam.ExplicitDeny:
			return remedy.Denied{Layer: l.Layer, Effect: iam.ExplicitDeny, Statement: denyIn(l)}
		case l.Layer == iam.LayerResource && !mustAllow(t):
			// Within an account either policy suffices, but of keys and roles.
		case out.Layer == "" || out.Layer == iam.LayerIdentity:
			out = remedy.Denied{Layer: l.Layer, Effect: iam.ImplicitDeny}
		}
	}
	return out
}

func denyIn(l *iam.TraceLayer) *iam.StatementRef {
	for i := range l.Statements {
		if s := &l.Statements[i].StatementRef; s.Effect == policy.Deny {
			return s
		}
	}
	return nil
}

// mustAllow reports a resource whose own policy must allow the request: one that
// names another account than the principal's, a KMS key, and a role that is
// assumed.
// Source: IAM User Guide, "Policy evaluation logic".
func mustAllow(t *audit.Trace) bool {
	a, ok := policy.ParseARN(t.Resource)
	kind := a.Service + ":" + a.Type()
	if ok && (kind == "kms:key" || kind == "iam:role" && strings.HasPrefix(strings.ToLower(t.Action), "sts:")) {
		return true
	}
	return ok && a.AccountID != "" && t.Principal.AccountID != "" && a.AccountID != t.Principal.AccountID && !strings.ContainsAny(a.AccountID, "*?")
}

// painOf is the product's known error that a denial is, the most specific; nil if it is not a known one.
func (j *job) painOf(q *question, t *audit.Trace, d *remedy.Denied, renders bool) *checks.Pain {
	about := denialFor(q, t, d)
	pains := slices.DeleteFunc(j.pack().PainsOf(about), func(p checks.Pain) bool { return renders && p.Policy == "caller" })
	if len(pains) == 0 {
		return nil
	}
	return &pains[0]
}

// denialFor is a denial as the rules about known errors see it.
func denialFor(q *question, t *audit.Trace, d *remedy.Denied) checks.Denial {
	out := checks.Denial{Action: d.Action, Resource: d.Resource, Principal: d.Who, Layer: d.Layer, Decision: d.Effect}
	if m := t.Message; m != nil {
		out.Principal = cmp.Or(m.Principal, d.Who)
		out.Text = q.text()
	}
	return out
}

// curesOf are the cures of a known error for one denial.
func (j *job) curesOf(p *checks.Pain, d checks.Denial) []string {
	out := []string{p.Cure}
	if hook := j.pack().Hooks.Cures; hook != nil {
		out = append(out, hook(p.Code, d)...)
	}
	return out
}

// renders reports whether the principal is the one that the render functions run
// as: by its target, its name, its session's name, or its functions.
func (j *job) renders(ctx context.Context, q *question, t *audit.Trace) bool {
	session := ""
	if m := t.Message; m != nil {
		if a, ok := policy.ParseARN(m.Principal); ok {
			session = a.Name()
		}
	}
	switch {
	case q.target.Kind == audit.TargetRenderer, q.target.Kind == audit.TargetFunction && isRenderFunction(q.target.Name):
		return true
	case roleName(principalOf(t)) == rendererRole, strings.HasPrefix(session, renderPrefix):
		return true
	case j.source == nil || j.engine == audit.EngineAWS || t.Principal.ARN == "":
		return false
	}
	functions, err := j.source.Functions(ctx, cmp.Or(requestedRegion(t.Context), j.source.Region()), renderPrefix)
	if err != nil {
		return false // nothing depends on it but the side of the advice
	}
	for i := range functions {
		if functions[i].Role == t.Principal.ARN {
			return true
		}
	}
	return false
}

// roleName is the name of the role in a role's or a session's ARN.
func roleName(arn string) string {
	t, ok := targetOf(arn)
	if !ok || t.Kind != audit.TargetRole {
		return ""
	}
	return t.Name
}

// follow are the commands that lead on: to the grant, where a grant cures the
// denial and the product needs it, and to the check of the known error.
func (j *job) follow(q *question, t *audit.Trace, d *remedy.Denied, pain *checks.Pain, renders bool) []audit.Command {
	target := j.aimed(q, t, renders)
	if target == nil && q.target.Kind != audit.TargetCaller && len(q.target.Flags()) > 0 {
		return nil
	}
	var out []audit.Command
	if flags, ok := j.needed(t, d, renders); ok && d.Grantable() && (pain == nil || pain.Policy != "") {
		out = append(out, audit.Command{Name: "fix", Target: target, Source: j.Asked.Source, Files: j.Asked.Files, Requirement: flags})
	}
	if pain != nil && pain.Check.Name != "" {
		out = append(out, j.checkOf(pain, d, target))
	}
	return out
}

// checkOf is the check that shows a known error, for the denied principal.
func (j *job) checkOf(p *checks.Pain, d *remedy.Denied, target []audit.Flag) audit.Command {
	c := p.Check
	c.Source, c.Files = j.Asked.Source, j.Asked.Files
	if len(target) > 0 && (len(c.Target) == 0 || target[0].Name == "renderer") {
		c.Target = target
	}
	c.Requirement = slices.Concat(c.Requirement, j.Asked.Requirement)
	for _, e := range extras(d) {
		own := e.Name == "output-bucket" && strings.HasPrefix(e.Value, "remotionlambda-") || e.Name == "custom-role" && strings.HasSuffix(e.Value, ":role/"+rendererRole)
		if !own && p.Policy != "" {
			c.Requirement = append(c.Requirement, e)
		}
	}
	return c
}

// aimed names the principal of the trace for the next command.
func (j *job) aimed(q *question, t *audit.Trace, renders bool) []audit.Flag {
	if !renders {
		return q.target.Flags()
	}
	name := q.target.Name
	if name == "" {
		name = roleName(principalOf(t))
	}
	return []audit.Flag{{Name: "renderer", Value: name}}
}

// needed reports whether the product needs the denied request of this principal,
// and the options that make it part of the requirement.
func (j *job) needed(t *audit.Trace, d *remedy.Denied, renders bool) ([]audit.Flag, bool) {
	side := "caller"
	if renders {
		side = "renderer"
	}
	partition := cmp.Or(t.Principal.Partition(), "aws")
	region := regionOf(t)
	flags := j.Asked.Requirement
	if region != "" && !slices.ContainsFunc(flags, func(f audit.Flag) bool { return f.Name == "region" }) {
		flags = append(slices.Clone(flags), audit.Flag{Name: "region", Value: region})
	}
	req, err := j.pack().Required(side, j.Release.Version, partition)
	if err != nil {
		return nil, false
	}
	for _, extra := range append([]audit.Flag{{}}, extras(d)...) {
		deployment := checks.Deployment{}
		asked := flags
		if extra.Name != "" {
			deployment.Uses(extra.Name, extra.Value)
			asked = append(slices.Clone(flags), extra)
		}
		with, err := req.With(deployment, []string{cmp.Or(region, "us-east-1")})
		if err == nil && slices.ContainsFunc(with.Grants, func(g checks.Grant) bool {
			return strings.EqualFold(g.Action, d.Action) && policy.MatchResource(g.Resource, d.Resource)
		}) {
			return asked, true
		}
	}
	return nil, false
}

// regionOf is the Region of the denied request, where it is one of the
// deployment's: requests to IAM go elsewhere.
func regionOf(t *audit.Trace) string {
	a, _ := policy.ParseARN(t.Resource)
	if a.Region != "" && !strings.ContainsAny(a.Region, "*?") {
		return a.Region
	}
	if strings.HasPrefix(strings.ToLower(t.Action), "iam:") {
		return ""
	}
	return requestedRegion(t.Context)
}

// extras are the options of a deployment that a denied request shows.
func extras(d *remedy.Denied) []audit.Flag {
	a, ok := policy.ParseARN(d.Resource)
	service, name, _ := strings.Cut(strings.ToLower(d.Action), ":")
	switch {
	case service == "ec2" && strings.Contains(name, "networkinterface"):
		return []audit.Flag{{Name: "vpc"}}
	case !ok:
	case service == "s3":
		bucket, _, _ := strings.Cut(a.Resource, "/")
		return []audit.Flag{{Name: "output-bucket", Value: bucket}}
	case service == "kms":
		return []audit.Flag{{Name: "kms-key", Value: d.Resource}}
	case name == "passrole":
		return []audit.Flag{{Name: "custom-role", Value: d.Resource}}
	}
	return nil
}
