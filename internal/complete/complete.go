// Package complete knows the values that the flags and arguments of the program
// can have, for a shell that completes what its user types.
//
// What is known without asking is complete; functions and roles come from the
// source that the line names, or from AWS within [Patience]. An error is silent:
// the shell offers nothing then.
package complete

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/doctor/candidates"
	"remotion-doctor/iam/actions"
	"remotion-doctor/report"
	"remotion-doctor/source"
)

// Patience is how long a shell waits for names from AWS.
const Patience = 3 * time.Second

// Open opens the source that the flags of a line name, and the Regions to look in.
type Open func(ctx context.Context, fs *pflag.FlagSet) (source.Source, []string, error)

// A completion is that of cobra.
type completion = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective)

// Install gives every flag of a program and its commands its values.
func Install(root *cobra.Command, open Open) error {
	return install(root, values(open), arguments())
}

func install(cmd *cobra.Command, values, arguments map[string]completion) error {
	var failed error
	for _, c := range cmd.Commands() {
		failed = cmp.Or(failed, install(c, values, arguments))
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		of, ok := values[f.Name]
		if !ok {
			of, ok = ofUsage(f)
		}
		if ok {
			failed = cmp.Or(failed, cmd.RegisterFlagCompletionFunc(f.Name, of))
		}
	})
	if of, ok := arguments[cmd.Name()]; ok && cmd.ValidArgsFunction == nil {
		cmd.ValidArgsFunction = of
	}
	return failed
}

// ofUsage are the values that a flag says it has: json|cli|terraform. Words in
// capitals are no values but what they are.
func ofUsage(f *pflag.Flag) (completion, bool) {
	name, _ := pflag.UnquoteUsage(f)
	if !strings.Contains(name, "|") {
		return nil, false
	}
	all := slices.DeleteFunc(strings.Split(name, "|"), func(w string) bool { return w != strings.ToLower(w) })
	return words(all...), len(all) > 0
}

// For reports whether a command line is a shell's that asks for completions.
func For(args []string) bool { return len(args) > 0 && strings.HasPrefix(args[0], "__complete") }

// values are those of the flags by name; a flag that is not here takes what its usage
// says, a file, or anything.
func values(open Open) map[string]completion {
	pack := remotion.Pack()
	out := map[string]completion{
		"remotion-version":  words(versions(pack)...),
		"require":           filesAnd([]string{"json"}, pack.PolicyNames()...),
		"region":            list(remotion.Regions()...),
		"for":               list(pack.OperationNames()...),
		"feature":           list(pack.SwitchedFeatures()...),
		"function":          names(open, audit.TargetFunction),
		"renderer":          names(open, audit.TargetRenderer),
		"render-function":   names(open, audit.TargetRenderer),
		"renderer-function": names(open, audit.TargetRenderer),
		"role":              names(open, audit.TargetRole),
	}
	for _, name := range []string{"snapshot", "plan", "policy", "boundary", "scp", "rcp", "session-policy", "resource-policy", "endpoint-policy", "baseline", "context-file", "authorization-details"} {
		out[name] = filesAnd([]string{"json"})
	}
	for _, name := range []string{"snapshots", "out"} {
		out[name] = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		}
	}
	out["template"] = filesAnd([]string{"yaml", "yml", "json", "template"})
	out["waivers"] = filesAnd([]string{"yaml", "yml", "json"})
	for _, name := range []string{"account", "context", "parameter", "bucket", "kms-key", "custom-role", "custom-layer", "timeout", "attempt-timeout", "endpoint-url", "user", "principal"} {
		out[name] = words()
	}
	return out
}

// arguments are those of the commands by name.
func arguments() map[string]completion {
	return map[string]completion{
		"check":   filesAnd([]string{"yaml", "yml", "json", "template"}),
		"explain": operation,
		"show":    words(remotion.Pack().PolicyNames()...),
		"convert": filesAnd([]string{"json"}),
		"diff":    filesAnd([]string{"json"}),
		"merge":   filesAnd([]string{"json"}),
		"verify":  filesAnd([]string{"json"}),
		"lint":    filesAnd([]string{"json", "yaml", "yml", "template"}),
	}
}

func versions(pack *checks.Pack) []string {
	out := slices.Concat([]string{pack.Newest}, pack.Releases)
	for i := range pack.Policies {
		if v := pack.Policies[i].Since; v != "" {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// words completes one of some words.
func words(all ...string) completion {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return with(all, typed), cobra.ShellCompDirectiveNoFileComp
	}
}

// list completes the last word of a list with commas, by those that are not in it.
func list(all ...string) completion {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		at := strings.LastIndexByte(typed, ',') + 1
		given := strings.Split(typed[:at], ",")
		var out []string
		for _, w := range with(all, typed[at:]) {
			if !slices.Contains(given, w) {
				out = append(out, typed[:at]+w)
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// filesAnd completes some words, else files with one of the endings.
func filesAnd(endings []string, all ...string) completion {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		if found := with(all, typed); len(found) > 0 {
			return found, cobra.ShellCompDirectiveDefault
		}
		return endings, cobra.ShellCompDirectiveFilterFileExt
	}
}

// names completes what the account has.
func names(open Open, kind audit.TargetKind) completion {
	return func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(cmd.Context(), Patience)
		defer cancel()
		src, regions, err := open(ctx, cmd.Flags())
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		found, _ := candidates.List(ctx, src, regions, remotion.Pack()) // what could be listed is offered
		return with(clean(candidates.Names(found, kind)), typed), cobra.ShellCompDirectiveNoFileComp
	}
}

// clean leaves out names that a terminal or shell would take for more than text.
func clean(names []string) []string {
	return slices.DeleteFunc(names, func(n string) bool { return report.Clean(n) != n || strings.ContainsAny(n, "\t\n `$'\"\\") })
}

// operation completes the action of a request: the services first, then their
// actions.
func operation(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	service, _, chosen := strings.Cut(typed, ":")
	if chosen {
		var out []string
		for _, name := range actions.Names(strings.ToLower(service)) {
			out = append(out, strings.ToLower(service)+":"+name)
		}
		return with(out, typed), cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, name := range actions.Services() {
		if strings.HasPrefix(name, strings.ToLower(service)) {
			out = append(out, name+":")
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// with are the words that begin with what is typed, in any case of letters.
func with(all []string, typed string) []string {
	var out []string
	for _, w := range all {
		if strings.HasPrefix(strings.ToLower(w), strings.ToLower(typed)) {
			out = append(out, w)
		}
	}
	return out
}
