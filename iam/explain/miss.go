package explain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"remotion-doctor/iam"
	"remotion-doctor/iam/actions"
	"remotion-doctor/iam/policy"
)

// nth is the value of an element's list, or of the element where it is no
// list.
func nth(name string, i int) element {
	e := element{name, []string{policy.Pointer(name, strconv.Itoa(i))}}
	if i == 0 {
		e.pointers = append(e.pointers, policy.Pointer(name))
	}
	return e
}

func all(name string, n int) element {
	e := element{name, []string{policy.Pointer(name)}}
	for i := range n {
		e.pointers = append(e.pointers, policy.Pointer(name, strconv.Itoa(i)))
	}
	return e
}

func conditionElement(c policy.Condition) element {
	e := element{"Condition", []string{policy.Pointer("Condition", c.Operator, c.Key)}}
	for i := range c.Values {
		e.pointers = append(e.pointers, policy.Pointer("Condition", c.Operator, c.Key, strconv.Itoa(i)))
	}
	return e
}

func (s *statement) miss(e element, why string) iam.NearMiss {
	return iam.NearMiss{TraceStatement: s.quote([]element{e}), Element: e.name, Why: why}
}

// conditionMiss: all but the conditions match.
func (s *statement) conditionMiss() iam.NearMiss {
	var whys []string
	var marked element
	for _, c := range s.failing {
		whys = append(whys, s.conditionWhy(c))
		e := conditionElement(c)
		marked.name, marked.pointers = e.name, append(marked.pointers, e.pointers...)
	}
	return s.miss(marked, strings.Join(whys, "; "))
}

// conditionWhy says why a condition does not hold.
func (s *statement) conditionWhy(c policy.Condition) string {
	text := c.Operator + " " + c.Key + " " + quoted(c.Values) + " does not hold: "
	if !s.carries(c.Key) {
		return text + s.tracer.lacks(c.Key)
	}
	if have := s.tracer.valueOf(c.Key); len(have) > 0 {
		return text + "the request has " + quoted(have)
	}
	return text + "the request has another value"
}

// lacks says that the request does not carry a key, and where no request of the
// action does, that.
func (t *tracer) lacks(key string) string {
	if meant, ok := actions.Meant(key); ok {
		return "there is no key " + key + "; did you mean " + meant + "?"
	}
	if actions.Carries(t.probe.Action, key) == actions.NeverCarry {
		return "requests for " + t.probe.Action + " never carry " + key
	}
	return "the request does not carry " + key
}

func quoted(values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strconv.Quote(v)
	}
	if n := len(out); n > 4 {
		out = append(out[:3], fmt.Sprintf("%d more", n-3))
	}
	return strings.Join(out, ", ")
}

// valueOf returns what the request has for a key that it carries.
func (t *tracer) valueOf(key string) []string { return t.asked.Values(key) }

// actionMiss: all but the action match.
func (s *statement) actionMiss() iam.NearMiss {
	name := s.source.ActionElement()
	e := all(name, len(s.source.Actions))
	if s.source.NotAction {
		return s.miss(e, "NotAction leaves out "+s.tracer.probe.Action)
	}
	list := s.source.Actions
	text := strings.Join(list, ", ")
	if len(list) > 3 {
		text = fmt.Sprintf("%s and %d more", strings.Join(list[:2], ", "), len(list)-2)
	}
	return s.miss(e, "it is for "+text+", not for "+s.tracer.probe.Action)
}

func (s *statement) principalMiss() iam.NearMiss {
	return s.miss(element{"Principal", []string{
		policy.Pointer("Principal"), policy.Pointer("Principal", "AWS"), policy.Pointer("Principal", "AWS", "0"), policy.Pointer("Principal", "Service"),
	}}, "its Principal does not name "+s.tracer.arn)
}

// resourceMiss: all but the resource match. Of several patterns the one that
// differs last is known.
func (s *statement) resourceMiss() iam.NearMiss {
	if s.source.NotResource {
		i := slices.IndexFunc(s.source.Resources, func(r string) bool { return !s.testsResources([]string{r}) })
		i = max(i, 0)
		return s.miss(nth("NotResource", i), "NotResource leaves out "+s.source.Resources[i])
	}
	best, at := difference{}, 0
	for i, pattern := range s.source.Resources {
		if d := s.tracer.compare(pattern); i == 0 || d.segment > best.segment || d.segment == best.segment && d.common > best.common {
			best, at = d, i
		}
	}
	out := s.miss(nth("Resource", at), best.why)
	out.Segment = best.segment
	return out
}

// A difference is where a pattern and an ARN part.
type difference struct {
	segment int // from 1; 0 where they are not comparable
	common  int // characters of the segment that agree
	why     string
}

var ordinals = []string{"", "first", "second", "third", "fourth", "fifth", "sixth"}

var segmentNames = []string{"", "arn", "partition", "service", "region", "account", "resource"}

// compare finds the first segment in which the pattern does not match the
// request's resource.
func (t *tracer) compare(pattern string) difference {
	shown := pattern
	if tmpl, ok := policy.ParseTemplate(pattern); ok {
		expanded, ok := tmpl.Expand(func(key string) (string, bool, bool) {
			v := t.valueOf(key)
			return strings.Join(v, ","), len(v) == 1, len(v) > 0
		})
		if !ok {
			return difference{why: pattern + " has a policy variable without a value: " + strings.Join(tmpl.Keys(), ", ")}
		}
		pattern = policy.Unescape(expanded)
	}
	resource := t.probe.Resource
	if resource == "*" {
		return difference{why: shown + " is narrower than *, and the request names no resource"}
	}
	want, ok := policy.ParseARN(policy.CompleteARN(pattern))
	have, ok2 := policy.ParseARN(resource)
	if !ok || !ok2 {
		return difference{why: shown + " does not match " + resource}
	}
	wants, haves := segments(want), segments(have)
	for i := 1; i <= 6; i++ {
		if policy.MatchGlob(wants[i], haves[i]) {
			continue
		}
		d := difference{segment: i, common: commonPrefix(wants[i], haves[i])}
		d.why = fmt.Sprintf("the resource differs at the %s segment (%s): %s", ordinals[i], segmentNames[i], parting(wants[i], haves[i]))
		return d
	}
	return difference{segment: 6, why: shown + " does not match " + resource}
}

func segments(a policy.ARN) [7]string {
	return [7]string{"", "arn", a.Partition, a.Service, a.Region, a.AccountID, a.Resource}
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// parting says how a segment of a pattern and of a request differ.
func parting(want, have string) string {
	switch {
	case strings.HasSuffix(want, "/*") && policy.MatchGlob(strings.TrimSuffix(want, "/*"), have):
		return fmt.Sprintf("%q is for what is in it, the request is for %q itself", want, have)
	case !strings.ContainsAny(want, "*?") && strings.HasPrefix(have, want+"/"):
		return fmt.Sprintf("%q is for it alone, the request is for %q in it", want, have)
	case have == "":
		return fmt.Sprintf("the statement has %q, the request nothing", want)
	case want == "":
		return fmt.Sprintf("the statement has nothing, the request %q", have)
	}
	return fmt.Sprintf("the statement has %q, the request %q", want, have)
}
