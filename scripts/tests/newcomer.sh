# newcomer.sh: functions for the tests that add one file or one row to the project. A test sources
# this file and calls `tree`. Then it works in a copy of the tree, which is deleted at the end. A
# test ends with a call of `total`.
# shellcheck shell=bash
set -uo pipefail

# The copy's make must not inherit the settings of a surrounding make.
unset MAKEFLAGS MFLAGS MAKELEVEL BUILD

root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# check WHAT COMMAND...: counts whether the command succeeds. If it fails, prints its output.
check() {
	if "${@:2}" >"$work/log" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1"
		tail -n 20 "$work/log" | sed 's/^/    /'
	fi
}

# says PATTERN COMMAND...: the command prints a line that matches the pattern.
says() { grep -E -- "$1" <("${@:2}" 2>&1); }
# silent PATTERN COMMAND...: the command succeeds, and prints no line that matches the pattern.
silent() {
	local said
	said=$("${@:2}" 2>&1) && ! grep -E -- "$1" <<<"$said"
}
# refused PATTERN COMMAND...: the command fails, and prints a line that matches the pattern.
refused() {
	local said
	! said=$("${@:2}" 2>&1) && grep -E -- "$1" <<<"$said"
}

# tree VARIANT...: copies the tree, and changes to the copy. It has the programs and the objects of
# these variants (Makefile) with their times, so make compiles only what the new file changes.
tree() {
	local part parts=()
	mkdir "$work/tree" && cd "$root" || exit 1
	for part in flags generated hashes "$@"; do
		[ ! -e build/"$part" ] || parts+=("build/$part")
	done
	[ ! -e build ] || mapfile -tO ${#parts[@]} parts < <(find build -maxdepth 1 -type f)
	{ find . -mindepth 1 -maxdepth 1 ! -name .git ! -name out ! -name 'build*'
		[ ${#parts[@]} = 0 ] || printf '%s\n' "${parts[@]}"; } |
		tar cf - --exclude=__pycache__ -T - | tar xf - -C "$work/tree"
	cd "$work/tree" || exit 1
}

# remember_hashes: stores the source_hash of each subject and pass, before the test adds anything.
# same_hashes: the stored hashes have not changed. Names of new subjects and passes have "new-".
remember_hashes() {
	make -s build/timerbed-hashes >/dev/null && build/timerbed-hashes >before
	check "subjects have hashes" grep -q '^quad-heap' before
}
same_hashes() { diff before <(build/timerbed-hashes | grep -v new-); }

# records KEY=VALUE...: prints the number of records in the folder `run` that have all these values.
# A value may be the name of another key.
records() {
	/usr/bin/python3 - "$@" <<-'END'
		import json, sys
		wanted = [word.split("=") for word in sys.argv[1:]]
		with open("run/cells.jsonl", encoding="utf-8") as file:
		    lines = [json.loads(line) for line in file]
		print(sum(all(key in line and str(line[key]) == str(line.get(value, value))
		              for key, value in wanted) for line in lines))
	END
}

total() {
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}
