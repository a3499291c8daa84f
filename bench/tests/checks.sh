# checks.sh: what the shell tests of the bench share. Sourced with the path of build/timerbed as $1.
# shellcheck shell=bash
set -uo pipefail

timerbed=$(realpath "$1")
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
work=$(mktemp -d)
started=() # processes to end, whatever happens
passed=0 failed=0 skipped=0
cd "$work" || exit 1

clean_up() {
	for process in "${started[@]}"; do kill -KILL "$process" 2>/dev/null; done
	umount "$work"/*/ 2>/dev/null
	rm -rf "$work"
}
trap clean_up EXIT

ok() { passed=$((passed + 1)); }
bad() {
	failed=$((failed + 1))
	echo "FAILED: $1" >&2
	sed 's/^/    /' out err 2>/dev/null | head -n 12 >&2
}
skip() {
	skipped=$((skipped + 1))
	echo "skipped: $1"
}
check() { if "${@:2}"; then ok; else bad "$1"; fi; }

# expect STATUS PATTERN COMMAND...: exits with STATUS; stderr is one line that matches PATTERN.
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

# works COMMAND...: exits with 0 and says nothing on stderr.
works() {
	if "$@" >out 2>err </dev/null && [ ! -s err ]; then ok; else bad "$*"; fi
}

# wait_for CONDITION...: until the command succeeds, for at most two minutes.
wait_for() {
	for _ in $(seq ${WAIT:-2400}); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	echo "FAILED: waited in vain for: $*" >&2
	return 1
}

# gone PATTERN: no process has this in its command line. Zombies have none.
gone() { ! pgrep -f -- "$1" >/dev/null; }

run() { "$timerbed" run "$@" --cache traces; }

# begin ARGUMENTS...: a run in the background. Its process is $begun.
begin() {
	"$timerbed" run "$@" --cache traces >begun.out 2>begun.err </dev/null &
	begun=$!
	started+=("$begun")
}

count() { wc -l <"$1/cells.jsonl"; }
field() { /usr/bin/python3 -c 'import json, sys
for line in open(sys.argv[1] + "/cells.jsonl"): print(json.loads(line).get(sys.argv[2]))' "$@"; }

# edit FOLDER STATEMENTS: changes the records of a run, which the statements see as a list.
edit() {
	/usr/bin/python3 - "$1/cells.jsonl" "$2" <<-'END'
		import json, sys
		path, statements = sys.argv[1:]
		with open(path) as file:
		    records = [json.loads(line) for line in file]
		scope = {"records": records}
		exec(statements, scope)
		with open(path, "w") as file:
		    file.writelines(json.dumps(record) + "\n" for record in scope["records"])
	END
}

# A hyperfine of our own that obeys files: it says that it has begun, waits while there is a file
# `hold`, and runs what `instead` holds, or else the command as hyperfine would.
make_hyperfine() {
	mkdir -p bin
	cat >bin/hyperfine <<-END
		#!/usr/bin/env bash
		arguments=("\$@")
		for ((i = 0; i < \$#; i++)); do
			[ "\${arguments[i]}" = --export-json ] && json=\${arguments[i + 1]}
		done
		echo \$\$ >>"$work/cells"
		while [ -e "$work/hold" ]; do sleep 0.05; done
		[ -e "$work/instead" ] && { source "$work/instead"; exit; }
		eval "\${arguments[-1]}" 2>/dev/null || { echo "Error: the command failed" >&2; exit 1; }
		echo '{"results": [{"median": 1, "user": 1, "system": 1}]}' >"\$json"
	END
	chmod +x bin/hyperfine
	PATH=$work/bin:$PATH
}

# finish: the line that is counted, and the exit status.
finish() {
	echo "$passed passed, $failed failed$([ $skipped = 0 ] || echo ", $skipped skipped")"
	[ "$failed" = 0 ]
}
