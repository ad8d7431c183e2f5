package main

import (
	"fmt"
	"os"
	"strings"

	"remotion-doctor/checks/remotion"
	"remotion-doctor/checks/remotion/project"
)

// A release is the version of Remotion that is audited for.
type release struct {
	version string // empty for the newest known
	from    string // the file that says so
	notes   []string
}

// release returns the version that the user gave, else the one of the project
// in the working directory.
func (a *app) release(given string) (release, error) {
	if given != "" {
		if _, err := remotion.Pack().Required("caller", given, "aws"); err != nil {
			return release{}, usage("", "--remotion-version: %v", err)
		}
		return release{version: given}, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return release{}, nil // no folder, no project
	}
	found, err := project.Find(dir)
	if err != nil {
		return release{notes: []string{fmt.Sprintf("which Remotion is installed here is not known: %v; the newest known, %s, is assumed", err, remotion.Newest)}}, nil
	}
	return resolve(found), nil
}

// resolve turns what a project says into a version that is known.
func resolve(found project.Installed) release {
	switch {
	case found == (project.Installed{}):
		return release{}
	case found.Version != "":
		return installedRelease(found)
	}
	if v, ok := project.Satisfying(found.Range, remotion.Pack().Known()); ok {
		return release{version: v, from: found.From, notes: []string{fmt.Sprintf("%s asks for Remotion %s and nothing is installed: %s, the newest known of these, is assumed", found.From, found.Range, v)}}
	}
	return release{notes: []string{fmt.Sprintf("%s asks for Remotion %q, of which no version is known: the newest known, %s, is assumed", found.From, found.Range, remotion.Newest)}}
}

// installedRelease takes an exact version, unless no policy of it is known.
func installedRelease(found project.Installed) release {
	if _, err := remotion.Pack().Required("caller", found.Version, "aws"); err != nil {
		return release{notes: []string{fmt.Sprintf("Remotion %s is installed here (%s), but %v; the newest known, %s, is assumed", found.Version, found.From, err, remotion.Newest)}}
	}
	verb := "installed"
	if !strings.Contains(found.From, "node_modules") {
		verb = "used"
	}
	return release{version: found.Version, from: found.From, notes: []string{fmt.Sprintf("Remotion %s is %s here, says %s", found.Version, verb, found.From)}}
}
