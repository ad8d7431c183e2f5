package starter

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"remotion-doctor/checks"
	"remotion-doctor/internal/config"
	"remotion-doctor/report"
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
	files := Plan(found, o)
	if err := beforehand(out, folder, files); err != nil {
		return err
	}
	return Write(ctx, out, folder, files, dry)
}

// beforehand says which configuration a project has: its own, by whichever of the
// names, stays, and one in a folder above is named.
func beforehand(out io.Writer, folder string, files []File) error {
	path, err := config.Find(folder)
	if err != nil || path == "" {
		return err
	}
	if filepath.Dir(path) == "." {
		files[0].Path = path
		return nil
	}
	_, err = fmt.Fprintf(out, "notice   %s exists above, and does not apply in this folder once it has its own\n", report.Clean(filepath.ToSlash(path)))
	return err
}
