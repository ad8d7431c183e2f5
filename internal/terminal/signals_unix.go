//go:build unix

package terminal

import (
	"os"
	"os/signal"
	"syscall"
)

// CatchWriteErrors makes a pipe without a reader and a file at its size limit errors
// of the write. Go would end the program for the first and print its stacks for
// the second. The signals are caught and not ignored: what is ignored stays so
// in the programs that this one starts (credential_process).
func CatchWriteErrors() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE, syscall.SIGXFSZ)
}
