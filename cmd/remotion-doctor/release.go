package main

import (
	"fmt"
	"os"
	"strings"

	"remotion-doctor/checks/remotion"
	"remotion-doctor/checks/remotion/project"
	"remotion-doctor/doctor"
)

// release returns the version that the user gave, else the one of the project
// in the working directory.
func (a *app) release(given string) (doctor.Release, error) {
	if given != "" {
		if _, err := remotion.Pack().Required("caller", given, "aws"); err != nil {
			return doctor.Release{}, usage("", "--remotion-version: %v", err)
		}
		return doctor.Release{Version: given}, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return doctor.Release{}, nil // no folder, no project
	}
	found, err := project.Find(dir)
	if err != nil {
		return doctor.Release{Notes: []string{fmt.Sprintf("which Remotion is installed here is not known: %v; the newest known, %s, is assumed", err, remotion.Newest)}}, nil
	}
	return resolve(found), nil
}

// resolve turns what a project says into a version that is known.
func resolve(found project.Installed) doctor.Release {
	switch {
	case found == (project.Installed{}):
		return doctor.Release{}
	case found.Version != "":
		return installedRelease(found)
	}
	if v, ok := project.Satisfying(found.Range, remotion.Pack().Known()); ok {
		return doctor.Release{Version: v, From: found.From, Notes: []string{fmt.Sprintf("%s asks for Remotion %s and nothing is installed: %s, the newest known of these, is assumed", found.From, found.Range, v)}}
	}
	return doctor.Release{Notes: []string{fmt.Sprintf("%s asks for Remotion %q, of which no version is known: the newest known, %s, is assumed", found.From, found.Range, remotion.Newest)}}
}

// installedRelease takes an exact version, unless no policy of it is known.
func installedRelease(found project.Installed) doctor.Release {
	if _, err := remotion.Pack().Required("caller", found.Version, "aws"); err != nil {
		return doctor.Release{Notes: []string{fmt.Sprintf("Remotion %s is installed here (%s), but %v; the newest known, %s, is assumed", found.Version, found.From, err, remotion.Newest)}}
	}
	verb := "installed"
	if !strings.Contains(found.From, "node_modules") {
		verb = "used"
	}
	return doctor.Release{Version: found.Version, From: found.From, Notes: []string{fmt.Sprintf("Remotion %s is %s here, says %s", found.Version, verb, found.From)}}
}
