package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"remotion-doctor/iam/iamtest"
)

// BenchmarkFamilies runs `check` on hard policies of growing size, as a process
// of its own, and prints CPU time, peak memory and the outcome, beside those of
// another build where BASELINE names one. No run gets longer than a minute.
func BenchmarkFamilies(b *testing.B) {
	program := filepath.Join(b.TempDir(), "remotion-doctor")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	programs := []string{program}
	if before := os.Getenv("BASELINE"); before != "" {
		programs = append(programs, before)
	}
	fmt.Printf("%-34s %4s  after, before\n", "family", "n") // b.Log cuts long tables
	for _, f := range iamtest.Families("remotionlambda-useast1-") {
		given := [2]bool{}
		for n := 3; ; n = min(2*n, f.Max) {
			args := write(b, f.Make(n))
			line := fmt.Sprintf("%-34s %4d", f.Name, n)
			for i, p := range programs {
				if given[i] {
					line += "   | -"
					continue
				}
				text, ended := measure(b, p, args)
				given[i] = !ended
				line += "   | " + text
			}
			fmt.Println(line)
			if n == f.Max {
				break
			}
		}
	}
}

// write makes files of documents, and the flags that name them.
func write(b *testing.B, d iamtest.Documents) []string {
	dir := b.TempDir()
	args := []string{"check", "--fail-on", "never"}
	add := func(flag, text string) {
		path := filepath.Join(dir, fmt.Sprintf("%d.json", len(args)))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
		args = append(args, flag, path)
	}
	for _, text := range d.Identity {
		add("--policy", text)
	}
	if d.Boundary != "" {
		add("--boundary", d.Boundary)
	}
	for _, text := range d.SCPs {
		add("--scp", text)
	}
	return args
}

// measure runs a program; ended is false where it was stopped.
func measure(b *testing.B, program string, args []string) (text string, ended bool) {
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	out, err := cmd.Output()
	used := cmd.ProcessState
	cost := fmt.Sprintf("%6.2f s %5d MB", (used.UserTime() + used.SystemTime()).Seconds(), largestMemory(used)>>10)
	if err != nil {
		return cost + " stopped", false
	}
	return cost + " " + summaryLine.FindString(string(out)), true
}

// summaryLine is what a check comes to.
var summaryLine = regexp.MustCompile(`\d+ of \d+ granted.*`)
