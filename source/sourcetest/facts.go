package sourcetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/source"
)

// A question asks a source for one kind of fact.
type question struct {
	fact Fact
	ask  func(ctx context.Context, s *Subject) (any, error)
}

func questions(t *testing.T) []question {
	twin := principal(t, Twin)
	return []question{
		{Caller, func(ctx context.Context, s *Subject) (any, error) { return s.Source.Caller(ctx) }},
		{Resolve, func(ctx context.Context, s *Subject) (any, error) {
			return s.Source.Resolve(ctx, audit.Target{Kind: audit.TargetRole, Name: "twin"})
		}},
		{Policies, func(ctx context.Context, s *Subject) (any, error) {
			p, err := s.Source.Policies(ctx, twin)
			return p.Identity, err
		}},
		{Principal, func(ctx context.Context, s *Subject) (any, error) { return s.Source.Principal(ctx, twin) }},
		{Trust, func(ctx context.Context, s *Subject) (any, error) { return s.Source.Trust(ctx, twin) }},
		{RoleNames, func(ctx context.Context, s *Subject) (any, error) { return s.Source.RoleNames(ctx) }},
		{Functions, func(ctx context.Context, s *Subject) (any, error) {
			return s.Source.Functions(ctx, region, "remotion-render-")
		}},
		{BucketNames, func(ctx context.Context, s *Subject) (any, error) { return s.Source.BucketNames(ctx) }},
		{Bucket, func(ctx context.Context, s *Subject) (any, error) { return s.Source.Bucket(ctx, Closed, region) }},
		{BucketPolicy, func(ctx context.Context, s *Subject) (any, error) {
			return s.Source.BucketPolicy(ctx, Closed, region)
		}},
		{Decode, func(ctx context.Context, s *Subject) (any, error) { return s.Source.Decode(ctx, s.Encoded) }},
	}
}

// notHeld: a fact that the source does not have is an error, and no empty
// answer.
func notHeld(t *testing.T, s *Subject) {
	for _, q := range questions(t) {
		if s.holds(q.fact) || s.Partial && q.fact != Caller && q.fact != Decode {
			continue
		}
		_, err := q.ask(t.Context(), s)
		failsAs(t, string(q.fact), err, source.KindNotHeld)
	}
}

// held: a fact that the source has is an answer, the same each time.
func held(t *testing.T, s *Subject) {
	if e := s.Source.Engine(); e != audit.EngineAWS && e != audit.EngineLocal && e != audit.EngineBoth {
		t.Errorf("the engine is %q", e)
	}
	for _, q := range questions(t) {
		if !s.holds(q.fact) {
			continue
		}
		first, err := q.ask(t.Context(), s)
		if err != nil || reflect.ValueOf(first).IsZero() {
			t.Errorf("%s: %v, %v", q.fact, first, err)
			continue
		}
		if again, err := q.ask(t.Context(), s); err != nil || !sameAnswer(first, again) {
			t.Errorf("%s: asked again %v, %v, first %v", q.fact, again, err, first)
		}
	}
}

// sameAnswer compares answers; of policies, which hold what they are compiled
// to, the number.
func sameAnswer(a, b any) bool {
	if v := reflect.ValueOf(a); v.Kind() == reflect.Slice && v.Type().Elem().Name() == "Policy" {
		return v.Len() == reflect.ValueOf(b).Len()
	}
	return reflect.DeepEqual(a, b)
}

// unknown: what does not exist is an error of that kind, whatever is asked of
// it.
func unknown(t *testing.T, s *Subject) {
	nobody := principal(t, Nobody)
	ctx := t.Context()
	for _, q := range []question{
		{Policies, func(context.Context, *Subject) (any, error) { return s.Source.Policies(ctx, nobody) }},
		{Policies, func(context.Context, *Subject) (any, error) {
			return s.Source.Evaluate(ctx, nobody, []iam.Probe{{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}})
		}},
		{Principal, func(context.Context, *Subject) (any, error) { return s.Source.Principal(ctx, nobody) }},
		{Trust, func(context.Context, *Subject) (any, error) { return s.Source.Trust(ctx, nobody) }},
		{Resolve, func(context.Context, *Subject) (any, error) {
			return s.Source.Resolve(ctx, audit.Target{Kind: audit.TargetRole, Name: "nobody"})
		}},
		{Resolve, func(context.Context, *Subject) (any, error) {
			return s.Source.Resolve(ctx, audit.Target{Kind: audit.TargetFunction, Name: "no-function"})
		}},
		{Bucket, func(context.Context, *Subject) (any, error) { return s.Source.Bucket(ctx, "no-bucket", region) }},
		{BucketPolicy, func(context.Context, *Subject) (any, error) {
			return s.Source.BucketPolicy(ctx, "no-bucket", region)
		}},
	} {
		if !s.holds(q.fact) {
			continue
		}
		_, err := q.ask(ctx, s)
		kind := source.KindNotFound
		if e, ok := errors.AsType[*source.Error](err); ok && e.Kind == source.KindNotHeld && (strings.HasPrefix(string(q.fact), "Bucket") || q.fact == Trust) {
			kind = source.KindNotHeld // who has some buckets and roles cannot tell that there is no other
		}
		failsAs(t, string(q.fact)+" of what does not exist", err, kind)
	}
}

// targets: each kind of target leads to its role.
func targets(t *testing.T, s *Subject) {
	if !s.holds(Resolve) {
		t.Skip("the source finds no targets")
	}
	all := []audit.Target{
		{Kind: audit.TargetRole, Name: "twin"},
		{Kind: audit.TargetRole, Name: Twin},
		{Kind: audit.TargetFunction, Name: function},
		{Kind: audit.TargetFunction, Name: functionARN},
		{Kind: audit.TargetInstance, Name: "i-0a1b2c3d4e5f67890"},
		{Kind: audit.TargetInstanceProfile, Name: "twins"},
		{Kind: audit.TargetTaskDefinition, Name: "work"},
		{Kind: audit.TargetPodIdentity, Name: "c/n/s"},
	}
	if s.Targets != nil {
		all = s.Targets
	}
	for _, target := range all {
		r, err := s.Source.Resolve(t.Context(), target)
		if err != nil || r.Principal.ARN != Twin || r.Principal.AccountID != accountID {
			t.Errorf("%s: %+v, %v", target, r.Principal, err)
		}
	}
	if r, err := s.Source.Resolve(t.Context(), audit.Target{Kind: audit.TargetUser, Name: "ann"}); s.Targets == nil && (err != nil || r.Principal.Name() != "ann" || !strings.Contains(r.Principal.ARN, "/staff/")) {
		t.Errorf("user: %+v, %v", r.Principal, err)
	}
	_, err := s.Source.Resolve(t.Context(), audit.Target{Kind: "moon", Name: "x"})
	failsAs(t, "an unknown kind of target", err, source.KindInvalid)
}

// surroundings: functions are those of the region and prefix; a bucket that has
// no policy is not one whose policy is not known.
func surroundings(t *testing.T, s *Subject) {
	ctx := t.Context()
	if s.holds(Functions) {
		list, err := s.Source.Functions(ctx, region, "remotion-render-")
		if err != nil || len(list) != 1 || list[0].FunctionName != function || list[0].Role != Twin {
			t.Errorf("functions: %+v, %v", list, err)
		}
		if list, err := s.Source.Functions(ctx, "eu-central-1", "remotion-render-"); err != nil || len(list) != 0 {
			t.Errorf("functions of a region without: %+v, %v", list, err)
		}
	}
	if s.holds(BucketNames) {
		if names, err := s.Source.BucketNames(ctx); err != nil || !slices.Contains(names, Closed) || !slices.Contains(names, Plain) {
			t.Errorf("buckets: %v, %v", names, err)
		}
	}
	if s.holds(Bucket) {
		b, err := s.Source.Bucket(ctx, Closed, region)
		if err != nil || b.Name != Closed || b.Region != region || b.ObjectOwnership != "BucketOwnerEnforced" || b.PublicAccessBlock == nil || len(b.Gaps) != 0 {
			t.Errorf("bucket: %+v, %v", b, err)
		}
	}
	if s.holds(BucketPolicy) {
		p, err := s.Source.BucketPolicy(ctx, Closed, region)
		if err != nil || p == nil || p.Document == nil || p.ID != iam.InlinePolicy("arn:aws:s3:::"+Closed, "") {
			t.Errorf("bucket policy: %+v, %v", p, err)
		}
		if p, err := s.Source.BucketPolicy(ctx, Plain, region); err != nil || p != nil {
			t.Errorf("a bucket without a policy has %+v, %v", p, err)
		}
	}
	if s.holds(RoleNames) {
		if names, err := s.Source.RoleNames(ctx); err != nil || !slices.Contains(names, "twin") {
			t.Errorf("roles: %v, %v", names, err)
		}
	}
	if s.holds(Trust) {
		if text, err := s.Source.Trust(ctx, principal(t, Twin)); err != nil || !strings.Contains(text, "lambda.amazonaws.com") {
			t.Errorf("trust: %s, %v", text, err)
		}
	}
}
