package awsapi

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/sync/errgroup"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
	"remotion-doctor/iam/request"
	"remotion-doctor/source"
)

// Evaluate implements [iam.Evaluator] with iam:SimulatePrincipalPolicy. A
// call that fails for good leaves its probes without a decision; where every
// call fails the error is an [*source.Error].
func (c *Client) Evaluate(ctx context.Context, p iam.Principal, probes []iam.Probe) ([]iam.Verdict, error) {
	run := &run{client: c, principal: p, answers: map[pair]iam.Verdict{}, known: c.known(ctx, p)}
	probes = share(tell(p, probes))
	for _, probe := range probes {
		run.asked = append(run.asked, pairOf(probe))
	}
	calls := batches(probes)
	run.askAll(ctx, calls)
	run.askAll(ctx, run.unclear(probes))
	if run.failed != nil && !run.answered {
		return nil, run.failed
	}
	out := make([]iam.Verdict, len(probes))
	for i, key := range run.asked {
		v, ok := run.answers[key]
		if !ok {
			v = iam.Verdict{Problem: "the simulator's answer does not contain it", Incomplete: true}
		}
		out[i] = v
	}
	c.probes.Add(int64(len(probes)))
	return out, nil
}

// A run is one Evaluate.
type run struct {
	client    *Client
	principal iam.Principal
	asked     []pair
	known     iam.Context // of all requests of the principal

	mu       sync.Mutex
	answers  map[pair]iam.Verdict
	doubtful []pair        // decided by an organization, AWS does not say for which resource
	answered bool          // some call succeeded
	failed   *source.Error // of the last call that did not
}

func (r *run) askAll(ctx context.Context, calls []batch) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.client.concurrency)
	for _, b := range calls {
		g.Go(func() error {
			r.ask(ctx, b)
			return nil // a failed call does not stop the others
		})
	}
	_ = g.Wait()
}

// ask makes one call, and two smaller ones where the simulator wants the
// actions apart.
func (r *run) ask(ctx context.Context, b batch) {
	results, err := r.client.simulate(ctx, r.principal, b, r.known)
	if apart(err) && len(b.actions) > 1 {
		for _, part := range separate(b, err) {
			r.ask(ctx, part)
		}
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		err = consistent(b, results)
	}
	if err != nil {
		r.fail(b, explain("asking "+simulatePrincipalPolicy+" about "+clean(r.principal.ARN), err).(*source.Error))
		return
	}
	r.answered = true
	r.read(b, results)
}

// fail leaves what a call asked about without a decision.
func (r *run) fail(b batch, e *source.Error) {
	r.failed = e
	for _, action := range b.actions {
		for _, resource := range orStar(b.resources) {
			r.answers[pair{contextKey(b.context), action, resource}] = iam.Verdict{Problem: clean(e.Error()), Incomplete: e.Kind.Passing()}
		}
	}
}

func orStar(resources []string) []string {
	if len(resources) == 0 {
		return []string{"*"}
	}
	return resources
}

// apart reports the refusal of actions that the simulator cannot ask about in
// one call (recorded case err-kind-mix).
func apart(err error) bool {
	e, ok := errors.AsType[*types.InvalidInputException](err)
	return ok && strings.Contains(e.ErrorMessage(), "require different authorization information")
}

// separate divides the actions as the message names them, or in halves.
func separate(b batch, err error) []batch {
	var first, second []string
	_, list, _ := strings.Cut(err.Error(), "Invalid Input Actions: [")
	list, _, _ = strings.Cut(list, "]")
	named := strings.Split(strings.ReplaceAll(list, " ", ""), ",")
	for _, a := range b.actions {
		if slices.Contains(named, a) {
			first = append(first, a)
		} else {
			second = append(second, a)
		}
	}
	if len(first) == 0 || len(second) == 0 {
		half := len(b.actions) / 2
		first, second = b.actions[:half], b.actions[half:]
	}
	return []batch{{b.context, first, b.resources}, {b.context, second, b.resources}}
}

// unclear returns the calls that tell for which of several resources an
// organization policy decided: one for each resource.
func (r *run) unclear(probes []iam.Probe) []batch {
	var again []iam.Probe
	for _, p := range probes {
		if slices.Contains(r.doubtful, pairOf(p)) {
			again = append(again, p)
		}
	}
	byResource := map[string]*batch{}
	var out []batch
	for _, p := range again {
		key := contextKey(p.Context) + "\x03" + p.Resource
		if byResource[key] == nil {
			byResource[key] = &batch{context: p.Context, resources: []string{p.Resource}}
		}
		if b := byResource[key]; !slices.Contains(b.actions, p.Action) {
			b.actions = append(b.actions, p.Action)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(byResource)) {
		out = append(out, *byResource[key])
	}
	return out
}

// simulate makes one call of the API and reads all its pages.
func (c *Client) simulate(ctx context.Context, p iam.Principal, b batch, known iam.Context) ([]types.EvaluationResult, error) {
	in := &awsiam.SimulatePrincipalPolicyInput{
		PolicySourceArn: &p.ARN, ActionNames: b.actions, ResourceArns: b.resources,
		MaxItems: aws.Int32(1000),
	}
	for _, e := range withKnown(b.context, known) {
		// The simulator takes one value for a key, and no word for an absent one.
		if len(e.Values) == 0 || e.OneOf {
			continue
		}
		in.ContextEntries = append(in.ContextEntries, types.ContextEntry{
			ContextKeyName: aws.String(e.Key), ContextKeyType: types.ContextKeyTypeEnum(e.Type), ContextKeyValues: e.Values,
		})
	}
	for _, doc := range p.Supposing {
		text, err := doc.MarshalJSON()
		if err != nil {
			return nil, err
		}
		in.PolicyInputList = append(in.PolicyInputList, string(text))
	}
	if p.Instead {
		for _, kind := range []types.PolicyIdentifierPolicyType{types.PolicyIdentifierPolicyTypeInline, types.PolicyIdentifierPolicyTypeAwsManaged, types.PolicyIdentifierPolicyTypeUserManaged} {
			in.PolicyExclusionList = append(in.PolicyExclusionList, &types.PolicyIdentifierMemberPolicyType{Value: kind})
		}
	}
	return collect(ctx, simulatePrincipalPolicy, func(ctx context.Context, marker *string) (page[types.EvaluationResult], error) {
		in.Marker = marker
		c.calls.Add(1)
		out, err := c.iam().SimulatePrincipalPolicy(ctx, in)
		if err != nil {
			return page[types.EvaluationResult]{}, err
		}
		return listPage(out.EvaluationResults, out.IsTruncated, out.Marker), nil
	})
}

// known is what the simulator has to be known of a principal: its tags, where its
// credentials come from, and when it got them. A role or user that may not be
// read leaves its tags open.
func (c *Client) known(ctx context.Context, p iam.Principal) iam.Context {
	f := request.Facts{Principal: p, Now: time.Now()}
	switch p.Type() {
	case "role":
		if r, err := c.getRole(ctx, p.Name()); err == nil {
			f.UniqueID, f.Tags = aws.ToString(r.RoleId), request.Tags(tagsOf(r.Tags))
		}
	case "user":
		if u, err := c.getUser(ctx, p.Name()); err == nil {
			f.UniqueID, f.Tags = aws.ToString(u.UserId), request.Tags(tagsOf(u.Tags))
		}
	}
	return f.Added()
}

// tell adds to probes whose resources they are about: that of the ARN, else the
// principal's own.
func tell(p iam.Principal, probes []iam.Probe) []iam.Probe {
	out := slices.Clone(probes)
	for i := range out {
		a, _ := policy.ParseARN(out[i].Resource)
		owner := a.AccountID
		if owner == "" || strings.ContainsAny(owner, "*?") {
			owner = p.AccountID
		}
		out[i].Context = withKnown(out[i].Context, iam.Context{{Key: "aws:ResourceAccount", Type: iam.String, Values: []string{owner}}})
	}
	return out
}

// withKnown adds to a context what it does not tell itself.
func withKnown(ctx, known iam.Context) iam.Context {
	out := slices.Clone(ctx)
	for _, e := range known {
		if !slices.ContainsFunc(ctx, func(o iam.ContextEntry) bool { return strings.EqualFold(o.Key, e.Key) }) {
			out = append(out, e)
		}
	}
	return out
}

const simulatePrincipalPolicy = "iam:SimulatePrincipalPolicy"
