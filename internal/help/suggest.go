package help

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"remotion-doctor/audit"
	"remotion-doctor/internal/spelling"
)

// misspelt says which flag was meant.
func misspelt(cmd *cobra.Command, err error) error {
	hint := fmt.Sprintf("`%s --help` lists the flags", cmd.CommandPath())
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok && e.GetSpecifiedShortnames() == "" {
		if near := spelling.Nearest(e.GetSpecifiedName(), flagNames(cmd)); near != "" {
			hint = fmt.Sprintf("did you mean --%s? `%s help%s` lists all flags", near, cmd.Root().Name(), strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()))
		}
	}
	return audit.Invalid(hint, "%v", err)
}

func flagNames(cmd *cobra.Command) []string {
	var out []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			out = append(out, f.Name)
		}
	})
	return out
}
