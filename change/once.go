package change

// Once returns a function for [Options.Tell] that calls tell with what is being
// waited for where it is not the same as the time before.
func Once(tell func(what string)) func(what string) {
	last := ""
	return func(what string) {
		if what != last {
			last = what
			tell(what)
		}
	}
}
