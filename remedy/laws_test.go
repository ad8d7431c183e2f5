package remedy_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam"
	"remotion-doctor/iam/eval"
	"remotion-doctor/iam/policy"
	"remotion-doctor/remedy"
)

const account = "123456789012"

// judge returns the findings of a requirement for a principal with policies.
func judge(t *rapid.T, req *checks.Requirement, p iam.Principal, regions []string, docs []*policy.Document) []audit.Finding {
	plan, err := req.Plan(p, checks.Scope{Regions: regions})
	if err != nil {
		t.Fatal(err)
	}
	evaluator := evaluator(p, docs)
	proven := plan.Analyze(t.Context(), evaluator)
	verdicts, err := evaluator.Evaluate(t.Context(), plan.Probes())
	if err != nil {
		t.Fatal(err)
	}
	findings, err := plan.Judge(verdicts, proven, checks.Doubts{})
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

func evaluator(p iam.Principal, docs []*policy.Document) *eval.Evaluator {
	var policies eval.Policies
	for i, d := range docs {
		policies.Identity = append(policies.Identity, eval.Policy{Name: fmt.Sprintf("policy-%d", i+1), Document: d})
	}
	return eval.NewEvaluator(p.ARN, policies)
}

// anyPolicy draws a policy that grants some of a requirement: as documented,
// in one region or account, under a condition, or by a wildcard.
func anyPolicy(req *checks.Requirement) *rapid.Generator[*policy.Document] {
	return rapid.Custom(func(t *rapid.T) *policy.Document {
		doc := &policy.Document{Version: policy.Version2012}
		for range rapid.IntRange(0, 6).Draw(t, "statements") {
			g := rapid.SampledFrom(req.Grants).Draw(t, "grant")
			s := policy.Statement{Effect: policy.Allow, Actions: []string{g.Action}, Resources: []string{g.Resource}}
			a, isARN := policy.ParseARN(g.Resource)
			switch rapid.IntRange(0, 5).Draw(t, "form") {
			case 1:
				if isARN && a.Region == "*" {
					a.Region, a.AccountID = rapid.SampledFrom([]string{"us-east-1", "eu-west-1"}).Draw(t, "region"), account
					s.Resources = []string{a.String()}
				}
			case 2:
				s.Conditions = []policy.Condition{{Operator: "StringEquals", Key: "aws:RequestedRegion", Values: []string{rapid.SampledFrom([]string{"us-east-1", "eu-west-1"}).Draw(t, "region")}}}
			case 3:
				if isARN && a.Service == "s3" {
					s.Resources = []string{"arn:aws:s3:::remotionlambda-useast1-*"}
				}
			case 4:
				if isARN && a.Service == "s3" {
					s.Resources = []string{g.Resource + "/*"}
				}
			case 5:
				s.Actions = []string{"s3:Get*", "lambda:List*"}
				s.Resources = []string{"*"}
			}
			doc.Statements = append(doc.Statements, s)
		}
		return doc
	})
}

// anyProbe draws a request, within the requirement or beside it.
func anyProbe(req *checks.Requirement) *rapid.Generator[iam.Probe] {
	return rapid.Custom(func(t *rapid.T) iam.Probe {
		p := iam.Probe{
			Action:   rapid.SampledFrom([]string{"iam:CreateUser", "s3:GetBucketPolicy", "s3:PutObject", "lambda:UpdateFunctionCode", "kms:Decrypt", "iam:PassRole"}).Draw(t, "other"),
			Resource: rapid.SampledFrom([]string{"*", "arn:aws:s3:::other/k", "arn:aws:s3:::remotionlambda-useast1-a/k", "arn:aws:s3:::remotionlambda-euwest1-a", "arn:aws:lambda:us-east-1:" + account + ":function:remotion-render-a", "arn:aws:lambda:us-east-1:" + account + ":function:other", "arn:aws:lambda:ap-south-1:999999999999:function:remotion-render-a", "arn:aws:iam::" + account + ":role/remotion-lambda-role", "arn:aws:iam::" + account + ":role/admin", "arn:aws:logs:us-east-1:" + account + ":log-group:/aws/lambda/remotion-render-a", "arn:aws:servicequotas:us-east-1:" + account + ":lambda/L-B99A9384", "arn:aws:lambda:us-east-1:678892195805:layer:remotion-binaries-chromium-arm64:1"}).Draw(t, "resource"),
			Context:  iam.Context{{Key: "aws:RequestedRegion", Type: iam.String, Values: []string{rapid.SampledFrom([]string{"us-east-1", "eu-west-1", "ap-south-1"}).Draw(t, "region")}}},
		}
		if rapid.Bool().Draw(t, "required") {
			p.Action = rapid.SampledFrom(req.Grants).Draw(t, "grant").Action
		}
		return p
	})
}

// TestRemedyLaws: for random principals that nothing but a missing grant stops,
// the remedy makes every requirement pass, has no statement that could go, and
// grants nothing beside what is required.
func TestRemedyLaws(t *testing.T) {
	requirements := map[string]*checks.Requirement{}
	for _, name := range []string{"caller", "renderer"} {
		req, err := remotion.Pack().Required(name, "", "aws")
		if err != nil {
			t.Fatal(err)
		}
		requirements[name] = req
	}
	rapid.Check(t, func(t *rapid.T) {
		req := requirements[rapid.SampledFrom([]string{"caller", "renderer"}).Draw(t, "requirement")]
		p, err := iam.NewPrincipal(rapid.SampledFrom([]string{"arn:aws:iam::" + account + ":role/team/video", "arn:aws:iam::" + account + ":user/video"}).Draw(t, "principal"))
		if err != nil {
			t.Fatal(err)
		}
		regions := rapid.SampledFrom([][]string{{"us-east-1"}, {"eu-west-1"}, {"us-east-1", "eu-west-1"}}).Draw(t, "regions")
		have := []*policy.Document{anyPolicy(req).Draw(t, "policy")}
		documented := rapid.Bool().Draw(t, "documented")
		before := judge(t, req, p, regions, have)
		grants := remedy.Grants(before, remedy.Options{Documented: documented})
		if grants == nil {
			if i := slices.IndexFunc(before, func(f audit.Finding) bool { return f.Status != audit.Pass }); i >= 0 {
				t.Fatalf("no remedy for %+v", before[i])
			}
			return
		}
		with := func(d *policy.Document) []*policy.Document { return append(slices.Clone(have), d) }
		if f := failing(judge(t, req, p, regions, with(grants))); f != nil {
			t.Fatalf("with the remedy %s on %s is %s: %s\n%s", f.Action, f.Resource, f.Status, f.Reason, grants.Indent())
		}
		for i := range grants.Statements {
			less := *grants
			less.Statements = slices.Delete(slices.Clone(grants.Statements), i, i+1)
			if len(less.Statements) > 0 && failing(judge(t, req, p, regions, with(&less))) == nil {
				t.Fatalf("statement %d could go:\n%s", i+1, grants.Indent())
			}
		}
		nothingElse(t, req, p, have, grants)
	})
}

func failing(findings []audit.Finding) *audit.Finding {
	for i := range findings {
		if findings[i].Status != audit.Pass {
			return &findings[i]
		}
	}
	return nil
}

// nothingElse: what becomes allowed is required.
func nothingElse(t *rapid.T, req *checks.Requirement, p iam.Principal, have []*policy.Document, grants *policy.Document) {
	probes := rapid.SliceOfN(anyProbe(req), 1, 30).Draw(t, "probes")
	before, err := evaluator(p, have).Evaluate(t.Context(), probes)
	if err != nil {
		t.Fatal(err)
	}
	after, err := evaluator(p, append(slices.Clone(have), grants)).Evaluate(t.Context(), probes)
	if err != nil {
		t.Fatal(err)
	}
	for i, probe := range probes {
		if before[i].Decision == iam.Allowed || after[i].Decision != iam.Allowed {
			continue
		}
		required := slices.ContainsFunc(req.Grants, func(g checks.Grant) bool {
			return g.Action == probe.Action && policy.MatchResource(g.Resource, probe.Resource)
		})
		if !required {
			t.Fatalf("%s on %s becomes allowed:\n%s", probe.Action, probe.Resource, grants.Indent())
		}
	}
}
