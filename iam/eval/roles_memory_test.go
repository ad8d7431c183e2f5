//go:build unix

package eval

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// BenchmarkThousandRoles is a process that reads 1,000 roles from a file and
// decides 28 pairs for each: wall time and peak memory.
func BenchmarkThousandRoles(b *testing.B) {
	path := rolesFile(b, 1000)
	peak := int64(0)
	for b.Loop() {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "EVAL_AUDIT_ROLES="+path)
		start := time.Now()
		out, err := cmd.CombinedOutput()
		if err != nil || len(out) < 4 {
			b.Fatalf("%v: %s", err, out)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s/process")
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			peak = max(peak, usage.Maxrss)
		}
	}
	b.ReportMetric(float64(peak)/1024, "MiB-peak")
}
