package report

import (
	"strings"

	"remotion-doctor/audit"
)

// CommandLine words a follow-up command, quoted for a POSIX shell: it runs as it
// is printed.
func CommandLine(c *audit.Command) string {
	words := []string{"remotion-doctor", c.Name}
	for _, list := range [][]string{c.Args, c.Files} {
		for _, a := range list {
			words = append(words, shell(Clean(a)))
		}
	}
	for _, list := range [][]audit.Flag{c.Target, c.Source, c.Requirement} {
		for _, f := range list {
			words = append(words, flagWords(f))
		}
	}
	return strings.Join(words, " ")
}

// flagWords writes one flag. The value of a flag that may come without one
// belongs behind an equals sign.
func flagWords(f audit.Flag) string {
	name := "--" + Clean(f.Name)
	switch {
	case f.Value == "":
		return name
	case f.Name == "renderer":
		return name + "=" + shell(Clean(f.Value))
	}
	return name + " " + shell(Clean(f.Value))
}
