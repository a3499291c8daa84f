# timerbed.bash - completion of timerbed(1) for bash
#
# Commands and options are what the program's own help says, names what `timerbed list` says: nothing
# is listed here, so nothing here grows stale.

# The first words of the lines of a topic.
_timerbed_names() { "$program" list "$1" 2>/dev/null | sed -n 's/^\([^ ]\{1,\}\) .*/\1/p'; }

# The options of a command, as its help shows them.
_timerbed_options() {
	"$program" "$@" --help 2>/dev/null | grep -oE -e '(^|[[ ,])--?[a-zA-Z][a-z-]*' | tr -d '[ ,' | sort -u
}

_timerbed_commands() { "$program" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'; }

# Whether that option of that command takes a value: its help then has a word in capitals after it.
_timerbed_takes_value() {
	"$program" "$1" --help 2>/dev/null | grep -qE -e "(^|[[ ,])$2 (\{|[A-Z]+( |\]|$))"
}

# The options of a structure or workload, or the words that one of them may be, as explain shows them.
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

# The same for what has been typed: NAME:OPTION=VALUE,OPTION...
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

# What may follow in the word that has been begun: structures after lazy:, loop: and the like, options
# after the name of another, backends after loop:quad-heap@.
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

# Proposes those of the words on standard input that begin with what has been typed. ':' and '=' break
# words where bash is left as it is, so what stands before the last of them is not proposed again.
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

# The word before the cursor as it was typed, and the one before that: bash has cut both at ':'.
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
