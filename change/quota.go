package change

import (
	"fmt"

	"remotion-doctor/remedy"
)

// fits walks through the steps and refuses the first that IAM's quotas would.
// What AWS raised for the account is not known; but what is there already shows
// what it allows at least.
func fits(steps []Step, w *world) error {
	kind := w.principal.Type()
	inline, attached := 0, len(w.attached)
	for _, h := range w.inline {
		inline += remedy.Size(h.Text)
	}
	mayInline, mayAttach := max(remedy.InlineQuota(kind), inline), max(remedy.MaxAttached, attached)
	for i := range steps {
		s := &steps[i]
		inline += remedy.Size(s.inlineText(s.After)) - remedy.Size(s.inlineText(s.Before))
		if areas[s.Do] == attachmentArea {
			attached += count(s.After) - count(s.Before)
		}
		switch {
		case s.Do == PutInline && inline > mayInline:
			return s.over(i, fmt.Sprintf("the inline policies of the %s would have %d characters of %d", kind, inline, mayInline))
		case s.Do == Attach && attached > mayAttach:
			return s.over(i, fmt.Sprintf("the %s would have %d managed policies of %d", kind, attached, mayAttach))
		case (s.Do == CreatePolicy || s.Do == CreateVersion) && remedy.Size(s.Document) > remedy.MaxManaged:
			return s.over(i, fmt.Sprintf("the policy has %d characters of %d", remedy.Size(s.Document), remedy.MaxManaged))
		case s.Do == CreateVersion && len(s.After.Versions) > remedy.MaxVersions:
			return s.over(i, fmt.Sprintf("the policy would have %d versions of %d", len(s.After.Versions), remedy.MaxVersions))
		}
	}
	return nil
}

func (s *Step) inlineText(state State) string {
	if areas[s.Do] != inlineArea {
		return ""
	}
	return state.Document
}

func (s *Step) over(i int, why string) *Refusal {
	return &Refusal{fmt.Sprintf("refusing to write: step %d (%s) is over a quota of IAM: %s", i+1, s.What(), why), "remove what is not needed, or ask AWS to raise the quota"}
}

func count(s State) int {
	if s.Exists {
		return 1
	}
	return 0
}
