package fleet

import (
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"remotion-doctor/audit"
	"remotion-doctor/checks/remotion"
	"remotion-doctor/doctor"
	"remotion-doctor/iam/account"
	"remotion-doctor/source"
)

// A Place is an account that is to be audited, and the way to it.
type Place struct {
	ID         string
	Name, Unit string
	// Asked are the flags by which a follow-up command finds the same facts, where
	// the Account does not say.
	Asked []audit.Flag
	// Status is that of the organization; empty where it is not known. Own says that
	// the credentials that there are belong to the account.
	Status string
	Own    bool
	// Source returns a digest of what the account is read from, which a kept report must
	// be of; nil for AWS itself.
	Source func() string
	// Skip says why there is nothing to audit; empty where there is.
	Skip string
	// Open reads the account. The error says why it cannot be read.
	Open func(ctx context.Context) (Account, error)
}

func (p *Place) source() string {
	if p.Source == nil {
		return ""
	}
	return p.Source()
}

// Options say what is asked of every account. Of the Options of a check, Source
// and Targets are set for each account.
type Options struct {
	doctor.Options
	// Who are the principals to check: callers, renderers, all, or patterns of names, one of which has to match. Empty is all.
	Who []string
	// Tags are KEY=VALUE, or KEY for any value: only principals with all of them.
	Tags []string
	// Administrators keeps those in the report who may do everything and pass.
	Administrators bool
	// Arguments is the digest of what was asked; see [audit.Account.Arguments].
	Arguments string
}

// The values of Options.Who that are no names.
const (
	Callers   = "callers"
	Renderers = "renderers"
	All       = "all"
)

// Audit finds and checks the principals of one account. What could not be read
// is in the report: it always has the account, and a section where the account
// could not be read.
func Audit(ctx context.Context, p Place, o Options) *audit.Report {
	record := audit.Account{ID: p.ID, Name: p.Name, Unit: p.Unit, Arguments: o.Arguments, Source: p.source(), Status: audit.AccountAudited}
	if p.Skip != "" {
		record.Status, record.Why = audit.AccountSkipped, p.Skip
		return bare(o, record)
	}
	a, err := p.Open(ctx)
	if err != nil {
		return unread(o, record, err)
	}
	if a.Pack == nil {
		a.Pack = o.Pack
	}
	if a.Asked == nil {
		a.Asked = p.Asked
	}
	if record.ID == "" {
		record.ID = a.Snapshot.AccountID
	}
	record.Principals = len(a.Snapshot.AuthorizationDetails.Roles) + len(a.Snapshot.AuthorizationDetails.Users)
	found, err := Find(ctx, a)
	if err != nil {
		return unread(o, record, err)
	}
	record.SkippedRegions = offRegions(a.Snapshot)
	r := check(ctx, a, tagged(a.Snapshot, selected(found, o.Who), o.Tags), o, record)
	unlisted(r, a.Snapshot)
	return r
}

// offRegions are the Regions that are not enabled in an account, sorted.
func offRegions(s *account.Snapshot) []string {
	var out []string
	for i := range s.Gaps {
		if g := &s.Gaps[i]; g.Off && !slices.Contains(out, g.Resource) {
			out = append(out, g.Resource)
		}
	}
	slices.Sort(out)
	return out
}

// listed are the services in which users of roles are looked for.
var listed = []string{"lambda", "ec2", "ecs", "eks"}

// unlisted adds a section for what could not be listed in an account: somebody
// whom the audit should have found may be there.
func unlisted(r *audit.Report, s *account.Snapshot) {
	var what []string
	for i := range s.Gaps {
		g := &s.Gaps[i]
		service, _, _ := strings.Cut(g.Operation, ":")
		if !g.Off && slices.Contains(listed, service) && r.Accounts[0].Status != audit.AccountUnread {
			what = append(what, strings.TrimSpace(g.Operation+" "+g.Resource)+": "+g.Reason)
		}
	}
	if len(what) == 0 {
		return
	}
	a := &r.Accounts[0]
	problem := audit.NewProblem(string(source.KindUnavailable), "not everybody who renders in account "+a.ID+" could be looked for: "+strings.Join(what, "; "), "run the same command again, or grant what the role to read with lacks (deploy/reader-policy.json)")
	a.Status, a.Why = audit.AccountIncomplete, problem.Message
	r.Sections = append(r.Sections, accountSection(a.ID, &problem))
	r.Identify()
	r.OK = r.Verdict().OK()
}

// accountSection is the section of an account that could not be read, or not whole.
func accountSection(id string, problem *audit.Problem) audit.Section {
	s := audit.Section{
		Target:      audit.Target{Kind: audit.TargetAccount, Name: id},
		Requirement: audit.Requirement{Name: remotion.Caller},
		Regions:     []string{}, Modules: []audit.Module{}, Findings: []audit.Finding{}, Operations: []audit.Operation{}, Obstacles: []audit.Obstacle{},
		Error: problem, Incomplete: source.Kind(problem.Kind).Passing(),
	}
	s.Principal.AccountID = id
	return s
}

// check checks what was found.
func check(ctx context.Context, a Account, found []Found, o Options, record audit.Account) *audit.Report {
	o.Source, o.Asked.Source = a.Source, a.Asked
	o.Targets = make([]doctor.Target, len(found))
	for i, f := range found {
		o.Targets[i] = doctor.Target{Target: f.Target, Requirements: []string{f.Requirement}}
	}
	r, err := doctor.Check(ctx, o.Options)
	if err != nil {
		return unread(o, record, err)
	}
	r.Sections = kept(r, found, o, &record)
	if r.Verdict().Incomplete > 0 || r.Verdict().Unchecked > 0 {
		record.Status = audit.AccountIncomplete
	}
	r.Accounts = []audit.Account{record}
	r.OK = r.Verdict().OK()
	return r
}

// kept are the sections that belong into the report, with the reasons for which
// their principals were found. The others, of administrators that are proven to
// pass, are counted.
func kept(r *audit.Report, found []Found, o Options, record *audit.Account) []audit.Section {
	out := make([]audit.Section, 0, len(r.Sections))
	for i := range r.Sections {
		s := r.Sections[i]
		f, ok := foundAs(found, &s)
		if ok && f.Administrator && !o.Administrators && proven(&s) {
			record.Administrators++
			continue
		}
		switch s.Requirement.Name {
		case remotion.Renderer:
			record.Renderers++
		default:
			record.Callers++
		}
		if ok {
			s.Found = f.Why
		}
		out = append(out, s)
	}
	return out
}

func foundAs(found []Found, s *audit.Section) (Found, bool) {
	i := slices.IndexFunc(found, func(f Found) bool {
		return f.ARN == s.Principal.ARN && f.Requirement == s.Requirement.Name
	})
	if i < 0 {
		return Found{}, false
	}
	return found[i], true
}

// proven reports whether a section passes by more than samples.
func proven(s *audit.Section) bool {
	return s.Met() && s.Coverage == audit.CoverageProven && !s.Unfinished()
}

// selected are the principals that were asked for.
func selected(found []Found, who []string) []Found {
	if len(who) == 0 || slices.Contains(who, All) {
		return found
	}
	return slices.DeleteFunc(slices.Clone(found), func(f Found) bool {
		return !slices.ContainsFunc(who, func(w string) bool { return wanted(f, w) })
	})
}

// tagged are the principals with all of some tags.
func tagged(s *account.Snapshot, found []Found, tags []string) []Found {
	if len(tags) == 0 {
		return found
	}
	has := func(list []account.Tag, want string) bool {
		return slices.ContainsFunc(list, func(t account.Tag) bool { return t.Key == want || t.Key+"="+t.Value == want })
	}
	return slices.DeleteFunc(slices.Clone(found), func(f Found) bool {
		list := tagsOf(s, f.ARN)
		return slices.ContainsFunc(tags, func(t string) bool { return !has(list, t) })
	})
}

func tagsOf(s *account.Snapshot, arn string) []account.Tag {
	if r, err := s.Role(arn); err == nil {
		return r.Tags
	}
	if u, err := s.User(arn); err == nil {
		return u.Tags
	}
	return nil
}

func wanted(f Found, who string) bool {
	switch who {
	case Callers:
		return f.Requirement == remotion.Caller
	case Renderers:
		return f.Requirement == remotion.Renderer
	}
	name := f.ARN[strings.LastIndexByte(f.ARN, '/')+1:]
	ok, _ := path.Match(who, name)
	return ok || who == f.ARN
}

// ValidWho refuses a value of Options.Who that is no pattern.
func ValidWho(who []string) error {
	for _, w := range who {
		if _, err := path.Match(w, ""); err != nil {
			return fmt.Errorf("%q is no pattern of names", w)
		}
	}
	return nil
}

// attempts is how often something was tried, in an error. It differs from run to
// run, and the same run ends with the same bytes.
var attempts = regexp.MustCompile(`, (?:after )?\d+ attempts`)

// incomplete is the exit code of an audit that has left something out, whatever the
// reason.
const incomplete = 3

// unread is the report of an account that could not be read: one section with
// the reason.
func unread(o Options, record audit.Account, err error) *audit.Report {
	problem := audit.NewProblem(string(source.KindOther), err.Error(), "")
	if e, ok := errors.AsType[*source.Error](err); ok {
		problem = e.Problem()
	}
	problem.Message = attempts.ReplaceAllString(problem.Message, "")
	problem.ExitCode = incomplete
	record.Status, record.Why = audit.AccountUnread, problem.Message
	r := bare(o, record)
	r.Sections = []audit.Section{accountSection(record.ID, &problem)}
	r.Identify()
	r.OK = r.Verdict().OK()
	return r
}

// bare is a report without sections.
func bare(o Options, record audit.Account) *audit.Report {
	r := &audit.Report{
		SchemaVersion: audit.SchemaVersion, Tool: o.Tool, Engine: audit.EngineLocal,
		Sections: []audit.Section{}, Accounts: []audit.Account{record},
	}
	if o.Now != nil {
		r.GeneratedAt = o.Now().UTC()
	}
	r.OK = r.Verdict().OK()
	return r
}
