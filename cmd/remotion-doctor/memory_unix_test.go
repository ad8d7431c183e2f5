//go:build unix

package main

import (
	"os"
	"syscall"
)

// largestMemory is the most memory that a process had at once, in the system's unit.
func largestMemory(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return int64(usage.Maxrss)
}
