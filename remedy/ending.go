package remedy

import "remotion-doctor/internal/ending"

// Endings are those of the files that hold a remedy, with the forms of each; it chooses the first.
func Endings() []ending.Ending {
	template, script := []Form{FormCloudFormation, FormSAM, FormServerless}, []Form{FormCDK, FormSST, FormPulumi}
	var out []ending.Ending
	for _, e := range []struct {
		text  string
		forms []Form
	}{
		{".json", []Form{FormJSON, FormCloudFormation, FormSAM}},
		{".sh", []Form{FormCLI}},
		{".bash", []Form{FormCLI}},
		{".tf", []Form{FormTerraform}},
		{".yaml", template},
		{".yml", template},
		{".template", template},
		{".ts", script},
	} {
		out = append(out, ending.Ending{Text: e.text, Forms: ending.Forms(e.forms...)})
	}
	return out
}
