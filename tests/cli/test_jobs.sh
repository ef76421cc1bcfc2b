#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Scripts that repeat, count and draw: every, delay, until, let, fields; and a session saved and
# rebuilt.

. "${srcdir:-.}/tests/cli/cli.sh"

# play COMMAND...: with the last peer as target
play() {
	{
		echo "to 127.0.0.1 $port"
		printf '%s\n' "$@"
	} >"$work/script"
	run -f "$work/script" </dev/null
}

# between MIN MAX VALUE: the upper bound grows on slow machines
between() {
	echo "$3 in $1 to $(($2 * slow))?"
	[ "$3" -ge "$1" ] && [ "$3" -le $(($2 * slow)) ]
}

# ---- every ----

peer_start every silent
start=$(now_ms)
play 'every 50ms times 5 send n=${seq}'
check "every D times N sends so often, then the script is over" \
	hears every 6e3d31 6e3d32 6e3d33 6e3d34 6e3d35
check "with status 0" ends 0
check "at that pace" between 190 5000 "$(since_start every 5)"

peer_start delay silent
start=$(now_ms)
play 'delay 200ms send late' 'send soon'
check "delay D sends later, and holds up nothing" hears delay 736f6f6e 6c617465
check "after that time" between 150 4000 $(($(now_ms) - start))

two_jobs() {
	peer_start one silent
	first=$port
	peer_start two silent
	run -c open -c "every 20ms times 4 to 127.0.0.1:$first send a\${seq}" \
		-c "every 30ms times 3 to 127.0.0.1:$port,127.0.0.1:$first send b\${seq}" </dev/null
	ends 0 && hears two 6231 6232 6233 || return
	wait_for "heard_count one 7" 5
	[ "$(heard one | sort | tr '\n' ',')" = "2 6131,2 6132,2 6133,2 6134,2 6231,2 6232,2 6233," ]
}
check "several jobs at once, one payload to all targets, each with its own numbers" two_jobs

until_answer() {
	peer_start until late 250
	play 'every 100ms until timeout 5s hex 70 send ping' 'wait 500ms' 'expect ping'
	# it would send fifty
	ends 0 && [ "$(heard until | wc -l)" -le 20 ] && heard_count until 2
}
check "until an answer comes" until_answer

until_costly() {
	peer_start costly echo
	run -o json -c "to 127.0.0.1:$port" \
		-c 'every 50ms times 3 until /^(a+)+$/ send aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' </dev/null
	[ "$(grep -c 'until /^(a+)+$/ is too costly for some datagrams' "$work/stdout")" = 1 ] || told
}
check "what its pattern gives up on is told once" until_costly

until_nothing() {
	peer_start until silent
	play 'every 50ms until timeout 300ms any send ping'
	echo "$(heard until | wc -l) sent"
	ends 4 '%1 gave up: until timeout 300ms any was not met' || return
	[ "$(heard until | wc -l)" -ge 2 ] && [ "$(heard until | wc -l)" -le 8 ]
}
check "or its time is over, which is 4" until_nothing

nothing_left() {
	run -o text -c 'open udp4' -c 'every 20ms times 3 to 255.255.255.255:9 send x' </dev/null
	ends 1 '%1 sent nothing: broadcast is off' || return
	peer_start some silent
	run -o text -c 'open udp4' </dev/null \
		-c "every 20ms times 3 to 255.255.255.255:9,127.0.0.1:$port send x"
	ends 0 && hears some 78 78 78
}
check "a job of which nothing left is 1" nothing_left

stopped() {
	peer_start stop silent
	play 'every 30ms send x' 'every 30ms send y' 'wait 100ms' 'stop %1' 'wait 300ms' 'stop' 'send end'
	ends 0 && wait_for "heard stop | grep -q 656e64" 5 && [ "$(heard stop | tail -n 1)" = "3 656e64" ] &&
		[ "$(heard stop | grep -c ' 79')" -gt "$(heard stop | grep -c ' 78')" ]
}
check "stop ends one or all" stopped

listed() {
	peer_start jobs silent
	run -o text -c "to 127.0.0.1:$port" -c 'every 10ms times 100 send x' -c 'wait 500ms' -c jobs \
		-c stop </dev/null
	ends 0 && grep -q '%1.*every 10 *ms.*send x' "$work/stdout" || told
}
check "jobs lists them" listed

until_signal() {
	peer_start signal silent
	deck_start signal -c "every 20ms send x" 127.0.0.1 "$port"
	wait_for "heard_count signal 5" 10
	deck_end signal && deck_ends signal 0
}
check "one without end runs until SIGTERM: 0" until_signal

# Answers of 1400 bytes fill a fifo that nobody reads.
stalled() {
	peer_start stalled size 1400
	stalled_port=$port
	mkfifo "$work/fifo"
	start=$(now_ms)
	exec 7<>"$work/fifo"
	deck_name=stalled
	deck_spawn "$work/fifo" -c "every 5ms send x" 127.0.0.1 "$stalled_port" \
		8</dev/null 7<&-
	wait_for "heard_count stalled 500" 20 || return
	between 2480 10000 "$(since_start stalled 500)" || return
	: >"$work/stalled.out"
	deck_end stalled && deck_ends stalled 1 "nobody reads stdout"
}
check "a job keeps its rate while nobody reads stdout, and SIGTERM still ends it" stalled

flooded() {
	peer_start flooded flood 0 5000 200
	start=$(now_ms)
	deck_start flooded -c "every 10ms times 100 send x" -c 'wait 50ms' 127.0.0.1 "$port"
	deck_wait flooded 20 && deck_ends flooded 0 || return
	wait_for "heard_count flooded 100" 5
	between 980 10000 "$(since_start flooded 100)"
}
check "and through a flood" flooded

# ---- let and fields ----

peer_start let silent
play 'let name = \x00abc' 'let twice = ${name}${name}' 'send <${name}>' 'hex ff ${twice} ff'
check "let names bytes, in text and hex" hears let 3c006162633e ff0061626300616263ff
peer_start rand silent
play 'let id = ${rand:4}' 'send ${id}' 'send ${id}' 'send ${rand:4}'
drawn() {
	wait_for "heard_count rand 3" 5
	[ "$(heard rand | uniq | wc -l)" = 2 ] && [ "$(heard rand | grep -c '^4 ')" = 3 ]
}
check "what let draws stays, what a payload draws does not" drawn

peer_start fields silent
play 'send ${seq}${seq:u16be}${seq:u32le}' 'send ${seq}' 'send \${seq}' 'hex ${len:u16be} 0102' \
	'hex ${len:rest:u8} 0102' 'send ${u16le:513}${i8:-1}${f32be:1.5}' \
	'send ${ip:10.0.0.1}${ip:::1}${mac:02:00:00:00:00:ff}' 'send 123456789${crc32}' \
	'send 123456789${crc16-modbus:le}' 'send 123456789${inet16}' "send \${file:$work/name}"
check "a file that is not there is an error at its place" ends 1 "$work/script:12:"
printf 'file\000\n' >"$work/name"
peer_start fields silent
play 'send ${seq}${seq:u16be}${seq:u32le}' 'send ${seq}' 'send \${seq}' 'hex ${len:u16be} 0102' \
	'hex ${len:rest:u8} 0102' 'send ${u16le:513}${i8:-1}${f32be:1.5}' \
	'send ${ip:10.0.0.1}${ip:::1}${mac:02:00:00:00:00:ff}' 'send 123456789${crc32}' \
	'send 123456789${crc16-modbus:le}' "send \${file:$work/name}"
digits=313233343536373839
check "numbers, lengths, addresses, sums and files" hears fields 31000101000000 32 247b7365717d \
	00040102 020102 0102ff3fc00000 0a000001000000000000000000000000000000010200000000ff \
	"${digits}cbf43926" "${digits}374b" 66696c65000a
pipe_fields() {
	peer_start pipe silent
	printf '${seq} ${len:u8}\n${seq} ${len:u8}\n' | run -e -q 0 127.0.0.1 "$port"
	hears pipe 3120040a 3220040a && ends 0
}
# shellcheck disable=SC2016
check "-e has fields, and counts the line's end" pipe_fields

# ---- sessions ----

# The port is free again when the session that had it is over.
saved() {
	peer_start saved silent
	cat >"$work/session" <<-END
		let id = \x00\xff "quoted" \\\\ \\\${no field}
		open udp4 127.0.0.1:0 ttl=3 tos=ef
		join 239.1.2.3%lo
		to 127.0.0.1:$port
		open udp6 [::1]:0 broadcast=off
		to [::1]:$port
		socket 1
		bind F3 send \${seq}
		color len > 3 red
		set mouse on
		every 10s send tick
		wait 100ms
		save $work/first
		stop
	END
	run -f "$work/session" </dev/null
	ends 0 && run -f "$work/first" -c "save $work/second" -c 'send ${id}' </dev/null
	ends 0 && hears saved "$(hex tick)" 00ff202271756f74656422205c20247b6e6f206669656c647d || return
	diff "$work/first" "$work/second" >"$work/diff"
	# a job is written as a comment
	! grep '^[<>] [^#]' "$work/diff" && grep -q '^# *every 10 *s .*send tick' "$work/first" || {
		cat "$work/first"
		false
	}
}
check "save writes a session, -f rebuilds it" saved
check "its options too" grep -q 'ttl=3' "$work/second"
check "and what only the screen has" [ "$(grep -cxF -e 'bind F3 send ${seq}' \
	-e 'color len > 3 red' -e 'set mouse on' "$work/second")" = 3 ]
check "in a file that is nobody else's" [ "$(stat -c %a "$work/first")" = 600 ]
overwrite() {
	echo precious >"$work/precious"
	run -c open -c "save $work/precious" </dev/null
	ends 1 "$work/precious" && [ "$(cat "$work/precious")" = precious ]
}
check "which is not written over" overwrite

# ---- peers of a script ----

# What was matched is used up; what comes between is not.
consumed() {
	peer_start consumed echo
	play 'send one' 'send two' 'send three' 'expect two' 'expect three' 'expect timeout 50ms one'
	ends 4 'nothing came' || return
	play 'send one' 'send two' 'expect one' 'expect two' 'expect timeout 50ms none'
	ends 0
}
check "an expectation uses up what came before it" consumed

chosen() {
	peer_start other other 127.0.0.2
	cat >"$work/chosen" <<-END
		open udp4
		to 127.0.0.1:$port send RRQ
		expect timeout 5s from 127.0.0.2 /^rrq$/i
		to @1
		send ACK
		expect timeout 5s from 127.0.0.2 socket 1 hex 41434b
		open udp4
		to 127.0.0.1:$port send x
		expect timeout 5s socket 2 "x"
	END
	run -f "$work/chosen" </dev/null
	ends 0
}
check "from another host, by pattern, hex and socket" chosen

if [ -w /dev/full ]; then
	full() {
		printf 'echo x\n' | timeout -k 2 20 "$udpdeck" -o text -f - >/dev/full 2>"$work/stderr"
		echo $? >"$work/status"
		: >"$work/stdout"
		ends 1 "No space left"
	}
	check "a script on a full disk: 1" full
fi
finish
