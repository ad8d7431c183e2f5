package report

import (
	"bytes"
	"context"
	"errors"

	"remotion-doctor/audit"
)

// A Loader reads a JSON report, as [Load] does.
type Loader func(name string, text Text) (*audit.Report, Integrity, error)

// Load reads a JSON report and says whether it is as it was made; name is that
// of the file, for messages. The error is an [*audit.Problem] that names the
// place.
func Load(name string, text Text) (*audit.Report, Integrity, error) {
	return load(name, text, func(*audit.Section) {})
}

// LoadToCompare reads a report as [Load] does, but of the evidence only what
// [Compare] looks at, which is a small part of a large report.
func LoadToCompare(name string, text Text) (*audit.Report, Integrity, error) {
	return load(name, text, toCompare)
}

// toCompare leaves out of a section what [Compare] does not look at.
func toCompare(s *audit.Section) {
	for i := range s.Findings {
		f := &s.Findings[i]
		f.Evidence = lackingEvidence(f)
	}
}

func load(name string, text Text, each func(*audit.Section)) (*audit.Report, Integrity, error) {
	const hint = "reports are saved with --output json=FILE"
	r, state, err := decode(text, each)
	switch e, ok := errors.AsType[*DecodeError](err); {
	case errors.Is(err, context.Canceled):
		return nil, NoDigest, err
	case err != nil:
		return nil, NoDigest, unread(name, ok && !e.Pos.IsZero(), err, hint)
	}
	return r, state, nil
}

// LoadBaseline reads a report as [Load] does, for [Baseline]. A redacted report
// is refused: its placeholders match nothing.
func LoadBaseline(name string, text Text) (*audit.Report, Integrity, error) {
	r, state, err := Load(name, text)
	if err == nil && r.Redacted {
		return nil, state, audit.Invalid("keep a report that is not redacted as baseline", "reading %s: its names are placeholders, which match nothing", name)
	}
	return r, state, err
}

// LoadWaivers reads waivers as [ReadWaivers] does; name is that of the file, for
// messages. The error is an [*audit.Problem] that names the place.
func LoadWaivers(name string, data []byte) ([]Waiver, error) {
	const hint = "a waiver is: action, reason, owner, expires (YYYY-MM-DD), and resource, principal, target or module where it is narrower"
	waivers, err := ReadWaivers(bytes.NewReader(data))
	if err != nil {
		e, ok := errors.AsType[*WaiverError](err)
		return nil, unread(name, ok && !e.Pos.IsZero(), err, hint)
	}
	return waivers, nil
}

// unread is the error for a file that is not understood; placed says that err
// begins with line:column.
func unread(name string, placed bool, err error, hint string) error {
	sep := ": "
	if placed {
		sep = ":"
	}
	return audit.Invalid(hint, "reading %s%s%v", name, sep, err)
}
