package checks

// newestOf are the newest releases of the major versions before the newest.
// Source: the npm registry's list of @remotion/lambda.
var newestOf = []string{"3.3.103"}

// Known returns releases by which a range of releases can be resolved: those
// that changed a policy, those before them, and the newest of each major
// version.
func Known() []string {
	out := append([]string{Newest}, newestOf...)
	for _, s := range sets {
		out = append(out, s.since)
		if b := before(s.since); b != "" {
			out = append(out, b)
		}
	}
	return out
}
