package awsapi

import (
	"sync"
	"time"
)

// A health knows since when each service has not answered.
type health struct {
	mu    sync.Mutex
	since map[string]time.Time
}

// failing notes the outcome of an attempt and returns for how long the service
// has failed without a break: 0 where it has just answered.
func (h *health) failing(service string, failed bool) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !failed {
		delete(h.since, service)
		return 0
	}
	if h.since == nil {
		h.since = map[string]time.Time{}
	}
	if _, ok := h.since[service]; !ok {
		h.since[service] = time.Now()
	}
	return time.Since(h.since[service])
}

// notices keeps calls of one operation that run together from reporting the
// same thing.
type notices struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// due reports whether the operation has been silent for a while.
func (n *notices) due(operation string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if at, ok := n.last[operation]; ok && time.Since(at) < noticeAfter {
		return false
	}
	if n.last == nil {
		n.last = map[string]time.Time{}
	}
	n.last[operation] = time.Now()
	return true
}
