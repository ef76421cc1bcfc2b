#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Waiting, ending and the exit status: each that is not 0 says why in one line.

. "${srcdir:-.}/tests/cli/cli.sh"

# took MIN MAX: milliseconds since $start
took() {
	took_ms=$(($(now_ms) - start))
	echo "took $took_ms ms"
	[ "$took_ms" -ge "$1" ] && [ "$took_ms" -le $(($2 * slow)) ]
}

# ask FORMAT OPTION...: sends it to the port of the last peer, and remembers when
ask() {
	ask_text=$1
	shift
	start=$(now_ms)
	# shellcheck disable=SC2059 # a format is meant
	printf "$ask_text" | run "$@" 127.0.0.1 "$port"
}

# answered FORMAT MIN MAX: that was printed, with status 0, so many milliseconds after ask
answered() {
	ends 0 && printed "$1" && took "$2" "$3"
}

# ---- 0: answers ----

peer_start echo echo
ask PING -w 10 -W 1
check "as in the manual's first example: an answer, status 0, at once" answered PING 0 5000
ask 'a\nb\nc\n' -W 3 -q 10
check "-W 3 ends with the third answer" answered 'a\nb\nc\n' 0 5000
ask 'a\nb\nc\n' -W 2
check "and prints no more than asked for" printed 'a\nb\n'
ask 'a\n' -w 300ms
check "-w ends when nothing came for so long" answered 'a\n' 250 3000
ask 'a\n' -q 300ms
check "-q waits after the end of input" answered 'a\n' 250 3000
ask 'a\n'
check "without -w and -q it waits a second" answered 'a\n' 950 4000
ask '' -q 10s -w 200ms
check "-w ends it although -q has time" took 150 5000

peer_start late late 500
ask PING
check "an answer after 0.5 s is printed" answered PING 490 5000
ask PING -w 10 -W 1
check "so with -w and -W" answered PING 490 5000

peer_start other other
ask RRQ -W 1 -w 10
check "an answer from another port is printed" answered RRQ 0 5000

peer_start foreign other 127.0.0.2
ask x -q 1
check "one from another host is not, and counted in a line" \
	ends 0 "1 datagram from other hosts came and was not printed"
check "with nothing on stdout" printed ''

# Kernel connect: only HOST:PORT is heard.
peer_start other other
ask x --connect -w 300ms
check "--connect hears only HOST:PORT" ends 2 "nothing came"

# ---- 2: no answer ----

peer_start silent silent
ask x -w 200ms
check "-w and nothing came: 2" ends 2 "nothing came within 200 ms"
check "after that time" took 150 3000
ask x -W 1 -q 200ms
check "-W 1 and nothing came: 2" ends 2 "0 of 1 datagrams came"
ask x -q 100ms
check "nobody asked for an answer: 0" ends 0
peer_start echo echo
ask 'a\nb\n' -W 3 -w 1
check "two of three: 2" ends 2 "2 of 3 datagrams came"
check "and they are printed" printed 'a\nb\n'

# ---- 3: refused ----

peer_start closed closed
ask x -q 10
check "a refusal: 3" ends 3 "127.0.0.1:$port refused"
check "at once" took 0 5000
ask x -w 5 -W 1
check "with -w and -W too, at once" ends 3 "port unreachable"
ask x -o json -w 5
check "in JSON it is an event too" grep -q '"event":"icmp"' "$work/stdout"

# ---- 1: usage, local errors ----

usage() {
	run "$@" </dev/null
	[ "$(cat "$work/status")" = 1 ] && [ ! -s "$work/stdout" ] && head -n 1 "$work/stderr"
}
says() {
	says_text=$1
	shift
	usage "$@" | grep -qF -- "$says_text" || told
}
check "-o FILE is refused with a hint" says '"out.txt"' -o out.txt 127.0.0.1 9
check "-w wants a duration" says '-w: ' -w soon 127.0.0.1 9
check "-W wants a number" says '-W: ' -W 0 127.0.0.1 9
check "-x and -e exclude each other" says '-x and -e' -x -e 127.0.0.1 9
check "--eol has four values" says '"dos"' --eol dos 127.0.0.1 9
check "--whole has no line ends" says '--whole' --whole -C 127.0.0.1 9
check "a name that does not resolve" says 'nosuchhost.invalid' nosuchhost.invalid 9
check "a port that is none" says '99999' 127.0.0.1 99999
check "a source address that is not ours" says '192.0.2.1' -s 192.0.2.1 127.0.0.1 9
check "a closed --ready-fd" says '--ready-fd 77' --ready-fd 77 127.0.0.1 9

broadcast() {
	echo x | run 255.255.255.255 9
	ends 1 broadcast
}
check "broadcast without -b" broadcast

long_wait() {
	echo x | run -w 61 -W 1 127.0.0.1 "$port"
	grep -qx 'udpdeck: note: -w 61 means 61 seconds.*' "$work/stderr"
}
peer_start echo echo
check "a bare number above 60 is noted" long_wait

# ---- stdout ----

if [ -w /dev/full ]; then
	full() {
		start=$(now_ms)
		printf 'a\n' | timeout -k 2 20 "$udpdeck" -w 10 127.0.0.1 "$port" >/dev/full \
			2>"$work/stderr"
		echo $? >"$work/status"
		: >"$work/stdout"
		ends 1 "No space left" && took 0 5000
	}
	check "a full disk: 1, and it ends" full
fi

closed_stdout() {
	printf 'a\n' | timeout -k 2 20 "$udpdeck" -W 1 127.0.0.1 "$port" >&- 2>"$work/stderr"
	echo $? >"$work/status"
	: >"$work/stdout"
	ends 0
}
check "a closed stdout is survived" closed_stdout
check "and no socket took its place" hears echo "$(hex x)0a" "$(hex a)0a" "$(hex a)0a"

# The reader takes a line of a flood and goes.
gone_reader() {
	peer_start flood flood 0 2000 100
	start=$(now_ms)
	{
		echo go | timeout -k 2 20 "$udpdeck" -w 10 127.0.0.1 "$port" 2>"$work/stderr"
		echo $? >"$work/status"
	} | head -c 100 >"$work/stdout"
	ends 0 && took 0 5000 && [ "$(wc -c <"$work/stdout")" = 100 ]
}
check "a reader that has enough ends it cleanly" gone_reader

# Nothing comes, so nothing is written either: it is told by the pipe itself.
gone_listener() {
	mkfifo "$work/gone"
	exec 7<>"$work/gone"
	{
		deck_name=gone
		deck_spawn "$work/gone" -l 127.0.0.1 0 8</dev/null 7<&-
	}
	exec 7<&-
	deck_wait gone 5 && [ "$(cat "$work/gone.status")" = 0 ]
}
check "a listener whose reader is gone ends" gone_listener

# ---- signals ----

# by SIGNAL: a listener that has printed something is told to end
by() {
	deck_start by -l 127.0.0.1 0
	"$udppeer" -t "$port" -m "last words" silent >/dev/null &
	running="$running $!"
	wait_for '[ -s "$work/by.out" ]' 5
	deck_end by "$1" && deck_ends by 0 && printed 'last words'
}
for signal in TERM INT HUP; do
	check "SIG$signal ends a listener cleanly: 0" by $signal
done

nohup_listens() {
	trap '' HUP
	deck_start nohup -l 127.0.0.1 0
	trap 'exit 143' HUP
	kill -HUP "$deck_pid"
	"$udppeer" -t "$port" -m after silent >/dev/null &
	running="$running $!"
	wait_for '[ -s "$work/nohup.out" ]' 5 && deck_end nohup && deck_ends nohup 0
}
check "SIGHUP does not, under nohup" nohup_listens

# ---- in the middle of commands ----

{
	pcap_head
	pcap_frame 1700000000 0
	pcap_frame 1700000100 0
} >"$work/pause"
cat "$work/pause" >"$work/large"
pcap_frame 1700000100 0 >"$work/frames"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do
	cat "$work/frames" "$work/frames" >"$work/twice" && mv "$work/twice" "$work/frames"
done
cat "$work/frames" >>"$work/large"

# interrupted STATUS TEXT COMMAND...: told to end when the first command opened a socket; nobody
# reads what it prints
interrupted() {
	interrupted_status=$1 interrupted_text=$2
	shift 2
	deck_name=middle
	mkfifo "$work/unread"
	exec 7<>"$work/unread"
	deck_spawn "$work/unread" "$@" 8</dev/null 7<&-
	wait_for "[ -s $work/middle.ready ]" 10 && kill -TERM "$deck_pid" && deck_wait middle 5
	exec 7<&-
	rm "$work/unread"
	: >"$work/middle.out"
	if [ "$interrupted_text" ]; then
		deck_ends middle "$interrupted_status" "$interrupted_text"
	else
		deck_ends middle "$interrupted_status"
	fi
}
set -- -c 'open 127.0.0.1:0'
check "a signal within read: 1, and the line" interrupted 1 \
	"-c:2: interrupted: \"read $work/large\" was not done (" -o json "$@" -c "read $work/large"
check "so with --read" interrupted 1 \
	"--read: interrupted: \"read $work/large\" was not done (" -o json -l 127.0.0.1 0 \
	--read "$work/large"
check "within export" interrupted 1 \
	"-c:5: interrupted: \"export - as json\" was not done (" -c 'filter len == 9' "$@" \
	-c "read $work/large" -c 'filter' -c 'export - as json'
check "within replay" interrupted 1 'was not done (1 sent, ' -o json "$@" \
	-c "replay $work/pause to 127.0.0.1:$port"
check "within expect" interrupted 1 '"expect timeout 1m any" was not done' "$@" \
	-c 'expect timeout 1m any'
check "between two commands" interrupted 1 '-c:3: interrupted: "echo never" was not run' "$@" \
	-c 'wait 1m' -c 'echo never'
check "but 0 within a wait that is the last" interrupted 0 '' "$@" -c 'wait 1m'

flooded() {
	peer_start flood -r "$work/flood" flood 0 20000 1000
	deck_start flooded 127.0.0.1 "$port"
	echo go >"$work/flooded.in"
	wait_for '[ "$(wc -c <"$work/flooded.out")" -gt 100000 ]' 10 || return
	deck_end flooded && [ $(($(wc -c <"$work/flooded.out") % 1000)) = 0 ] && deck_ends flooded 0
}
check "SIGTERM ends a flood, what came is printed to its end" flooded

if command -v setsid >/dev/null; then
	no_terminal() {
		peer_start echo echo
		printf 'ping' >"$work/ping"
		setsid -w timeout -k 2 20 "$udpdeck" -W 1 127.0.0.1 "$port" <"$work/ping" \
			>"$work/stdout" 2>"$work/stderr"
		echo $? >"$work/status"
		ends 0 && printed ping
	}
	check "without a controlling terminal" no_terminal
fi

# What is printed at the very end counts: an answer on stdout is never "nothing came".
edge_of_wait() {
	peer_start edge echo
	for edge in 1 2 3 4 5 6 7 8 9 10; do
		echo "round $edge"
		printf x | run -w 0 127.0.0.1 "$port"
		if [ -s "$work/stdout" ]; then ends 0; else ends 2 'nothing came'; fi || return
	done
}
check "what is printed was heard, at the last moment too" edge_of_wait

# ---- -z ----

peer_start echo echo
run -z 127.0.0.1 "$port"
check "-z finds who answers: 0" ends 0
check "with an empty datagram" hears echo -
check "and says so" grep -qx "127.0.0.1:$port answered" "$work/stdout"
run -z -o json 127.0.0.1 "$port"
check "as an event" grep -q "\"event\":\"port\",\"dst\":\"127.0.0.1\",\"dport\":$port,\"state\":\"answered\"" \
	"$work/stdout"
peer_start silent silent
run -z -w 200ms 127.0.0.1 "$port"
check "silent: 2" ends 2 "1 silent, 0 refused"
peer_start closed closed
run -z -w 5 127.0.0.1 "$port"
check "refused: 3" ends 3 "0 silent, 1 refused"

range() {
	peer_start echo echo
	run -z -w 1 127.0.0.1 "$((port - 3))-$((port + 3))"
	ends 0 && hears echo - &&
		grep -qx "127.0.0.1:$port answered" "$work/stdout"
}
check "a range is asked port by port" range

own_port() {
	peer_start closed closed
	run -z -s 127.7.7.7 -p "$port" -w 200ms 127.7.7.7 "$port"
	ends 2 "no port answered: 1 silent"
}
check "what -z hears of itself is no answer" own_port

# ---- what is sent and told ----

quiet() {
	peer_start quiet silent
	echo only | run -v -q 200ms 127.0.0.1 "$port"
	hears quiet "$(hex only)0a" && grep -qx 'udpdeck: \[1\] open 0.0.0.0:[0-9]*' "$work/stderr"
}
check "-v sends nothing of its own, and tells the socket" quiet

ready() {
	deck_start ready -l 127.0.0.1 0
	grep -qx "127\.0\.0\.1:[1-9][0-9]*" "$work/ready.ready" || return
	# the other end sees the end of it while udpdeck goes on
	[ "$(wc -l <"$work/ready.ready")" = 1 ] && [ ! -e "/proc/$deck_pid/fd/9" ] && deck_end ready
}
check "--ready-fd tells ADDR:PORT once it is bound, then is closed" ready

source_port() {
	peer_start source echo
	deck_start taken -l 127.0.0.1 0
	own=$port
	deck_end taken
	port=$(head -n 1 "$work/source.peer")
	printf x | run -W 1 -p "$own" -s 127.0.0.1 127.0.0.1 "$port"
	ends 0 && [ "$(sed 1d "$work/source.peer" | cut -d ' ' -f 2)" = "$own" ]
}
check "-p and -s choose where it comes from" source_port
finish
