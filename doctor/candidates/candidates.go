// Package candidates lists what of an account somebody may want to audit: its
// functions, renderers and roles, for a question or for a shell that completes
// names.
package candidates

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/source"
)

// List returns the functions of the Regions, and the roles, each sorted by name,
// those that look like callers and renderers of the product first. Roles that only AWS
// uses are left out. The error is what could not be listed; the rest is returned
// with it.
func List(ctx context.Context, src source.Source, regions []string, pack *checks.Pack) ([]audit.Target, error) {
	var out []audit.Target
	var failed error
	for _, region := range regions {
		functions, err := src.Functions(ctx, region, "")
		failed = cmp.Or(failed, held(err))
		for _, f := range functions {
			kind := audit.TargetFunction
			if strings.HasPrefix(f.FunctionName, pack.Traces.Functions) {
				kind = audit.TargetRenderer
			}
			name := f.FunctionName
			if len(regions) > 1 {
				name = cmp.Or(f.FunctionArn, name) // a name may be in several Regions
			}
			out = append(out, audit.Target{Kind: kind, Name: name})
		}
	}
	roles, err := src.RoleNames(ctx)
	failed = cmp.Or(failed, held(err))
	for _, name := range roles {
		if !ofAWS(name) {
			out = append(out, audit.Target{Kind: audit.TargetRole, Name: name})
		}
	}
	slices.SortStableFunc(out, func(a, b audit.Target) int {
		return cmp.Or(cmp.Compare(rank(a, pack), rank(b, pack)), cmp.Compare(a.Name, b.Name))
	})
	return slices.Compact(out), failed
}

// Names are the names of the targets of a kind.
func Names(list []audit.Target, kind audit.TargetKind) []string {
	var out []string
	for _, t := range list {
		if t.Kind == kind {
			out = append(out, t.Name)
		}
	}
	return out
}

// held is the error, unless the source has no such thing at all.
func held(err error) error {
	if e, ok := errors.AsType[*source.Error](err); ok && e.Kind == source.KindNotHeld {
		return nil
	}
	return err
}

func rank(t audit.Target, pack *checks.Pack) int {
	switch {
	case t.Kind == audit.TargetFunction:
		return 0
	case t.Kind == audit.TargetRenderer:
		return 1
	case pack.Samples.Word != "" && strings.Contains(strings.ToLower(t.Name), pack.Samples.Word):
		return 2
	}
	return 3
}

// ofAWS reports whether a role is one that only a service of AWS, or IAM Identity
// Center, makes.
// Source: IAM User Guide, "Service-linked roles"; IAM Identity Center User Guide,
// "Permission sets" (AWSReservedSSO_…).
func ofAWS(name string) bool {
	return strings.HasPrefix(name, "AWSServiceRoleFor") || strings.HasPrefix(name, "AWSReservedSSO_")
}
