package report

import (
	"net/url"
	"path"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam"
)

// sourceRoot is the base of URIs: the root of the repository, wherever that is
// checked out.
const sourceRoot = "%SRCROOT%"

// location is the place of a statement, else that of the principal.
func (b *sarifBuilder) location(s *audit.Section, ref *iam.StatementRef) sarifLocation {
	out := sarifLocation{Logical: logical(s)}
	switch {
	case ref != nil && ref.File != "":
		out.Physical = &sarifPhysical{Artifact: b.artifact(ref.File)}
		if !ref.Start.IsZero() {
			out.Physical.Region = &sarifRegion{ref.Start.Line, ref.Start.Column, ref.End.Line, ref.End.Column}
		}
	case s.Location != nil:
		out.Physical = &sarifPhysical{Artifact: b.artifact(s.Location.File)}
		if s.Location.Line > 0 {
			out.Physical.Region = &sarifRegion{StartLine: s.Location.Line, StartColumn: s.Location.Column}
		}
	default:
		name := path.Join("iam", s.Account(), s.Principal.Type(), s.Principal.Name())
		if s.Principal.ARN == "" {
			name = path.Join("iam", s.Account(), string(s.Target.Kind), s.Target.Name)
		}
		out.Physical = &sarifPhysical{sarifArtifact{relative(Clean(name)), sourceRoot}, &sarifRegion{StartLine: 1}}
	}
	return out
}

// logical is the place of a principal: its account, and itself in it.
func logical(s *audit.Section) []sarifLogical {
	full := s.Principal.ARN
	if full == "" {
		full = path.Join(s.Account(), string(s.Target.Kind), s.Target.Name)
	}
	out := []sarifLogical{{Name: title(s), Full: Clean(full), Kind: "resource"}}
	if account := s.Account(); account != "" {
		out = append(out, sarifLogical{Name: "account " + Clean(account), Full: Clean(account), Kind: "namespace"})
	}
	return out
}

// artifact is a file of the repository as seen from its root, or a file: URI for
// one elsewhere.
func (b *sarifBuilder) artifact(file string) sarifArtifact {
	file = path.Clean(strings.ReplaceAll(Clean(file), `\`, "/"))
	if strings.HasPrefix(file, "/") {
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: file}).String()}
	}
	if drive, _, ok := strings.Cut(file, ":/"); ok && len(drive) == 1 {
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: "/" + file}).String()}
	}
	return sarifArtifact{relative(path.Join(strings.ReplaceAll(Clean(b.report.Directory), `\`, "/"), file)), sourceRoot}
}

// relative writes a path as a relative reference.
func relative(file string) string { return (&url.URL{Path: file}).String() }
