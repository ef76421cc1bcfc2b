#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A listener hears everybody, answers who is meant, and stands a reader that does not read.

. "${srcdir:-.}/tests/cli/cli.sh"

# speak NAME TEXT [MODE]: a peer that says TEXT to the listener on $listener
speak() {
	peer_start "$1" -t "$listener" -m "$2" "${3:-silent}"
}

# listen NAME ARG...: started, $listener is its port
listen() {
	listen_name=$1
	shift
	deck_start "$listen_name" "$@"
	listener=$port
}

out_is() {
	# shellcheck disable=SC2059 # a format is meant
	printf "$2" >"$work/wanted"
	wait_for "cmp -s $work/wanted $work/$1.out" 5 || ! cat -v "$work/$1.out"
}

# ---- many peers ----

five_heard() {
	listen many -l 127.0.0.1 0
	for n in 1 2 3 4 5; do
		speak "five$n" "peer $n,"
		out_is many "$(seq -f 'peer %g,' "$n" | tr -d '\n')" || return
		[ $n = 2 ] && second=$peer_pid
		# the newest is who an answer goes to
		echo "answer $n" >"$work/many.in"
		hears "five$n" "$(hex "answer $n")0a" || return
	done
}
check "five peers are heard, each is answered" five_heard

back_again() {
	from=$(head -n 1 "$work/five2.peer")
	kill "$second" && wait_for "is_gone $second" 5 || return
	peer_start again -p "$from" -t "$listener" -m again silent
	out_is many 'peer 1,peer 2,peer 3,peer 4,peer 5,again' &&
		echo "yes" >"$work/many.in" && hears again "$(hex yes)0a" &&
		[ "$(heard five5 | wc -l)" = 1 ]
}
check "one that speaks again is answered again, the others are not" back_again

many_ends() {
	deck_end many && deck_ends many 0
}
check "SIGTERM ends it, nothing is said" many_ends

both_families() {
	listen both -l 0
	grep -qx "\[::\]:$listener" "$work/both.ready" || return
	speak four four
	out_is both four || return
	peer_start six -a ::1 -t "$listener" -m six silent
	out_is both foursix && echo hi >"$work/both.in" && hears six 68690a && deck_end both
}
check "without an address both families are heard" both_families

# ---- what waits ----

input_waits() {
	listen early -l 127.0.0.1 0
	printf 'one\ntwo\n' >"$work/early.in"
	speak early hello
	hears early 6f6e650a 74776f0a && deck_end early
}
check "input waits until somebody is there to get it" input_waits

file_waits() {
	seq 5 >"$work/numbers"
	listen "file" -l 127.0.0.1 0
	deck_end file
	deck_name="file"
	deck_spawn "$work/file.out" -l 127.0.0.1 0 8<"$work/numbers"
	listener=$port
	speak file hello
	hears file 310a 320a 330a 340a 350a && ! is_gone "$deck_pid" && deck_end file &&
		deck_ends file 0
}
check "so does a file, and its end is not the listener's" file_waits

end_of_input() {
	deck_name=quick
	deck_spawn "$work/quick.out" -l -q 200ms 127.0.0.1 0 8</dev/null
	deck_wait quick 5 && deck_ends quick 0
}
check "with -q it is" end_of_input

# ---- ends ----

empty_goes_on() {
	listen empty -l 127.0.0.1 0
	speak empty1 ''
	speak empty2 ''
	speak after after
	out_is empty after && deck_end empty && deck_ends empty 0
}
check "an empty datagram ends nothing" empty_goes_on

count_ends() {
	listen count -l -W 3 127.0.0.1 0
	for n in 1 2 3; do
		speak "count$n" "$n"
	done
	deck_wait count 5 && deck_ends count 0 && [ "$(wc -c <"$work/count.out")" = 3 ]
}
check "-W 3 ends with the third" count_ends

idle_ends() {
	listen idle -l -w 300ms 127.0.0.1 0
	deck_wait idle 5 && deck_ends idle 2 "nothing came within 300 ms"
}
check "the clock of -w starts at once: 2" idle_ends

idle_restarts() {
	listen idle -l -w 3s 127.0.0.1 0
	speak idle x
	deck_wait idle 10 && deck_ends idle 0 && printed x
}
check "and again with each datagram" idle_restarts

# A refusal is the peer's business, not the listener's.
refused() {
	listen refused -l 127.0.0.1 0
	speak leaves hello
	out_is refused hello || return
	kill "$peer_pid" && wait_for "is_gone $peer_pid" 5
	echo lost >"$work/refused.in"
	wait_for "grep -q 'refused' $work/refused.err" 5 || return
	speak stays " more"
	out_is refused "hello more" && deck_end refused && deck_ends refused 0 "port unreachable"
}
check "an answer that is refused is told, and the others are heard" refused

# ---- one port ----

taken() {
	listen first -l 127.0.0.1 0
	run -l 127.0.0.1 "$listener" </dev/null
	ends 1 "port $listener is taken by udpdeck (pid $deck_pid)" || return
	speak still hello
	out_is first hello && deck_end first
}
check "a second listener on the port is refused, the owner is named" taken

shared() {
	listen shared --reuseport -l 127.0.0.1 0
	timeout -k 2 20 "$udpdeck" -l --reuseport -w 100ms 127.0.0.1 "$listener" 2>"$work/stderr"
	[ $? = 2 ] && deck_end shared
}
check "unless both say so" shared

# ---- a reader that stands still ----

# stalled ARG...: a listener that writes into a fifo which descriptor 7 keeps open
stalled() {
	rm -f "$work/stalled.fifo" "$work/stalled.status"
	mkfifo "$work/stalled.fifo"
	exec 7<>"$work/stalled.fifo"
	deck_name=stalled
	deck_spawn "$work/stalled.fifo" "$@" -l 127.0.0.1 0 8</dev/null 7<&-
	listener=$port
}

# flood COUNT RATE: that many datagrams of 1000 bytes went to the listener
flood() {
	peer_start flood -t "$listener" flood "$1" "$2" 1000 &&
		wait_for "grep -qx 'flooded $1' $work/flood.peer" 20
}

# deck_over STATUS [TEXT]: what came out of the fifo is in $work/read
deck_over() {
	cp "$work/read" "$work/stalled.out"
	deck_ends stalled "$@"
}

stalled_ends() {
	stalled -I 8388608
	flood 3000 3000 || return
	deck_end stalled && : >"$work/read" && deck_over 1 "nobody reads stdout"
}
check "SIGTERM ends it within seconds, and what was lost is told: 1" stalled_ends

stalled_resumes() {
	stalled -I 8388608
	flood 3000 3000 || return
	cat <&7 >"$work/read" &
	reader=$!
	running="$running $reader"
	wait_for '[ "$(wc -c <"$work/read")" = 3000000 ]' 10
	deck_end stalled
	kill "$reader"
	deck_over 0 && [ "$(tail -c 1000 "$work/read" | head -c 10)" = 0000002999 ]
}
check "one who reads later gets everything" stalled_resumes

# 12 MB through 4: the reader gets what is kept, and the end says what is not.
overtaken() {
	stalled -I 8388608 --memory 4MiB
	flood 12000 10000 || return
	cat <&7 >"$work/read" &
	reader=$!
	running="$running $reader"
	wait_for '[ "$(tail -c 1000 "$work/read" | head -c 10)" = 0000011999 ]' 10
	deck_end stalled
	kill "$reader"
	deck_over 1 "its reader was too slow for " && [ "$(wc -c <"$work/read")" -lt 12000000 ]
}
check "one who was overtaken gets the rest, and exit status 1" overtaken

# Each match is given up after a quarter of a millisecond: some seconds for all of them.
costly() {
	deck_start costly -I 8388608 --memory "$1" -c 'filter data ~ /(.+)+[\xfe\xff]/s' --stay \
		-l 127.0.0.1 0
	listener=$port
	flood 20000 20000 && deck_end costly && [ "$(cat "$work/costly.status")" = 1 ] &&
		[ "$(grep -vc 'lost here' "$work/costly.err")" = 2 ] &&
		grep -q "the filter is too costly for some packets" "$work/costly.err" &&
		tail -n 1 "$work/costly.err" | grep -q "$2"
}
check "a filter that is too slow is not taken for a reader who is" \
	costly 4MiB "the filter was too slow for [0-9]* datagrams"
check "nor when it is told to end" costly 64MiB "packets were not looked at by the filter yet"

# What is sent is not printed, so that the filter gives up on it is nobody's loss.
peer_start nobody silent
unprinted() {
	run -c "to 127.0.0.1:$port" -c 'filter data ~ /^(a+)+$/' \
		-c 'send aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' </dev/null
	ends 0
}
check "a filter is not asked about what is not printed" unprinted
finish
