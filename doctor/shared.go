package doctor

import (
	"context"
	"crypto/sha256"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/source"
)

// Roles of a fleet often have the same policies. What such roles are granted is
// judged once, of the first of them, and reported for each with the identities of its
// own policies. Whether policies are the same is what [eval.Policies.Alike] says;
// what is asked differently of each, [checks.Grant.Own], is judged of each.

// A sharedKey says what is judged. What is judged under equal keys comes to the
// same but for the identities of the principals' own policies.
type sharedKey struct {
	source source.Source
	pack   *checks.Pack
	digest [sha256.Size]byte
}

// A shared is a judgement of one principal that holds for others; nil where it
// does not.
type shared struct {
	once   sync.Once
	judged *judgement
	of     iam.Principal
}

// judge asks about the requirement and judges the answers, once for all
// principals that are alike.
func (j *job) judge(ctx context.Context, req *checks.Requirement, p iam.Principal, scope checks.Scope) (*judgement, error) {
	own, common := *req, *req
	own.Grants, common.Grants = nil, nil
	for _, g := range req.Grants {
		part := &common
		if g.Own() {
			part = &own
		}
		part.Grants = append(part.Grants, g)
	}
	policies, key, ok := j.alike(ctx, &common, p, scope)
	if !ok {
		return j.judgeAlone(ctx, req, p, scope)
	}
	entry := j.shared.of(key)
	entry.once.Do(func() {
		judged, err := j.judgeAlone(ctx, &common, p, scope)
		if err == nil && judged.holdsForOthers() {
			judged.condense()
			entry.judged, entry.of = judged, p
		}
	})
	if entry.judged == nil {
		return j.judgeAlone(ctx, req, p, scope)
	}
	out := entry.judged.as(entry.of.ARN, p.ARN)
	out.policies = policies
	if j.Excess {
		out.analyst = eval.NewEvaluator(p.ARN, policies.As(p))
	}
	if len(own.Grants) == 0 {
		return out, nil
	}
	rest, err := j.judgeAlone(ctx, &own, p, scope)
	if err != nil || rest.coverage != out.coverage {
		return j.judgeAlone(ctx, req, p, scope)
	}
	out.findings = inOrder(req.Grants, out.findings, rest.findings)
	return out, nil
}

// alike returns the principal's policies, and what a judgement of them is shared
// under; false where it is not shared. The policy simulator is asked about each
// principal.
func (j *job) alike(ctx context.Context, req *checks.Requirement, p iam.Principal, scope checks.Scope) (*eval.Policies, sharedKey, bool) {
	key := sharedKey{source: j.source, pack: req.Pack()}
	if !j.shared.judging || !reflect.ValueOf(j.source).Comparable() || len(req.Grants) == 0 || j.engine != audit.EngineLocal || j.source.Engine() != audit.EngineLocal {
		return nil, key, false
	}
	policies, err := j.source.Policies(ctx, p)
	if err != nil {
		return nil, key, false
	}
	h := sha256.New()
	var actions []string
	for _, g := range req.Grants {
		actions = append(actions, g.Action)
	}
	if !policies.Alike(p, actions, h) {
		return nil, key, false
	}
	fmt.Fprintf(h, "%q %t %t %q %q", scope.Regions, scope.Strict, j.RequireProof, scope.Bucket, scope.Function)
	for _, e := range scope.Context {
		fmt.Fprintf(h, "%q %q %q %t", e.Key, e.Type, e.Values, e.OneOf)
	}
	for _, g := range req.Grants {
		if policies.Lookup != nil && strings.HasPrefix(strings.ToLower(g.Action), "sts:") {
			return nil, key, false // decided by what is looked up
		}
		fmt.Fprintf(h, "%q", []string{g.Module, g.Sid, g.Action, g.Resource, g.Feature})
	}
	h.Sum(key.digest[:0])
	return &policies, key, true
}

// holdsForOthers: where the policies were too complex, it depends on what else
// was searched for.
func (out *judgement) holdsForOthers() bool {
	return out.coverage == audit.CoverageProven && out.unread == nil
}

// inOrder puts the findings of two parts of a requirement into the order of its
// grants. A grant that means nothing for the principal has no finding.
func inOrder(grants []checks.Grant, common, own []audit.Finding) []audit.Finding {
	out := make([]audit.Finding, 0, len(common)+len(own))
	for _, g := range grants {
		part := &common
		if g.Own() {
			part = &own
		}
		if list := *part; len(list) > 0 && list[0].Module == g.Module && list[0].Sid == g.Sid && list[0].Action == g.Action && list[0].Resource == g.Resource {
			out, *part = append(out, list[0]), list[1:]
		}
	}
	return out
}
