package config

import (
	"slices"
	"strings"

	"remotion-doctor/checks"
	"remotion-doctor/internal/asked"
	"remotion-doctor/internal/ending"
	"remotion-doctor/report"
)

// A Key is what a file may say: the flag of the same name, in the commands that
// have it.
type Key struct {
	Name string
	// Path says that the values are files, relative to that of the configuration.
	Path bool
	// Excuse says that the key can make a failing run pass.
	Excuse bool
	// Only are the commands that take the key; all that have the flag where empty.
	Only []string
	// OneOf are the values that there are; any where empty.
	OneOf []string
	// Kind is the form of a value: text, list, switch.
	Kind Kind
	Help string
}

// A Kind is the form of a value.
type Kind uint8

// The kinds.
const (
	Text Kind = iota
	List
	Switch
)

// audits are the commands with a report.
var audits = []string{"check", "audit"}

// Keys are all keys, in the order of the schema.
func Keys() []Key {
	return []Key{
		{Name: "targets", Kind: List, Help: "what is checked where the line names nothing: KIND:NAME, as in function:video-api or role:render, or renderer or caller"},
		{Name: "remotion-version", Help: "release of Remotion (default: that of the project)"},
		{Name: "region", Kind: List, Help: "Regions that Remotion is used in"},
		{Name: "require", Kind: List, Path: true, Help: "required policies: caller, renderer or a policy file"},
		{Name: "for", Kind: List, Help: "only what these operations need"},
		{Name: "strict", Kind: Switch, Help: "demand the documented pattern, not only what Remotion touches"},
		{Name: "require-proof", Kind: Switch, Help: "a pass needs proven coverage"},
		{Name: "deny-excess", Kind: Switch, Help: "what is granted beyond the need fails"},
		{Name: "bucket", Help: "forced bucket"},
		{Name: "render-function", Help: "the remotion-render-… function in use"},
		{Name: "output-bucket", Help: "another bucket that outputs are written to"},
		{Name: "output-account", Help: "account of the output bucket, if another"},
		{Name: "privacy", OneOf: checks.Privacies(), Help: "of the outputs: public, private or no-acl"},
		{Name: "custom-role", Help: "ARN of the role that functions are deployed with"},
		{Name: "custom-layer", Kind: List, Help: "ARNs of layer versions"},
		{Name: "insights", Kind: Switch, Help: "Lambda Insights is enabled"},
		{Name: "vpc", Kind: Switch, Help: "functions are deployed into a VPC"},
		{Name: "kms-key", Kind: List, Help: "ARNs of the KMS keys that encrypt the bucket"},
		{Name: "renderer-function", Help: "the function that renders the chunks"},
		{Name: "feature", Kind: List, Help: "what else is used"},
		{Name: "context", Kind: List, Help: "context keys of the requests, KEY=VALUE"},
		{Name: "template", Path: true, Help: "check before the deploy: a CloudFormation or SAM template, or the CDK's cdk.out"},
		{Name: "plan", Path: true, Help: "check before the apply: the JSON of a Terraform plan"},
		{Name: "parameter", Kind: List, Help: "values of the template's parameters, NAME=VALUE"},
		{Name: "account", Help: "account of the deployment"},
		{Name: "waivers", Path: true, Excuse: true, Only: audits, Help: "file with waivers"},
		{Name: "baseline", Path: true, Excuse: true, Only: audits, Help: "an earlier JSON report: what it has, too, does not fail"},
		{Name: "fail-on", Excuse: true, Only: audits, OneOf: asked.FailOns(), Help: "what exits with 1: unknown, partial, fail or never"},
		{Name: "format", Only: audits, OneOf: ending.Forms(report.Formats()...), Help: "form of the report"},
		{Name: "output", Kind: List, Path: true, Only: audits, Help: "files that the report is written to, [FORMAT=]FILE"},
		{Name: "verbose", Kind: Switch, Only: audits, Help: "show what passes, too"},
	}
}

func keyNamed(name string) (Key, bool) {
	all := Keys()
	i := slices.IndexFunc(all, func(k Key) bool { return k.Name == name })
	if i < 0 {
		return Key{}, false
	}
	return all[i], true
}

func names() []string {
	var out []string
	for _, k := range Keys() {
		out = append(out, k.Name)
	}
	return append(out, environments)
}

// environments is the key of what differs between environments.
const environments = "environments"

// refused are flags that no file may set, with the reason.
var refused = map[string]string{
	"profile":      "whoever writes to the repository would choose your credentials",
	"endpoint-url": "whoever writes to the repository would choose where your credentials are sent",
	"engine":       "whoever writes to the repository would choose who decides",
	"snapshot":     "what is deployed would not be asked any more",
	"policy":       "what is deployed would not be asked any more",
}

// takes reports whether a command takes a key.
func (k *Key) takes(command string) bool { return len(k.Only) == 0 || slices.Contains(k.Only, command) }

// isWord reports whether a value of require is no path.
func isWord(value string) bool { return !strings.ContainsAny(value, "./\\") }
