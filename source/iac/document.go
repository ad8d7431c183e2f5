package iac

import (
	"errors"

	"github.com/go-json-experiment/json/jsontext"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/policy"
)

// maxChoices bounds the statements that one statement becomes because nobody
// knows which branch of its Fn::If holds.
const maxChoices = 16

// A documentWriter turns a resolved value into a policy document. What is not
// known becomes a variable of [policy.Unknown]; a statement whose effect, the actions or the principal are not known becomes statements under
// a condition that nobody can decide.
type documentWriter struct {
	jsonWriter
	file string
	sids keySet
	// anyAccount: nobody knows which account the deployment is in.
	anyAccount bool
	origin     account.Origin
	// resource says that it is the policy of a resource, whose Sids may be any
	// text; made are the principals of the deployment that it may name.
	resource bool
	made     map[*resource]*principal
}

// document makes the policy document of a value. conditions, in words, are
// those under which the document exists at all.
func (s *stack) document(v value, what string, at *resource, conditions ...string) (account.Document, error) {
	return s.writer().document(s, v, what, at, conditions)
}

// resourceDocument makes the policy of a resource, which names principals.
func (s *stack) resourceDocument(v value, what string, at *resource, made map[*resource]*principal, conditions ...string) (account.Document, error) {
	w := s.writer()
	w.resource, w.made = true, made
	return w.document(s, v, what, at, conditions)
}

func (s *stack) writer() *documentWriter {
	return &documentWriter{file: s.file, sids: keySet{}, anyAccount: s.options.AccountID == "", origin: account.Origin{File: s.file}}
}

func (w *documentWriter) document(s *stack, v value, what string, at *resource, conditions []string) (account.Document, error) {
	switch text, known := v.known(); {
	case v.kind == noValue:
		return account.Document{}, s.fail(at.at, "", "%s of %s has no policy document", what, at.id)
	case known:
		return w.documentText(s, text, v, conditions)
	case v.kind == listValue:
		return account.Document{}, s.fail(v.start, "", "a policy document must be an object, not a list")
	case v.kind != objectValue:
		return w.unreadable(what+" of "+at.label()+" ("+v.what()+")", v), nil
	}
	return w.write(v, conditions)
}

// unreadable represents a document about which nothing is known.
func (w *documentWriter) unreadable(name string, v value) account.Document {
	place := account.Place{Start: v.start, End: v.end}
	w.origin.Statements = []account.Place{place, place}
	return account.Document{Text: policy.UnknownDocument(name), Origin: &w.origin}
}

// documentText reads a document that is in the file as JSON text.
func (w *documentWriter) documentText(s *stack, text string, v value, conditions []string) (account.Document, error) {
	n, err := parseJSON(s.file, []byte(text))
	if e, ok := errors.AsType[*Error](err); ok {
		return account.Document{}, s.fail(v.start, "", "the policy document is no JSON: %s", e.Msg)
	}
	relocate(n, v)
	inner, err := literal(n)
	if err != nil {
		return account.Document{}, err
	}
	return w.write(inner, conditions)
}

// relocate moves all nodes to the place of the text that holds them.
func relocate(n *node, v value) {
	n.start, n.end = v.start, v.end
	for _, i := range n.items {
		relocate(i, v)
	}
	for i := range n.members {
		n.members[i].at = v.start
		relocate(n.members[i].value, v)
	}
}

// literal makes a value of a node without resolving anything in it.
func literal(n *node) (value, error) {
	out := value{raw: n.kind}
	switch n.kind {
	case nullNode:
	case listNode:
		out.kind = listValue
		for _, i := range n.items {
			v, err := literal(i)
			if err != nil {
				return value{}, err
			}
			out.items = append(out.items, v)
		}
	case objectNode:
		out.kind = objectValue
		for _, m := range n.members {
			v, err := literal(m.value)
			if err != nil {
				return value{}, err
			}
			out.members = append(out.members, field{m.key, m.at, v})
		}
	default:
		out.kind, out.parts = textValue, []part{{text: n.text}}
	}
	return out.placed(n), nil
}

// write prints the document and has it parsed, so that what IAM would refuse is reported with its place in the file.
func (w *documentWriter) write(v value, conditions []string) (account.Document, error) {
	version, _ := v.get("Version").known()
	w.escape = version != policy.Version2012
	raise := len(v.unknowns()) > 0 || len(conditions) > 0 || w.anyAccount
	w.open('{', v.start)
	for _, m := range v.members {
		switch {
		case m.key == "Statement":
			w.key(m.key, m.at)
			w.open('[', m.value.start)
			if err := w.statements(m.value, conditions); err != nil {
				return account.Document{}, err
			}
			w.close(']')
		case m.key == "Version" && raise && (version == "" || version == policy.Version2008):
		default:
			w.key(m.key, m.at)
			w.value(m.value)
		}
	}
	if raise && w.escape {
		w.key("Version", v.start)
		w.text(policy.Version2012, v.start)
	}
	w.close('}')
	text := w.buf.String()
	if _, err := policy.Parse(text); err != nil {
		e, ok := errors.AsType[*policy.ParseError](err)
		if !ok {
			return account.Document{}, err
		}
		return account.Document{}, &Error{w.file, w.placeOf(e.Pos), e.Msg, e.Hint}
	}
	// On several lines it is fit to be quoted.
	pretty := jsontext.Value(text)
	if err := pretty.Indent(jsontext.WithIndent("  ")); err != nil {
		return account.Document{}, err
	}
	return account.Document{Text: string(pretty), Origin: &w.origin}, nil
}

// statements prints what the Statement element holds.
func (w *documentWriter) statements(v value, conditions []string) error {
	switch v.kind {
	case noValue:
	case listValue:
		for _, item := range v.items {
			if err := w.statements(item, conditions); err != nil {
				return err
			}
		}
	case choiceValue:
		for _, o := range v.options {
			if err := w.statements(o.value, plus(conditions, o.condition)); err != nil {
				return err
			}
		}
	case objectValue:
		return w.alternatives(v, conditions)
	case opaqueValue:
		w.anything("statements of "+v.name, v, conditions)
	default:
		if text, known := v.known(); known {
			return &Error{w.file, v.start, "Statement must be an object or an array of objects, not " + quote(text), ""}
		}
		w.anything(v.what(), v, conditions)
	}
	return nil
}

// anything prints statements that may allow and deny everything.
func (w *documentWriter) anything(name string, v value, conditions []string) {
	star := textOf("*")
	for _, effect := range []policy.Effect{policy.Allow, policy.Deny} {
		s := value{kind: objectValue, start: v.start, end: v.end, members: []field{
			{"Effect", v.start, textOf(string(effect))}, {"Action", v.start, star}, {"Resource", v.start, star},
		}}
		w.statement(s, plus(conditions, name))
	}
}
