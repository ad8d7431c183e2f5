package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/doctor"
	"remotion-doctor/doctor/candidates"
	"remotion-doctor/internal/asked"
	"remotion-doctor/internal/terminal"
	"remotion-doctor/source"
)

// pick asks which function or role is meant, with --pick.
func (a *app) pick(ctx context.Context, t *asked.Targets, f *asked.Source, regions []string) error {
	if !t.Pick {
		return nil
	}
	if err := t.Unpicked(); err != nil {
		return err
	}
	if !terminal.Is(a.stdin) {
		return usage("name the target, as in --function NAME or --role NAME", "--pick needs a terminal on standard input")
	}
	src, regions, err := a.openNames(ctx, f, regions)
	if err != nil {
		return err
	}
	done := a.while("listing functions and roles")
	list, failed := candidates.List(ctx, src, regions, remotion.Pack())
	done()
	if len(list) == 0 {
		return cmp.Or(failed, usage("name the target with --function or --role", "there is no function and no role to pick"))
	}
	if failed != nil {
		fmt.Fprintf(a.stderr, "notice: not everything could be listed: %v\n", failed)
	}
	var names []string
	for _, target := range list {
		names = append(names, target.String())
	}
	n, err := terminal.Choose(a.stdin, a.stderr, "Check which one?", names)
	if errors.Is(err, terminal.ErrNothing) {
		return usage("", "--pick: %v", err)
	}
	if err == nil {
		t.Take(list[n])
	}
	return err
}

// openNames opens the source that flags name, to list what is in it.
func (a *app) openNames(ctx context.Context, f *asked.Source, regions []string) (source.Source, []string, error) {
	o := a.blank()
	o.Regions = regions
	o.Targets = append(o.Targets, doctor.Target{Target: audit.Target{Kind: audit.TargetCaller}})
	if err := f.Open(ctx, o, append(regions, "")[0]); err != nil {
		return nil, nil, err
	}
	src := o.Source
	if src == nil && len(o.Targets) > 0 {
		src = o.Targets[0].Source
	}
	if len(regions) == 0 {
		regions = []string{cmp.Or(src.Region(), a.getenv("REMOTION_AWS_REGION"), "us-east-1")}
	}
	return src, regions, nil
}

// openLine opens the source of a line that a shell completes.
func (a *app) openLine(ctx context.Context, fs *pflag.FlagSet) (source.Source, []string, error) {
	f := &asked.Source{}
	var regions []string
	fs.Visit(func(given *pflag.Flag) {
		if given.Name == "region" {
			regions, _ = fs.GetStringSlice("region") // of another type in some commands
		}
	})
	f.Of(fs)
	return a.openNames(ctx, f, slices.Compact(regions)) // cobra reads the line twice
}
