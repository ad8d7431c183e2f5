package change

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzJournal: no journal makes the reader panic, and one that is read belongs to
// a principal.
func FuzzJournal(f *testing.F) {
	plan := `{"event":"plan","format":1,"plan":{"principal":{"arn":"arn:aws:iam::111122223333:role/video"},"steps":[{}]}}`
	f.Add([]byte(plan + "\n" + `{"event":"begin","step":1}` + "\n" + `{"event":"end","step":1}` + "\n"))
	f.Add([]byte(plan + "\n" + `{"event":"begin","st` + "\n" + `{"event":"resume"}` + "\n" + `{"event":"undo","steps":[9,-1]}`))
	f.Add([]byte(plan + "\n" + `{"event":"plan","format":1,"plan":{}}` + "\n" + `{"event":"end","step":1}`))
	path := filepath.Join(f.TempDir(), "journal")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := Read(path)
		if err == nil && j.Plan.Principal.ARN == "" {
			t.Error("a journal of nobody was read")
		}
	})
}
