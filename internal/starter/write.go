package starter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"remotion-doctor/internal/outfile"
	"remotion-doctor/report"
)

// Write writes the files that are not there into a folder, and says on out what it
// did and what is left to do. dry only says it, with the texts.
func Write(ctx context.Context, out io.Writer, folder string, files []File, dry bool) error {
	var left []string
	for _, f := range files {
		path := filepath.Join(folder, filepath.FromSlash(f.Path))
		_, err := os.Lstat(path)
		switch {
		case err == nil && f.Entry:
			fmt.Fprintf(out, "exists   %s: add this to it\n\n%s\n", f.Path, indented(f.Text))
		case err == nil:
			fmt.Fprintf(out, "exists   %s, left as it is\n", f.Path)
			continue
		case !errors.Is(err, fs.ErrNotExist):
			return err
		case dry:
			fmt.Fprintf(out, "would write %s\n\n%s\n", f.Path, indented(f.Text))
		default:
			if err := create(ctx, path, f.Text); err != nil {
				return err
			}
			fmt.Fprintf(out, "wrote    %s\n", f.Path)
		}
		if f.Then != "" {
			left = append(left, f.Path+": "+f.Then)
		}
	}
	for _, text := range left {
		fmt.Fprintf(out, "to do    %s\n", report.Clean(text))
	}
	return nil
}

func create(ctx context.Context, path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return outfile.Write(ctx, outfile.File{Path: path, Access: outfile.Public, Content: func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}})
}

func indented(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
}
