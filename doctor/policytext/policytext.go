// Package policytext writes for people what package checks says of policy
// documents: what two releases differ by, and the faults of a copy.
package policytext

import (
	"fmt"
	"io"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/report"
)

// Differences writes what the policies of one release require that those of
// another do not, the changes of one release together. list is what
// [checks.Pack.Diff] returns for from and to, releases of the product.
func Differences(w io.Writer, product, from, to string, list []checks.Difference) error {
	var b strings.Builder
	if len(list) == 0 {
		fmt.Fprintf(&b, "%s %s and %s require the same policies.\n", product, from, to)
	}
	for i, d := range list {
		if i == 0 || list[i-1].Policy != d.Policy {
			fmt.Fprintf(&b, "%s policy, %s → %s\n", d.Policy, from, to)
		}
		sign := map[string]string{"added": "+", "removed": "−"}[d.Change]
		fmt.Fprintf(&b, "  %s %s  on %s\n", sign, d.Action, d.Resource)
		if i+1 < len(list) && list[i+1].Why == d.Why && list[i+1].Policy == d.Policy && list[i+1].Change == d.Change {
			continue
		}
		if d.Since != "" {
			fmt.Fprintf(&b, "      since %s: %s\n      without: %s\n      %s\n", d.Since, d.Why, d.Without, d.Source)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// A FileFault is a fault of a policy with the file that it is in.
type FileFault struct {
	File string `json:"file"`
	// Policy is what a template or plan calls the policy; empty where the file is
	// the policy.
	Policy string `json:"policy,omitzero"`
	// At is the place of what could not be read, where it has no position of its
	// own.
	At string `json:"at,omitzero"`
	checks.Fault
}

// place is where a fault stands, as compilers print it.
func (f *FileFault) place() string {
	if f.At != "" {
		return report.Clean(f.At)
	}
	out := fmt.Sprintf("%s:%s", report.Clean(f.File), f.Pos)
	if f.Policy != "" {
		out += ": " + report.Clean(f.Policy)
	}
	return out
}

// Faults writes the faults of policy files, each with its place, as compilers
// do, and what a file was taken for. Without any it says so, and which files are no copy of a documented policy:
// that a policy has no faults does not say that it suffices.
func Faults(w io.Writer, l *Linted) error {
	var b strings.Builder
	for _, f := range l.Faults {
		fmt.Fprintf(&b, "%s: %s [%s]\n", f.place(), report.Clean(f.Message), f.Code)
		if f.Hint != "" {
			fmt.Fprintf(&b, "    hint: %s\n", report.Clean(f.Hint))
		}
		if f.Source != "" {
			fmt.Fprintf(&b, "    see:  %s\n", f.Source)
		}
	}
	for _, g := range l.Guessed {
		fmt.Fprintf(&b, "%s: read as %s; --as says what else it is\n", report.Clean(g.File), g.Kind.Title())
	}
	if len(l.Faults) == 0 {
		b.WriteString("✓ no faults\n")
		for _, path := range l.Unknown {
			c := audit.Command{Name: "check", Source: []audit.Flag{{Name: "policy", Value: path}}}
			if path == "standard input" {
				c.Source[0].Value = "FILE"
			}
			fmt.Fprintf(&b, "%s: not one of Remotion's documented policies; to see what it does not grant, run:\n    %s\n", report.Clean(path), report.CommandLine(&c))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
