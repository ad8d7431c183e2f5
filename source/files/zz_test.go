package files

import (
	"testing"

	"remotion-doctor/iam/managed"
	"remotion-doctor/source/sourcetest"
)

func TestSourceSuite(t *testing.T) {
	s, err := Snapshot(sourcetest.Account(t), Overlay{}, managed.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	sourcetest.Run(t, sourcetest.Subject{Source: s, Holds: sourcetest.Everything[1 : len(sourcetest.Everything)-1]})
}
