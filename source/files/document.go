package files

import (
	"cmp"
	"errors"
	"io"
	"strings"

	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// maxPolicy is far above what AWS accepts.
const maxPolicy = 256 << 10

// ReadText reads the text of a policy document of at most 256 kB; name is that of
// the file, for messages. The error is a [*source.Error] of kind KindInput.
func ReadText(in io.Reader, name string) (string, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxPolicy+1))
	switch {
	case err != nil:
		return "", input("reading the policy "+name, "", err)
	case len(data) > maxPolicy:
		return "", inputf("IAM accepts policies up to 10 kB", "reading %s: larger than %d kB, too large for a policy", name, maxPolicy>>10)
	}
	return string(data), nil
}

// Unparsed is the error for a policy in a file of that name that cannot be
// parsed: a [*source.Error] of kind KindInput that names the place.
func Unparsed(name string, err error) error {
	if e, ok := errors.AsType[*policy.ParseError](err); ok {
		return &source.Error{Kind: source.KindInput, Msg: "reading " + name + ":" + err.Error(), Hint: cmp.Or(e.Hint, cutOff(err)), Err: err}
	}
	return input("reading the policy "+name, "", err)
}

// cutOff is the hint for a document that ends too early.
func cutOff(err error) string {
	if !strings.Contains(err.Error(), "unexpected end") {
		return ""
	}
	return "the policy was probably cut off while it was copied; `remotion-doctor policy show caller` prints a whole one"
}
