#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Capture files read: our own recordings, those that other tools make, damaged ones, endless ones.

. "${srcdir:-.}/tests/cli/cli.sh"

PATH=$PATH:/usr/sbin:/sbin
file=$work/rec.pcapng

# facts FILE: of JSON what a capture can know, one datagram a line, without its number
facts() {
	grep -E '"event":"(rx|tx|icmp)"' "$1" | sed -E \
		-e 's/"(socket|job|ttl|tos|ecn|cause|no)":[0-9]+,?//g' -e 's/"dscp":"[^"]*",?//g' \
		-e '/"event":"tx"/s/"ifname":"[^"]*",?//' -e '/"event":"icmp"/s/"(src|ifname)":"[^"]*",?//g'
}

# ---- what we recorded ----

peer_start echo echo
printf 'hello\nworld!\n' | run --record "$file" -s 127.0.0.1 -o json -W 2 127.0.0.1 "$port"
cp "$work/stdout" "$work/live"
run --read "$file" -o json </dev/null
round_trip() {
	ends 0 && [ "$(wc -l <"$work/stdout")" = 4 ] &&
		facts "$work/live" >"$work/live.facts" && facts "$work/stdout" >"$work/read.facts" &&
		diff "$work/live.facts" "$work/read.facts"
}
check "packets, times, directions and interfaces are those that were recorded" round_trip

run --read "$file" --read "$file" </dev/null
twice() {
	[ "$(cat "$work/status")" = 1 ] && grep -qF -- "--read is given twice" "$work/stderr" || told
}
check "one file, not the last of two" twice

refused() {
	peer_start closed silent
	kill -KILL "$peer_pid"
	wait "$peer_pid" 2>/dev/null
	run --record "$work/icmp" -o json -w 1 -s 127.0.0.1 127.0.0.1 "$port" <<-END
		hello
	END
	cp "$work/stdout" "$work/live"
	run --read "$work/icmp" -o json </dev/null
	ends 0 && grep -q '"event":"icmp".*"cause":1' "$work/stdout" &&
		facts "$work/live" >"$work/live.facts" && facts "$work/stdout" >"$work/read.facts" &&
		diff "$work/live.facts" "$work/read.facts"
}
check "ICMP errors, too, and what they are about" refused

text() {
	run --read "$file" -o text </dev/null
	ends 0 && [ "$(grep -c -- '	->	' "$work/stdout")" = 2 ] &&
		[ "$(grep -c -- '	<-	' "$work/stdout")" = 2 ]
}
check "text shows both ways" text

filtered() {
	run -c 'filter dir == in and data contains "world"' -c "read $file" -o text </dev/null
	ends 0 && [ "$(wc -l <"$work/stdout")" = 1 ] && grep -q 'world' "$work/stdout"
}
check "a filter in front of it" filtered

unrecorded() {
	run --record "$work/again" --read "$file" -o json </dev/null
	ends 0 && [ "$(wc -l <"$work/stdout")" = 4 ] && run --read "$work/again" -o json </dev/null &&
		ends 0 && [ ! -s "$work/stdout" ]
}
check "what is read is not recorded" unrecorded

nobody_expects() {
	run -c 'open udp4 127.0.0.1:0' -c "read $file" -c 'expect timeout 50ms any' </dev/null
	ends 4 'nothing'
}
check "nor expected" nobody_expects

# What was heard and sent here is one count, what is read another; the peers have both.
counted_apart() {
	peer_start counted silent
	run -c "to 127.0.0.1:$port" -c 'send x' -c "read $file" -c stats -o json </dev/null
	ends 0 && grep -q '"of":"all","rx":0,"tx":1,.*"rate":0,' "$work/stdout" &&
		grep -q '"of":"read","rx":2,"tx":2,"errors":0,"lost":0,"rx_bytes":13,"tx_bytes":13,' \
			"$work/stdout" &&
		grep -q '"of":"peer",.*"rx":2,"tx":2,.*"rate":0,' "$work/stdout" || told
}
check "what is read is counted apart" counted_apart

keeps_socket() {
	peer_start keeps echo
	run -c "record $work/same" -c "to 127.0.0.1:$port" -c 'send x' -c 'expect any' -c 'record off' \
		-c "read $work/same" -c peers -o json </dev/null
	ends 0 && grep -q '"event":"peer".*"socket":1,"rx":2,"tx":2,' "$work/stdout" || told
}
check "a peer that is in a file, too, stays with the socket that heard it" keeps_socket

# ---- without directions ----

if command -v editcap >/dev/null 2>&1; then
	editcap -F pcap "$file" "$work/plain.pcap"
	editcap -F nsecpcap "$file" "$work/ns.pcap"
else
	skip "without directions all was received" "no editcap"
	skip "set local tells what was sent" "no editcap"
fi
if [ -s "$work/plain.pcap" ]; then
	all_received() {
		run --read "$work/plain.pcap" -o text </dev/null
		ends 0 && [ "$(grep -c -- '	<-	' "$work/stdout")" = 4 ]
	}
	check "without directions all was received" all_received
	local_sends() {
		run -c 'set local ::1,127.0.0.1' -c "read $work/ns.pcap" -o text </dev/null
		ends 0 && [ "$(grep -c -- '	->	' "$work/stdout")" = 4 ]
	}
	check "set local tells what was sent" local_sends
fi

# ---- what other tools make ----

corpus=${srcdir:-.}/tests/fuzz/corpus/capfile
mixed() {
	run --read "$corpus/all.pcapng" -o json </dev/null
	ends 0 'lost' && grep -q '"event":"gap".*"count":3' "$work/stdout" &&
		grep -q 'hello' "$work/stdout" && grep -q '"event":"icmp"' "$work/stdout" &&
		grep -q '"ifname":"lo0"' "$work/stdout" &&
		grep -q '4142434445464748494a4b4c4d4e4f505152535455565758' "$work/stdout"
}
check "sections, link types, fragments, comments and drops in one file" mixed

counted() {
	run --read "$corpus/mixed.pcapng" -o text </dev/null
	ends 0 '1 of 3 frames is not UDP'
}
check "what is not UDP is counted" counted

reported() {
	run -c "read $corpus/mixed.pcapng" -c 'show %1' -o json </dev/null
	ends 0 'is not UDP' && grep -q '"event":"read".*"frames":3,"datagrams":2.*"not_udp":1' "$work/stdout"
}
check "show says what was read" reported

from_stdin() {
	# shellcheck disable=SC2002 # it has to be a pipe
	cat "$corpus/mixed.pcapng" | run --read - -o text
	ends 0 'stdin: 2 datagrams' && [ "$(wc -l <"$work/stdout")" = 2 ]
}
check "from a pipe" from_stdin

tcpdump_reads_the_same() {
	tcpdump -n -r - 'udp' <"$work/plain.pcap" 2>/dev/null | wc -l >"$work/count"
	run --read "$work/plain.pcap" -o json </dev/null
	[ "$(wc -l <"$work/stdout")" = "$(cat "$work/count")" ]
}
if [ -s "$work/plain.pcap" ] && command -v tcpdump >/dev/null 2>&1; then
	check "as many datagrams as tcpdump sees" tcpdump_reads_the_same
else
	skip "as many datagrams as tcpdump sees" "no tcpdump or editcap"
fi

# stopped FILE LINES: a pipe that goes on behind it: what came is there at once, a signal ends it
stopped() {
	rm -f "$work/fifo"
	mkfifo "$work/fifo" && "$udpdeck" --read "$work/fifo" -o text >"$work/stdout" \
		2>"$work/stderr" </dev/null &
	stopped_pid=$!
	running="$running $stopped_pid"
	wait_for "test -p $work/fifo" 10 && exec 9>"$work/fifo" &&
		cat "$1" >&9 && wait_for "test -s $work/stdout" 10 &&
		kill -INT "$stopped_pid" && wait "$stopped_pid"
	echo $? >"$work/status"
	exec 9>&-
	ends 0 'stopped' && [ "$(wc -l <"$work/stdout")" = "$2" ]
}
check "Ctrl-C ends one that goes on" stopped "$corpus/mixed.pcapng" 2
check "and tells that, though nothing is wrong in it" stopped "$file" 4

# ---- what is wrong with it ----

cut_off() {
	run --read "$corpus/cut.pcapng" -o json </dev/null
	grep -q 'at byte [0-9]* a block is cut off' "$work/stderr" && grep -q '"event":"rx"' "$work/stdout"
}
check "of a damaged file what is in front of the fault, and one line about the rest" cut_off

# Two times that cannot be (each is odd once), a length that is less than what is there.
{
	pcap_head
	pcap_frame 1700000000 0
	pcap_frame 4200000000 0
	pcap_frame 1700000001 0 20
	pcap_frame 1700000001 2000000
} >"$work/odd"
cannot_be() {
	run --read "$work/odd" -o json </dev/null
	ends 0 '2 frames have times that cannot be; 1 frame is longer than it says' &&
		[ "$(grep -c '"len":5,"truncated":false,.*"data":"68656c6c6f"' "$work/stdout")" = 4 ] || told
}
check "what cannot be is read as far as it can, and told in one line" cannot_be

# An interface's count of -1, which is none.
{
	le32 $((0x0a0d0d0a)) 28 $((0x1a2b3c4d)) 1 $((0xffffffff)) $((0xffffffff)) 28
	le32 1 20 1 0 20
	le32 5 36 0 0 0 $((0x00080005)) $((0xffffffff)) $((0xffffffff)) 36
} >"$work/drops"
no_gap() {
	run --read "$work/drops" -o json </dev/null
	ends 0 '1 count of what was lost cannot be' && [ ! -s "$work/stdout" ] || told
}
check "a count of losses that cannot be is no gap" no_gap

no_capture() {
	run --read /etc/passwd -o text </dev/null
	ends 1 'is no capture file' && run --read "$work/nothing" </dev/null &&
		ends 1 'No such file' && run --read "$work" </dev/null && ends 1 'Is a directory'
}
check "no capture, no file" no_capture

both_on_stdin() {
	run --read - -f - </dev/null
	[ "$(cat "$work/status")" = 1 ] && grep -q 'cannot both read stdin' "$work/stderr"
}
check "stdin is read once" both_on_stdin

# ---- more than fits into memory ----

# Each time 25 times as many.
many_times() {
	cp "$work/plain.pcap" "$work/big" &&
		for _ in 1 2 3; do
			set -- "$work/big" "$work/big" "$work/big" "$work/big" "$work/big"
			set -- "$@" "$@" "$@" "$@" "$@"
			mergecap -F pcap -a -w "$work/bigger" "$@" && mv "$work/bigger" "$work/big" ||
				return
		done
}

# The reader is slow at first, and memory holds a tenth of it.
nothing_is_lost() {
	many_times && "$udpdeck" --memory 4MiB --read "$work/big" -o json </dev/null 2>"$work/stderr" |
		(IFS= read -r _ && "$udpdeck" -c 'wait 300ms' && wc -l) >"$work/count" &&
		[ "$(cat "$work/count")" = 62499 ] || { cat "$work/count" "$work/stderr" && false; }
}
if [ -s "$work/plain.pcap" ] && command -v mergecap >/dev/null 2>&1; then
	check "a pipe gets all of it, however small the memory" nothing_is_lost
else
	skip "a pipe gets all of it, however small the memory" "no mergecap"
fi

finish
