// Package setup makes what Remotion Lambda needs in an account, from nothing:
// the caller's user or role, the role of the render functions, and a bucket.
package setup

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
	"remotion-doctor/source"
)

// callers are who can be the caller: a user, or a role by the service that
// assumes it.
var callers = map[string]string{
	"user": "", "lambda": "lambda.amazonaws.com", "ec2": "ec2.amazonaws.com", "ecs": "ecs-tasks.amazonaws.com",
}

// Callers are the kinds of callers, sorted.
func Callers() []string { return slices.Sorted(maps.Keys(callers)) }

// Make makes the set-up for policies by their names, caller and renderer. The
// bucket comes with the renderer. Names are those of Remotion's documentation:
// the role's is what deployFunction() hands to Lambda.
// Source: https://www.remotion.dev/docs/lambda/setup;
// @remotion/lambda 4.0.527, dist/api/iam-validation/suggested-policy.js.
func Make(policies map[string]*policy.Document, caller string) (*remedy.SetUp, error) {
	service, ok := callers[caller]
	if !ok {
		return nil, fmt.Errorf("a caller is one of %s, not %q", strings.Join(Callers(), ", "), caller)
	}
	s := &remedy.SetUp{}
	if doc := policies["renderer"]; doc != nil {
		s.Principals = append(s.Principals, remedy.NewPrincipal{
			Kind: "role", Name: "remotion-lambda-role", ID: "RemotionLambdaRole", Service: remotion.Lambda.Service,
			PolicyName: "remotion-lambda-policy", Policy: doc,
		})
		s.Bucket = &remedy.NewBucket{ID: "RemotionBucket", Prefix: "remotionlambda"}
	}
	if doc := policies["caller"]; doc != nil {
		p := remedy.NewPrincipal{Kind: "user", Name: "remotion-user", ID: "RemotionUser", PolicyName: "remotion-user-policy", Policy: doc}
		if service != "" {
			p.Kind, p.Name, p.ID, p.Service = "role", "remotion-caller-role", "RemotionCallerRole", service
		}
		s.Principals = append(s.Principals, p)
	}
	return s, nil
}

// Text is one policy as JSON, by its name, or where a form is given the set-up of
// all in that form. The error is a [*source.Error].
func Text(policies map[string]*policy.Document, name, form, caller string) (string, error) {
	if form == "" {
		return policies[name].Indent() + "\n", nil
	}
	s, err := Make(policies, caller)
	if err == nil && !slices.Contains(remedy.SetUpForms, remedy.Form(form)) {
		err = fmt.Errorf("--as %q is not one of cloudformation, terraform, cdk", form)
	}
	if err != nil {
		return "", &source.Error{Kind: source.KindInput, Msg: err.Error()}
	}
	return s.Render(remedy.Form(form))
}
