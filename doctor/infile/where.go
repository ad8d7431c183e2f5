package infile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"remotion-doctor/doctor/attach"
	"remotion-doctor/iam/account"
	"remotion-doctor/remedy"
)

func sameFile(a, b string) bool { return filepath.Clean(a) == filepath.Clean(b) }

// Locate says of each remedy where it belongs in the file that declares its
// principal.
func Locate(list []attach.Planned, form remedy.Form) {
	for i := range list {
		x := &list[i]
		if x.Change == nil || x.Change.Declared == nil || form == remedy.FormCLI {
			continue
		}
		if form == remedy.FormJSON {
			form = ""
		}
		x.Where = where(x, formOf(x.Change.Declared, form))
	}
}

func where(x *attach.Planned, form remedy.Form) []string {
	d := x.Change.Declared
	declared := fmt.Sprintf("%s:%d declares it as %s", d.Location.File, d.Location.Line, d.Label)
	if d.Closed != "" {
		return []string{closed(d)}
	}
	template := d.Language == account.CloudFormation && (form == remedy.FormCloudFormation || form == remedy.FormSAM)
	switch {
	case template:
		src, err := os.ReadFile(d.Location.File)
		if err != nil {
			return []string{declared}
		}
		in, err := remedy.Insert(src, x.Change, form)
		if err != nil {
			return []string{declared, "--write cannot put it there: " + err.Error()}
		}
		var at []string
		for _, line := range in.Lines {
			at = append(at, fmt.Sprintf("%s:%d", d.Location.File, line))
		}
		return []string{declared, "goes to " + strings.Join(at, " and ") + "; --write puts it there"}
	case d.Language == account.Terraform && form == remedy.FormTerraform:
		if d.Folder == "" {
			return []string{declared, "goes to the root module: the module " + d.Module + " is not in a local folder"}
		}
		return []string{declared, "goes to a new file in " + filepath.Join(filepath.Dir(d.Location.File), d.Folder) + "; --write makes it"}
	case d.Construct != "" && form == remedy.FormCDK:
		return []string{declared, "is the construct " + d.Construct + " of your app; --write makes a file to call"}
	}
	return []string{declared}
}
