package request

import "remotion-doctor/iam/account"

// Tags returns tags by their keys; nil where they are not known.
func Tags(list []account.Tag) map[string]string {
	if list == nil {
		return nil
	}
	out := make(map[string]string, len(list))
	for _, t := range list {
		out[t.Key] = t.Value
	}
	return out
}
