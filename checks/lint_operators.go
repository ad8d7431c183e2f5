package checks

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

// maxOperators is how many operators that do not exist are named in one file.
const maxOperators = 20

var unknownOperator = regexp.MustCompile(`^condition operator "([^"\\]+)" does not exist`)

// ParseToLint parses a policy. Condition operators that do not exist are faults,
// and read as what was probably meant, so that they do not hide what follows.
// Other errors are those of [policy.Parse].
func ParseToLint(text string) (*policy.Document, []Fault, error) {
	var faults []Fault
	for {
		doc, err := policy.Parse(text)
		e, ok := errors.AsType[*policy.ParseError](err)
		if !ok {
			return doc, faults, err
		}
		wrong := unknownOperator.FindStringSubmatch(e.Msg)
		if wrong == nil || len(faults) == maxOperators {
			return nil, nil, err
		}
		meant := MeantOperator(wrong[1])
		f := Fault{Pos: e.Pos, Statement: -1, Code: "unknown-operator", Severity: audit.SeverityError, Message: fmt.Sprintf("there is no condition operator %s; IAM rejects the policy", wrong[1])}
		if meant != "" {
			f.Hint = "did you mean " + meant + "?"
		}
		faults = append(faults, f)
		text = strings.Replace(text, `"`+wrong[1]+`"`, `"`+cmp.Or(meant, "StringEquals")+`"`, 1)
	}
}
