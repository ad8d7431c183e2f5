package help

import (
	"slices"

	"github.com/spf13/pflag"
)

// A group is a heading with the flags under it, in order. What comes before
// common is on the short page, too.
type group struct {
	title  string
	common []string
	others []string
}

// groups are all flags that have a place; the others stand under "Options".
var groups = []group{
	{
		"Target",
		[]string{"function", "role", "renderer", "caller", "pick", "error", "snapshots", "accounts", "organization", "who", "tag", "list"},
		[]string{
			"user", "instance", "instance-profile", "task-definition", "pod-identity", "service-account", "principal", "authorization-details",
			"profiles", "config-aggregator", "ou", "account-tag", "account-status", "only-account", "assume-role", "external-id", "role-chain", "session-name", "session-duration", "assume-wait", "include-admins", "only-for",
		},
	},
	{
		"Requirement",
		[]string{"require", "remotion-version", "region", "for"},
		[]string{
			"strict", "require-proof", "forbid", "bucket", "render-function", "output-bucket", "output-account", "privacy", "custom-role", "custom-layer",
			"insights", "vpc", "kms-key", "renderer-function", "feature", "context", "context-file", "excess", "deny-excess",
		},
	},
	{
		"Remedy",
		[]string{"as", "apply", "write", "dry-run", "undo"},
		[]string{"policy-name", "as-documented", "managed", "replace", "keep", "yes", "force-step", "undo-file", "wait"},
	},
	{
		"Run",
		[]string{"out", "since", "fresh"},
		[]string{"max-age", "concurrency", "shard", "shards", "on-step-functions"},
	},
	{
		"Source",
		[]string{"snapshot", "template", "plan", "policy", "profile"},
		[]string{
			"engine", "parameter", "account", "policy-resource", "boundary", "scp", "rcp", "session-policy", "resource-policy", "resource-account", "endpoint-policy",
			"managed-policies", "skip-missing", "ignore-organization", "config", "environment", "no-config", "endpoint-url", "attempt-timeout", "timeout", "debug",
		},
	},
	{
		"Output",
		[]string{"format", "output", "verbose", "json", "fail-on"},
		[]string{"remediation", "baseline", "waivers", "redact", "step-summary", "csv-bom", "quiet", "color", "no-color"},
	},
}

const rest = "Options"

// A section is a heading with flags of one command.
type section struct {
	title  string
	flags  []*pflag.Flag
	hidden int // flags that only the whole page shows
}

// few is up to how many flags a command has no groups, and every one on the short
// page.
const few = 12

// sections sorts the flags of a command into their groups; of the whole page, or
// of the short one.
func sections(flags *pflag.FlagSet, whole bool) []section {
	var all []*pflag.Flag
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" {
			all = append(all, f)
		}
	})
	if len(all) == 0 {
		return nil
	}
	if len(all) <= few {
		return []section{{title: "Flags", flags: all}}
	}
	var out []section
	for i := range groups {
		out = append(out, groups[i].section(flags, whole))
	}
	out = append(out, section{title: rest, flags: slices.DeleteFunc(all, func(f *pflag.Flag) bool { return placed(f.Name) })})
	return slices.DeleteFunc(out, func(s section) bool { return len(s.flags)+s.hidden == 0 })
}

func (g *group) section(flags *pflag.FlagSet, whole bool) section {
	out := section{title: g.title}
	for i, name := range slices.Concat(g.common, g.others) {
		f := flags.Lookup(name)
		switch {
		case f == nil || f.Hidden:
		case whole || i < len(g.common):
			out.flags = append(out.flags, f)
		default:
			out.hidden++
		}
	}
	return out
}

func placed(name string) bool {
	return slices.ContainsFunc(groups, func(g group) bool { return slices.Contains(g.common, name) || slices.Contains(g.others, name) })
}
