// Command remotion-doctor audits whether an IAM principal has the grants that
// Remotion Lambda requires.
package main

import (
	"os"
)

func main() {
	os.Exit(run(os.Args[1:]))
}
