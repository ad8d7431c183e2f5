package actions

import (
	"strings"
	"testing"

	"remotion-doctor/iam/policy"
)

func TestCarries(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		action, key string
		want        Carriage
	}{
		{"s3:GetObject", "s3:prefix", NeverCarry},
		{"s3:ListBucket", "s3:prefix", MayCarry},
		{"s3:GetObject", "S3:existingobjecttag/team", MayCarry},
		{"lambda:InvokeFunction", "lambda:FunctionName", NeverCarry},
		{"lambda:InvokeFunction", "aws:SourceIp", MayCarry},
		{"lambda:InvokeFunction", "lambda:SourceFunctionArn", MayCarry},
		{"s3:GetObject", "ec2:SourceInstanceArn", MayCarry},
		{"kms:Decrypt", "kms:EncryptionContext:aws:lambda:FunctionArn", MayCarry},
		{"lambda:InvokeFunction", "aws:RequestTag/team", NeverCarry},
		{"iam:TagUser", "aws:RequestTag/team", MayCarry},
		{"lambda:InvokeFunction", "aws:ResourceTag/team", MayCarry},
		{"s3:GetObject", "aws:SourceVPCs", NeverCarry},
		{"s3:GetObject", "aws:QuantumEntanglement", MayCarry},
		{"s3:GetObject", "token.actions.githubusercontent.com:sub", MayCarry},
		{"made:Up", "s3:prefix", MayCarry},
	} {
		if got := Carries(tt.action, tt.key); got != tt.want {
			t.Errorf("%s and %s: %v", tt.action, tt.key, got)
		}
	}
}

func TestMeant(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"aws:SourceVPCs": "aws:SourceVpc", "aws:PrincipalOrgIDs": "aws:PrincipalOrgID", "aws:PrincipleArn": "aws:PrincipalArn",
		"aws:PrincipalTags/team": "aws:PrincipalTag/", "aws:sourcevpc": "", "aws:QuantumEntanglement": "", "s3:prefx": "",
	} {
		if got, _ := Meant(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
}

func TestPractice(t *testing.T) {
	t.Parallel()
	for action, want := range map[string]string{
		"s3:ListAllMyBuckets": "arn:aws:s3:::*", "SNS:listtopics": "arn:aws:sns:us-east-1:123456789012:*",
		"dynamodb:ListTables": "arn:aws:dynamodb:us-east-1:123456789012:table/*", "lambda:ListFunctions": "*",
	} {
		if got := AuthorizedOn(action, "aws", "us-east-1", "123456789012"); got != want {
			t.Errorf("%s is authorized on %s", action, got)
		}
		if a, ok := Lookup(action); !ok || len(a.ResourceTypes) > 0 {
			t.Errorf("%s has resource types now: %+v", action, a.ResourceTypes)
		}
	}
	facts := 0
	for line := range strings.Lines(practice) {
		if line[0] == '#' {
			continue
		}
		fact, source, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " | ")
		action, arn, _ := strings.Cut(fact, " ")
		facts++
		a, known := Lookup(action)
		switch {
		case !ok || source == "":
			t.Errorf("%s has no source", line)
		case !known || a.String() != action:
			t.Errorf("%s does not exist", action)
		case len(a.ResourceTypes) > 0:
			t.Errorf("%s has resource types now: %+v", action, a.ResourceTypes)
		}
		plain := AuthorizedOn(action, "aws", "us-east-1", "123456789012")
		if parsed, ok := policy.ParseARN(plain); !ok || strings.Contains(plain, "$") || !sameService(parsed.Service, a.Service) || !a.Takes(plain) {
			t.Errorf("%s is authorized on %s", action, arn)
		}
		if wide := strings.Replace(plain, ":123456789012:", ":*:", 1); !policy.MatchResource(wide, plain) || !policy.MatchResource("arn:aws:*:*:*:*", plain) {
			t.Errorf("no pattern matches %s", plain)
		}
	}
	if facts != len(authorizedOn()) || facts < 20 {
		t.Errorf("%d facts, %d actions", facts, len(authorizedOn()))
	}
}

func TestPracticeOfOthers(t *testing.T) {
	t.Parallel()
	if !ByGrant("kms:Decrypt") || ByGrant("kms:PutKeyPolicy") || ByGrant("s3:GetObject") {
		t.Error("what grants allow")
	}
	for service, names := range map[string]map[string]bool{"kms": grantOperations, "iam": changesRole} {
		for name := range names {
			if _, ok := Lookup(service + ":" + name); !ok && name != "verifymac" {
				t.Errorf("%s:%s does not exist", service, name)
			}
		}
	}
	for _, tt := range []struct {
		action, resource string
		owned            bool
	}{
		{"iam:DeletePolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", true},
		{"iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", false},
		{"iam:AttachRolePolicy", "arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/S", true},
		{"iam:DeleteServiceLinkedRole", "arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/S", false},
		{"iam:AttachRolePolicy", "arn:aws:iam::123456789012:role/app", false},
		{"kms:DeleteAlias", "arn:aws:kms:us-east-1:123456789012:alias/aws/s3", true},
		{"kms:DeleteAlias", "arn:aws:kms:us-east-1:123456789012:alias/awsome", false},
	} {
		if got := OwnedByAWS(tt.action, tt.resource); (got != "") != tt.owned {
			t.Errorf("%s on %s: %q", tt.action, tt.resource, got)
		}
	}
}
