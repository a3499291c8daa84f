# newcomer.sh - shared by the tests of what is added as one file or as one row. Source it. A test calls
# `tree` and then works in a copy of the tree, which is deleted at the end. It ends with a call of
# `total`.
# shellcheck shell=bash
set -uo pipefail

# What a surrounding make was called with is not for the copy.
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
# silent PATTERN COMMAND...: the command succeeds, and prints no such line.
silent() {
	local said
	said=$("${@:2}" 2>&1) && ! grep -E -- "$1" <<<"$said"
}
# refused PATTERN COMMAND...: the command fails, and prints a line that matches the pattern.
refused() {
	local said
	! said=$("${@:2}" 2>&1) && grep -E -- "$1" <<<"$said"
}

# tree VARIANT...: copies the tree, and goes there. The copy has the programs and the objects of these
# variants (Makefile), with their times. So make compiles only what the new file changes.
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

# remember_hashes: stores the source_hash of each subject and pass, before anything new is added.
# same_hashes: they are still the same. The names of new subjects and passes have "new-".
remember_hashes() {
	make -s build/timerbed-hashes >/dev/null && build/timerbed-hashes >before
	check "subjects have hashes" grep -q '^quad-heap' before
}
same_hashes() { diff before <(build/timerbed-hashes | grep -v new-); }

# records KEY=VALUE...: prints the number of records of the run in the folder `run` that have all of
# these. A value may be the name of another key.
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
