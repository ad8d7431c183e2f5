#!/usr/bin/env bash
# Prints the parts of the key that the Go caches of the action are kept under:
# the toolchain with the modules, and all that the program is built from.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

modules=$(cat go.mod go.sum | git hash-object --stdin)
sources=$(find . -type f -not -path './.git/*' -not -name '*_test.go' -not -path '*/testdata/*' | LC_ALL=C sort | git hash-object --stdin-paths | git hash-object --stdin)

echo "modules=remotion-doctor-$(go env GOOS)-$(go env GOARCH)-$(go env GOVERSION)-$modules"
echo "sources=$sources"
