# runs.sh - what the tests of runs share beside command.sh: runs in the background, edited records, and
# a hyperfine that obeys. Sourced with the path of timerbed as $1; a test ends with a call of `total`.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/command.sh" "$1"

started=() # processes to end, whatever happens

clean_up() {
	for process in "${started[@]}"; do kill -KILL "$process" 2>/dev/null; done
	umount "$work"/*/ 2>/dev/null
	rm -rf "$work"
}
trap clean_up EXIT

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

# begin ARGUMENTS...: a run in the background. Its process is $begun. The run heeds SIGHUP even where the
# tests run under nohup.
begin() {
	env --default-signal=HUP "$timerbed" run "$@" --cache traces >begun.out 2>begun.err </dev/null &
	begun=$!
	started+=("$begun")
}

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
