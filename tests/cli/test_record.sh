#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Recordings: what tcpdump and tshark read in them, files that nobody loses, a disk that is full.

. "${srcdir:-.}/tests/cli/cli.sh"

PATH=$PATH:/usr/sbin:/sbin
need tcpdump
file=$work/rec.pcapng

# dump [FILE]: what tcpdump sees, into $work/dump
dump() {
	# by stdin: where AppArmor guards tcpdump, it opens files of some names only
	tcpdump -n -v -r - <"${1:-$file}" >"$work/dump" 2>"$work/dump.err" ||
		{ cat "$work/dump.err" && false; }
}

# dumped COUNT REGEX: so many lines of the last dump match
dumped() {
	[ "$(grep -cE "$2" "$work/dump")" = "$1" ] || { cat "$work/dump" && false; }
}

# ---- exchanges ----

peer_start echo echo
printf 'hello\nworld!\n' | run --record "$file" -W 2 127.0.0.1 "$port"
exchange() {
	ends 0 && dump && sound "$file" && dumped 2 "127.0.0.1.$port > 127.0.0.1" &&
		dumped 2 "127.0.0.1.[0-9]* > 127.0.0.1.$port: UDP" && dumped 2 'length 6$' &&
		dumped 2 'length 7$'
}
check "an exchange, both ways" exchange
check "and payloads are printed as ever" printed 'hello\nworld!\n'
mode() {
	[ "$(stat -c %a "$file")" = 600 ]
}
check "of mode 0600" mode

v6_exchange() {
	peer_start six -a ::1 echo
	echo hello | run --record "$work/six" -W 1 ::1 "$port"
	ends 0 && dump "$work/six" && sound "$work/six" && dumped 2 'udp sum ok'
}
if grep -q '^0*1 ' /proc/net/if_inet6 2>/dev/null; then
	check "IPv6" v6_exchange
else
	skip "IPv6" "no IPv6"
fi

ways() {
	peer_start ways silent
	run --record "$work/ways" -T ef -M 9 -c "to 127.0.0.1:$port" -c 'send a' \
		-c 'via lo ttl 5 send b' -c 'set ttl 77' -c 'send c' </dev/null
	ends 0 && dump "$work/ways" && sound "$work/ways" && dumped 3 'tos 0xb8' &&
		dumped 1 'ttl 9,' && dumped 1 'ttl 5,' && dumped 1 'ttl 77,'
}
check "TTL and TOS as they were sent" ways

refused() {
	peer_start closed silent
	kill "$peer_pid"
	wait "$peer_pid" 2>/dev/null
	echo who | run --record "$work/refused" -w 1 127.0.0.1 "$port"
	[ "$(cat "$work/status")" = 3 ] && dump "$work/refused" && sound "$work/refused" &&
		dumped 1 "ICMP 127.0.0.1 udp port $port unreachable"
}
check "an ICMP error is a packet" refused

both_families() {
	peer_start dual silent
	run --record "$work/dual" -c "open udp ttl=7 tos=af11" -c "to 127.0.0.1:$port send x" </dev/null
	ends 0 && dump "$work/dual" && sound "$work/dual" && dumped 1 '^ *127.0.0.1.[0-9]+ > 127' &&
		dumped 1 'tos 0x28, ttl 7,'
}
check "IPv4 from a socket of both families, bound to no address" both_families

group() {
	run --record "$work/group" -d -c 'open udp4 0.0.0.0:0 multicast-interface=lo' \
		-c 'join 239.77.1.2%lo' -c 'to 239.77.1.2:9' -c 'send away' </dev/null
	ends 0 && dump "$work/group" && sound "$work/group" && dumped 1 '> 239.77.1.2.9: UDP, length 4' &&
		dumped 1 'ttl 1,'
}
check "a group" group

large() {
	peer_start large echo
	pattern 65507 | run --record "$work/large" --whole -W 1 127.0.0.1 "$port"
	ends 0 && dump "$work/large" && sound "$work/large" && dumped 2 'length 65507'
}
check "the largest datagram" large

unsent() {
	peer_start unsent silent
	run --record "$work/unsent" -d -c "to 127.0.0.1:$port" \
		-c 'every 5ms times 1 to 255.255.255.255:9 send x' -c 'wait 100ms' -c 'send here' </dev/null
	dump "$work/unsent" && sound "$work/unsent" && dumped 1 'UDP, length 4' && dumped 1 'proto UDP' ||
		return
	command -v tshark >/dev/null || return 0
	tshark -n -r "$work/unsent" -T fields -e frame.comment 2>/dev/null |
		grep -q '^#1 to 255.255.255.255:9 was not sent: Permission denied'
}
check "what was not sent is a comment, no packet" unsent

facts() {
	tshark -n -r "$file" -T fields -e frame.interface_name -e frame.packet_flags_direction \
		-e frame.time_epoch >"$work/facts" 2>"$work/tshark.err"
	cat "$work/facts"
	[ "$(cut -f 1,2 "$work/facts" | sort | uniq -c | tr -s ' \t\n' ' ')" = \
		" 2 lo 0x00000001 2 lo 0x00000002 " ] &&
		[ "$(grep -cE '\.[0-9]{9}$' "$work/facts")" = 4 ]
}
if command -v tshark >/dev/null; then
	check "interface, direction and nanoseconds" facts
else
	skip "interface, direction and nanoseconds" "no tshark"
fi

# ---- files ----

before=$(cksum <"$file")
peer_start again echo
echo x | run --record "$file" -W 1 127.0.0.1 "$port"
not_lost() {
	ends 1 "is there already: -c 'record FILE --force' overwrites it" && [ "$(cksum <"$file")" = "$before" ]
}
check "a file that is there is not overwritten" not_lost
echo x | run -c "record $file" -W 1 127.0.0.1 "$port"
check "nor by the command" ends 1 "is there already: record FILE --force overwrites it"
echo x | run --record "$file --force" -W 1 127.0.0.1 "$port"
replaced() {
	ends 0 && dump && dumped 2 'length 2$'
}
check "but with --force" replaced

no_link() {
	ln -s "$work/elsewhere" "$work/link"
	run --record "$work/link" -c open </dev/null
	ends 1 "is no ordinary file" && [ ! -e "$work/elsewhere" ] || return
	run --record "$work/link --force" -c open </dev/null
	ends 1 "is no ordinary file" && [ ! -e "$work/elsewhere" ]
}
check "no symbolic link is followed" no_link

on_off() {
	peer_start off silent
	run -v -c "to 127.0.0.1:$port" -c 'send before' -c "record $work/a name" -c record \
		-c "record $work/other" </dev/null
	[ "$(cat "$work/status")" = 1 ] && grep -q 'already: record off' "$work/stderr" || told || return
	run -v -c "to 127.0.0.1:$port" -c 'send before' -c "record $work/on --force" -c 'send now' \
		-c record -c 'record off' -c 'send after' -c record </dev/null
	dump "$work/on" && dumped 1 'length 3$' && dumped 1 'UDP, length' &&
		grep -q "recording to $work/on: " "$work/stderr" && grep -q 'recorded 1 packet, ' "$work/stderr" &&
		grep -q 'nothing is recorded' "$work/stderr" && [ -s "$work/a name" ]
}
check "record begins and ends at run time" on_off

misread() {
	for words in "$work/x rotate 1k" "$work/x rotate 100" "$work/x rotate 5ms" "rotate 1h" --force; do
		run -c "record $words" </dev/null
		[ "$(cat "$work/status")" = 1 ] && [ ! -e "$work/x" ] || { echo "$words" && return 1; }
	done
	run -c 'record off' </dev/null
	ends 1 "nothing is recorded"
}
check "what it cannot read makes no file" misread

rotated() {
	peer_start rotate silent
	run -c "record $work/many rotate 64KiB" -c "to 127.0.0.1:$port" \
		-c "let p = $(pattern 1000)" -c 'every 1ms times 200 send ${p}' </dev/null
	ends 0 || return
	rotated_sum=0
	for rotated_file in "$work/many" "$work/many.1" "$work/many.2" "$work/many.3"; do
		dump "$rotated_file" && sound "$rotated_file" || return
		rotated_sum=$((rotated_sum + $(grep -c 'UDP, length 1000' "$work/dump")))
		[ "$(stat -c %s "$rotated_file")" -le 70000 ] || return
	done
	[ "$rotated_sum" = 200 ] && [ ! -e "$work/many.4" ]
}
check "rotate SIZE goes on in new files and loses nothing" rotated

rotated_in_time() {
	peer_start hours silent
	run -c "record $work/time rotate 1s" -c "to 127.0.0.1:$port" -c 'send a' -c 'wait 1200ms' \
		-c 'send b' </dev/null
	ends 0 && dump "$work/time" && dumped 1 'UDP, length' && dump "$work/time.1" && dumped 1 'UDP, length'
}
check "rotate DURATION too" rotated_in_time

# ---- stdout ----

streamed() {
	peer_start stream echo
	echo hello | timeout $((20 * slow)) "$udpdeck" --record - -W 1 127.0.0.1 "$port" 2>"$work/stderr" |
		tcpdump -n -v -r - >"$work/dump" 2>/dev/null
	[ ! -s "$work/stderr" ] && dumped 2 'length 6$'
}
check "--record - is a stream for tcpdump -r -" streamed

at_once() {
	peer_start stream silent
	deck_start live --record - 127.0.0.1 "$port"
	echo hello >"$work/live.in"
	wait_for "dump $work/live.out && dumped 1 'length 6$'" 5 && deck_end live && deck_ends live 0
}
check "written at once, and ends with a signal" at_once

run --record - -o text -c open </dev/null
taken() {
	grep -q 'takes stdout: no -o' "$work/stderr" && [ "$(cat "$work/status")" = 1 ]
}
check "not where -o wants stdout" taken
run -o json -c open -c 'record -' </dev/null
check "nor later" ends 1 "stdout is taken by -o"
run --record "- rotate 1h" -c open </dev/null
check "it cannot rotate" ends 1 "stdout cannot rotate"

reader_gone() {
	peer_start gone echo
	{
		timeout $((20 * slow)) "$udpdeck" --record - -c "to 127.0.0.1:$port" -c 'every 1ms times 20000 send x' \
			2>"$work/stderr" </dev/null
		echo $? >"$work/status"
	} | head -c 300 >/dev/null
	ends 0
}
check "its reader may leave" reader_gone

# ---- a full disk ----

disk=$work/disk
mkdir "$disk"
namespace="unshare --mount"
[ "$(id -u)" = 0 ] || namespace="unshare --user --map-root-user --mount"

# on_small_disk COMMAND...: with 64 KiB at $disk; what was written there is $work/kept afterwards
on_small_disk() {
	# shellcheck disable=SC2016,SC2086 # for the other shell; words
	$namespace sh -c 'mount -t tmpfs -o size=64k none "$0" || exit 77
		"$@" >"$0/../stdout" 2>"$0/../stderr" </dev/null
		echo $? >"$0/../status"
		cp "$0/rec" "$0/../kept"' "$disk" "$@"
}

full_disk() {
	peer_start full silent
	on_small_disk timeout $((30 * slow)) "$udpdeck" -o text -c "record $disk/rec" \
		-c "to 127.0.0.1:$port" -c "let p = $(pattern 1000)" -c 'every 1ms times 120 send ${p}' \
		-c 'wait 200ms' -c 'send still here' || return
	[ "$(cat "$work/status")" = 1 ] && grep -q 'No space left on device' "$work/stderr" &&
		grep -q 'recording stopped' "$work/stdout" || told || return
	wait_for "heard full | grep -q $(hex 'still here')" 5 || return
	dump "$work/kept" && sound "$work/kept" || return
	! grep -q truncated "$work/dump.err" && [ "$(grep -c 'length 1000' "$work/dump")" -ge 50 ]
}
if $namespace mount -t tmpfs none "$disk" 2>/dev/null; then
	check "a full disk ends the recording behind a whole packet, not the session" full_disk
else
	skip "a full disk" "no mount namespace"
fi

finish
