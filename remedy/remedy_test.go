package remedy

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

func TestPolicyMergesByResource(t *testing.T) {
	doc := Policy([]audit.Finding{
		{Module: "storage", Sid: "Storage", Action: "s3:PutBucketPolicy", Resource: "arn:aws:s3:::remotionlambda-*", Status: audit.Fail},
		{Module: "storage", Sid: "Storage", Action: "s3:PutBucketAcl", Resource: "arn:aws:s3:::remotionlambda-*", Status: audit.Partial},
		{Module: "storage", Sid: "Storage", Action: "s3:DeleteBucket", Resource: "arn:aws:s3:::remotionlambda-*", Status: audit.Blocked},
		{Module: "storage", Sid: "Storage", Action: "s3:GetObject", Resource: "arn:aws:s3:::remotionlambda-*", Status: audit.Pass},
		{Module: "storage", Sid: "Storage", Action: "s3:ListBucket", Resource: "arn:aws:s3:::remotionlambda-*", Status: audit.Unknown},
		{Module: "logging", Sid: "4", Action: "logs:PutLogEvents", Resource: "arn:aws:logs:*:*:log-group:b", Status: audit.Fail},
		{Module: "logging", Sid: "4", Action: "logs:PutLogEvents", Resource: "arn:aws:logs:*:*:log-group:a", Status: audit.Fail},
		{Module: "self-invocation", Sid: "2", Action: "lambda:InvokeFunction", Resource: "*", Status: audit.Fail},
	})
	want := `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "SelfInvocation",
      "Effect": "Allow",
      "Action": "lambda:InvokeFunction",
      "Resource": "*"
    },
    {
      "Sid": "Logging",
      "Effect": "Allow",
      "Action": "logs:PutLogEvents",
      "Resource": [
        "arn:aws:logs:*:*:log-group:a",
        "arn:aws:logs:*:*:log-group:b"
      ]
    },
    {
      "Sid": "Storage",
      "Effect": "Allow",
      "Action": [
        "s3:PutBucketAcl",
        "s3:PutBucketPolicy"
      ],
      "Resource": "arn:aws:s3:::remotionlambda-*"
    }
  ]
}`
	if got := doc.Indent(); got != want {
		t.Errorf("got %s", got)
	}
}

// TestPolicyIsExact: the policy grants each missing pair and no other, parses,
// and has no statement that could go.
func TestPolicyIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		findings := rapid.SliceOf(rapid.Custom(func(t *rapid.T) audit.Finding {
			return audit.Finding{
				Module:   rapid.SampledFrom([]string{"storage", "log-retention", ""}).Draw(t, "module"),
				Sid:      rapid.SampledFrom([]string{"Storage", "0", "", "a-b"}).Draw(t, "sid"),
				Action:   fmt.Sprintf("s3:A%d", rapid.IntRange(0, 4).Draw(t, "action")),
				Resource: fmt.Sprintf("arn:aws:s3:::b%d", rapid.IntRange(0, 3).Draw(t, "resource")),
				Status:   rapid.SampledFrom([]audit.Status{audit.Pass, audit.Fail, audit.Partial, audit.Blocked, audit.Unknown}).Draw(t, "status"),
			}
		})).Draw(t, "findings")
		want := map[[2]string]bool{}
		for i := range findings {
			if f := &findings[i]; curable(f) {
				want[[2]string{f.Action, f.Resource}] = true
			}
		}
		doc := Policy(findings)
		if doc == nil {
			if len(want) > 0 {
				t.Fatal("no policy")
			}
			return
		}
		if _, err := policy.Parse(doc.Indent()); err != nil {
			t.Fatal(err)
		}
		got := map[[2]string]bool{}
		for _, s := range doc.Statements {
			for _, a := range s.Actions {
				for _, r := range s.Resources {
					if got[[2]string{a, r}] {
						t.Fatalf("%s on %s is granted twice", a, r)
					}
					got[[2]string{a, r}] = true
				}
			}
		}
		if len(got) != len(want) {
			t.Fatalf("grants %v, want %v", got, want)
		}
		for pair := range want {
			if !got[pair] {
				t.Fatalf("lacks %v", pair)
			}
		}
	})
}

func TestObstacles(t *testing.T) {
	deny := []iam.StatementRef{{Policy: "guard", Sid: "NoDeletes", Effect: policy.Deny, Layer: iam.LayerIdentity}}
	got := Obstacles([]audit.Finding{
		{Action: "s3:PutObject", Status: audit.Blocked, Layer: iam.LayerIdentity, Reason: `Deny "NoDeletes" in policy guard (a part of it)`, Statements: deny},
		{Action: "s3:DeleteBucket", Status: audit.Blocked, Layer: iam.LayerIdentity, Reason: `Deny "NoDeletes" in policy guard`, Statements: deny},
		{Action: "logs:CreateLogGroup", Status: audit.Blocked, Layer: iam.LayerBoundary, Reason: "the permissions boundary does not allow it"},
		{Action: "s3:GetObject", Status: audit.Fail},
	})
	if len(got) != 2 || !slices.Equal(got[0].Actions, []string{"s3:DeleteBucket", "s3:PutObject"}) || got[1].Layer != iam.LayerBoundary {
		t.Errorf("got %+v", got)
	}
	for _, o := range got {
		if o.Advice == "" || o.Reason == "" {
			t.Errorf("an obstacle says too little: %+v", o)
		}
	}
}

func TestCured(t *testing.T) {
	before := []audit.Finding{{Action: "a:B", Status: audit.Fail}, {Action: "a:C", Status: audit.Blocked}}
	after := []audit.Finding{{Action: "a:B", Status: audit.Pass}, {Action: "a:C", Status: audit.Blocked}}
	if ok, still := Cured(before, after); !ok || len(still) != 0 {
		t.Errorf("not cured: %v", still)
	}
	if ok, still := Cured(before, before); ok || len(still) != 1 {
		t.Errorf("cured without a cure: %v", still)
	}
}
