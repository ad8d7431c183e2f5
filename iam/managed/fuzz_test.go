package managed

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzOpen: no file of managed policies makes the reader panic.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(`{"arn":"arn:aws:iam::aws:policy/A","document":{"Version":"2012-10-17","Statement":[]}}` + "\n" + `{"Arn":"arn:aws:iam::aws:policy/B","document":"%7B%7D"}`))
	f.Add([]byte(`{"Policies":[{"PolicyName":"A","Arn":"arn:aws:iam::aws:policy/A","PolicyVersionList":[{"IsDefaultVersion":true,"Document":{}}]}]}`))
	path := filepath.Join(f.TempDir(), "policies.json")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if l, err := Open(path); err == nil && l == nil {
			t.Error("neither a library nor an error")
		}
	})
}
