# command.sh - shared by the tests of the command. Source it with the path of timerbed as $1. The
# test then runs in an empty folder, which is deleted at the end. It ends with a call of `total`.
set -uo pipefail

timerbed=$(realpath "$1")
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0 skipped=0

ok() { passed=$((passed + 1)); }
bad() {
	failed=$((failed + 1))
	echo "FAILED: $1" >&2
	sed 's/^/    /' out err 2>/dev/null | head -n 12 >&2
}
check() { if "${@:2}"; then ok; else bad "$1"; fi; }
skip() {
	echo "skipped: $1"
	skipped=$((skipped + 1))
}

# expect STATUS PATTERN COMMAND...: checks that the command exits with STATUS, and that
# stderr is one line that matches PATTERN.
expect() {
	local status=$1 pattern=$2 got
	shift 2
	"$@" >out 2>err </dev/null
	got=$?
	if [ "$got" = "$status" ] && grep -qE -- "$pattern" err && [ "$(wc -l <err)" = 1 ]; then
		ok
	else
		bad "$* (status $got, wanted $status and /$pattern/)"
	fi
}

# works COMMAND...: checks that the command exits with 0 and prints nothing to stderr.
works() {
	if "$@" >out 2>err </dev/null && [ ! -s err ]; then ok; else bad "$*"; fi
}

# Checks that a write to /dev/full fails as it must. A container may lack the device.
full_device() { [ -c /dev/full ] && ! (echo >/dev/full) 2>/dev/null; }

run() { "$timerbed" run "$@" --cache "$work/traces"; }
count() { wc -l <"$1/cells.jsonl"; }
field() { /usr/bin/python3 -c 'import json, sys
for line in open(sys.argv[1] + "/cells.jsonl"): print(json.loads(line).get(sys.argv[2]))' "$@"; }

total() {
	echo "$passed passed, $failed failed$([ $skipped = 0 ] || echo ", $skipped skipped")"
	[ "$failed" = 0 ]
}
