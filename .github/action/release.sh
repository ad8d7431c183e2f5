#!/usr/bin/env bash
# Downloads the program that was released under the tag that the action is used by,
# as in uses: OWNER/remotion-doctor@v1.2.3; see action.yml. For every other ref, and
# where there is no release or its origin cannot be verified, the output "program"
# stays empty, and the action builds the sources of that ref.
set -euo pipefail

output=${GITHUB_OUTPUT:-/dev/stdout}

# build says why the sources are built, and ends.
build() {
	echo "built from the sources: $1"
	exit 0
}

if [[ ! ${REF:-} =~ ^v([0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?)$ ]]; then build "the ref ${REF:-} is no release"; fi
version=${BASH_REMATCH[1]}

case ${RUNNER_OS:-} in
Linux) system=linux ;;
macOS) system=darwin ;;
Windows) system=windows ;;
*) build "no release for the system ${RUNNER_OS:-}" ;;
esac
case ${RUNNER_ARCH:-} in
X64) processor=amd64 ;;
ARM64) processor=arm64 ;;
*) build "no release for the processor ${RUNNER_ARCH:-}" ;;
esac
if ! command -v gh >/dev/null; then build "gh, which verifies releases, is not installed"; fi

name=remotion-doctor_${version}_${system}_$processor
archive=$name.tar.gz program=remotion-doctor
if [ "$system" = windows ]; then archive=$name.zip program=remotion-doctor.exe; fi

work=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/remotion-doctor-release.XXXXXX")
for file in "$archive" checksums.txt; do
	if ! curl -fsSL --retry 3 --max-time 120 -o "$work/$file" "$RELEASES/v$version/$file"; then
		build "$RELEASES/v$version/$file cannot be downloaded"
	fi
done

# The checksum finds a download that is cut off; the attestation proves that the
# workflow "release" of this repository built the archive.
sum=$(awk -v name="$archive" '$2 == name { print $1 }' "$work/checksums.txt")
if [ -z "$sum" ] || ! (cd "$work" && echo "$sum  $archive" | sha256sum -c --status -); then
	build "the checksum of $archive is wrong"
fi
if ! gh attestation verify "$work/$archive" --repo "$REPOSITORY" --signer-workflow "$REPOSITORY/.github/workflows/release.yml" >"$work/attestation" 2>&1; then
	sed 's/^/  /' "$work/attestation"
	build "the origin of $archive cannot be verified"
fi

if [ "$system" = windows ]; then unzip -q "$work/$archive" -d "$work"; else tar -xzf "$work/$archive" -C "$work"; fi
[ -x "$work/$name/$program" ] || build "$archive has no $program"
echo "release $version"
echo "program=$work/$name/$program" >>"$output"
