package report

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"remotion-doctor/audit"
)

// FuzzDecode: no report or baseline makes the reader panic, what it refuses it
// refuses as a problem of the input, and what it reads it can write.
func FuzzDecode(f *testing.F) {
	data, err := os.ReadFile("testdata/error.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"format":1,"sections":[{"target":{"kind":"role","name":"r"},"findings":[{"id":"x","status":"pass"}]}],"digest":"sha256:00"}`))
	f.Add([]byte("\ufeff{\"sections\":null}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, _, err := LoadBaseline("report.json", bytes.NewReader(data))
		if err != nil {
			if _, ok := errors.AsType[*audit.Problem](err); !ok {
				t.Errorf("%v is no problem", err)
			}
			return
		}
		if err := JSON(&bytes.Buffer{}, r); err != nil {
			t.Error(err)
		}
	})
}

// FuzzWaivers: no file of waivers makes the reader panic, and what it reads says
// what it is about, why, and who answers for it.
func FuzzWaivers(f *testing.F) {
	f.Add([]byte("waivers:\n  - action: s3:PutObject\n    reason: r\n    owner: o\n    expires: 2027-01-01\n"))
	f.Add([]byte(`{"waivers":[{"action":"*","reason":"r","owner":"o","expires":"2027-01-01","resource":"arn:aws:s3:::b/*"}]}`))
	f.Add([]byte("waivers: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		waivers, err := LoadWaivers("waivers.yaml", data)
		if err != nil {
			if _, ok := errors.AsType[*audit.Problem](err); !ok {
				t.Errorf("%v is no problem", err)
			}
			return
		}
		for _, w := range waivers {
			if w.Action == "" || w.Reason == "" || w.Owner == "" {
				t.Errorf("%+v was taken for a waiver", w)
			}
		}
	})
}
