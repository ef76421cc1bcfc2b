#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is known to go wrong with UDP by hand, done with udpdeck and, for comparison, with the nc of
# OpenBSD, ncat and socat.  udpdeck's outcome is a test; theirs is a diagnostic, with what was seen
# of Debian 12's versions where this one differs.

. "${srcdir:-.}/tests/cli/cli.sh"

life=60 # seconds, of a program in the background

# listener TOOL PORT, client TOOL: the words that start it
listener() {
	case $1 in
	udpdeck) echo "$udpdeck -l 127.0.0.1 $2" ;;
	nc) echo "nc.openbsd -n -u -l 127.0.0.1 $2" ;;
	ncat) echo "ncat -n -u -l 127.0.0.1 $2" ;;
	socat) echo "socat - UDP4-LISTEN:$2,bind=127.0.0.1" ;;
	esac
}

client() {
	case $1 in
	udpdeck) echo "$udpdeck 127.0.0.1 $2" ;;
	nc) echo "nc.openbsd -n -u 127.0.0.1 $2" ;;
	ncat) echo "ncat -n -u 127.0.0.1 $2" ;;
	socat) echo "socat - UDP4:127.0.0.1:$2" ;;
	esac
}

# row NAME RIGHT FUNCTION [TOOL=SEEN]...: FUNCTION TOOL prints its outcome
row() {
	row_name=$1
	row_right=$2
	row_function=$3
	shift 3
	check "$row_name: $row_right" same "$row_right" "$($row_function udpdeck)"
	for row_rival; do
		row_tool=${row_rival%%=*}
		case $row_tool in
		nc) row_program=nc.openbsd ;;
		*) row_program=$row_tool ;;
		esac
		command -v "$row_program" >/dev/null || continue
		row_outcome=$($row_function "$row_tool" 2>/dev/null)
		if [ "$row_outcome" = "${row_rival#*=}" ]; then
			echo "# $row_tool: $row_outcome"
		else
			echo "# $row_tool: $row_outcome (seen before: ${row_rival#*=})"
		fi
	done
}

same() {
	[ "$1" = "$2" ] || ! echo "$2, not $1"
}

# patience TOOL: seconds; what the others do not do within one is seen
patience() {
	[ "$1" = udpdeck ] && echo 10 || echo 1
}

# soon TOOL COMMAND
soon() {
	wait_for "$2" "$(patience "$1")" 2>/dev/null
}

free_port() {
	peer_start free silent
	kill "$peer_pid"
	wait_for "is_gone $peer_pid" 5
}

bound() {
	grep -qi "^ *[0-9]*: [0-9A-F]*:$(printf '%04X' "$1") " /proc/net/udp
}

# listen TOOL: at $listener, pid $heard_pid; output in $work/TOOL.heard, an input that does not end
listen() {
	free_port
	listener=$port
	rm -f "$work/endless" "$work/$1.heard"
	mkfifo "$work/endless"
	# shellcheck disable=SC2046 # words
	timeout -k 2 $life $(listener "$1" "$listener") <>"$work/endless" >"$work/$1.heard" \
		2>"$work/$1.told" &
	heard_pid=$!
	running="$running $heard_pid"
	wait_for "bound $listener" 10
}

end() {
	kill "$heard_pid" "$peer_pid"
	wait_for "is_gone $heard_pid" 5
} 2>/dev/null

# ask SECONDS TOOL OPTION...: "Q" goes to the last peer; in $asked is the status, 124 at the end of
# the time, which is longer for udpdeck: it has to end by itself; the answer is in $work/answer
ask() {
	ask_seconds=$1
	ask_tool=$2
	shift 2
	[ "$ask_tool" != udpdeck ] || ask_seconds=20
	ask_words=$(client "$ask_tool" "$port")
	# shellcheck disable=SC2086 # words
	printf Q | timeout -k 2 "$ask_seconds" ${ask_words%% *} "$@" ${ask_words#* } \
		>"$work/answer" 2>"$work/asked.err"
	asked=$?
}

answered() {
	[ -s "$work/answer" ] && echo printed || echo "not printed"
}

# ---- listeners ----

second_peer() {
	listen "$1"
	peer_start one -t "$listener" -m first silent
	soon "$1" "grep -q first $work/$1.heard"
	peer_start two -t "$listener" -m second silent
	soon "$1" "grep -q second $work/$1.heard" && echo "is heard" || echo "is lost"
	end
}
row "a second peer at a listener" "is heard" second_peer \
	nc="is lost" ncat="is lost" socat="is lost"

big() {
	listen "$1"
	peer_start big -t "$listener" -m "$(pattern 20000)" silent
	soon "$1" "[ \$(wc -c <$work/$1.heard) -ge 20000 ]"
	echo "$(wc -c <"$work/$1.heard") bytes"
	end
}
row "of 20,000 bytes arrive" "20000 bytes" big \
	nc="16384 bytes" ncat="20000 bytes" socat="8192 bytes"

# From one and the same port, because most hear only their first peer.
empty_datagram() {
	listen "$1"
	peer_start empty -t "$listener" silent
	empty_port=$port
	kill "$peer_pid"
	wait_for "is_gone $peer_pid" 5
	peer_start after -p "$empty_port" -t "$listener" -m after silent
	if soon "$1" "grep -q after $work/$1.heard"; then
		echo "it goes on"
	elif is_gone "$heard_pid"; then
		echo "it exits"
	else
		echo "it delivers no more"
	fi
	end
}
row "after an empty datagram" "it goes on" empty_datagram \
	nc="it exits" ncat="it goes on" socat="it delivers no more"

second_listener() {
	listen "$1"
	# shellcheck disable=SC2046 # words
	timeout -k 2 "$(patience "$1")" $(listener "$1" "$listener") </dev/null >/dev/null 2>&1
	case $? in
	0 | 124) echo "is accepted" ;;
	*) echo "is refused" ;;
	esac
	end
}
row "a second listener on a port" "is refused" second_listener \
	nc="is accepted" ncat="is accepted" socat="is refused"

# ---- clients ----

# Behind what is typed nothing can come that was sent before.
unasked() {
	peer_start unasked silent
	rm -f "$work/endless"
	mkfifo "$work/endless"
	# shellcheck disable=SC2046 # words
	timeout -k 2 $life $(client "$1" "$port") -v <>"$work/endless" >/dev/null 2>&1 &
	heard_pid=$!
	running="$running $heard_pid"
	echo typed >"$work/endless"
	wait_for "heard unasked | grep -q '$(hex typed)'" 8
	heard unasked | grep -cv "$(hex typed)"
	end
}
verbose_client() {
	case $1 in
	socat) echo 0 ;;
	*) unasked "$1" ;;
	esac
}
row "with -v it sends of its own" 0 verbose_client nc=5 ncat=0

refused() {
	peer_start refused closed
	ask 2 "$1"
	echo "status $asked, $(wc -l <"$work/asked.err") line"
}
row "a closed port" "status 3, 1 line" refused \
	nc="status 0, 0 line" ncat="status 1, 1 line" socat="status 1, 1 line"

other_port() {
	peer_start other other
	ask 2 "$1"
	answered
}
row "an answer from another port" printed other_port \
	nc="not printed" ncat="not printed" socat="not printed"

lines() {
	peer_start lines silent
	lines_words=$(client "$1" "$port")
	# shellcheck disable=SC2086 # words
	printf 'one\ntwo\nthree\n' | timeout -k 2 2 $lines_words >/dev/null 2>&1
	heard lines | wc -l
}
row "three lines in one write are datagrams" 3 lines nc=1 ncat=1 socat=1

late() {
	peer_start late late 500
	ask 2 "$1"
	case $asked in
	124) echo "$(answered), but it hangs" ;;
	*) answered ;;
	esac
}
row "an answer after 0.5 s" printed late \
	nc="printed, but it hangs" ncat="not printed" socat="not printed"

no_answer() {
	peer_start mute silent
	case $1 in
	udpdeck) ask 5 "$1" -w 1 ;;
	nc) ask 5 "$1" -w 1 ;;
	ncat) ask 5 "$1" -i 1 ;;
	socat) ask 5 "$1" -T 1 ;;
	esac
	echo "status $asked"
}
row "no answer within a second" "status 2" no_answer \
	nc="status 0" ncat="status 0" socat="status 0"

# ---- what is shown ----

escapes() {
	peer_start escapes hex 1b5b33316d726564
	escapes_words=$(client "$1" "$port")
	script -qec "printf Q | timeout -k 2 2 $escapes_words" /dev/null </dev/null >"$work/shown"
	if ! grep -q '31mred' "$work/shown"; then
		echo "is not shown"
	elif tr -d '\r\n\t' <"$work/shown" | LC_ALL=C grep -q '[[:cntrl:]]'; then
		echo "reaches the terminal"
	else
		echo "is written out"
	fi
}
if command -v script >/dev/null; then
	row "an escape sequence in an answer" "is written out" escapes \
		nc="reaches the terminal" ncat="reaches the terminal" \
		socat="reaches the terminal"
fi

dump() {
	peer_start dump reply 'hello, world'
	ask 5 "$1" -o hex -W 1
	grep -q "[0-9:.]* .*<- 127\.0\.0\.1:$port" "$work/answer" &&
		grep -q '68 65 6c 6c 6f 2c 20 77  *6f 72 6c 64  *|hello, world|' "$work/answer" &&
		echo "has time, direction and address" || cat "$work/answer"
}
row "a hex dump" "has time, direction and address" dump
finish
