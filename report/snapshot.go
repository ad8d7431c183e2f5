package report

import (
	"fmt"
	"io"
	"strings"

	"remotion-doctor/iam/account"
)

// SnapshotRead writes what the snapshot in a file holds, and what could not be
// read with what that leaves open.
func SnapshotRead(w io.Writer, path string, s *account.Snapshot) error {
	d := &s.AuthorizationDetails
	text := fmt.Sprintf("%s: %d roles, %d users, %d groups, %d policies, %d functions of account %s\n",
		Clean(path), len(d.Roles), len(d.Users), len(d.Groups), len(d.Policies), len(s.Functions), Clean(s.AccountID))
	for _, g := range s.Gaps {
		where := strings.TrimSpace(g.Operation + " " + g.Resource)
		text += fmt.Sprintf("not read: %s: %s\n  leaves open %s\n", Clean(where), Clean(g.Reason), Clean(g.Affects))
	}
	_, err := io.WriteString(w, text)
	return err
}
