package eval

import (
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
	requests "remotion-doctor/iam/request"
)

// Alike writes all that decides about requests of a role for some actions, so that
// two roles with the same output are decided alike: the same decision,
// with the same evidence, for the same request. It reports false for what is no
// role by itself.
//
// Two things are left out. The identities of the role's inline policies: where
// evidence refers to them, it is to those of the same names. And what the role
// itself is called, unless a policy can tell: of a condition on a key that its
// requests carry the outcome is written, of a variable the value, and where a
// policy names the role the role itself. What [Policies.Lookup] finds is not
// written.
func (p *Policies) Alike(who iam.Principal, actions []string, w hash.Hash) bool {
	a, ok := policy.ParseARN(who.ARN)
	if !ok || a.Type() != "role" || who.Session != "" || p.SessionName != "" || strings.HasPrefix(a.Resource, "role/aws-service-role/") {
		return false
	}
	facts := p.Facts
	facts.Principal = who
	l := likeness{w: w, who: who, request: newRequest("", "", nil)}
	known := newFacts(&facts)
	l.request.known = &known
	l.text(a.Partition, a.AccountID, who.AccountID, string(who.Host.Kind), who.Host.ARN, p.ResourceAccount, p.RCPAccount)
	l.value(who.Instead, p.Gaps, p.Facts.Organization, p.Facts.Region, p.Facts.Tags, p.Facts.MoreTags)
	l.level(p.Identity)
	for _, doc := range who.Supposing {
		l.supposed(doc, actions)
	}
	for _, one := range []*Policy{p.Boundary, p.Session, p.Endpoint, p.Resource} {
		l.maybe(one)
	}
	for _, levels := range [][][]Policy{p.SCPs, p.RCPs} {
		l.value(levels != nil, len(levels))
		for _, level := range levels {
			l.level(level)
		}
	}
	for _, r := range p.Resources.all() {
		l.text(r.ARN, r.Account, r.Why)
		l.value(r.None, r.PublicAccess)
		l.maybe(r.Policy)
	}
	l.rest(&facts)
	return true
}

// A likeness writes texts so that no two lists of them are written alike.
type likeness struct {
	w   hash.Hash
	who iam.Principal
	// named says that a policy names principals.
	named bool
	// request carries what is the same for all requests of the role.
	request request
	// open are texts in which a key can stand whose value is filled in, in lower
	// case.
	open strings.Builder
	room []byte
}

func (l *likeness) text(list ...string) {
	for _, s := range list {
		l.room = append(strconv.AppendInt(l.room[:0], int64(len(s)), 10), ':')
		l.room = append(l.room, s...)
		_, _ = l.w.Write(l.room) // a hash takes everything
	}
}

// value writes plain data.
func (l *likeness) value(list ...any) {
	for _, v := range list {
		data, err := json.Marshal(v)
		l.text(string(data), fmt.Sprint(err))
	}
}

func (l *likeness) level(list []Policy) {
	l.value(list != nil, len(list))
	for i := range list {
		l.policy(&list[i])
	}
}

func (l *likeness) maybe(p *Policy) {
	l.value(p != nil)
	if p != nil {
		l.policy(p)
	}
}

func (l *likeness) policy(p *Policy) {
	id := p.ID
	if id == iam.InlinePolicy(l.who.ARN, p.Name) {
		id = "own"
	}
	l.text(string(id), p.Name, p.ARN)
	if p.Origin != nil {
		l.value(p.Origin)
	}
	l.read(p.Document, p.program != nil && p.program.document == p.Document)
}

// document writes a document as it is in its source, which the places of its
// statements depend on, and as it is understood.
func (l *likeness) document(doc *policy.Document) { l.read(doc, false) }

// read writes a document; parsed says that all of it follows from its source.
func (l *likeness) read(doc *policy.Document, parsed bool) {
	if doc == nil || !parsed {
		l.value(doc)
	}
	if doc == nil {
		return
	}
	l.text(doc.Source)
	for i := range doc.Statements {
		s := &doc.Statements[i]
		l.named = l.named || s.Principals != nil && mayName(s.Principals, l.who)
		l.fillable(s.Resources)
		for _, c := range s.Conditions {
			l.condition(c)
		}
	}
}

// mayName reports whether an element could treat a role in another way than the
// other roles of its account: whether one of its names holds the role's. Accounts,
// services and everyone are the same for all.
func mayName(p *policy.Principals, who iam.Principal) bool {
	name := strings.ToLower("/" + who.Name())
	return slices.ContainsFunc(p.AWS, func(s string) bool { return strings.Contains(strings.ToLower(s), name) })
}

// supposed writes a document that was made, not read: its statements have no
// places. Of one that concerns other actions only that it is there.
func (l *likeness) supposed(doc *policy.Document, actions []string) {
	if doc.Source != "" {
		l.document(doc)
		return
	}
	l.text(doc.Version)
	for i := range doc.Statements {
		s := &doc.Statements[i]
		about := s.NotAction || slices.ContainsFunc(s.Actions, func(a string) bool {
			return isWild(a) || slices.ContainsFunc(actions, func(b string) bool { return strings.EqualFold(a, b) })
		})
		if !about {
			l.text("other", s.Sid)
			continue
		}
		l.document(&policy.Document{Version: doc.Version, Statements: doc.Statements[i : i+1]})
	}
}

// condition writes whether a condition holds for all requests of the role, where
// its key is one that they carry. Nothing else of a value decides.
func (l *likeness) condition(c policy.Condition) {
	if l.fillable(c.Values) {
		l.open.WriteString("${" + strings.ToLower(c.Key) + "}")
		return
	}
	if v := l.request.find(strings.ToLower(c.Key)); v != nil {
		compiled := compileCondition(c, false)
		l.value(len(v.values), v.list, compiled.holds(&l.request), compiled.hesitates(&l.request))
	}
}

// fillable takes in texts in which variables can stand, and reports whether any
// do.
func (l *likeness) fillable(texts []string) bool {
	found := false
	for _, s := range texts {
		if strings.Contains(s, "${") {
			l.open.WriteString(strings.ToLower(s))
			found = true
		}
	}
	return found
}

// rest writes the values that are filled in, and the role where it is named.
func (l *likeness) rest(facts *requests.Facts) {
	if l.named {
		l.text(l.who.ARN)
	}
	texts := l.open.String()
	for _, e := range facts.Fixed() {
		if strings.Contains(texts, strings.TrimSuffix(strings.ToLower(e.Key), "*")) {
			l.text(e.Key)
			l.value(e.Type, e.Values, e.OneOf)
		}
	}
}
