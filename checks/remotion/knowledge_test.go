package remotion

import (
	"slices"
	"strings"
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// everyRelease calls f for the policies of each release that changed one.
func everyRelease(t *testing.T, f func(t *testing.T, r *checks.Requirement)) {
	t.Helper()
	for _, s := range append(slices.Clone(policies), checks.Policy{Name: "caller", Partition: "aws", Since: Newest}, checks.Policy{Name: "renderer", Partition: "aws", Since: Newest}) {
		r, err := pack.Required(s.Name, s.Since, s.Partition)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(s.Name+"-"+s.Partition+"-"+s.Since, func(t *testing.T) { f(t, r) })
	}
}

// TestOperationsAreThePolicy: every documented grant belongs to an operation or
// is known to be unused, and every need of an operation is documented.
func TestOperationsAreThePolicy(t *testing.T) {
	everyRelease(t, func(t *testing.T, r *checks.Requirement) {
		for _, g := range r.Grants {
			used := slices.ContainsFunc(r.Operations, func(op checks.Operation) bool { return slices.ContainsFunc(op.Needs, g.Meets) })
			if !used && !slices.Contains(unused, g.Action) {
				t.Errorf("%s on %s is of no operation", g.Action, g.Resource)
			}
			if used && slices.Contains(unused, g.Action) {
				t.Errorf("%s is called unused and is of an operation", g.Action)
			}
		}
		for _, op := range r.Operations {
			for _, n := range op.Needs {
				if !slices.ContainsFunc(r.Grants, func(g checks.Grant) bool { return g.Meets(n) }) {
					t.Errorf("%s needs %s on %s, which is not documented", op.Name, n.Action, n.Resource)
				}
				if n.Call == "" || n.Without == "" {
					t.Errorf("%s: %s says not what fails", op.Name, n.Action)
				}
			}
		}
	})
}

// TestHistory: the changes that are told are those between the documents.
func TestHistory(t *testing.T) {
	told := 0
	for _, name := range pack.PolicyNames() {
		list := releasesOf(name)
		for i := 1; i < len(list); i++ {
			before, err := pack.GrantsOf(name, list[i-1], "aws")
			if err != nil {
				t.Fatal(err)
			}
			after, err := pack.GrantsOf(name, list[i], "aws")
			if err != nil {
				t.Fatal(err)
			}
			n := slices.IndexFunc(history, func(c checks.Change) bool { return c.Policy == name && c.Since == list[i] })
			if n < 0 {
				t.Errorf("no change is told for the %s policy of %s", name, list[i])
				continue
			}
			told++
			c := history[n]
			for what, pair := range map[string][2][]string{"added": {c.Added, checks.ActionsOf(without(after, before))}, "removed": {c.Removed, checks.ActionsOf(without(before, after))}} {
				slices.Sort(pair[0])
				slices.Sort(pair[1])
				if !slices.Equal(pair[0], pair[1]) {
					t.Errorf("%s %s: %s is told as %v, and is %v", name, c.Since, what, pair[0], pair[1])
				}
			}
			if c.Why == "" || c.Without == "" || !strings.HasPrefix(c.Source, "https://") {
				t.Errorf("%s %s lacks a reason, a consequence or a source", name, c.Since)
			}
		}
	}
	if told != len(history) {
		t.Errorf("%d changes are told, %d found", len(history), told)
	}
}

// releasesOf returns the releases that changed a policy in the partition aws,
// oldest first.
func releasesOf(name string) []string {
	var out []string
	for _, p := range policies {
		if p.Name == name && p.Partition == "aws" {
			out = append(out, p.Since)
		}
	}
	return out
}

// without returns the grants of a that are not in b, word by word.
func without(a, b []checks.Grant) []checks.Grant {
	return slices.DeleteFunc(slices.Clone(a), func(g checks.Grant) bool {
		return slices.ContainsFunc(b, func(h checks.Grant) bool { return g.Action == h.Action && g.Resource == h.Resource })
	})
}

// TestFeatures: what features demand are actions that exist, on resources that
// they work on, for operations that exist.
func TestFeatures(t *testing.T) {
	example := map[string]string{"custom-role": "arn:aws:iam::123456789012:role/r", "custom-layer": "arn:aws:lambda:us-east-1:123456789012:layer:l:1", "kms-key": "arn:aws:kms:us-east-1:123456789012:key/k", "insights": insightsLayers["us-east-1"]}
	for _, f := range pack.Features {
		if f.Source == "" || len(f.Needs) > 0 && (f.Why == "" || f.Breaks == "") {
			t.Errorf("%s has no source or no reason", f.Name)
		}
		for _, n := range f.Needs {
			value := example[f.Name]
			if value == "" {
				value = "name"
			}
			resource := strings.ReplaceAll(n.Resource, "{value}", value)
			a, ok := actions.Lookup(n.Action)
			if !ok || !a.Takes(resource) {
				t.Errorf("%s: %s is no action on %s", f.Name, n.Action, resource)
			}
			if !slices.ContainsFunc(pack.Operations[n.Policy], func(o checks.Operation) bool { return o.Name == n.Operation }) {
				t.Errorf("%s: the %s has no operation %q", f.Name, n.Policy, n.Operation)
			}
		}
	}
}

func TestFor(t *testing.T) {
	r, err := pack.Required("caller", "", "aws")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		names, want []string
	}{
		{[]string{"render", "progress"}, []string{"lambda:InvokeFunction"}},
		{[]string{"renderMediaOnLambda()"}, []string{"lambda:InvokeFunction"}},
		{[]string{"Deploy Site"}, []string{"s3:GetObject", "s3:DeleteObject"}},
		{[]string{"quotas"}, []string{"servicequotas:GetServiceQuota", "servicequotas:GetAWSDefaultServiceQuota", "servicequotas:RequestServiceQuotaIncrease", "servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota"}},
	} {
		got, err := r.For(tt.names)
		if err != nil {
			t.Fatal(err)
		}
		names := checks.ActionsOf(got.Grants)
		if tt.names[0] == "Deploy Site" {
			if slices.Contains(names, "s3:CreateBucket") || !slices.Contains(names, "s3:PutObjectAcl") {
				t.Errorf("%v needs %v", tt.names, names)
			}
			continue
		}
		if !slices.Equal(names, tt.want) {
			t.Errorf("%v needs %v, want %v", tt.names, names, tt.want)
		}
	}
	if _, err := r.For([]string{"rendr"}); err == nil || !strings.Contains(err.Error(), "first-bucket") {
		t.Errorf("%v", err)
	}
}

// TestShownPolicy: a policy that is printed as documented is the documented
// one, whatever its statements are called.
func TestShownPolicy(t *testing.T) {
	everyRelease(t, func(t *testing.T, r *checks.Requirement) {
		shown := checks.Pairs(r.Policy(checks.Narrowing{}))
		documented := checks.Pairs(r.Document)
		if n := len(without(shown, documented)) + len(without(documented, shown)); n > 0 || len(shown) != len(documented) {
			t.Errorf("%d grants differ", n)
		}
	})
}

func TestRecognize(t *testing.T) {
	for _, s := range policies {
		r, err := pack.Required(s.Name, s.Since, s.Partition)
		if err != nil {
			t.Fatal(err)
		}
		doc := r.Document
		got, ok := pack.Recognize([]*policy.Document{doc})
		if !ok || got.Policy != s.Name || got.Since != s.Since || got.Partition != s.Partition {
			t.Errorf("%s is taken for %s %s", s.File, got.Policy, got)
		}
		for i, g := range (*doc).Statements {
			for j := range g.Resources {
				doc.Statements[i].Resources[j] = strings.Replace(g.Resources[j], "lambda:*:*:function", "lambda:us-east-1:123456789012:function", 1)
			}
		}
		if got, ok := pack.Recognize([]*policy.Document{doc}); !ok || got.Since != s.Since {
			t.Errorf("%s narrowed to an account is taken for %s", s.File, got)
		}
	}
	if _, ok := pack.Recognize(nil); ok {
		t.Error("nothing is recognised")
	}
}

// TestUndecidedNeverWorks: an operation with a need that is not decided is not
// told to work.
func TestUndecidedNeverWorks(t *testing.T) {
	r, err := pack.Required("caller", "", "aws")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range r.Grants {
		findings := []audit.Finding{{Action: g.Action, Resource: g.Resource, Status: audit.Unknown}}
		for _, op := range r.Works(findings) {
			i := slices.IndexFunc(r.Operations, func(o checks.Operation) bool { return o.Name == op.Name })
			if needed := slices.ContainsFunc(r.Operations[i].Needs, g.Meets); needed != (op.Status == audit.Undecided) {
				t.Errorf("%s undecided: %s is %s", g.Action, op.Name, op.Status)
			}
		}
	}
}
