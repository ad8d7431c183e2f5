package actions

import (
	"regexp"
	"strings"

	"remotion-doctor/iam/policy"
)

// Takes reports whether the action works on a kind of resource: an ARN, or "*"
// for a request without resource, which every action takes. An action without
// resource types takes only what it is authorized on, see [AuthorizedOn]. A
// policy variable represents anything. Partition, region and account are not
// compared. A pattern is taken where one of its ARNs would be.
//
// Source: Service Authorization Reference, "Resource types"; recorded cases
// kind-*, resource-unknown-partition, resource-odd-region-account.
func (a Action) Takes(resource string) bool { return a.takes(resource, false) }

// TakesInSimulator is Takes as the policy simulator sees it, which does not
// tell S3's buckets and objects apart (recorded case kind-s3-objects).
func (a Action) TakesInSimulator(resource string) bool { return a.takes(resource, true) }

// variable is a policy variable; a slash or colon in it is part of its name
// (IAM User Guide, "IAM policy elements: Variables and tags").
var variable = regexp.MustCompile(`\$\{[^}]*\}`)

func (a *Action) takes(resource string, simulator bool) bool {
	if resource == "*" {
		return true
	}
	if strings.Contains(resource, "${") {
		resource = variable.ReplaceAllString(resource, "*")
	}
	arn, ok := policy.ParseARN(resource)
	if !simulator && (!ok || strings.ContainsAny(arn.Partition+arn.Service, "*?") || strings.ContainsAny(arn.Region+arn.AccountID, "*?") && !typed(a.Service, arn.Resource)) && a.Overlaps(resource) {
		return true
	}
	if !ok {
		return false
	}
	if len(a.ResourceTypes) == 0 && !simulator {
		return policy.MatchResource(resource, AuthorizedOn(a.String(), arn.Partition, arn.Region, arn.AccountID))
	}
	for i := range a.ResourceTypes {
		t := &a.ResourceTypes[i]
		for _, f := range t.forms {
			if !sameService(f.service, arn.Service) {
				continue
			}
			if simulator && f.service == "s3" && (t.Name == "bucket" || t.Name == "object") {
				return true
			}
			if a.fits(t.Name, f.resource, arn.Resource) {
				return true
			}
		}
	}
	more, ok := alsoTaken[strings.ToLower(a.String())]
	return ok && !simulator && policy.MatchResource(more, resource)
}

// Overlaps reports whether a pattern matches any ARN that the action works on,
// also by a star that represents more than it is meant for: AWS's own policies
// write arn:aws:secretsmanager:*:*:sqlworkbench!* for what is called
// secret:sqlworkbench!…. See [Action.Takes] for what a pattern is meant for.
//
// Source: the AWS managed policies AmazonRedshiftQueryEditorV2FullAccess and
// AWSIoTFleetHubFederationAccess.
func (a Action) Overlaps(pattern string) bool {
	if !strings.ContainsAny(pattern, "*?") {
		return false
	}
	if len(a.ResourceTypes) == 0 {
		return policy.MatchResource(pattern, AuthorizedOn(a.String(), "aws", "", ""))
	}
	for i := range a.ResourceTypes {
		for form := range strings.SplitSeq(a.ResourceTypes[i].ARN, ",") {
			if policy.Overlap(pattern, Pattern(strings.TrimSpace(form))) {
				return true
			}
		}
	}
	return false
}

// typed reports whether the resource part of an ARN begins as that of a type of
// the service does: function:, layer:.
func typed(name, resource string) bool {
	s := serviceOf(strings.ToLower(name))
	if s == nil {
		return false
	}
	for _, a := range s.actions {
		for i := range a.ResourceTypes {
			for _, f := range a.ResourceTypes[i].forms {
				prefix, _, _ := strings.Cut(f.resource, "${")
				if prefix != "" && strings.HasPrefix(resource, prefix) {
					return true
				}
			}
		}
	}
	return false
}

// Pattern returns the ARN template of a resource type as a pattern of a policy:
// a star for each variable.
func Pattern(template string) string {
	var b strings.Builder
	for {
		literal, rest, ok := strings.Cut(template, "${")
		b.WriteString(literal)
		if !ok {
			return b.String()
		}
		b.WriteByte('*')
		_, template, _ = strings.Cut(rest, "}")
	}
}

// sameService compares the service of a template, which may be a variable, with
// that of an ARN.
func sameService(template, service string) bool {
	return template == service || strings.HasPrefix(template, "${")
}

// fits compares the resource part of an ARN with that of a type's template.
func (a *Action) fits(typeName, template, resource string) bool {
	// "The ARN format for a log group ends in :*" (CloudWatch Logs API
	// reference), while the reference's template has no star.
	// In log-group:* the star is the name.
	if a.Service == "logs" && typeName == "log-group" && strings.Count(resource, ":") > 1 {
		resource = strings.TrimSuffix(resource, ":*")
	}
	if a.Service == "s3" && typeName == "bucket" {
		resource, _, _ = strings.Cut(resource, "*")
		return !strings.Contains(resource, "/")
	}
	return matchTemplate(template, resource)
}

// matchTemplate matches a template such as
// function:${FunctionName}. A variable represents one character or more; the
// last one for anything behind it, qualifiers and paths included. From a star
// in the resource on, anything may follow.
func matchTemplate(template, resource string) bool {
	for {
		star := strings.IndexByte(resource, '*')
		i := strings.Index(template, "${")
		if i < 0 {
			return template == resource || star >= 0 && strings.HasPrefix(template, resource[:star])
		}
		if star >= 0 && star <= i {
			return template[:star] == resource[:star]
		}
		end := strings.IndexByte(template, '}')
		if end < i || len(resource) <= i || template[:i] != resource[:i] {
			return false
		}
		template, resource = template[end+1:], resource[i:]
		if template == "" {
			return resource != ""
		}
		literal, _, _ := strings.Cut(template, "${")
		next := strings.Index(resource[1:], literal)
		if next < 0 {
			return strings.Contains(resource, "*")
		}
		resource = resource[1+next:]
	}
}
