#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The manual's EXAMPLES, each run as it is printed: in a network of its own the addresses are those
# of the manual, and the servers are real.  An example without a check fails, so does a check
# without an example.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"
. "${srcdir:-.}/tests/lib/peers.sh"
need jq socat dnsmasq chronyd

udppeer=$PWD/tests/lib/udppeer
ptyrun=$PWD/$ptyrun
udpdeck=$(realpath "$udpdeck")
manual=$(realpath "${srcdir:-.}")/man/udpdeck.1
mkdir -p "$work/bin" "$work/examples" "$work/play"
ln -s "$udpdeck" "$work/bin/udpdeck"
export HOME=/nonexistent LC_ALL=C.UTF-8 PATH="$work/bin:$PATH"
unset XDG_CONFIG_HOME XDG_STATE_HOME
cd "$work/play" || exit

# ---- the manual ----

# A command on a ".Dl" line, or what stands between ".Bd" and ".Ed": a file of its own each.
extract() {
	awk -v folder="$work/examples" '
	/^\.Sh / { inside = /^\.Sh EXAMPLES/ }
	!inside { next }
	/^\.Bd / { block = 1; file = sprintf("%s/%02d", folder, ++count); next }
	/^\.Ed/ { block = 0; file = ""; next }
	/^\.Dl / { file = sprintf("%s/%02d", folder, ++count); sub(/^\.Dl /, "") }
	/^\./ || !file { next }
	{
		gsub(/\\\(aq/, "\047")
		gsub(/\\\(dq/, "\"")
		gsub(/\\\(ha/, "^")
		gsub(/\\e/, "\\")
		gsub(/HOST PORT/, "192.0.2.7 5000")
		print >file
	}
	!block { file = "" }' "$manual"
	[ "$(ls "$work/examples")" ]
}

# example PATTERN NAME CHECK...: what the pattern matches, as $example for the check
example() {
	example=
	for example_file in "$work"/examples/*; do
		# shellcheck disable=SC2254 # a pattern is meant
		case $(cat "$example_file") in
		$1) example="$example $example_file" ;;
		esac
	done
	example=${example# }
	shift
	case $example in
	'' | *' '*) not_ok "$1: one example, not \"$example\"" ;;
	*)
		check "$@"
		mv "$example" "$work/checked"
		;;
	esac
}

left_over() {
	! head -n 3 "$work"/examples/* 2>/dev/null
}

# ---- the other side ----

hosts_up() {
	lan_up 2 && on h1 ip addr add 192.0.2.1/24 brd + dev eth0 &&
		on h2 ip addr add 192.0.2.7/24 brd + dev eth0
}

# peer NAME PORT MODE...: on h2, heard by heard()
peer() {
	peer_name=$1
	peer_port=$2
	shift 2
	start_bg h2 "$peer_name" "$udppeer" -a 0.0.0.0 -p "$peer_port" "$@"
	wait_for "udp_bound h2 $peer_port" 10
}

# heard NAME: HEX of each datagram that a peer got
heard() {
	sed 1d "$work/$1.log" | cut -d ' ' -f 4
}

# hears NAME HEX...: exactly these, within seconds
hears() {
	hears_name=$1
	shift
	wait_for "[ \$(heard $hears_name | wc -l) -ge $# ]" 5
	[ "$(heard "$hears_name" | xargs)" = "$*" ] || ! cat "$work/$hears_name.log"
}

# paced NAME MS: the last one that a peer got came no sooner after the play's start
paced() {
	awk -v start="$start" -v ms="$2" 'END { exit $1 - start < ms - 1 }' "$work/$1.log"
}

# say TEXT ADDRESS: a datagram from h2
say() {
	printf '%s' "$1" | on h2 socat -u - "UDP4-DATAGRAM:$2"
}

# ---- this side ----

# play: in the foreground; $status, $work/stdout and $work/stderr, $start when it began
play() {
	start=$(now_ms)
	on h1 timeout -k 2 60 sh "$example" >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
}

# ends STATUS: so it ended; what was said is shown if not
ends() {
	[ "$status" = "$1" ] && return
	echo "status $status"
	cat -v "$work/stdout" "$work/stderr"
	return 1
}

# prints TEXT...: stdout holds each
prints() {
	for prints_text; do
		grep -qF -- "$prints_text" "$work/stdout" && continue
		echo "not there: $prints_text"
		cat -v "$work/stdout" "$work/stderr"
		return 1
	done
}

# listen NAME: in the background on h1 until it is bound to port 5000; ended by stop_bg
listen() {
	echo "exec $(cat "$example")" >"$work/$1.sh"
	start_bg h1 "$1" sh "$work/$1.sh" && wait_for "udp_bound h1 5000" 10
}

# deck_up NAME: the example in a terminal of h1
deck_up() {
	deck_words=$(cat "$example")
	# shellcheck disable=SC2086 # words
	deck_start h1 "$1" ${deck_words#udpdeck }
}

# ---- the examples ----

ping_once() {
	peer ping 5000 reply PONG && play && stop_bg "$bg_pid"
	ends 0 && [ "$(cat "$work/stdout")" = PONG ] && hears ping 50494e47
}

by_hand() {
	peer hand 5000 echo && deck_up hand && deck_type hand hello &&
		deck hand "wait <- @1 192.0.2.7:5000" && deck_quit hand
	stop_bg "$bg_pid"
	[ "$(heard hand)" = 68656c6c6f ]
}

demo() {
	deck_up demo && deck demo "wait hello, Enter: the echo answers" && deck_quit demo
}

dns() {
	dns_start h2 && play
	ends 0 && prints "<- 192.0.2.7:53" "12 34 85 80" v=spf
}

ntp() {
	ntp_start h2 && play
	ends 0 && prints "<- 192.0.2.7:123 48 B" "0000  24 01"
}

tftp() {
	tftp_start h2 && play
	# shellcheck disable=SC1003 # backslashes as they are printed
	ends 0 && prints '	15	\0\x03\0\x01hello tftp\n' && ! grep -q '192.0.2.7:69	' "$work/stdout"
}

statsd() {
	peer statsd 8125 silent && play
	ends 0 && hears statsd 72657175657374733a317c63
}

replay() {
	seq 5 >lines
	peer replay 5000 silent && play && stop_bg "$bg_pid"
	ends 0 && hears replay 310a 320a 330a 340a 350a &&
		paced replay 40
}

scan() {
	peer scanned 5004 echo && play && stop_bg "$bg_pid"
	ends 0 && prints "192.0.2.7:5004 answered" && [ "$(grep -c answered "$work/stdout")" = 1 ]
}

log() {
	listen log && say one 192.0.2.1:5000 && say two 192.0.2.1:5000 &&
		wait_for "[ \$(grep -c '\"rx\"' log) = 2 ]" 5 && stop_bg "$bg_pid" &&
		jq -e -s 'map(select(.event == "rx").text) == ["one", "two"]' log
}

ask_log() {
	play
	ends 0 && [ "$(xargs <"$work/stdout")" = "2 192.0.2.7" ]
}

broadcast() {
	peer answers 9999 reply 'I am' && play && stop_bg "$bg_pid"
	ends 0 && prints '	<-	192.0.2.7:9999	4	I am' && hears answers "$(
		printf 'who is there\n' | od -An -tx1 | tr -d ' '
	)"
}

# The port is bound before the group is joined: 239.1.2.3, as /proc writes it.
group() {
	listen group && wait_for "on h1 grep -q 030201EF /proc/net/igmp" 10 &&
		say hello 239.1.2.3:5000 &&
		wait_for "grep -q '<m.*hello' $work/group.log" 5 || return
	stop_bg "$bg_pid"
}

job() {
	peer job 5000 silent && play && stop_bg "$bg_pid"
	# CRC-16/MODBUS of 0001 to 0005, the low byte first
	ends 0 && hears job 0001c070 00028071 000341b1 00040073 0005c1b3 &&
		paced job 400
}

keep_talk() {
	cp "$example" talk
}

talk() {
	peer talk 5000 reply 'pong 12' && play && stop_bg "$bg_pid"
	ends 0 && grep -qx 'all is well' "$work/stderr" && hears talk 50494e472031 || return
	peer mute 5000 reply 'what?' && play && stop_bg "$bg_pid"
	ends 4 && grep -q 'talk:4: expect' "$work/stderr" && ! grep -q well "$work/stderr"
}

ready() {
	play
	ends 0 && [ "$(cat got)" = hello ]
}

lab() {
	on h1 udpdeck -c 'to 192.0.2.7 5000' -c 'join 239.1.2.3%eth0' -c 'save lab' </dev/null &&
		deck_up lab && deck lab "row 0 +239.1.2.3%eth0" "send x" \
			"wait text 1 B -> 192.0.2.7:5000" "key Ctrl-C" && deck_quit lab
}

check "two hosts with the manual's addresses" hosts_up
check "the manual has examples" extract
example 'printf PING *' "one answer within half a second" ping_once
example 'udpdeck 192.0.2.7 5000' "a service by hand" by_hand
example 'udpdeck --demo' "the demo" demo
example '*domain' "a DNS query in hex" dns
example '*ntp' "an NTP query" ntp
example '*tftp' "a file by TFTP" tftp
example '*8125' "statsd" statsd
example '*<lines' "a file of lines, paced" replay
example '*-z *' "a range of ports" scan
example '*>log' "a log in JSON" log
example 'jq *' "jq reads that log" ask_log
example '*-b *' "a broadcast and its answers" broadcast
example '*-j *' "a group on one interface" group
example '*every *' "numbered datagrams with a checksum" job
example '# *' "a script" keep_talk
example '*-f talk' "runs, and fails with 4" talk
example 'mkfifo *' "a listener that says when it is ready" ready
example '*-f lab --stay' "a saved session is taken up" lab
check "no example is left without a check" left_over
finish
