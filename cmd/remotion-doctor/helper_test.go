package main

import (
	"testing"

	"remotion-doctor/audit"
	"remotion-doctor/doctor"
	"remotion-doctor/iam/account"
	"remotion-doctor/iam/managed"
	"remotion-doctor/source"
	"remotion-doctor/source/files"
)

// offline is the source of a snapshot.
func offline(t *testing.T, s *account.Snapshot) *files.Source {
	t.Helper()
	out, err := files.Snapshot(s, files.Overlay{}, managed.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sectionOf checks one target by the library.
func sectionOf(t *testing.T, s source.Source, target audit.Target, requirement string, regions ...string) audit.Section {
	t.Helper()
	return checked(t, doctor.Options{Source: s, Regions: regions, Targets: []doctor.Target{{Target: target, Requirements: []string{requirement}}}})
}

// checked is the only section of a run.
func checked(t *testing.T, o doctor.Options) audit.Section {
	t.Helper()
	r, err := doctor.Check(t.Context(), o)
	if err != nil || len(r.Sections) != 1 {
		t.Fatalf("%v", err)
	}
	return r.Sections[0]
}
