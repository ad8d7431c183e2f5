package policy

import (
	"bytes"
	"encoding/json"
)

// MarshalJSON prints the document as IAM JSON, in the customary order of
// elements, with one-valued lists as plain strings.
func (d *Document) MarshalJSON() ([]byte, error) {
	w := &printer{}
	w.open('{')
	if d.Version != "" {
		w.member("Version", d.Version)
	}
	if d.ID != "" {
		w.member("Id", d.ID)
	}
	w.key("Statement")
	w.open('[')
	for i := range d.Statements {
		w.comma()
		w.statement(&d.Statements[i])
	}
	w.close(']')
	w.close('}')
	return w.buf.Bytes(), nil
}

// UnmarshalJSON parses a document; see [Parse].
func (d *Document) UnmarshalJSON(data []byte) error {
	parsed, err := Parse(string(data))
	if err != nil {
		return err
	}
	*d = *parsed
	return nil
}

// Indent returns the document as indented JSON, ready to be pasted.
func (d *Document) Indent() string {
	compact, _ := d.MarshalJSON()
	var out bytes.Buffer
	_ = json.Indent(&out, compact, "", "  ") // MarshalJSON prints valid JSON
	return out.String()
}

type printer struct {
	buf   bytes.Buffer
	fresh bool // nothing is in the innermost bracket yet
}

func (w *printer) open(c byte) {
	w.buf.WriteByte(c)
	w.fresh = true
}

func (w *printer) close(c byte) {
	w.buf.WriteByte(c)
	w.fresh = false
}

func (w *printer) comma() {
	if !w.fresh {
		w.buf.WriteByte(',')
	}
	w.fresh = false
}

func (w *printer) text(s string) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	for _, r := range string(bytes.TrimRight(out.Bytes(), "\n")) {
		if r > 0xFF {
			w.escape(r) // IAM stores no such character unchanged.
			continue
		}
		w.buf.WriteRune(r)
	}
}

func (w *printer) escape(r rune) {
	const hex = "0123456789abcdef"
	unit := func(u rune) {
		w.buf.WriteString(`\u`)
		for shift := 12; shift >= 0; shift -= 4 {
			w.buf.WriteByte(hex[u>>shift&0xF])
		}
	}
	if r > 0xFFFF {
		r -= 0x10000
		unit(0xD800 + r>>10)
		unit(0xDC00 + r&0x3FF)
		return
	}
	unit(r)
}

func (w *printer) key(name string) {
	w.comma()
	w.text(name)
	w.buf.WriteByte(':')
}

func (w *printer) member(name, value string) {
	w.key(name)
	w.text(value)
}

func (w *printer) list(name string, values []string) {
	w.key(name)
	if len(values) == 1 {
		w.text(values[0])
		return
	}
	w.open('[')
	for _, v := range values {
		w.comma()
		w.text(v)
	}
	w.close(']')
}

func (w *printer) statement(s *Statement) {
	w.open('{')
	if s.Sid != "" {
		w.member("Sid", s.Sid)
	}
	w.member("Effect", string(s.Effect))
	if s.Principals != nil {
		w.principals(s.Principals)
	}
	w.list(s.ActionElement(), s.Actions)
	if len(s.Resources) > 0 {
		w.list(s.ResourceElement(), s.Resources)
	}
	if len(s.Conditions) > 0 {
		w.conditions(s.Conditions)
	}
	w.close('}')
}

func (w *printer) principals(p *Principals) {
	name := elementName("Principal", p.Not)
	if p.Any {
		w.member(name, "*")
		return
	}
	w.key(name)
	w.open('{')
	for _, kind := range []struct {
		name   string
		values []string
	}{{"AWS", p.AWS}, {"Service", p.Service}, {"Federated", p.Federated}, {"CanonicalUser", p.CanonicalUser}} {
		if len(kind.values) > 0 {
			w.list(kind.name, kind.values)
		}
	}
	w.close('}')
}

func (w *printer) conditions(conditions []Condition) {
	w.key("Condition")
	w.open('{')
	for i := 0; i < len(conditions); {
		w.key(conditions[i].Operator)
		w.open('{')
		operator := conditions[i].Operator
		for ; i < len(conditions) && conditions[i].Operator == operator; i++ {
			w.list(conditions[i].Key, conditions[i].Values)
		}
		w.close('}')
	}
	w.close('}')
}
