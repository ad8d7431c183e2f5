package accessdenied

import (
	"regexp"
	"sync"

	"remotion-doctor/iam"
)

// A reason is how a message states the layer that denied.
type reason struct {
	pattern  *regexp.Regexp
	layer    iam.Layer
	decision iam.Decision
}

// layerWords are AWS's names of the layers in messages.
// Source: IAM User Guide, "Troubleshoot access denied error messages"; S3 User
// Guide, "Troubleshoot access denied (403 Forbidden) errors".
var layerWords = []struct {
	words string
	layer iam.Layer
}{
	{`identity[- ]based polic(?:y|ies)`, iam.LayerIdentity},
	{`resource[- ]based polic(?:y|ies)`, iam.LayerResource},
	{`permissions? boundar(?:y|ies)`, iam.LayerBoundary},
	{`service control polic(?:y|ies)`, iam.LayerSCP},
	{`resource control polic(?:y|ies)`, iam.LayerRCP},
	{`session polic(?:y|ies)`, iam.LayerSession},
	{`VPC endpoint polic(?:y|ies)`, iam.LayerEndpoint},
	{`(?:bucket|key|queue|topic|repository|role trust|trust) polic(?:y|ies)`, iam.LayerResource},
}

// reasons are the wordings, in the order in which they are tried.
var reasons = sync.OnceValue(func() []reason {
	var out []reason
	for _, l := range layerWords {
		out = append(out,
			reason{regexp.MustCompile(`(?i)with an explicit deny in (?:an?|the) ` + l.words), l.layer, iam.ExplicitDeny},
			reason{regexp.MustCompile(`(?i)explicit(?:ly)? den(?:y|ied|ies)[\w ]{0,20} (?:in|by) (?:an?|the) ` + l.words), l.layer, iam.ExplicitDeny},
			reason{regexp.MustCompile(`(?i)because no ` + l.words + ` allows?`), l.layer, iam.ImplicitDeny},
			reason{regexp.MustCompile(`(?i)(?:not allowed|denied) by (?:an?|the) ` + l.words), l.layer, ""})
	}
	// Source: S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors",
	// "Block Public Access settings".
	out = append(out, reason{regexp.MustCompile(`(?i)prevented by the \w+ setting in S3 Block Public Access`), iam.LayerPublicAccess, iam.ImplicitDeny})
	// S3 and KMS do not tell whether the resource exists.
	out = append(out,
		reason{regexp.MustCompile(`(?i)no resource-based policies allow access`), iam.LayerResource, iam.ImplicitDeny},
		reason{regexp.MustCompile(`(?i)with an explicit deny`), "", iam.ExplicitDeny},
		reason{regexp.MustCompile(`(?i)explicitly denied|explicitDeny"? ?[:=] ?"?true`), "", iam.ExplicitDeny},
	)
	return out
})

func readReason(m *iam.DeniedMessage, text string) {
	for _, r := range reasons() {
		if r.pattern.MatchString(text) {
			m.Layer, m.Decision = r.layer, r.decision
			return
		}
	}
}
