# runs.sh - shared by the tests of runs, in addition to command.sh: runs in the background, edited
# records, and a hyperfine that the test controls. Source it with the path of timerbed as $1. A test
# ends with a call of `total`.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/command.sh" "$1"

started=() # processes that clean_up kills

clean_up() {
	for process in "${started[@]}"; do kill -KILL "$process" 2>/dev/null; done
	umount "$work"/*/ 2>/dev/null
	rm -rf "$work"
}
trap clean_up EXIT

# wait_for CONDITION...: waits until the command succeeds, for at most two minutes.
wait_for() {
	for _ in $(seq ${WAIT:-2400}); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	echo "FAILED: not true within two minutes: $*" >&2
	return 1
}

# gone PATTERN: checks that no process has PATTERN in its command line. Zombies have none.
gone() { ! pgrep -f -- "$1" >/dev/null; }

# begin ARGUMENTS...: starts a run in the background; $begun is its process. The run reacts to
# SIGHUP even if the tests run under nohup.
begin() {
	env --default-signal=HUP "$timerbed" run "$@" --cache traces >begun.out 2>begun.err </dev/null &
	begun=$!
	started+=("$begun")
}

# edit FOLDER STATEMENTS: runs Python statements that change the list `records` of a run.
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

# Makes a hyperfine that files control. It appends its pid to the file `cells` and waits while the
# file `hold` exists. Then it runs the file `instead`, or the command as hyperfine would.
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
