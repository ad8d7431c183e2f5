package eval

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/iam/policy"
)

// SimulatePrincipalPolicy answers as iam:SimulatePrincipalPolicy about a user,
// group or role of the snapshot. The error is an [*APIError].
func (e *Engine) SimulatePrincipalPolicy(in SimulationInput) (SimulationOutput, error) {
	p, err := e.source(in.PolicySourceArn)
	if err != nil {
		return SimulationOutput{}, err
	}
	p.RCPs = nil // the simulator evaluates none (SDK, PolicyExclusionList)
	organization := e.snapshot.Organization != nil
	if err := in.exclude(&p, &organization, e); err != nil {
		return SimulationOutput{}, err
	}
	extra, err := inputPolicies(in.PolicyInputList, "PolicyInputList", "Policy input list")
	if err != nil {
		return SimulationOutput{}, err
	}
	p.Identity = append(p.Identity, extra...)
	caller := in.CallerArn
	if caller == "" {
		caller = in.PolicySourceArn
	}
	return run(in, p, asker{caller, e.ownAccount()}, organization)
}

// source returns the policies of the identity that a request names
// (recorded cases prin-err-source-*).
func (e *Engine) source(arn string) (Policies, error) {
	a, ok := policy.ParseARN(arn)
	if !ok || a.Service != "iam" || !isEntity(a) {
		return Policies{}, invalidInput("Invalid ARN provided in the request: " + arn)
	}
	if own := e.ownAccount(); own != "" && a.AccountID != own {
		return Policies{}, invalidInput("Invalid Policy Source Arn: caller's account " + own + " does not have access to policies in account " + a.AccountID)
	}
	p, err := e.Policies(arn)
	if err != nil {
		return Policies{}, &APIError{"NoSuchEntity", 404, "Unable to retrieve specified IAM entity."}
	}
	return p, nil
}

// ownAccount is the account that asks: the snapshot's or, where the file does not
// say, as the output of GetAccountAuthorizationDetails, the only one that its
// principals are of.
func (e *Engine) ownAccount() string {
	if e.snapshot.AccountID != "" {
		return e.snapshot.AccountID
	}
	only := ""
	d := &e.snapshot.AuthorizationDetails
	for _, arn := range d.ARNs() {
		a, _ := policy.ParseARN(arn)
		if only != "" && a.AccountID != only {
			return ""
		}
		only = a.AccountID
	}
	return only
}

// exclude leaves out what the request's PolicyExclusionList names (recorded
// cases prin-exclude-*, prin-x-*).
func (in *SimulationInput) exclude(p *Policies, organization *bool, e *Engine) error {
	for i, x := range in.PolicyExclusionList {
		if err := x.check(i); err != nil {
			return err
		}
		switch {
		case x.PolicyType == "scp":
			p.SCPs, *organization = nil, false
		case x.PolicyType == "permission-boundary":
			p.Boundary = nil
		case x.PolicyType == "inline", x.PolicyType == "aws-managed", x.PolicyType == "user-managed":
			p.Identity = slices.DeleteFunc(p.Identity, func(q Policy) bool { return e.kindOf(q) == x.PolicyType })
		case x.PolicyArn != "":
			pattern := policy.CompileGlob(x.PolicyArn)
			p.Identity = slices.DeleteFunc(p.Identity, func(q Policy) bool {
				return e.kindOf(q) != "inline" && pattern.Match(e.pathless(q))
			})
		case x.InlinePolicyIdentifier != nil:
			p.Identity = slices.DeleteFunc(p.Identity, x.InlinePolicyIdentifier.names)
		}
	}
	return nil
}

// policyNamePattern is the API's constraint (recorded case
// prin-exclude-err-inline-name-star).
var policyNamePattern = regexp.MustCompile(`^.*[\w+=,.@-]+.*$`)

func (x *PolicyExclusion) check(i int) error {
	at := "policyExclusionList." + strconv.Itoa(i+1) + ".member."
	if x.PolicyType != "" && !slices.Contains(exclusionTypes, x.PolicyType) {
		return enumError("Value '"+x.PolicyType+"' at '"+at+"policyType'", exclusionTypes)
	}
	id := x.InlinePolicyIdentifier
	if id == nil {
		return nil
	}
	if id.PolicyName != "" && !policyNamePattern.MatchString(id.PolicyName) {
		return validationError("Value '" + id.PolicyName + "' at '" + at + `inlinePolicyIdentifier.policyName' failed to satisfy constraint: Member must satisfy regular expression pattern: .*[\w+=,.@-]+.*`)
	}
	if id.AttachmentType != "" && !slices.Contains(attachmentTypes, id.AttachmentType) {
		return enumError("Value '"+id.AttachmentType+"' at '"+at+"inlinePolicyIdentifier.attachmentType'", attachmentTypes)
	}
	stars, questions := strings.Count(id.AttachmentName, "*"), strings.Count(id.AttachmentName, "?")
	if id.PolicyName == "" || id.AttachmentName == "" || id.AttachmentType == "" || strings.ContainsAny(id.PolicyName, "*?") ||
		stars+questions > 1 || stars == 1 && !strings.HasSuffix(id.AttachmentName, "*") {
		return invalidInput("Invalid inline policy exclusion: policyName, attachmentType, and attachmentName are required")
	}
	return nil
}

// names reports whether a policy is the inline policy that is meant.
func (id *InlinePolicyIdentifier) names(p Policy) bool {
	owner, found := strings.CutSuffix(p.source, "_"+p.Name)
	if !found || p.Name != id.PolicyName {
		return false
	}
	kind, name, _ := strings.Cut(owner, "_")
	return kind == id.AttachmentType && policy.MatchGlob(id.AttachmentName, name)
}

// kindOf returns the policy's type in the words of PolicyExclusionList.
func (e *Engine) kindOf(p Policy) string {
	if p.source != p.Name {
		return "inline"
	}
	m, err := e.snapshot.ManagedPolicy(p.Name)
	if err == nil && strings.HasPrefix(m.Arn, "arn:aws:iam::aws:") {
		return "aws-managed"
	}
	return "user-managed"
}

// pathless returns a managed policy's ARN without its path, by which the
// simulator compares (recorded cases prin-x-arn-*).
func (e *Engine) pathless(p Policy) string {
	m, err := e.snapshot.ManagedPolicy(p.Name)
	if err != nil {
		return ""
	}
	a, _ := policy.ParseARN(m.Arn)
	a.Resource = "policy/" + a.Name()
	return a.String()
}

// ContextKeys answers as iam:GetContextKeysForCustomPolicy: the keys and
// variables of the documents, each once, sorted.
func ContextKeys(documents []string) ([]string, error) {
	policies, err := inputPolicies(documents, "PolicyInputList", "Policy input list")
	if err != nil {
		return nil, err
	}
	return contextKeys(policies), nil
}

// ContextKeysForPrincipal answers as iam:GetContextKeysForPrincipalPolicy: the
// keys of the identity-based policies of a user, group or role, and of further
// documents. The error is an [*APIError].
func (e *Engine) ContextKeysForPrincipal(arn string, documents []string) ([]string, error) {
	p, err := e.source(arn)
	if err != nil {
		return nil, err
	}
	extra, err := inputPolicies(documents, "PolicyInputList", "Policy input list")
	if err != nil {
		return nil, err
	}
	return contextKeys(append(p.Identity, extra...)), nil
}

func contextKeys(policies []Policy) []string {
	keys := []string{}
	for i := range policies {
		keys = append(keys, policies[i].Document.ContextKeys()...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
