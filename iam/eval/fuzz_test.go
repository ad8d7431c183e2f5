package eval

import (
	"errors"
	"testing"
)

// FuzzReadSimulation: no request of the simulator makes the reader panic, and
// what it refuses it refuses with a place.
func FuzzReadSimulation(f *testing.F) {
	f.Add([]byte(`{"PolicyInputList":["{}"],"ActionNames":["s3:GetObject"],"ContextEntries":[{"ContextKeyName":"aws:SourceIp","ContextKeyType":"ip","ContextKeyValues":["10.0.0.1"]}]}`))
	f.Add([]byte(`{"PolicySourceArn":"arn:aws:iam::111122223333:role/video"} {}`))
	f.Add([]byte(`{"Nobody":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := ReadSimulation(data)
		if err == nil {
			return
		}
		if e, ok := errors.AsType[*InputError](err); !ok || e.Pos.IsZero() {
			t.Errorf("%v has no place", err)
		}
	})
}
