package eval

import (
	"strings"

	"remotion-doctor/iam"
)

// A value is one entry of a request's context.
type value struct {
	key    string // as the request spelled it
	typ    iam.ContextType
	list   bool
	values []string // canonical text
	// others are the values that the key may have in place of the first.
	others []string
	// implied says that the simulator filled the key in by itself.
	implied bool
}

// A requestContext maps keys in lower case to values.
type requestContext map[string]value

func newContext(entries iam.Context) requestContext {
	ctx := make(requestContext, len(entries)+8)
	for _, e := range entries {
		ctx.set(e)
	}
	return ctx
}

func (c requestContext) set(e iam.ContextEntry) {
	v := value{key: e.Key, typ: e.Type, list: e.Type.IsList(), values: e.Values}
	switch e.Type {
	case iam.Numeric, iam.NumericList:
		v.values = mapText(e.Values, canonicalNumber)
	case iam.Date, iam.DateList:
		v.values = mapText(e.Values, canonicalDate)
	}
	if e.OneOf && len(v.values) > 1 {
		v.values, v.others = v.values[:1], v.values[1:]
	}
	c[strings.ToLower(e.Key)] = v
}

// tells reports whether the context says of a key in lower case what its value
// is, or that it is absent.
func (c requestContext) tells(lower string) bool {
	if _, ok := c[lower]; ok {
		return true
	}
	i := strings.IndexByte(lower, '/')
	if i < 0 {
		return false
	}
	family, ok := c[lower[:i]+"/*"]
	return ok && len(family.values) == 0
}

// setDefault sets an entry where the request says nothing of its key.
func (c requestContext) setDefault(e iam.ContextEntry) {
	if _, ok := c[strings.ToLower(e.Key)]; !ok {
		c.set(e)
	}
}

// imply is setDefault for a key that the simulator fills in.
func (c requestContext) imply(key, text string) {
	lower := strings.ToLower(key)
	if _, ok := c[lower]; !ok {
		c[lower] = value{key: key, typ: iam.String, values: []string{text}, implied: true}
	}
}

func mapText(in []string, f func(string) string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = f(s)
	}
	return out
}

// single returns the text of a key for a policy variable: "Single-valued keys
// only" (IAM User Guide, "Variables and tags"; recorded case
// var-condition-absent).
func (c requestContext) single(key string) (text string, ok, present bool) {
	v, present := c[strings.ToLower(key)]
	if !present || v.list || len(v.values) != 1 {
		return "", false, present
	}
	return v.values[0], true, true
}
