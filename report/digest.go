package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/audit"
)

// Seal writes the ids of what is in the report, the verdict and the report's
// digest into it.
//
// The digest is the SHA-256 of the report's JSON without the member "digest",
// in the canonical form of RFC 8785 (members sorted, no blanks). It covers
// everything else: time, tool, questions, answers, remediation. Anyone can
// compute it: jq -cjS 'del(.digest)' report.json | sha256sum. It shows that a
// report was changed by accident or by hand; it is no signature, since whoever
// changes a report can compute it again.
func Seal(r *audit.Report) error {
	r.Identify()
	r.OK = r.Verdict().OK()
	r.Digest = ""
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	r.Digest, err = digestOf(data)
	return err
}

// An Integrity says whether a report is as it was made.
type Integrity int

// The outcomes of [Verify].
const (
	NoDigest Integrity = iota // the report has none
	Intact
	Changed
)

// Verify compares the digest of a report's JSON with its content. It looks at
// the bytes, so that fields of a newer version count too.
func Verify(data []byte) (Integrity, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return NoDigest, noReport(data, err)
	}
	var stated string
	if err := json.Unmarshal(members["digest"], &stated); err != nil || stated == "" {
		return NoDigest, nil
	}
	delete(members, "digest")
	rest, err := json.Marshal(members)
	if err != nil {
		return NoDigest, err
	}
	computed, err := digestOf(rest)
	if err != nil {
		return NoDigest, err
	}
	if computed != stated {
		return Changed, nil
	}
	return Intact, nil
}

// digestOf canonicalizes JSON in place and hashes it.
func digestOf(data []byte) (string, error) {
	v := jsontext.Value(data)
	if err := v.Canonicalize(); err != nil {
		return "", err
	}
	sum := sha256.Sum256(v)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}
