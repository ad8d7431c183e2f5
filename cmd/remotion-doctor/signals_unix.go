//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// writeErrors makes a pipe without a reader and a file at its size limit errors
// of the write. Go would end the program for the first and print its stacks for
// the second. The signals are caught and not ignored: what is ignored stays so
// in the programs that this one starts (credential_process).
func writeErrors() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE, syscall.SIGXFSZ)
}
