# usage.bash: checks the command line of a script in Bash. The script sources this file first.

# takes SYNOPSIS LEAST MOST ARGUMENT...: accepts LEAST to MOST arguments (MOST may be -, without a
# limit). If the first argument is --help, prints the comment at the top of the script and exits
# with 0. A wrong number of arguments, or a first argument that looks like an option and is not in
# SYNOPSIS, is refused.
takes() {
	local synopsis=$1 least=$2 most=$3
	shift 3
	case ${1:-} in
	--help | -h)
		sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
		exit 0
		;;
	-*)
		[[ " $synopsis " == *[\ \[]"$1"[\ \]]* ]] ||
			refuse "no option '$1'; usage: $synopsis"
		;;
	esac
	if [ $# -lt "$least" ] || { [ "$most" != - ] && [ $# -gt "$most" ]; }; then
		refuse "usage: $synopsis"
	fi
}

# refuse MESSAGE: prints the message in one line on standard error, and exits with 2.
refuse() {
	echo "$(basename "$0"): $1" >&2
	exit 2
}
