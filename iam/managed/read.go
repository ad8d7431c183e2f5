package managed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// Open reads a library from a file or folder and puts it before the embedded
// one. A file holds what AWS's tools print: the answer of `aws iam
// get-account-authorization-details`, or one object a line with "arn" (or
// "Arn") and "document". A folder holds files that are called like the
// policies, each a document or the answer of `aws iam get-policy-version`.
func Open(path string) (*Library, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	l := newLibrary(path)
	l.fallback = embedded
	if !info.IsDir() {
		return l, l.readFile(path)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if err := l.readDocument(filepath.Join(path, e.Name())); err != nil {
			return nil, err
		}
	}
	if len(l.byName) == 0 {
		return nil, fmt.Errorf("the folder %s contains no policies", path)
	}
	return l, nil
}

// An entry is a policy in any of the shapes that a file may hold.
type entry struct {
	ARN      string           `json:"arn"`
	Arn      string           `json:"Arn"`
	Version  string           `json:"version"`
	Document account.Document `json:"document"`

	Policies []account.ManagedPolicy `json:"Policies"`
	Details  *struct {
		Policies []account.ManagedPolicy `json:"Policies"`
	} `json:"AuthorizationDetails"`
}

func (l *Library) readFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	dec := jsontext.NewDecoder(f)
	for {
		var e entry
		err := json.UnmarshalDecode(dec, &e)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return located(path, dec, err)
		}
		l.take(&e)
	}
	if len(l.byARN) == 0 {
		return fmt.Errorf("%s:1:1: the file contains no managed policies", path)
	}
	return nil
}

func (l *Library) take(e *entry) {
	if arn := e.ARN + e.Arn; arn != "" && e.Document.Text != "" {
		l.add(Document{ARN: arn, Version: e.Version, Text: e.Document.Text})
	}
	all := e.Policies
	if e.Details != nil {
		all = slices.Concat(all, e.Details.Policies)
	}
	for i := range all {
		if v, err := all[i].Default(); err == nil && v.Document.Text != "" {
			l.add(Document{ARN: all[i].Arn, Version: v.VersionID, Text: v.Document.Text})
		}
	}
}

func located(path string, dec *jsontext.Decoder, err error) error {
	offset, msg := dec.InputOffset(), err.Error()
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		offset, msg = e.ByteOffset, e.Err.Error()
	}
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		offset, msg = e.ByteOffset, "not of the form of a managed policy"
	}
	f, openErr := os.Open(path)
	if openErr != nil {
		return openErr
	}
	defer f.Close()
	pos, posErr := policy.PositionBehind(io.LimitReader(f, offset))
	if posErr != nil {
		return posErr
	}
	return fmt.Errorf("%s:%s: %s", path, pos, msg)
}

// readDocument reads a file that is called like the policy that it holds.
func (l *Library) readDocument(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var answer struct {
		PolicyVersion struct {
			Document  account.Document
			VersionID string `json:"VersionId"`
		}
	}
	text, version := string(data), ""
	if json.Unmarshal(data, &answer) == nil && answer.PolicyVersion.Document.Text != "" {
		text, version = answer.PolicyVersion.Document.Text, answer.PolicyVersion.VersionID
	}
	if _, err := policy.Parse(strings.TrimSpace(text)); err != nil && !bytes.Contains(data, []byte(`"PolicyVersion"`)) {
		return fmt.Errorf("%s:%w", path, err)
	} else if err != nil {
		return fmt.Errorf("%s:1:1: PolicyVersion.Document: %w", path, err)
	}
	name := strings.TrimSuffix(filepath.Base(path), ".json")
	l.byName[name] = Document{Version: version, Text: text}
	return nil
}
