package eval

import (
	"strings"

	"remotion-doctor/iam"
)

// A value is one entry of a request's context.
type value struct {
	key    string // as the request spelled it
	lower  string // in lower case
	typ    iam.ContextType
	list   bool
	values []string // canonical text
	// others are the values that the key may have in place of the first.
	others []string
	// implied says that the simulator filled the key in by itself.
	implied bool
}

// A requestContext holds values, each key once. They are few: to look through
// them takes less time than to make a map of them for every request.
type requestContext []value

func newContext(entries iam.Context) requestContext {
	if len(entries) == 0 {
		return nil
	}
	ctx := make(requestContext, 0, len(entries))
	for _, e := range entries {
		ctx.set(e)
	}
	return ctx
}

// find returns the value of a key in lower case, or nil.
func (c requestContext) find(lower string) *value {
	for i := range c {
		if c[i].lower == lower {
			return &c[i]
		}
	}
	return nil
}

// set gives a key a value, in place of one that it has.
func (c *requestContext) set(e iam.ContextEntry) {
	v := value{key: e.Key, lower: strings.ToLower(e.Key), typ: e.Type, list: e.Type.IsList(), values: e.Values}
	switch e.Type {
	case iam.Numeric, iam.NumericList:
		v.values = mapText(e.Values, canonicalNumber)
	case iam.Date, iam.DateList:
		v.values = mapText(e.Values, canonicalDate)
	}
	if e.OneOf && len(v.values) > 1 {
		v.values, v.others = v.values[:1], v.values[1:]
	}
	if old := c.find(v.lower); old != nil {
		*old = v
		return
	}
	*c = append(*c, v)
}

// single makes a value of one text.
func single(key, lower, text string) value {
	return value{key: key, lower: lower, typ: iam.String, values: []string{text}}
}

// add adds values whose keys the request gave none.
func (c *requestContext) add(defaults ...value) {
	given := len(*c)
	for i := range defaults {
		if given == 0 || (*c)[:given].find(defaults[i].lower) == nil {
			*c = append(*c, defaults[i])
		}
	}
}

// imply is add for a key that the simulator fills in.
func (c *requestContext) imply(key, text string) {
	v := single(key, strings.ToLower(key), text)
	v.implied = true
	c.add(v)
}

func mapText(in []string, f func(string) string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = f(s)
	}
	return out
}

// says reports whether the context says of a key in lower case what its value
// is, or that it is absent.
func (r *request) tells(lower string) bool {
	if r.find(lower) != nil {
		return true
	}
	i := strings.IndexByte(lower, '/')
	if i < 0 {
		return false
	}
	family := r.find(lower[:i] + "/*")
	return family != nil && len(family.values) == 0
}

// single returns the text of a key for a policy variable: "Single-valued keys
// only" (IAM User Guide, "Variables and tags"; recorded case
// var-condition-absent).
func (r *request) single(key string) (text string, ok, present bool) {
	v := r.find(strings.ToLower(key))
	if v == nil || v.list || len(v.values) != 1 {
		return "", false, v != nil
	}
	return v.values[0], true, true
}
