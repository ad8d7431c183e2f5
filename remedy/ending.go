package remedy

import "remotion-doctor/internal/ending"

// Endings are those of the files that hold a remedy, with the form of each.
func Endings() []ending.Ending {
	var out []ending.Ending
	for _, e := range []struct {
		text string
		form Form
	}{
		{".json", FormJSON},
		{".sh", FormCLI},
		{".bash", FormCLI},
		{".tf", FormTerraform},
		{".yaml", FormCloudFormation},
		{".yml", FormCloudFormation},
		{".template", FormCloudFormation},
		{".ts", FormCDK},
	} {
		out = append(out, ending.Ending{Text: e.text, Forms: []string{string(e.form)}})
	}
	return out
}
