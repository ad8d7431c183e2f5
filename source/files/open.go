package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
	"remotion-doctor/iam/accessdenied"
	"remotion-doctor/iam/managed"
	"remotion-doctor/iam/policy"
	"remotion-doctor/source"
)

// Library returns the managed policies of a file or folder that come before the
// embedded ones; the embedded ones alone where path is empty. The error is a
// [*source.Error] of kind KindInput.
func Library(path string) (*managed.Library, error) {
	if path == "" {
		return managed.Embedded(), nil
	}
	l, err := managed.Open(path)
	if err == nil {
		return l, nil
	}
	msg := err.Error()
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		msg = e.Path + ": " + e.Err.Error()
	}
	return nil, &source.Error{
		Op: "reading the managed policies", Kind: source.KindInput, Msg: msg, Err: err,
		Hint: "it is a file or folder of what `aws iam get-account-authorization-details` or `get-policy-version` prints",
	}
}

// Parameters reads the values of a template's parameters from texts NAME=VALUE.
// Of one name given twice the last wins. The error is a [*source.Error] of kind
// KindInput.
func Parameters(texts []string) (map[string]string, error) {
	out := map[string]string{}
	for _, p := range texts {
		name, text, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, inputf("write it as BucketName=my-bucket", "the parameter %q is not of the form NAME=VALUE", p)
		}
		out[name] = text
	}
	return out, nil
}

// Documents reads the policy documents of some files, by the paths as they were
// given. The error is that of [ReadPolicy]; it wraps [fs.ErrNotExist] where there
// is no such file.
func Documents(paths []string) (map[string]*policy.Document, error) {
	out := map[string]*policy.Document{}
	for _, path := range paths {
		p, err := ReadPolicy(path, "") // what makes no requirement is refused with its reason
		if err != nil {
			return nil, err
		}
		out[path] = p.Document
	}
	return out, nil
}

// RequestDetails reads what AWS recorded of a request: the answer of `aws
// iam-toolbox get-request-authorization-details`, or a decoded authorization
// message. The error is a [*source.Error] of kind KindInput.
func RequestDetails(path string) (*iam.RecordedAuthorization, error) {
	name := Name(path)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, input("reading the authorization details "+name, "", err)
	}
	r, err := accessdenied.ReadDetails(data)
	if err != nil {
		return nil, inputf("it is the answer of `aws iam-toolbox get-request-authorization-details --authorization-id ID`, or a decoded authorization message", "reading %s:%v", name, err)
	}
	r.Source = path
	return r, nil
}

// Target is the target that policy files are by themselves; of a principal
// without any it is the principal.
func Target(paths []string, principal string) audit.Target {
	if len(paths) == 0 {
		return audit.Target{Kind: audit.TargetFile, Name: principal}
	}
	t := audit.Target{Kind: audit.TargetFile, Name: Name(paths[0])}
	if n := len(paths); n > 1 {
		t.Name = fmt.Sprintf("%s and %d more", t.Name, n-1)
	}
	return t
}
