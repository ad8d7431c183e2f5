package starter

import (
	"context"
	"io"

	"remotion-doctor/checks"
)

// Run looks at the project in a folder and writes the files for it; dry only says
// which. The error is an [*audit.Problem] where an option names what is not there.
func Run(ctx context.Context, out io.Writer, folder string, pack *checks.Pack, o Options, dry bool) error {
	for _, name := range o.Functions {
		o.Targets = append(o.Targets, "function:"+name)
	}
	for _, name := range o.Roles {
		o.Targets = append(o.Targets, "role:"+name)
	}
	if err := validRegions(o.Regions); err != nil {
		return err
	}
	found, err := Look(folder, pack)
	if err != nil {
		return err
	}
	if err := found.compare(folder, &o); err != nil {
		return err
	}
	return Write(ctx, out, folder, Plan(found, o), dry)
}
