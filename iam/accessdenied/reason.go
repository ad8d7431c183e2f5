package accessdenied

import (
	"regexp"
	"sync"

	"remotion-doctor/audit"
)

// A reason is how a message states the layer that denied.
type reason struct {
	pattern  *regexp.Regexp
	layer    audit.Layer
	decision audit.Decision
}

// layerWords are AWS's names of the layers in messages.
// Source: IAM User Guide, "Troubleshoot access denied error messages"; S3 User
// Guide, "Troubleshoot access denied (403 Forbidden) errors".
var layerWords = []struct {
	words string
	layer audit.Layer
}{
	{`identity[- ]based polic(?:y|ies)`, audit.LayerIdentity},
	{`resource[- ]based polic(?:y|ies)`, audit.LayerResource},
	{`permissions? boundar(?:y|ies)`, audit.LayerBoundary},
	{`service control polic(?:y|ies)`, audit.LayerSCP},
	{`resource control polic(?:y|ies)`, audit.LayerRCP},
	{`session polic(?:y|ies)`, audit.LayerSession},
	{`VPC endpoint polic(?:y|ies)`, audit.LayerEndpoint},
	{`(?:bucket|key|queue|topic|repository|role trust|trust) polic(?:y|ies)`, audit.LayerResource},
}

// reasons are the wordings, in the order in which they are tried.
var reasons = sync.OnceValue(func() []reason {
	var out []reason
	for _, l := range layerWords {
		out = append(out,
			reason{regexp.MustCompile(`(?i)with an explicit deny in (?:an?|the) ` + l.words), l.layer, audit.ExplicitDeny},
			reason{regexp.MustCompile(`(?i)explicit(?:ly)? den(?:y|ied|ies)[\w ]{0,20} (?:in|by) (?:an?|the) ` + l.words), l.layer, audit.ExplicitDeny},
			reason{regexp.MustCompile(`(?i)because no ` + l.words + ` allows?`), l.layer, audit.ImplicitDeny},
			reason{regexp.MustCompile(`(?i)(?:not allowed|denied) by (?:an?|the) ` + l.words), l.layer, ""})
	}
	// S3 and KMS do not tell whether the resource exists.
	out = append(out,
		reason{regexp.MustCompile(`(?i)no resource-based policies allow access`), audit.LayerResource, audit.ImplicitDeny},
		reason{regexp.MustCompile(`(?i)with an explicit deny`), "", audit.ExplicitDeny},
		reason{regexp.MustCompile(`(?i)explicitly denied|explicitDeny"? ?[:=] ?"?true`), "", audit.ExplicitDeny},
	)
	return out
})

func readReason(m *audit.DeniedMessage, text string) {
	for _, r := range reasons() {
		if r.pattern.MatchString(text) {
			m.Layer, m.Decision = r.layer, r.decision
			return
		}
	}
}
