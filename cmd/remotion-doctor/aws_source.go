package main

import (
	"context"
	"sync"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
	"remotion-doctor/source/awsapi"
)

// An awsSource asks AWS.
type awsSource struct {
	*awsapi.Client
	mu      *sync.Mutex
	entries map[string]func() (eval.Policies, error)
}

func newAWSSource(c *awsapi.Client) source.Source {
	return awsSource{c, &sync.Mutex{}, map[string]func() (eval.Policies, error){}}
}

func (s awsSource) Engine() audit.Engine { return audit.EngineAWS }

func (s awsSource) Principal(ctx context.Context, p iam.Principal) (*account.Snapshot, error) {
	return s.ReadPrincipal(ctx, p)
}

func (s awsSource) Decode(ctx context.Context, encoded string) (string, error) {
	return s.DecodeAuthorizationMessage(ctx, encoded)
}

func (s awsSource) Policies(ctx context.Context, p iam.Principal) (eval.Policies, error) {
	s.mu.Lock()
	if s.entries[p.ARN] == nil {
		s.entries[p.ARN] = sync.OnceValues(func() (eval.Policies, error) { return s.read(ctx, p) })
	}
	read := s.entries[p.ARN]
	s.mu.Unlock()
	return read()
}

func (s awsSource) read(ctx context.Context, p iam.Principal) (eval.Policies, error) {
	snapshot, err := s.ReadPrincipal(ctx, p)
	if err != nil {
		return eval.Policies{}, err
	}
	engine, err := eval.New(snapshot)
	if err != nil {
		return eval.Policies{}, err
	}
	out, err := engine.Policies(p.ARN)
	for _, g := range []iam.Gap{
		{Layer: iam.LayerRCP, Why: "a member account cannot read them, and the simulator does not evaluate them"},
		{Layer: iam.LayerSCP, Why: "a member account cannot read them; the simulator evaluates them"},
		{Layer: iam.LayerResource, Why: "the policies of keys, functions and layers are not read"},
	} {
		g.What, g.Affects, g.Kind = g.Layer.Title(), iam.MayDeny, iam.GapAssumption
		out.Gaps = append(out.Gaps, g)
	}
	return out, err
}

func (s awsSource) BucketPolicy(ctx context.Context, name, region string) (*eval.Policy, error) {
	text, err := s.Client.BucketPolicy(ctx, name, region)
	if err != nil || text == "" {
		return nil, err
	}
	doc, err := policy.Parse(text)
	if err != nil {
		return nil, &source.Error{Op: "reading the policy of the bucket " + name, Kind: source.KindAnswer, Msg: err.Error()}
	}
	return &eval.Policy{ID: iam.InlinePolicy("arn:aws:s3:::"+name, ""), Name: name, Document: doc}, nil
}
