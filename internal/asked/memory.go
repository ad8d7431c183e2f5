package asked

import "runtime/debug"

// Memory makes the program collect garbage sooner than Go does by itself, which
// costs a tenth more time: reports of a thousand sections stay below 200 MB. GOGC
// in the environment decides otherwise.
func Memory(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(60)
	}
}
