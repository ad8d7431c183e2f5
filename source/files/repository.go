package files

import (
	"os"
	"path/filepath"
)

// InRepository returns the working directory as seen from the root of the
// repository that it is in; empty where they are the same or there is none.
func InRepository() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for root := dir; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, ".git")); err == nil {
			if inside, err := filepath.Rel(root, dir); err == nil && inside != "." {
				return filepath.ToSlash(inside)
			}
			return ""
		}
		if root == filepath.Dir(root) {
			return ""
		}
	}
}
