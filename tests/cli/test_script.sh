#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Scripts without a terminal: -c, -f and source in order, what they wait for, how they end.

. "${srcdir:-.}/tests/cli/cli.sh"

said() {
	printf '%s\n' "$@" | cmp -s - "$work/stderr" || told
}

# ---- order and faults ----

peer_start echo echo

cat >"$work/talk" <<END
# ask twice
to 127.0.0.1 $port
send PING \${seq}
:expect "PING 1"
hex 00 01 0203
expect hex 0001
echo all is well\\n
END
run -o text -f "$work/talk" </dev/null
check "a file talks to a peer" [ "$(cat "$work/status")" = 0 ]
check "echo stands among what is printed as text" [ "$(tail -n 1 "$work/stdout")" = 'all is well\n' ]
check "it heard what the file says" hears echo 50494e472031 00010203
run -c 'open udp4' -c 'get ttl' -c record -o text </dev/null
check "what was asked for is printed" [ "$(cat "$work/stdout")" = "$(
	printf '%s\n' 'ttl of [1] is 64' 'nothing is recorded: record FILE'
)" ]

run -c "to 127.0.0.1:$port" -c 'send one' -c 'expect one' -c 'echo done' </dev/null
check "-c in order" said 'done'
check "what came is printed" printed one
check "and it is 0" [ "$(cat "$work/status")" = 0 ]

printf 'open udp4\r\nsend \\q\necho no\n' >"$work/faulty"
run -f "$work/faulty" -c 'echo no' </dev/null
check "a fault has FILE:LINE:COLUMN and is 1" ends 1 "$work/faulty:2:6: \"\\q\" is no escape"
run -c "source $work/faulty" </dev/null
check "in a sourced file too" ends 1 "$work/faulty:2:6: "
run -c open -c 'sned x' </dev/null
check "the second -c" ends 1 '-c:2:1: "sned" is no command'
run -c 'so' </dev/null
check "names are whole" ends 1 '"so" is no command'
run --ready-fd 9 -c 'open udp4 127.0.0.1:0' -c 'open udp4 127.0.0.2:0' 9>"$work/ready" </dev/null
check "--ready-fd tells the sockets that commands open" \
	[ "$(sed 's/:.*//' "$work/ready" | tr '\n' ' ')" = "127.0.0.1 127.0.0.2 " ]
run -c 'details on' </dev/null
check "what only a screen can do" ends 1 'details needs the screen'
run -f "$work/missing" </dev/null
check "a file that is not there" ends 1 "$work/missing: No such file"
run -f "$work" </dev/null
check "a folder" ends 1 "$work: Is a directory"
printf 'open udp4\nraw a\000b\n' | run -f -
check "a NUL byte" ends 1 'stdin:2:6: a NUL byte'

# ---- stdin as it arrives ----

mkfifo "$work/fifo"
"$udpdeck" -f - <"$work/fifo" >"$work/stdout" 2>"$work/stderr" &
slow_pid=$!
running="$running $slow_pid"
exec 7>"$work/fifo"
printf 'echo one\nec' >&7
has_line() {
	[ "$(head -n 1 "$work/stderr")" = one ]
}
check "a line of stdin runs when it is there" wait_for has_line 10
check "the rest is waited for" kill -0 "$slow_pid"
printf 'ho two' >&7
exec 7>&-
wait "$slow_pid"
echo $? >"$work/status"
check "the last one needs no newline" said one two
run -f "$work/fifo" </dev/null &
printf 'echo from a fifo\n' >"$work/fifo"
wait $!
check "-f reads a fifo" said 'from a fifo'

# ---- expectations ----

run -o text -c "to 127.0.0.1:$port send x" -c 'expect timeout 1s y' </dev/null
check "a failed expect is 4 and shows what came" ends 4 "-c:2: expect timeout 1s y: not within \
1 s; 1 other came: 127.0.0.1:$port \"x\""
run -c 'open udp4' -c 'expect timeout 50ms any' </dev/null
check "nothing came" ends 4 'nothing came'
run -c 'open udp4' -w 50ms -c 'expect any' </dev/null
check "-w is how long expect waits" ends 4 'not within 50 ms'
run -c 'open udp4' -c 'expect timeout 50ms none' </dev/null
check "expect none" ends 0
run -o text -c "to 127.0.0.1:$port send \\x1b[31m\\xff" -c 'expect timeout 9s none' </dev/null
check "none fails at once, and what came is safe" ends 4 '"\x1b[31m\xff"'

# ---- expressions ----

run -o text -c "to 127.0.0.1:$port send abc" \
	-c "expect peer == 127.0.0.0/8 and data[0:2] == 6162 and not own" -c 'echo met' </dev/null
check "expect takes an expression" grep -qx met "$work/stdout"
run -o text -c "to 127.0.0.1:$port send abc" -c 'expect timeout 50ms len > 3' </dev/null
check "one that is not met is 4" ends 4 'expect timeout 50ms len > 3: not within'
run -o text -c "to 127.0.0.1:$port" -c 'every 20ms times 50 until len > 2 and text ~ /^AB/i send abc' \
	-c 'expect len == 3' -c 'echo met' </dev/null
check "until takes one, and ends where it ends" grep -qx met "$work/stdout"
run -c 'open udp4' -c 'expect peer.prot == 53' </dev/null
check "a fault of one has its column" ends 1 '2:8: there is no field "peer.prot": did you mean peer.port?'
run -o text -c 'help expressions' </dev/null
check "help expressions lists the fields" grep -q '^peer\.port.*number' "$work/stdout"

run -o text -c "to 127.0.0.1:$port" -c 'send before' -c 'expect any' -c 'filter text contains two' \
	-c 'send one' -c 'expect any' -c 'send two' -c 'expect any' -c filter -c 'send three' \
	-c 'expect any' </dev/null
cut -f 6 "$work/stdout" | tr '\n' ' ' >"$work/texts"
check "filter limits what is printed from then on" grep -qx 'before two three ' "$work/texts"
run -o text -c "to 127.0.0.1:$port" -c 'send before' -c 'expect any' -c 'mute @1' \
	-c 'send one' -c 'expect "one"' -c unmute -c 'solo 127.0.0.1:9' -c 'send two' \
	-c 'expect "two"' -c solo -c 'send three' -c 'expect any' </dev/null
cut -f 6 "$work/stdout" | tr '\n' ' ' >"$work/texts"
check "a muted peer is not printed, but waited for; nor are others than a solo one" \
	grep -qx 'before three ' "$work/texts"
run -c 'filter lem > 1' </dev/null
check "its fault has a column" ends 1 '1:8: there is no field "lem"'

peer_start gone closed
run -o text -c "to 127.0.0.1:$port" -c 'send x' -c 'expect timeout 9s any' </dev/null
check "the expected destination refuses: 3" ends 3 "127.0.0.1:$port: port unreachable (#1)"
run -o text -c "to 127.0.0.1:$port send x" -c 'expect timeout 50ms from 127.0.0.2 any' </dev/null
check "another's refusal is an event: 4" ends 4 'not within 50 ms'

# ---- a terminal's worth of hostile bytes ----

run -c 'echo \x1b]0;x\x07\n\xff\u{202e}' </dev/null
check "echo shows no control" said '\x1b]0;x\x07\n\xff\u{202e}'

# A listing is for people: what stands in it as typed stays so.
run -o text -c 'open udp4' -c 'delay 9s to 127.0.0.1:9 send ${seq}\x1b' -c jobs -c stop </dev/null
check "a listing shows a command as it was typed" \
	grep -q 'delay 9s to 127.0.0.1:9 send ${seq}\\x1b$' "$work/stdout"

run -o text -c 'open udp4 ttl=7' -c 'get ttl' -c 'set ttl 8' -c record </dev/null
check "what was asked for is told without -v, what was done is not" \
	printed 'ttl of [1] is 7\nnothing is recorded: record FILE\n'
printf '\357\273\277echo marked\r\n' >"$work/marked"
run -o text -f "$work/marked" </dev/null
check "a byte order mark and CR LF are none of the text" printed 'marked\n'

run -c 'send x' </dev/null
check "what is advised is there without a screen" [ "$(cat "$work/stderr")" = \
	'udpdeck: -c:1: no socket: :open 0.0.0.0:5000' ]

run -f '' </dev/null
check "a file without a name is named as such" ends 1 'the name of a file is missing'

# ---- the input comes after ----

peer_start after silent
printf 'data\n' | run --stay -c "to 127.0.0.1:$port" -c 'send first' -c 'wait 50ms' -q 0
check "--stay: the commands, then the input" hears after 6669727374 646174610a
run -c quit -c 'echo no' </dev/null
check "quit ends it" ends 0

finish
