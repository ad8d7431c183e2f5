package eval

import (
	"slices"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/policy"
)

// A world is a request with everything that decides it, for the naive
// evaluator: who asks, of which account, and the policies as documents.
type world struct {
	who, account, session string // as in IAM: the role's ARN, and the session's
	kind                  string // user, role, session, root, federated, service, slr
	action, resource      string
	owner                 string // account of the resource
	context               map[string][]string
	lists                 map[string]bool // the keys that have lists

	identity, boundary, sessionPolicy, endpoint, own []*policy.Statement
	bounded, limited, through                        bool // there is a boundary, session policy, endpoint
	scps, rcps                                       [][]*policy.Statement
	state                                            string // of the resource's policy: given, none, unread, silent
	blockPublic                                      bool
	management, restricted                           string // the organization's account, and the one that the rcps are of
}

// decide walks the flow chart of "Policy evaluation logic" statement by
// statement. It returns an empty decision where the resource's policy decides
// and is not known.
func (w *world) decide() iam.Decision {
	if w.action == "sts:GetCallerIdentity" {
		return iam.Allowed
	}
	if w.denied() {
		return iam.ExplicitDeny
	}
	if d := w.undenied(); d != iam.Allowed || w.restricted == "" || w.restricted == w.owner || !w.refused(w.controls()) {
		return d
	}
	return "" // they may be those of the resource's account as well
}

// undenied decides what no policy denies.
func (w *world) undenied() iam.Decision {
	missing := w.state == "silent" && (w.foreign() && w.service() != "iam" || w.trust()) || w.state == "unread"
	if !missing {
		return w.withOwn(w.ownSays())
	}
	best, worst := w.withOwn("direct"), w.withOwn("")
	if w.state == "unread" || w.trust() || w.foreign() {
		worst = iam.ImplicitDeny // it may deny
	}
	if best != worst {
		return ""
	}
	return worst
}

// denied looks for a Deny in every policy that applies.
func (w *world) denied() bool {
	sets := [][]*policy.Statement{w.boundary, w.sessionPolicy, w.endpoint, w.own}
	if w.kind != "root" && w.kind != "service" {
		sets = append(sets, w.identity)
	}
	if w.ruled() {
		sets = append(sets, w.scps...)
	}
	if w.restricted == "" || w.restricted == w.owner {
		sets = append(sets, w.controls()...)
	}
	return w.refused(sets)
}

// ruled says whether service control policies concern the caller.
func (w *world) ruled() bool {
	return w.kind != "slr" && w.kind != "service" && w.account != w.management
}

// controls are the resource control policies that concern the request.
func (w *world) controls() [][]*policy.Statement {
	if w.kind == "slr" || w.management != "" && w.owner == w.management || !slices.Contains([]string{"s3", "sqs", "kms", "sts"}, strings.Split(w.action, ":")[0]) {
		return nil
	}
	return w.rcps
}

func (w *world) refused(sets [][]*policy.Statement) bool {
	for _, set := range sets {
		for _, s := range set {
			if s.Effect == policy.Deny && w.about(s) && w.concerned(s) {
				return true
			}
		}
	}
	return false
}

// concerned: a Deny is about the principals that it names, in any way, or about
// all that it does not exempt.
func (w *world) concerned(s *policy.Statement) bool {
	if s.Principals == nil || !s.Principals.Not {
		return s.Principals == nil || w.named(s) != ""
	}
	listed := func(name string) bool { return slices.Contains(s.Principals.AWS, name) }
	root := "arn:aws:iam::" + w.account + ":root"
	switch w.kind {
	case "service":
		return !slices.Contains(s.Principals.Service, w.who)
	case "root":
		return !listed(root) && !listed(w.account)
	}
	spared := (listed(root) || listed(w.account)) && listed(w.who) && (w.session == "" || listed(w.session)) && !w.bounded
	return !spared
}

// named says how a statement names the caller: direct, role or account.
func (w *world) named(s *policy.Statement) string {
	p := s.Principals
	everyone := p.Any || slices.Contains(p.AWS, "*")
	switch {
	case w.kind == "service":
		if everyone || slices.Contains(p.Service, w.who) {
			return "direct"
		}
		return ""
	case w.session != "" && slices.Contains(p.AWS, w.session):
		return "direct"
	case everyone || slices.Contains(p.AWS, w.who):
		if w.kind == "role" || w.kind == "session" || w.kind == "slr" || w.kind == "federated" && !slices.Contains(p.AWS, w.who) {
			return "role"
		}
		return "direct"
	case slices.Contains(p.AWS, w.account) || slices.Contains(p.AWS, "arn:aws:iam::"+w.account+":root"):
		return "account"
	}
	return ""
}

// ownSays is the best way in which the resource's policy allows.
func (w *world) ownSays() string {
	if w.state == "silent" && w.key() && !w.foreign() {
		return "account" // AWS's default key policy
	}
	best := ""
	for _, s := range w.own {
		if s.Effect == policy.Allow && w.about(s) {
			if how := w.named(s); best == "" || how == "direct" || how == "role" && best == "account" {
				if how != "" {
					best = how
				}
			}
		}
	}
	return best
}

// withOwn goes on behind the denies, with what the resource's policy says.
func (w *world) withOwn(own string) iam.Decision {
	ok := func(b bool) iam.Decision {
		if b {
			return iam.Allowed
		}
		return iam.ImplicitDeny
	}
	if w.ruled() {
		for _, level := range w.scps {
			if !w.allows(level) {
				return iam.ImplicitDeny
			}
		}
	}
	if w.through && !slices.ContainsFunc(w.endpoint, func(s *policy.Statement) bool { return s.Effect == policy.Allow && w.about(s) && w.named(s) != "" }) {
		return iam.ImplicitDeny
	}
	if w.blockPublic && w.foreign() && w.kind != "service" && w.public() {
		return iam.ImplicitDeny
	}
	identity := w.allows(w.identity) || w.kind == "root"
	boundary := !w.bounded || w.allows(w.boundary)
	session := !w.limited && w.kind != "federated" || w.allows(w.sessionPolicy)
	switch {
	case w.kind == "service":
		return ok(own != "")
	case w.foreign():
		return ok(own != "" && identity && boundary && session)
	case own == "direct":
		return iam.Allowed
	case own == "role":
		return ok(boundary && session)
	case (w.key() || w.trust()) && own != "account":
		return iam.ImplicitDeny
	}
	return ok(identity && boundary && session)
}

func (w *world) allows(set []*policy.Statement) bool {
	return slices.ContainsFunc(set, func(s *policy.Statement) bool { return s.Effect == policy.Allow && w.about(s) })
}

func (w *world) foreign() bool   { return w.owner != w.account }
func (w *world) service() string { return strings.Split(w.resource, ":")[2] }
func (w *world) key() bool       { return strings.Contains(w.resource, ":key/") }
func (w *world) trust() bool     { return w.action == "sts:AssumeRole" }

func (w *world) public() bool {
	return slices.ContainsFunc(w.own, func(s *policy.Statement) bool {
		return s.Effect == policy.Allow && (s.Principals.Any || slices.Contains(s.Principals.AWS, "*")) && !slices.ContainsFunc(s.Conditions, func(c policy.Condition) bool {
			return c.Key == "aws:SourceVpc" && c.Operator == "StringEquals" && !strings.Contains(strings.Join(c.Values, ""), "$")
		})
	})
}

// about reports whether a statement is about the action, the resource and the
// context of the request.
func (w *world) about(s *policy.Statement) bool {
	action := slices.ContainsFunc(s.Actions, func(a string) bool { return glob(strings.ToLower(a), strings.ToLower(w.action)) })
	resource := len(s.Resources) == 0 || s.NotResource != slices.ContainsFunc(s.Resources, func(r string) bool {
		text, ok := w.filled(r)
		return ok && glob(text, w.resource)
	})
	return action != s.NotAction && resource && !slices.ContainsFunc(s.Conditions, func(c policy.Condition) bool { return !w.holds(c) })
}

// filled replaces the one variable that a text may have.
func (w *world) filled(text string) (string, bool) {
	before, rest, found := strings.Cut(text, "${")
	if !found {
		return text, true
	}
	key, after, _ := strings.Cut(rest, "}")
	v := w.context[key]
	if len(v) != 1 || w.lists[key] {
		return "", false
	}
	return before + v[0] + after, true
}

// holds decides a condition as the table of operators says.
func (w *world) holds(c policy.Condition) bool {
	v, present := w.context[c.Key]
	any := func(equal func(want, have string) bool, have string) bool {
		return slices.ContainsFunc(c.Values, func(want string) bool {
			text, ok := w.filled(want)
			return ok && equal(text, have)
		})
	}
	same := func(want, have string) bool { return want == have }
	one := func(equal func(want, have string) bool) bool {
		return present && !w.lists[c.Key] && any(equal, v[0])
	}
	switch c.Operator {
	case "StringEquals":
		return one(same)
	case "StringNotEquals":
		return !present || !w.lists[c.Key] && !any(same, v[0])
	case "StringLike":
		return one(glob)
	case "StringEqualsIfExists":
		return !present || one(same)
	case "Bool":
		return one(strings.EqualFold)
	case "Null":
		return (c.Values[0] == "true") != present
	case "ForAnyValue:StringEquals":
		return slices.ContainsFunc(v, func(have string) bool { return any(same, have) })
	case "ForAllValues:StringEquals":
		return !slices.ContainsFunc(v, func(have string) bool { return !any(same, have) })
	}
	panic(c.Operator)
}

// glob is the wildcard matcher by its definition.
func glob(pattern, s string) bool {
	switch {
	case pattern == "":
		return s == ""
	case pattern[0] == '*':
		return glob(pattern[1:], s) || s != "" && glob(pattern, s[1:])
	}
	return s != "" && (pattern[0] == '?' || pattern[0] == s[0]) && glob(pattern[1:], s[1:])
}
