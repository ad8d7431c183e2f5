#!/usr/bin/env bash
# Makes docs/terminal.png: the first section of the demo in a terminal of 80
# columns. Needs tmux, aha and chromium (Debian's packages of these names).
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/remotion-doctor" ./cmd/remotion-doctor
tmux -L picture new-session -d -x 80 -y 50 "$work/remotion-doctor demo; sleep 10"
sleep 3
tmux -L picture capture-pane -e -p -S -400 | sed '/^.*i-0a1b2c3d4e5f67890/,$d' >"$work/out"
tmux -L picture kill-server
aha --black --title remotion-doctor <"$work/out" |
	sed 's#<pre>#<pre style="font:15px/1.35 monospace;padding:16px;margin:0">#' >"$work/page.html"
chromium --headless --no-sandbox --disable-gpu --disable-background-networking \
	--disable-component-update --disable-sync --no-first-run --user-data-dir="$work/profile" \
	--window-size=780,1400 --hide-scrollbars --screenshot="docs/terminal.png" "file://$work/page.html" 2>/dev/null
