package change

import (
	"path/filepath"
	"runtime"
)

// Folder is where the journals of a user's changes are kept, remotion-doctor/changes
// in the folder where programs keep their state; empty where that is not
// known. getenv reads the environment.
//
// Source: XDG Base Directory Specification, XDG_STATE_HOME, which is
// ~/.local/state where it is not set.
func Folder(getenv func(string) string) string {
	folder := getenv("XDG_STATE_HOME")
	if folder == "" {
		home := map[string][]string{"windows": {"LOCALAPPDATA"}, "darwin": {"HOME", "Library", "Application Support"}}[runtime.GOOS]
		if home == nil {
			home = []string{"HOME", ".local", "state"}
		}
		if home[0] = getenv(home[0]); home[0] == "" {
			return ""
		}
		folder = filepath.Join(home...)
	}
	return filepath.Join(folder, "remotion-doctor", "changes")
}
