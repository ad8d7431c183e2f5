#!/usr/bin/env bash
# Checks the templates and plans that a change touches; see action.yml. The exit
# code becomes an output, so that the findings are uploaded before the job fails.
# What could not be found out is exit code 3, never "nothing changed".
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=changes.sh
source "$here/changes.sh"
# shellcheck source=words.sh
source "$here/words.sh"

output=${GITHUB_OUTPUT:-/dev/stdout}
work=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/remotion-doctor.XXXXXX")
if [ -z "${RUNNER_TEMP:-}" ]; then trap 'rm -rf "$work"' EXIT; fi

# escaped makes a text the message of a workflow command.
escaped() {
	local text=${1//'%'/%25}
	text=${text//$'\r'/%0D}
	printf '%s' "${text//$'\n'/%0A}"
}

# say prints a workflow command: say warning TEXT.
say() { printf '::%s title=remotion-doctor::%s\n' "$1" "$(escaped "$2")"; }

# fail ends the step with an exit code and the reason: fail 3 TEXT.
fail() {
	say error "$2"
	echo "exit-code=$1" >>"$output"
	exit "$1"
}

# quietly runs a command that prints what strangers named: no line of it is taken
# for a workflow command. The word that ends this cannot be guessed.
quietly() {
	local word code=0
	word=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	echo "::stop-commands::$word"
	"$@" || code=$?
	printf '\n::%s::\n' "$word"
	return "$code"
}

# A report of an earlier run must not pass for that of this one.
rm -f -- "$SARIF" || fail 3 "the old report $SARIF cannot be removed"

split "${ARGS:-}" || fail 2 "a quote in args is not closed: $ARGS"

named=true
files=()
unbuilt=()
if [ -n "${FILES//[$' \t\r\n']/}" ]; then
	while IFS= read -r line; do
		line=${line%$'\r'}
		if [ -n "$line" ]; then files+=("$line"); fi
	done <<<"$FILES"
else
	named=false
	find_changes
fi

for text in ${unbuilt[@]+"${unbuilt[@]}"}; do
	if [ "${UNBUILT:-fail}" = warn ]; then say warning "$text"; else say error "$text"; fi
done

code=0
if [ ${#files[@]} -gt 0 ]; then
	quietly printf 'checking %s\n' "${files[@]}"
	# A function that a changed template does not have is skipped, unless the
	# template was named. Files come behind --, so that none is taken for a flag.
	flags=(--output "sarif=$SARIF" --output "markdown=$work/summary.md" --step-summary --output "github=$work/annotations")
	if [ "$named" = false ]; then flags+=(--skip-missing); fi
	quietly "$DOCTOR" check "${flags[@]}" ${words[@]+"${words[@]}"} -- "${files[@]}" 2>&1 || code=$?
elif [ ${#unbuilt[@]} -eq 0 ]; then
	echo "no template or plan has changed"
fi

# Of several exit codes 2 comes before 3, and 3 before 1.
if [ ${#unbuilt[@]} -gt 0 ] && [ "${UNBUILT:-fail}" != warn ] && [ "$code" -lt 2 ]; then code=3; fi

if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -s "$work/summary.md" ]; then
	cat "$work/summary.md" >>"$GITHUB_STEP_SUMMARY"
fi
echo "exit-code=$code" >>"$output"
if [ -s "$SARIF" ]; then echo "sarif=$SARIF" >>"$output"; fi
if [ -s "$work/annotations" ]; then
	if [ "${UPLOAD:-}" = true ]; then
		echo "annotations=$work/annotations" >>"$output"
	else
		cat "$work/annotations"
	fi
fi
