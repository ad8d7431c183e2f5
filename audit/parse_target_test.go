package audit

import "testing"

func TestParseTarget(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Target{
		"role:my-role":         {TargetRole, "my-role"},
		"function:api:live":    {TargetFunction, "api:live"},
		"pod-identity:c/n/s":   {TargetPodIdentity, "c/n/s"},
		"role:":                {},
		"role":                 {},
		"bucket:b":             {},
		"":                     {},
		"arn:aws:s3:::b":       {},
		"arn:aws:iam::1:group": {},
		"arn:aws:iam::123456789012:role/path/name":                   {TargetRole, "arn:aws:iam::123456789012:role/path/name"},
		"arn:aws:lambda:us-east-1:123456789012:function:api":         {TargetFunction, "arn:aws:lambda:us-east-1:123456789012:function:api"},
		"arn:aws:ecs:us-east-1:123456789012:task-definition/video:3": {TargetTaskDefinition, "arn:aws:ecs:us-east-1:123456789012:task-definition/video:3"},
	} {
		got, ok := ParseTarget(text)
		if ok != (want != Target{}) || ok && got != want {
			t.Errorf("%q: %+v, %v, want %+v", text, got, ok, want)
		}
	}
}
