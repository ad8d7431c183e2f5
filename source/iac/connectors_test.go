package iac

import (
	"slices"
	"strings"
	"testing"
)

// connectorTemplate has a function, a bucket, and what is put in for MORE.
const connectorTemplate = `
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String}}
Conditions: {Live: !Equals [!Ref Stage, live], Never: !Equals [a, b]}
Resources:
  F: {Type: AWS::Serverless::Function, Properties: {Handler: i.h}}
  B: {Type: AWS::S3::Bucket, Properties: {BucketName: videos}}
  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}
`

// TestConnectors: a connector gives the role of the end that its profile names
// exactly what SAM gives it. Source: aws/serverless-application-model,
// connector_profiles/profiles.json.
func TestConnectors(t *testing.T) {
	t.Parallel()
	if connectorProfiles() == nil {
		t.Fatal("the profiles cannot be read")
	}
	for name, c := range map[string]struct {
		more string
		has  []string // of the documents of FRole
		gap  []string // the actions of its gap; nil for none
	}{
		"a bucket":         {"  C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: F}, Destination: {Id: B}, Permissions: [Write]}}", []string{"s3:PutObject", "arn:aws:s3:::videos/*"}, nil},
		"of a queue":       {"  C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: Q}, Destination: {Id: F}, Permissions: [Read, Write]}}", []string{"sqs:ReceiveMessage"}, nil},
		"several":          {"  C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: F}, Destination: [{Id: B}, {Id: Q}], Permissions: [Read]}}", []string{"s3:GetObject", "sqs:ReceiveMessage"}, nil},
		"a condition":      {"  C: {Type: AWS::Serverless::Connector, Condition: Live, Properties: {Source: {Id: F}, Destination: {Id: B}, Permissions: [Write]}}", []string{"s3:PutObject", "condition Live"}, nil},
		"never":            {"  C: {Type: AWS::Serverless::Connector, Condition: Never, Properties: {Source: {Id: F}, Destination: {Id: B}, Permissions: [Write]}}", nil, nil},
		"elsewhere":        {"  C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: F}, Destination: {Type: AWS::S3::Bucket, Arn: 'arn:aws:s3:::other'}, Permissions: [Read]}}", []string{"arn:aws:s3:::other/*"}, nil},
		"no ARN":           {"  C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: F}, Destination: {Type: AWS::S3::Bucket}, Permissions: [Write]}}", nil, []string{"s3:PutObject"}},
		"an unknown kind":  {"  X: {Type: Other::Thing}\n  C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: F}, Destination: {Id: X}, Permissions: [Write]}}", nil, []string{}},
		"open permissions": {"  C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: F}, Destination: {Id: B}, Permissions: !Ref Stage}}", nil, []string{}},
		"lambda's policy":  {"  S: {Type: AWS::SNS::Topic}\n  C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: S}, Destination: {Id: F}, Permissions: [Write]}}", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := mustDeploy(t, connectorTemplate+c.more+"\n", Options{AccountID: "111122223333"})
			role, err := d.Snapshot.Role("FRole")
			if err != nil {
				t.Fatal(err)
			}
			var all strings.Builder
			for _, p := range role.RolePolicyList {
				all.WriteString(p.PolicyDocument.Text)
			}
			if (all.Len() > 0) != (len(c.has) > 0) {
				t.Errorf("documents: %s", &all)
			}
			for _, text := range c.has {
				if !strings.Contains(all.String(), text) {
					t.Errorf("there is no %s in %s", text, &all)
				}
			}
			if (len(role.Gaps) > 0) != (c.gap != nil) {
				t.Fatalf("gaps: %v", role.Gaps)
			}
			for _, action := range c.gap {
				if !slices.Contains(role.Gaps[0].Actions, action) {
					t.Errorf("the gap is about %v", role.Gaps[0].Actions)
				}
			}
		})
	}
}

// TestEmbeddedConnector: a connector that stands with its source.
func TestEmbeddedConnector(t *testing.T) {
	t.Parallel()
	d := mustDeploy(t, strings.Replace(connectorTemplate, "F: {Type: AWS::Serverless::Function,", "F: {Type: AWS::Serverless::Function, Connectors: {C: {Properties: {Destination: {Id: B}, Permissions: [Read]}}, N: {Condition: Never, Properties: {Destination: {Id: Q}, Permissions: [Read]}}},", 1), Options{AccountID: "111122223333"})
	role, err := d.Snapshot.Role("FRole")
	if err != nil {
		t.Fatal(err)
	}
	if len(role.RolePolicyList) != 1 || !strings.Contains(role.RolePolicyList[0].PolicyDocument.Text, "s3:GetObject") || len(role.Gaps) > 0 {
		t.Errorf("%v, gaps %v", role.RolePolicyList, role.Gaps)
	}
}

// TestPolicyUnderOneCondition: what exists where its role exists is decided;
// under another condition it is not.
func TestPolicyUnderOneCondition(t *testing.T) {
	t.Parallel()
	for condition, decided := range map[string]bool{"Live": true, "Other": false} {
		d := mustDeploy(t, `
Parameters: {Stage: {Type: String}}
Conditions: {Live: !Equals [!Ref Stage, live], Other: !Equals [!Ref Stage, other]}
Resources:
  R: {Type: AWS::IAM::Role, Condition: Live}
  P: {Type: AWS::IAM::Policy, Condition: `+condition+`, Properties: {PolicyName: p, Roles: [!Ref R], PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}}
`, Options{AccountID: "111122223333"})
		role, err := d.Snapshot.Role("R")
		if err != nil {
			t.Fatal(err)
		}
		if text := role.RolePolicyList[0].PolicyDocument.Text; strings.Contains(text, "condition ") == decided {
			t.Errorf("under %s: %s", condition, text)
		}
	}
}
