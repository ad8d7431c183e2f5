package asked

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"remotion-doctor/doctor"
	"remotion-doctor/source/files"
)

// undecisive are the flags of an audit that change nothing about what is found in an
// account.
var undecisive = []string{
	"out", "fresh", "max-age", "shard", "shards", "concurrency", "snapshot", "snapshots", "list", "format", "output", "remediation", "fail-on", "baseline", "waivers",
	"accounts", "profiles", "organization", "ou", "account-tag", "account-status", "only-account", "assume-role", "external-id", "role-chain",
	"session-name", "session-duration", "assume-wait", "debug", "since", "config", "environment", "no-config",
	"redact", "step-summary", "csv-bom", "verbose", "quiet", "color", "no-color", "profile", "endpoint-url", "attempt-timeout", "timeout",
}

// Digest is a digest of what an audit asks of every account: of the flags that were
// given, of what the environment and files made of them in o, of the program's version,
// and of the file or folder of managed policies. A flag that is new is part of it until
// somebody says that it decides nothing.
func Digest(set *pflag.FlagSet, o *doctor.Options, version, managed string) (string, error) {
	h := sha256.New()
	documents := map[string]string{}
	for name, d := range o.Documents {
		documents[name] = d.Indent()
	}
	facts := []any{version, o.Release.Version, o.Regions, o.Operations, o.Strict, o.Bucket, o.Function, o.Deployment, o.Context, documents}
	err := json.NewEncoder(h).Encode(facts)
	if managed != "" {
		fmt.Fprintln(h, files.Digest(managed))
	}
	set.Visit(func(f *pflag.Flag) {
		if !slices.Contains(undecisive, f.Name) {
			fmt.Fprintf(h, "%q=%q", f.Name, f.Value.String())
		}
	})
	return fmt.Sprintf("sha256:%x", h.Sum(nil)), err
}
