# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034 # what tests read
#
# For tests of udpdeck without a terminal.  Source it first:
#
#   . "${srcdir:-.}/tests/cli/cli.sh"
#   peer_start echo echo
#   printf 'PING' | run -W 1 127.0.0.1 "$port"
#   check "the answer is printed" printed 'PING'
#   finish
#
# A run's stdout, stderr and exit status are files in $work.  Peers are tests/lib/udppeer on
# 127.0.0.1; their ports are free ones.  What is started here ends with the test.

udpdeck=${UDPDECK:-./udpdeck}
udppeer=tests/lib/udppeer
slow=${UDPDECK_TEST_SLOW:-1}
slow=${slow%%.*}
work=$(mktemp -d) || exit
port=     # of the last peer_start, closed_port or deck_start
peer_pid= # of the last peer_start
deck_pid= # of the last deck_start
running=  # all that was started
start=    # now_ms, where a test wants to know how long something took

. "${srcdir:-.}/tests/lib/tap.sh"

cli_end() {
	for end_pid in $running; do
		kill -KILL "$end_pid"
	done 2>/dev/null
	rm -rf "$work"
}
trap cli_end EXIT
trap 'exit 143' TERM INT HUP

export HOME=/nonexistent LC_ALL=C.UTF-8
unset XDG_CONFIG_HOME XDG_STATE_HOME

# ---- udpdeck in the foreground ----

# run ARG...: with stdin as it is; meant to end, and killed if it does not
run() {
	timeout --foreground -k 2 $((20 * slow)) "$udpdeck" "$@" \
		>"$work/stdout" 2>"$work/stderr"
	echo $? >"$work/status"
}

# told: what a failed point shows, then false
told() {
	echo "status $(cat "$work/status")"
	sed 's/^/stdout: /' "$work/stdout" | head -c 2000 | cat -v
	sed 's/^/stderr: /' "$work/stderr" | head -c 2000 | cat -v
	return 1
}

# ends STATUS [TEXT]: so it ended, with one line of stderr that holds TEXT, or without any
ends() {
	[ "$(cat "$work/status")" = "$1" ] || told || return
	if [ $# = 1 ]; then
		[ ! -s "$work/stderr" ] || told
	else
		{ [ "$(wc -l <"$work/stderr")" = 1 ] && grep -qF -- "$2" "$work/stderr"; } || told
	fi
}

# misused TEXT: status 1, stderr begins with a line that holds TEXT and goes on with the usage
misused() {
	{ [ "$(cat "$work/status")" = 1 ] && head -n 1 "$work/stderr" | grep -qF -- "$1" &&
		sed -n 2p "$work/stderr" | grep -q '^usage: '; } || told
}

# printed FORMAT: stdout is exactly that
printed() {
	# shellcheck disable=SC2059 # a format is meant
	printf "$1" >"$work/expected"
	cmp -s "$work/expected" "$work/stdout" || told
}

# ---- udpdeck in the background ----

# deck_start NAME ARG...: a listener or another that stays; $port is its first socket's.
#
# Its stdin is what is written to $work/NAME.in and has no end; NAME.out, NAME.err and NAME.status
# are like a run's files.
deck_start() {
	deck_name=$1
	shift
	rm -f "$work/$deck_name.in" "$work/$deck_name.status"
	mkfifo "$work/$deck_name.in"
	deck_spawn "$work/$deck_name.out" "$@" 8<>"$work/$deck_name.in"
}

# deck_spawn STDOUT ARG...: for deck_start and those who bring another stdin, as descriptor 8
deck_spawn() {
	deck_out=$1
	shift
	rm -f "$work/$deck_name.ready"
	# No shell stays between: signals go to udpdeck itself.
	"$udpdeck" --ready-fd 9 "$@" <&8 8<&- >"$deck_out" 2>"$work/$deck_name.err" \
		9>"$work/$deck_name.ready" &
	deck_pid=$!
	running="$running $deck_pid"
	wait_for "[ -s $work/$deck_name.ready ] || is_gone $deck_pid" 10
	port=$(sed -n '1s/.*://p' "$work/$deck_name.ready")
}

# deck_wait NAME SECONDS: until it ended by itself
deck_wait() {
	wait_for "is_gone $deck_pid" "$2" || return
	wait "$deck_pid"
	echo $? >"$work/$1.status"
	running=$(echo " $running " | sed "s/ $deck_pid / /")
}

# deck_end NAME [SIGNAL]: told to end, and within seconds it does
deck_end() {
	kill -"${2:-TERM}" "$deck_pid" && deck_wait "$1" 5
}

# deck_ends NAME STATUS [TEXT]: see ends
deck_ends() {
	cp "$work/$1.err" "$work/stderr"
	cp "$work/$1.out" "$work/stdout"
	cp "$work/$1.status" "$work/status"
	shift
	ends "$@"
}

# ---- captures made by hand ----

# le32 NUMBER...: four bytes of each, the lowest first
le32() {
	for le32_n; do
		# shellcheck disable=SC2059 # a format is meant
		printf "$(printf '\\%03o\\%03o\\%03o\\%03o' $((le32_n & 255)) $((le32_n >> 8 & 255)) \
			$((le32_n >> 16 & 255)) $((le32_n >> 24 & 255)))"
	done
}

# pcap_head: of a file of IP packets, in microseconds
pcap_head() {
	le32 $((0xa1b2c3d4)) $((0x00040002)) 0 0 65535 101
}

# pcap_frame SECONDS MICROSECONDS [LENGTH]: "hello" from 192.0.2.1:9 to 192.0.2.2:9, of that length
pcap_frame() {
	le32 "$1" "$2" 33 "${3:-33}"
	printf '\105\0\0\041\0\01\0\0\100\021\0\0\300\0\02\01\300\0\02\02'
	printf '\0\011\0\011\0\015\0\0hello'
}

# ---- peers ----

# peer_start NAME ARG...: udppeer; its log is $work/NAME.peer, without its first line in heard()
peer_start() {
	peer_name=$1
	shift
	rm -f "$work/$peer_name.peer"
	"$udppeer" "$@" >"$work/$peer_name.peer" 2>"$work/$peer_name.log" &
	peer_pid=$!
	running="$running $peer_pid"
	wait_for "[ -s $work/$peer_name.peer ]" 10
	port=$(head -n 1 "$work/$peer_name.peer")
}

# heard NAME: LENGTH HEX of each datagram
heard() {
	sed 1d "$work/$1.peer" | cut -d ' ' -f 3-
}

# heard_count NAME N: meant for wait_for
heard_count() {
	[ "$(heard "$1" | wc -l)" -ge "$2" ]
}

# hears NAME HEX...: exactly these datagrams, "-" for an empty one; a long one by LENGTH:HEX
hears() {
	hears_name=$1
	shift
	for hears_hex; do
		case $hears_hex in
		-) echo "0 -" ;;
		*:*) echo "${hears_hex%%:*} ${hears_hex#*:}" ;;
		*) echo "$((${#hears_hex} / 2)) $hears_hex" ;;
		esac
	done >"$work/expected"
	wait_for "heard_count $hears_name $#" 5
	heard "$hears_name" >"$work/heard"
	diff "$work/expected" "$work/heard"
}

# hex TEXT: as in a log
hex() {
	printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'
}

# pattern N: what udppeer's mode "size" answers
pattern() {
	yes abcdefghijklmnopqrstuvwxyz | tr -d '\n' | head -c "$1"
}

# since_start NAME N: milliseconds from $start until a peer logged its Nth datagram
since_start() {
	awk -v start="$start" -v row="$(($2 + 1))" 'NR == row { print $1 - start }' "$work/$1.peer"
}

[ -x "$udpdeck" ] || skip_all "no udpdeck: UDPDECK names none"
[ -x "$udppeer" ] || skip_all "no udppeer: make check builds it"
