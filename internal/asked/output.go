package asked

import (
	"errors"
	"os"
	"slices"
	"strings"

	"remotion-doctor/internal/ending"
	"remotion-doctor/remedy"
	"remotion-doctor/report"
)

// FailOns are the values of --fail-on.
func FailOns() []string { return []string{"unknown", "partial", "fail", "never"} }

// Ended words an ending of a file that does not fit the form that a flag asks for.
func Ended(flag string, err error) error {
	e, ok := errors.AsType[*ending.Error](err)
	if !ok {
		return err
	}
	if e.Unknown {
		return usage("use "+e.Known+", or choose the form with --"+flag, "--output %v", e)
	}
	return usage("use "+e.Known+", or leave --"+flag+" out", "--output %v", e)
}

// OnlyJSON refuses the ending of another form for a file that holds JSON.
func OnlyJSON(flag, path string) error {
	text, known := ending.Find(path, slices.Concat(report.Endings(), remedy.Endings()))
	if known >= 0 && !strings.HasSuffix(text, ".json") {
		return usage("let it end in .json; `remotion-doctor fix --as` writes other forms", "%s %s: the policy is written as JSON", flag, path)
	}
	return nil
}

// Waivers reads the file of --waivers; no path means no waivers.
func Waivers(path string) ([]report.Waiver, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("", "reading the waivers: %v", err)
	}
	return report.LoadWaivers(path, data)
}
