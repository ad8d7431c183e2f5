package localaws

import (
	"slices"
	"time"

	"remotion-doctor/iam/account"
	"remotion-doctor/iam/eval"
)

// A moment is what the account was until a write.
type moment struct {
	until    time.Time
	snapshot *account.Snapshot
	engine   *eval.Engine
}

// keep keeps what the account is before a write, for the reads that do not see
// the write yet, and forgets what all of them are past. The caller holds mu.
func (s *Server) keep() {
	if s.options.Visible <= 0 {
		return
	}
	now := time.Now()
	s.past = slices.DeleteFunc(s.past, func(m moment) bool { return now.Sub(m.until) > s.options.Visible })
	s.past = append(s.past, moment{now, s.snapshot, s.engine})
	s.owned = false // the next write copies what is kept
}

// seen returns a server with the account as reads see it now: as it was when
// the newest write that they see was done. The caller holds mu.
func (s *Server) seen() *Server {
	now := time.Now()
	for i := range s.past {
		if m := &s.past[i]; now.Sub(m.until) < s.options.Visible {
			return &Server{snapshot: m.snapshot, engine: m.engine, options: s.options, faults: s.faults, cloud: s.cloud, limit: s.limit}
		}
	}
	return s
}
