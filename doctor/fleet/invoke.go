package fleet

import (
	"context"
	"errors"
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
)

// invokes says in a phrase which of the product's functions a principal may
// invoke, or might; it is empty where it may none. Where the account has no such
// function, the question concerns any name that one could have.
func (f *finder) invokes(ctx context.Context, p iam.Principal, policies eval.Policies) (string, error) {
	action := f.Pack.Traces.Invoke
	if action == "" || !mentions(policies, action) {
		return "", nil
	}
	compiled := eval.Compile(p.ARN, policies)
	names, doubt, err := f.namesToInvoke(ctx, compiled, p)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		v := compiled.Verdict(compiled.Prepare(iam.Probe{Action: action, Resource: name}, ""))
		switch {
		case v.Decision == iam.Allowed:
			return "may invoke " + f.named(name), nil
		case v.Decision == "" || len(v.Deciders) > 0:
			doubt = "may invoke " + f.named(name) + ", if its conditions are met"
		}
	}
	return doubt, nil
}

// namesToInvoke are the ARNs of the product's functions or, where there are none,
// a name for each outcome among all that they could have.
func (f *finder) namesToInvoke(ctx context.Context, c *eval.Compiled, p iam.Principal) (names []string, doubt string, err error) {
	for _, fn := range f.functions {
		names = append(names, fn.FunctionArn)
	}
	if len(names) > 0 {
		return names, "", nil
	}
	pattern := strings.Replace(f.Pack.Traces.Function, "arn:aws:", "arn:"+p.Partition()+":", 1)
	names, err = c.Witnesses(ctx, policy.NewFinder(policy.DefaultWork), iam.Probe{Action: f.Pack.Traces.Invoke}, policy.TypedNames(pattern), nil)
	if errors.Is(err, policy.ErrTooComplex) {
		return names, "may perhaps invoke " + functionOf(pattern) + ": its policies are too complex to tell", nil
	}
	return names, "", err
}

// named is what a function is called: one that does not exist represents all that
// could.
func (f *finder) named(arn string) string {
	if len(f.functions) == 0 {
		return functionOf(f.Pack.Traces.Function)
	}
	return functionOf(arn)
}

// functionOf is the name in the ARN of a function.
func functionOf(arn string) string {
	return arn[strings.LastIndexByte(arn, ':')+1:]
}

// mentions reports whether a statement that allows something concerns an action:
// most principals of an account have none, and need not be asked about further.
func mentions(p eval.Policies, action string) bool {
	return slices.ContainsFunc(p.Identity, func(q eval.Policy) bool {
		return slices.ContainsFunc(q.Document.Statements, func(s policy.Statement) bool {
			return s.Effect == policy.Allow && aboutAction(&s, action)
		})
	})
}

// aboutAction reports whether a statement's actions, or what they leave out, hold
// an action.
func aboutAction(s *policy.Statement, action string) bool {
	named := slices.ContainsFunc(s.Actions, func(a string) bool {
		g := policy.CompileGlob(strings.ToLower(a))
		return g.Match(strings.ToLower(action))
	})
	return named != s.NotAction
}

// allowsAll reports whether a statement allows every action on every resource.
func allowsAll(s *policy.Statement) bool {
	return s.Effect == policy.Allow && !s.NotAction && !s.NotResource && len(s.Conditions) == 0 &&
		slices.Contains(s.Actions, "*") && slices.Contains(s.Resources, "*")
}
