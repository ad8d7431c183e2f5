#!/usr/bin/env bash
# Checks the templates and plans that a change touches; see action.yml. The exit
# code becomes an output, so that the findings are uploaded before the job fails.
set -euo pipefail

output=${GITHUB_OUTPUT:-/dev/stdout}
files=()

if [ -n "${FILES//[$' \t\n']/}" ]; then
	while IFS= read -r line; do
		if [ -n "$line" ]; then files+=("$line"); fi
	done <<<"$FILES"
else
	patterns=()
	while IFS= read -r line; do
		if [ -n "$line" ]; then patterns+=("$line"); fi
	done <<<"$PATTERNS"
	# The first push of a branch has no commit before it, and a shallow clone may
	# lack it: then every template counts as changed.
	if [ -n "${BASE:-}" ] && git cat-file -e "$BASE^{commit}" 2>/dev/null; then
		list() { git diff --name-only --diff-filter=d -z "$BASE" HEAD -- "${patterns[@]}"; }
	else
		list() { git ls-files -z -- "${patterns[@]}"; }
	fi
	while IFS= read -r -d '' file; do files+=("$file"); done < <(list)
fi

if [ ${#files[@]} -eq 0 ]; then
	echo "no template or plan has changed"
	echo "exit-code=0" >>"$output"
	exit 0
fi
printf 'checking %s\n' "${files[@]}"

# Files come behind --, so that none is taken for a flag.
read -ra args <<<"${ARGS:-}"
code=0
"$DOCTOR" check --output sarif="$SARIF" ${args[@]+"${args[@]}"} -- "${files[@]}" || code=$?

echo "exit-code=$code" >>"$output"
if [ -s "$SARIF" ]; then echo "sarif=$SARIF" >>"$output"; fi
