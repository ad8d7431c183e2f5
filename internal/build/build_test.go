package build

import (
	"bytes"
	"encoding/json"
	"runtime/debug"
	"strings"
	"testing"
)

func TestRevision(t *testing.T) {
	t.Parallel()
	settings := func(list ...string) *debug.BuildInfo {
		b := &debug.BuildInfo{GoVersion: "go1.26.0"}
		for i := 0; i < len(list); i += 2 {
			b.Settings = append(b.Settings, debug.BuildSetting{Key: list[i], Value: list[i+1]})
		}
		return b
	}
	for _, c := range []struct {
		b            *debug.BuildInfo
		commit, date string
	}{
		{settings(), "", ""},
		{settings("vcs.revision", "0123456789abcdef", "vcs.time", "2026-11-26T10:00:00Z", "vcs.modified", "false"), "0123456789abcdef", "2026-11-26T10:00:00Z"},
		{settings("vcs.revision", "0123456789abcdef", "vcs.modified", "true"), "0123456789abcdef-modified", ""},
	} {
		var i Info
		if i.revision(c.b); i.Commit != c.commit || i.Date != c.date || i.Go != "go1.26.0" {
			t.Errorf("%+v, want %s of %s", i, c.commit, c.date)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := Read("1.2.3").JSON(&b); err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"version", "go", "actions", "managedPolicies", "remotion"} {
		if got[key] == "" {
			t.Errorf("%s is empty: %s", key, b.String())
		}
	}
	if line := Line("1.2.3"); !strings.HasPrefix(line, "remotion-doctor 1.2.3") || strings.Contains(line, "\n") {
		t.Errorf("the line is %q", line)
	}
}

// TestRelease: what the linker was told comes before what the repository says.
func TestRelease(t *testing.T) {
	t.Parallel()
	i := Info{Commit: "abc", Date: "2026-11-26T10:00:00Z"}
	i.revision(&debug.BuildInfo{GoVersion: "go1.26.0", Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "def"}, {Key: "vcs.modified", Value: "true"}}})
	if i.Commit != "abc" || i.Date != "2026-11-26T10:00:00Z" || i.Go != "go1.26.0" {
		t.Errorf("%+v", i)
	}
}
