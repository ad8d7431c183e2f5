package files

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Digest is a digest of a file, or of all files in a folder, by which one notices that
// they have changed. What cannot be read counts by its error; reading it for its
// content will say more.
func Digest(path string) string {
	h := sha256.New()
	_ = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		relative, _ := filepath.Rel(path, name)
		fmt.Fprintf(h, "%q %v\n", filepath.ToSlash(relative), err)
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			return nil // a pipe may have no end
		}
		f, err := os.Open(name)
		if err == nil {
			_, err = io.Copy(h, f)
			_ = f.Close()
		}
		fmt.Fprintf(h, "\n%v\n", err)
		return nil
	})
	return fmt.Sprintf("sha256:%x", h.Sum(nil))
}
