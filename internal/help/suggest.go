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

// Nearest is the word that a misspelt one was meant to be; empty where none is
// near enough.
func Nearest(word string, words []string) string {
	if word == "" {
		return ""
	}
	out, least := "", max(len(word)/3, 1)+1
	for _, w := range words {
		lower := strings.ToLower(w)
		d := spelling.Distance(strings.ToLower(word), lower, least)
		if len(word) > 2 && strings.HasPrefix(lower, strings.ToLower(word)) {
			d = min(d, 1) // the beginning of a word is a short form of it
		}
		if d < least {
			out, least = w, d
		}
	}
	return out
}

// misspelt says which flag was meant.
func misspelt(cmd *cobra.Command, err error) error {
	hint := fmt.Sprintf("`%s --help` lists the flags", cmd.CommandPath())
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok && e.GetSpecifiedShortnames() == "" {
		if near := Nearest(e.GetSpecifiedName(), flagNames(cmd)); near != "" {
			hint = fmt.Sprintf("did you mean --%s? `%s help%s` lists all flags", near, cmd.Root().Name(), strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()))
		}
	}
	problem := audit.NewProblem("input", err.Error(), hint)
	return &problem
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
