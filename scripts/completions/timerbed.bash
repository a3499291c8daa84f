# timerbed.bash - completion of timerbed(1) for bash
#
# Commands and options come from the program's own help, names from `timerbed list`. So this file
# needs no change when these change.

# _timerbed_names TOPIC: prints the names that `timerbed list TOPIC` lists.
_timerbed_names() { "$program" list "$1" 2>/dev/null | sed -n 's/^\([^ ]\{1,\}\) .*/\1/p'; }

# _timerbed_options COMMAND: prints the options in the command's help.
_timerbed_options() {
	"$program" "$@" --help 2>/dev/null | grep -oE -e '(^|[[ ,])--?[a-zA-Z][a-z-]*' | tr -d '[ ,' | sort -u
}

_timerbed_commands() { "$program" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'; }

# _timerbed_takes_value COMMAND OPTION: succeeds if the option takes a value. The help of such an
# option has a word in capitals or a brace after the option.
_timerbed_takes_value() {
	"$program" "$1" --help 2>/dev/null | grep -qE -e "(^|[[ ,])$2 (\{|[A-Z]+( |\]|$))"
}

# _timerbed_settings NAME [OPTION]: prints the options of a structure or workload, or the words that
# the OPTION may be. Both come from `timerbed explain NAME`.
_timerbed_settings() {
	"$program" explain "$1" 2>/dev/null | awk -v option="${2-}" '
		/^OPTIONS/ { on = 1; next }
		/^$/ { on = 0 }
		on && /^    [a-z]/ { name = $1; if (option == "") print name "=" }
		on && name == option && / one of / {
			sub(/.* one of /, "")
			gsub(/, /, "\n")
			print
		}'
}

# Prints the completions of the current word if it has the form NAME:OPTION=VALUE,OPTION...
_timerbed_options_within() {
	local base=${current%:*} typed=${current##*:} option=
	local begun=$base:${typed%"${typed##*,}"}
	typed=${typed##*,}
	if [[ $typed == *=* ]]; then
		option=${typed%%=*}
		begun=$begun$option=
	fi
	_timerbed_settings "${base##*:}" $option | sed "s|^|$begun|"
}

# Prints the completions of a current word with ':' or '@': structures after wrappers, again: and
# loop:, options after other names, and backends after loop:quad-heap@.
_timerbed_within() {
	local base=${current%:*}
	case $current in
	*@*) _timerbed_names backends | sed "s|^|${current%@*}@|" ;;
	*:*)
		if _timerbed_names subjects | grep -qxF -- "${base##*:}:"; then
			_timerbed_names structures | sed "s|^|$base:|"
		else
			_timerbed_options_within
		fi ;;
	esac
}
_timerbed_workloads() {
	_timerbed_names workloads
	[[ $current != *:* ]] || _timerbed_options_within
}
_timerbed_subjects() { _timerbed_names subjects; _timerbed_within; }

# Proposes the words on stdin that begin with the current word. By default, bash breaks words at ':'
# and '='. It then replaces only the text after the last one, so the text before it is removed from
# the proposals.
_timerbed_propose() {
	local typed=$current before=
	local IFS=$'\n'

	COMPREPLY=($(compgen -W "$(cat)" -- "$typed"))
	[[ $typed != *[:=]* || $COMP_WORDBREAKS != *:* ]] || before=${typed%"${typed##*[:=]}"}
	COMPREPLY=("${COMPREPLY[@]#"$before"}")
	[ ${#COMPREPLY[@]} != 1 ] || [[ ${COMPREPLY[0]} != *[:=] ]] || compopt -o nospace 2>/dev/null
}

_timerbed_files() {
	compopt -o filenames 2>/dev/null
	local IFS=$'\n'
	COMPREPLY+=($(compgen -f -- "$current"))
}

_timerbed_folders() {
	compopt -o filenames 2>/dev/null
	local IFS=$'\n'
	COMPREPLY=($(compgen -d -- "$current"))
}

# Sets `current` to the word before the cursor, `previous` to the one before it, `command` to the
# command and `place` to the number of the current word. They come from the line, because bash has
# broken its own words at ':'.
_timerbed_words() {
	local line=${COMP_LINE:0:COMP_POINT}
	current=${line##*[[:space:]]}
	local words
	read -ra words <<<"${line%"$current"}"
	previous=${words[${#words[@]} - 1]:-}
	command=${words[1]:-}
	place=${#words[@]}
}

_timerbed() {
	local program=$1 current previous command place

	COMPREPLY=()
	_timerbed_words
	if [ "$place" = 1 ]; then
		_timerbed_propose < <(_timerbed_commands; printf '%s\n' --help --version)
		return
	fi
	case $previous in
	-w | --workload) _timerbed_propose < <(_timerbed_workloads); return ;;
	--pass) _timerbed_propose < <(_timerbed_names passes); return ;;
	--dispatch | -d) _timerbed_propose < <(printf '%s\n' vtable inline); return ;;
	--stride | -t) [ "$command" = export ] || { _timerbed_propose < <(printf '%s\n' 64 128); return; } ;;
	--baseline) _timerbed_propose < <(_timerbed_subjects); return ;;
	--run | --cache) _timerbed_folders; return ;;
	-o | --out | --output) _timerbed_files; return ;;
	-*) ! _timerbed_takes_value "$command" "$previous" || return ;;
	esac
	case $current in
	-*) _timerbed_propose < <(_timerbed_options "$command"); return ;;
	esac
	case $command in
	list) _timerbed_propose < <("$program" list 2>/dev/null | sed -n 's/^\([a-z]*\):$/\1/p') ;;
	explain)
		_timerbed_propose < <(for topic in subjects workloads backends passes; do
			_timerbed_names $topic
		done; _timerbed_names experiments; _timerbed_within) ;;
	run | map)
		_timerbed_propose < <(_timerbed_subjects; _timerbed_names experiments)
		local IFS=$'\n'
		COMPREPLY+=($(compgen -f -X '!*.ini' -- "$current")) ;;
	generate) _timerbed_propose < <(_timerbed_workloads) ;;
	replay)
		if [ "$place" = 2 ]; then
			_timerbed_files
		else
			_timerbed_propose < <(_timerbed_subjects)
		fi ;;
	export) _timerbed_propose < <(_timerbed_names structures; _timerbed_within) ;;
	compare)
		_timerbed_propose < <(_timerbed_subjects)
		local IFS=$'\n'
		COMPREPLY+=($(compgen -d -- "$current")) ;;
	report) _timerbed_folders ;;
	esac
}

complete -F _timerbed timerbed
