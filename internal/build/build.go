// Package build reports which build of the program runs, and how old its embedded
// data are.
package build

import (
	"encoding/json"
	"io"
	"runtime/debug"
	"strings"

	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/managed"
)

// What a release is linked with, by -X remotion-doctor/internal/build.commit=…: its
// commit and the commit's time. Without them the repository counts.
var commit, date string

// An Info describes a build. Fields are empty where nothing is known, as Commit is
// of a program that was not built in a repository.
type Info struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitzero"` // the revision, with -modified where files had changed
	Date     string `json:"date,omitzero"`   // of the commit, RFC 3339
	Go       string `json:"go"`              // the version of Go
	Actions  string `json:"actions"`         // the source of the action data
	Managed  string `json:"managedPolicies"` // the day on which AWS's managed policies were read
	Remotion string `json:"remotion"`        // the newest supported release
}

// Read returns the Info of the running program; version is its own.
func Read(version string) Info {
	out := Info{Version: version, Commit: commit, Date: date, Actions: actions.Source(), Managed: managed.Date(), Remotion: remotion.Newest}
	if b, ok := debug.ReadBuildInfo(); ok {
		out.revision(b)
	}
	return out
}

func (i *Info) revision(b *debug.BuildInfo) {
	i.Go = b.GoVersion
	settings := map[string]string{}
	for _, s := range b.Settings {
		settings[s.Key] = s.Value
	}
	if i.Commit != "" {
		return
	}
	i.Commit, i.Date = settings["vcs.revision"], settings["vcs.time"]
	if i.Commit != "" && settings["vcs.modified"] == "true" {
		i.Commit += "-modified"
	}
}

// Line is the build in one line: version, commit and day.
func Line(version string) string {
	i := Info{Version: version, Commit: commit, Date: date}
	if b, ok := debug.ReadBuildInfo(); ok {
		i.revision(b)
	}
	line := "remotion-doctor " + i.Version
	if i.Commit == "" {
		return line
	}
	commit, modified, _ := strings.Cut(i.Commit, "-")
	day, _, _ := strings.Cut(i.Date, "T")
	return line + " (" + commit[:min(12, len(commit))] + prefixed("-", modified) + prefixed(", ", day) + ")"
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// JSON writes the Info as indented JSON.
func (i Info) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(i)
}
