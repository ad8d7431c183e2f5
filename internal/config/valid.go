package config

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"remotion-doctor/audit"
	"remotion-doctor/checks"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/iam/policy"
	"remotion-doctor/internal/asked"
)

// valid refuses a value that no command would accept: what is wrong with it, as an
// [*audit.Problem] without a place.
func (k *Key) valid(value string) error {
	if len(k.OneOf) > 0 {
		return asked.OneOf(k.Name, value, k.OneOf...)
	}
	switch k.Name {
	case "targets":
		return validTarget(value)
	case "region":
		return asked.ValidRegions(strings.Split(value, ","))
	case "account", "output-account":
		if !policy.IsAccountID(value) {
			return audit.Invalid("it has twelve digits", "%s %q is no account id", k.Name, value)
		}
	case "parameter", "context":
		if name, _, ok := strings.Cut(value, "="); !ok || name == "" {
			return audit.Invalid("", "%s %q is not of the form NAME=VALUE", k.Name, value)
		}
	case "for":
		return asked.ValidOperations(strings.Split(value, ","))
	case "feature":
		for name := range strings.SplitSeq(value, ",") {
			if err := remotion.Pack().Switch(&checks.Deployment{}, name); err != nil {
				return err
			}
		}
	case "remotion-version":
		_, err := asked.Release(value)
		return err
	}
	return nil
}

// validTarget refuses what names no target.
func validTarget(text string) error {
	kind, _, _ := strings.Cut(text, ":")
	if _, ok := audit.ParseTarget(text); !ok && kind != "renderer" && kind != "caller" {
		return audit.Invalid("write it as function:video-api, role:render or renderer", "%q is no target", text)
	}
	return nil
}

// check refuses the value of a node that no command would accept.
func (r *reader) check(k *Key, n *yaml.Node) error {
	err := k.valid(n.Value)
	if err == nil {
		return nil
	}
	hint := ""
	if p, ok := errors.AsType[*audit.Problem](err); ok {
		hint = p.Hint
	}
	return r.fail(n, hint, "%s", strings.TrimPrefix(err.Error(), "--"))
}

// unread words an error of the YAML reader with its place.
func unread(path string, data []byte, err error) error {
	line, column, text, hint := 1, 1, strings.TrimPrefix(err.Error(), "yaml: "), ""
	if e, ok := errors.AsType[*yaml.LoadError](err); ok {
		text = e.Message
		if e.Mark.Line > 0 {
			line, column = e.Mark.Line, max(1, e.Mark.Column)
		}
	}
	lines := bytes.Split(bytes.TrimRight(data, "\r\n"), []byte("\n"))
	if line > len(lines) {
		line, hint = len(lines), "the text ends too early: close the bracket or the quotation mark that is open"
		column = utf8.RuneCount(lines[line-1]) + 1
	}
	if strings.Contains(text, "cannot start any token") {
		hint = "YAML is indented with blanks, not with tabs"
	}
	return audit.Invalid(hint, "%s:%d:%d: %s", path, line, column, text)
}
