package checks

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/iam/policy"
)

// Required returns a documented policy as a requirement. version is a release
// of the product, or empty for the newest one.
func (p *Pack) Required(name, version, partition string) (*Requirement, error) {
	version = cmp.Or(version, p.Newest)
	set, note, err := p.PolicyOf(name, version, partition)
	if err != nil {
		return nil, err
	}
	doc, err := p.document(set)
	if err != nil {
		return nil, err
	}
	r := newRequirement(p, name, doc)
	r.Version = strings.TrimPrefix(version, "v")
	if note != "" {
		r.Notes = append(r.Notes, note)
	}
	for i := range doc.Statements {
		s := &doc.Statements[i]
		m, ok := p.moduleFor(name, s)
		if !ok {
			return nil, fmt.Errorf("%s: statement %q belongs to no module", set.File, s.Sid)
		}
		m.Sid = s.Sid
		r.addStatement(m, s, s.Actions)
	}
	r.Operations, err = p.operationsOf(name, version, partition)
	return r, err
}

// moduleFor returns the module that describes a statement of a documented
// policy.
func (p *Pack) moduleFor(name string, s *policy.Statement) (audit.Module, bool) {
	for _, m := range p.Modules {
		if m.Policy == name && slices.Contains(s.Actions, m.Contains) {
			return m.Module, true
		}
	}
	return audit.Module{}, false
}

// PolicyOf returns the policy that a release requires, of the newest release where
// it is empty, and a note where the release is newer than what is known.
func (p *Pack) PolicyOf(name, asked, partition string) (*Policy, string, error) {
	asked = cmp.Or(asked, p.Newest)
	v, err := parseRelease(asked)
	if err != nil {
		return nil, "", err
	}
	list := p.policiesOf(name, partition)
	if len(list) == 0 {
		return nil, "", fmt.Errorf("%s has no %s policy for the partition %s; it runs in %s", p.service(), name, partition, JoinWords(p.Partitions()))
	}
	var found *Policy
	for _, set := range list {
		since, err := parseRelease(set.Since)
		if err != nil {
			return nil, "", err
		}
		if since.Compare(v) <= 0 {
			found = set
		}
	}
	if found == nil {
		return nil, "", fmt.Errorf("no %s policy of %s %s is known for the partition %s; the oldest is that of %s", name, p.Name, asked, partition, list[0].Since)
	}
	if CompareVersions(p.Newest, asked) < 0 {
		return found, fmt.Sprintf("%s %s is newer than %s, the newest that this program knows: its policy of %s is used", p.Name, asked, p.Newest, p.Newest), nil
	}
	return found, "", nil
}

// policiesOf returns the policies of a name and partition, oldest first.
func (p *Pack) policiesOf(name, partition string) []*Policy {
	var out []*Policy
	for i := range p.Policies {
		if set := &p.Policies[i]; set.Name == name && set.partition() == partition {
			out = append(out, set)
		}
	}
	return out
}

// document reads a policy.
func (p *Pack) document(set *Policy) (*policy.Document, error) {
	if p.Files == nil {
		return nil, errors.New(set.File + ": the pack has no files")
	}
	text, err := fs.ReadFile(p.Files, set.File)
	if err != nil {
		return nil, err
	}
	doc, err := policy.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s:%w", set.File, err)
	}
	return doc, nil
}

// grants returns the pairs of action and resource of a policy.
func (p *Pack) grants(set *Policy) ([]Grant, error) {
	return once(&p.made.granted, set, func() ([]Grant, error) {
		doc, err := p.document(set)
		if err != nil {
			return nil, err
		}
		return Pairs(doc), nil
	})
}

// GrantsOf returns the pairs of action and resource that a release documents.
func (p *Pack) GrantsOf(name, version, partition string) ([]Grant, error) {
	set, _, err := p.PolicyOf(name, version, partition)
	if err != nil {
		return nil, err
	}
	shared, err := p.grants(set)
	return slices.Clone(shared), err
}

// Known returns releases by which a range of releases can be resolved: those
// that changed a policy, those before them, and the newest of each major
// version.
func (p *Pack) Known() []string {
	out := append([]string{p.Newest}, p.Releases...)
	for i := range p.Policies {
		since := p.Policies[i].Since
		out = append(out, since)
		if b := before(since); b != "" {
			out = append(out, b)
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}
