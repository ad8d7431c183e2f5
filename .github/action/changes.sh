# shellcheck shell=bash
# What a change touches, as git knows it. Uses fail and say of check.sh.

# What the CDK and Terraform write. It is seldom in git: what was built in this job
# is checked whether git knows it or not.
built=(':(glob)**/cdk.out/**' ':(glob)**/plan.json' ':(glob)**/*.plan.json')
outputs=(':(glob)**/cdk.out/manifest.json' ':(glob)**/plan.json' ':(glob)**/*.plan.json' ':(exclude,glob)**/node_modules/**')

# What they are written from.
sources=(
	':(glob)**/*.tf' ':(glob)**/*.tf.json' ':(glob)**/*.tofu' ':(glob)**/*.tfvars'
	':(glob)**/cdk.json' ':(glob)**/*.ts' ':(glob)**/*.mts' ':(glob)**/*.js' ':(glob)**/*.mjs' ':(glob)**/*.py'
	':(glob)**/*.java' ':(glob)**/*.kt' ':(glob)**/*.cs' ':(glob)**/*.fs' ':(glob)**/*.go'
	':(exclude,glob)**/node_modules/**' ':(exclude,glob)**/cdk.out/**'
)

# find_changes fills files with what is to be checked, and unbuilt with sentences
# about what should have been built first.
find_changes() {
	local patterns=() line
	while IFS= read -r line; do
		line=${line%$'\r'}
		if [ -n "$line" ]; then patterns+=("$line"); fi
	done <<<"${PATTERNS:-}"
	git rev-parse --is-inside-work-tree >"$work/git" 2>&1 ||
		fail 3 "git cannot tell what changed: $(<"$work/git")"
	find_base
	listed changed d "${patterns[@]}" "${built[@]}"
	listed source '' "${sources[@]}"
	run_git others ls-files -z --others -- "${outputs[@]}"
	run_git modified ls-files -z --modified -- "${built[@]}"
	while IFS= read -r -d '' line; do
		if [ -e "$line" ]; then add_file "$line"; fi
	done < <(cat "$work/changed" "$work/others" "$work/modified")
	find_unbuilt
}

# find_base decides what to compare with. The first push of a branch has no commit
# before it, and a shallow clone may lack it: then every file counts as changed.
find_base() {
	base=${BASE:-}
	if [ -z "${base//0/}" ]; then
		base=''
	elif ! git cat-file -e "$base^{commit}" 2>/dev/null; then
		echo "the commit $base is not in this clone, so every template counts as changed (actions/checkout with fetch-depth: 0 fetches it)"
		base=''
	fi
}

# run_git keeps what git prints in a file; that git fails is the end.
run_git() {
	local name=$1
	shift
	git "$@" >"$work/$name" 2>"$work/git" || fail 3 "git cannot tell what changed: $(<"$work/git")"
}

# listed keeps the names of the changed files that match: listed NAME FILTER PATTERN….
listed() {
	local name=$1 filter=$2
	shift 2
	if [ -n "$base" ]; then
		run_git "$name" diff --name-only --relative --no-renames ${filter:+--diff-filter=$filter} -z "$base" HEAD -- "$@"
	else
		run_git "$name" ls-files -z -- "$@"
	fi
}

# add_file adds a file, or the CDK's folder that it is in, once.
add_file() {
	local file=$1 folder known
	if [[ /$file == */cdk.out/* ]]; then
		folder=/$file
		folder=${folder%%/cdk.out/*}/cdk.out
		folder=${folder#/}
		if [ -e "$folder/manifest.json" ]; then
			file=$folder
		elif [[ $file != *.template.json ]]; then
			return 0
		fi
	elif [[ /$file == */plan.json || $file == *.plan.json ]] && [[ $(head -c 4096 -- "$file" | tr -d '\0') != *'"terraform_version"'* ]]; then
		quietly printf 'skipped: %s is not a plan of Terraform\n' "$file"
		return 0
	fi
	for known in ${files[@]+"${files[@]}"}; do
		if [ "$known" = "$file" ]; then return 0; fi
	done
	files+=("$file")
}

# has_output reports whether a plan, or the folder of a CDK app, is to be checked.
has_output() {
	local file
	for file in ${files[@]+"${files[@]}"}; do
		case $1 in
		plan) if [[ /$file == */plan.json || $file == *.plan.json ]]; then return 0; fi ;;
		*) if [ "$file" = "$1" ]; then return 0; fi ;;
		esac
	done
	return 1
}

# find_unbuilt says of changed sources without an output what to build.
find_unbuilt() {
	local file app said=$'\n'
	while IFS= read -r -d '' file; do
		case $file in
		*.tf | *.tf.json | *.tofu | *.tfvars)
			app=terraform
			if has_output plan || is_gone "$file"; then continue; fi
			;;
		*)
			app=$(cdk_app "$file") || continue
			if has_output "${app#./}/cdk.out" || { [ "$app" = . ] && has_output cdk.out; } || ! is_cdk "$app" "$file"; then continue; fi
			;;
		esac
		if [[ $said == *$'\n'"$app"$'\n'* ]]; then continue; fi
		said+=$app$'\n'
		if [ "$app" = terraform ]; then
			unbuilt+=("$file changed, and there is no plan to check: run \`terraform plan -out plan.bin && terraform show -json plan.bin > plan.json\` in $(dirname "$file") before this step, or name what to check with \`files\`")
		else
			unbuilt+=("$file changed, and cdk.out was not built: run \`npx cdk synth\` in $app before this step, or name what to check with \`files\`")
		fi
	done <"$work/source"
}

# is_gone reports whether a file was removed with all of Terraform's beside it.
is_gone() {
	[ ! -e "$1" ] && [ -z "$(find "$(dirname "$1")" -maxdepth 1 \( -name '*.tf' -o -name '*.tf.json' -o -name '*.tofu' \) -print -quit 2>/dev/null)" ]
}

# cdk_app prints the folder of the CDK app that a file is in.
cdk_app() {
	local folder
	folder=$(dirname "$1")
	while true; do
		if [ -e "$folder/cdk.json" ]; then
			echo "$folder"
			return
		fi
		if [ "$folder" = . ] || [ "$folder" = / ]; then return 1; fi
		folder=$(dirname "$folder")
	done
}

# is_cdk reports whether a file below a folder with cdk.json is part of the app:
# all are in a folder of its own; next to other code those in the usual folders, and
# those that use the CDK, or are next to one that does.
is_cdk() {
	local app=$1 file=$2 uses='aws-cdk|aws_cdk|awscdk|Amazon\.CDK|from .constructs'
	if [ "$app" != . ]; then return 0; fi
	case $file in
	cdk.json | bin/* | lib/* | cdk/* | infra/* | infrastructure/* | stacks/* | constructs/*) return 0 ;;
	esac
	grep -qsF -- "$file" cdk.json && return 0
	[ -n "$(find "$(dirname "$file")" -maxdepth 1 -type f -size -1024k -exec grep -qE "$uses" {} \; -print -quit 2>/dev/null)" ]
}
