#!/usr/bin/env bash
# Makes the pictures in docs/: the table in a terminal of 80 and 120 columns,
# light and dark, and the HTML report on a desk and on a phone.
#
#   apt-get install tmux aha chromium     # or your system's packages of these
#   bash docs/picture.sh
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in go tmux aha chromium; do
	command -v "$tool" >/dev/null || { echo "docs/picture.sh: $tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'tmux -L picture kill-server 2>/dev/null || true; rm -rf "$work"' EXIT
go build -o "$work/remotion-doctor" ./cmd/remotion-doctor
export PATH="$work:$PATH"
cp fixtures/demo/account.json "$work"

# shot PAGE FILE WIDTH HEIGHT
shot() {
	chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --hide-scrollbars --allow-file-access-from-files \
		--user-data-dir="$work/profile" --window-size="$3,$4" --screenshot="$2" "file://$1" 2>/dev/null
}

# frame SCHEME WIDTH HEIGHT: the report in a window of that size.
frame() {
	printf '<iframe src="report.html" style="border:0;color-scheme:%s;width:%spx;height:%spx"></iframe>' "$1" "$2" "$3"
}

# terminal COLUMNS FILE LAST COMMAND…: the output of a command, up to a line, in a
# terminal that wide.
terminal() {
	local columns=$1 file=$2 last=$3
	shift 3
	tmux -L picture new-session -d -x "$columns" -y 60 "cd $work && TERM=xterm-256color $*; touch $work/done; sleep 30"
	while [ ! -e "$work/done" ]; do sleep 0.2; done
	sleep 0.5
	tmux -L picture capture-pane -e -p -S -2000 | sed -e "/$last/,\$d" -e 's/\x1b\[0;2m/\x1b[0;90m/g' -e 's/\x1b\[2m/\x1b[90m/g' >"$work/screen"
	tmux -L picture kill-server
	rm "$work/done"
	local lines width height scheme
	lines=$(wc -l <"$work/screen")
	width=$((columns * 9 + 36))
	height=$((lines * 20 + 36))
	for scheme in light dark; do
		aha $([ $scheme = dark ] && echo --black) --title remotion-doctor <"$work/screen" |
			sed -e 's#<pre>#<pre style="font:15px/20px DejaVu Sans Mono,monospace;padding:16px;margin:0">#' \
				-e 's|color:olive|color:#8a6100|g' -e 's|color:red|color:#c0271d|g' -e 's|filter: contrast(70%) brightness(190%);color:dimgray|color:#6a737d|g' >"$work/page.html"
		[ $scheme = light ] || sed -i -e 's/#8a6100/#e5c07b/g' -e 's/#c0271d/#ff7b72/g' -e 's/#6a737d/#9198a1/g' -e 's/color:green/color:#7ee787/g' "$work/page.html"
		shot "$work/page.html" "$PWD/docs/$file-$scheme.png" "$width" "$height"
	done
}

for columns in 80 120; do
	terminal $columns terminal-$columns 'Attach this' remotion-doctor check --snapshot account.json --function video-api --region us-east-1
done
go run ./fixtures/organization/generate "$work/snapshots"
terminal 100 audit 'fails at deploy' remotion-doctor audit --snapshots snapshots --region us-east-1

remotion-doctor demo -q --output "html=$work/report.html"
body='<!doctype html><style>body{margin:0;display:flex;gap:20px}</style>'
for scheme in light dark; do
	{ echo "$body"; frame $scheme 1280 1100; } >"$work/desktop.html"
	shot "$work/desktop.html" "$PWD/docs/report-desktop-$scheme.png" 1280 1100
done
{ echo "$body"; frame light 390 1100; frame dark 390 1100; } >"$work/phone.html"
shot "$work/phone.html" "$PWD/docs/report-phone.png" 800 1100
ls -l docs/*.png
