package policytext

import (
	"bytes"

	"remotion-doctor/checks"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
	"remotion-doctor/source/files"
)

// Lint finds the faults of policy files, and names those that are no copy of a
// documented policy. read returns a file; "-" is the standard input.
func Lint(pack *checks.Pack, paths []string, read func(path string) ([]byte, error), scope checks.LintScope) (faults []FileFault, unknown []string, err error) {
	faults = []FileFault{}
	for _, path := range paths {
		data, err := read(path)
		if err != nil {
			return nil, nil, &source.Error{Kind: source.KindInput, Msg: "reading the policy: " + err.Error(), Err: err}
		}
		if path == "-" {
			path = "standard input"
		}
		text, err := files.ReadText(bytes.NewReader(data), path)
		if err != nil {
			return nil, nil, err
		}
		doc, broken, err := checks.ParseToLint(text)
		if err != nil {
			return nil, nil, files.Unparsed(path, err)
		}
		if _, ok := pack.Recognize([]*policy.Document{doc}); !ok {
			unknown = append(unknown, path)
		}
		for _, fault := range append(broken, pack.Lint(doc, scope)...) {
			faults = append(faults, FileFault{File: path, Fault: fault})
		}
	}
	return faults, unknown, nil
}
