package checks

import "fmt"

// An Environment is where a product would run: what is known of the machine
// before anything is asked of AWS.
type Environment struct {
	Getenv func(string) string
	// DefaultProfile says that ~/.aws/credentials has a [default].
	DefaultProfile bool
	// DotEnv are the variables that a .env file sets.
	DotEnv []string
	// Profile is the one that the doctor was given to use.
	Profile string
}

// Credentials are one choice among those that an environment offers.
type Credentials struct {
	// Variable is the one that the choice follows from; empty for what the SDK
	// falls back to.
	Variable string
	// Profile is the name of a profile, where one is chosen.
	Profile string
	// Prefix is that of the variables, such as AWS, where keys in variables are
	// chosen.
	Prefix string
}

// String names the choice in words.
func (c Credentials) String() string {
	switch {
	case c.Profile != "":
		return fmt.Sprintf("the profile %q (%s)", c.Profile, c.Variable)
	case c.Prefix != "":
		return "the keys in " + c.Variable
	}
	return "the SDK's default credentials"
}

// Same reports whether two choices come to the same credentials.
func (c Credentials) Same(d Credentials) bool { return c.Profile == d.Profile && c.Prefix == d.Prefix }

// HasKeys reports whether the variables of a prefix hold a key and its secret.
func (e *Environment) HasKeys(prefix string) bool {
	return e.Getenv(prefix+"_ACCESS_KEY_ID") != "" && e.Getenv(prefix+"_SECRET_ACCESS_KEY") != ""
}

// Doctor returns the credentials that this program uses, as AWS's SDKs do.
func (e *Environment) Doctor() Credentials {
	switch {
	case e.Profile != "":
		return Credentials{Variable: "--profile", Profile: e.Profile}
	case e.HasKeys("AWS"):
		return Credentials{Variable: "AWS_ACCESS_KEY_ID", Prefix: "AWS"}
	case e.Getenv("AWS_PROFILE") != "":
		return Credentials{Variable: "AWS_PROFILE", Profile: e.Getenv("AWS_PROFILE")}
	}
	return Credentials{}
}
