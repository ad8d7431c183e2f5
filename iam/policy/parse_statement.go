package policy

import (
	"fmt"
	"unicode/utf8"
)

func (p *parser) statements() error {
	at := p.start()
	switch p.dec.PeekKind() {
	case '{':
		// A lone statement has no bracket before it; the simulator counts
		// from behind its own brace (recorded case pos-singleton).
		return p.statement(at + 1)
	case '[':
		if _, err := p.dec.ReadToken(); err != nil {
			return err
		}
		for p.dec.PeekKind() != ']' {
			if err := p.statement(int(p.dec.InputOffset())); err != nil {
				return err
			}
		}
		if _, err := p.dec.ReadToken(); err != nil {
			return err
		}
		if len(p.doc.Statements) == 0 {
			return p.failf(at, "Statement is empty")
		}
		return nil
	default:
		return p.wrongKind(at, "Statement", "an object or an array of objects")
	}
}

func (p *parser) statement(after int) error {
	s := Statement{After: p.pos.at(p.src, after)}
	at := p.start()
	singleton := after > at
	if !singleton {
		s.Start = p.pos.at(p.src, at)
	}
	var action, resource, effect bool
	err := p.object("a statement", func(key string, at int) error {
		var err error
		switch key {
		case "Sid":
			s.Sid, err = p.text(key)
		case "Effect":
			effect = true
			var text string
			text, err = p.text(key)
			s.Effect = Effect(text)
			if err == nil && s.Effect != Allow && s.Effect != Deny {
				return p.fail(at, fmt.Sprintf("Effect %q must be Allow or Deny", text), "IAM's words are case-sensitive")
			}
		case "Principal", "NotPrincipal":
			if s.Principals != nil {
				return p.failf(at, "a statement has either Principal or NotPrincipal")
			}
			s.Principals, err = p.principals(key)
		case "Action", "NotAction":
			if action {
				return p.failf(at, "a statement has either Action or NotAction")
			}
			action, s.NotAction = true, key == "NotAction"
			s.Actions, err = p.texts(key)
		case "Resource", "NotResource":
			if resource {
				return p.failf(at, "a statement has either Resource or NotResource")
			}
			resource, s.NotResource = true, key == "NotResource"
			s.Resources, err = p.texts(key)
		case "Condition":
			s.Conditions, err = p.conditions()
		default:
			return p.unknownKey(at, key, "a statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case !effect:
		return p.fail(at, "the statement has no Effect", `add "Effect": "Allow" or "Deny"`)
	case !action:
		return p.fail(at, "the statement has neither Action nor NotAction", "")
	case s.Principals == nil && !validSid(s.Sid):
		return p.fail(at, fmt.Sprintf("Sid %q has characters other than A-Z, a-z and 0-9", s.Sid), "rename it; IAM refuses to store it")
	case !resource && s.Principals == nil:
		return p.fail(at, "the statement has neither Resource nor NotResource", "")
	}
	end := int(p.dec.InputOffset())
	s.Span = Span{at, end}
	s.End = p.pos.at(p.src, end)
	if singleton {
		s.Start = s.After
		s.Start.Column--
	}
	p.doc.Statements = append(p.doc.Statements, s)
	return nil
}

// validSid: "[A-Za-z0-9]*" in IAM; services with policies of their own take
// more (IAM User Guide, "IAM JSON policy elements: Sid").
func validSid(sid string) bool {
	for i := 0; i < len(sid); i++ {
		c := sid[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func (p *parser) checkSids() error {
	seen := map[string]bool{}
	for i := range p.doc.Statements {
		s := &p.doc.Statements[i]
		if s.Sid == "" {
			continue
		}
		if seen[s.Sid] {
			return p.fail(s.Span.Start, fmt.Sprintf("Sid %q is used twice", s.Sid), "Sids must be unique within a policy")
		}
		seen[s.Sid] = true
	}
	return nil
}

func (p *parser) principals(key string) (*Principals, error) {
	out := &Principals{Not: key == "NotPrincipal"}
	at := p.start()
	if p.dec.PeekKind() == '"' {
		text, err := p.text(key)
		if err == nil && text != "*" {
			return nil, p.fail(at, fmt.Sprintf("%s %q must be an object or \"*\"", key, text), `write {"AWS": "…"}`)
		}
		out.Any = true
		return out, err
	}
	err := p.object(key, func(kind string, at int) error {
		var err error
		switch kind {
		case "AWS":
			out.AWS, err = p.texts(kind)
		case "Service":
			out.Service, err = p.texts(kind)
		case "Federated":
			out.Federated, err = p.texts(kind)
		case "CanonicalUser":
			out.CanonicalUser, err = p.texts(kind)
		default:
			return p.unknownKey(at, kind, key, "AWS", "Service", "Federated", "CanonicalUser")
		}
		return err
	})
	return out, err
}

func (p *parser) conditions() ([]Condition, error) {
	var out []Condition
	err := p.object("Condition", func(operator string, at int) error {
		if !KnownOperator(operator) {
			return p.fail(at, fmt.Sprintf("condition operator %q does not exist", operator), "")
		}
		return p.object(operator, func(key string, at int) error {
			values, err := p.list(key, true)
			if err != nil {
				return err
			}
			out = append(out, Condition{Operator: operator, Key: key, Values: values})
			return nil
		})
	})
	return out, err
}

// A cursor turns growing offsets into positions in one pass over the source.
type cursor struct {
	offset, line, chars int
}

func (c *cursor) at(src string, offset int) Position {
	for c.offset < offset && c.offset < len(src) {
		b := src[c.offset]
		c.offset++
		switch {
		case b == '\r' && c.offset < len(src) && src[c.offset] == '\n':
			// The line ends behind the LF that follows.
		case b == '\n' || b == '\r':
			c.line++
			c.chars = 0
			continue
		}
		if utf8.RuneStart(b) {
			c.chars++
		}
	}
	return Position{Line: c.line + 1, Column: c.chars + 1}
}

func decodeRune(s string) (rune, int) {
	r, size := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size <= 1 {
		return -1, 1
	}
	return r, size
}
