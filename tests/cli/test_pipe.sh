#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Piped input is data: one line is one datagram, of any bytes and sizes, whatever wrote it.

. "${srcdir:-.}/tests/cli/cli.sh"

# sends NAME INPUT-FORMAT OPTIONS HEX...: a peer hears exactly that; OPTIONS are words
sends() {
	sends_name=$1
	sends_input=$2
	sends_options=$3
	shift 3
	peer_start sends silent
	# shellcheck disable=SC2059,SC2086 # a format, words
	printf "$sends_input" | run -q 0 $sends_options 127.0.0.1 "$port"
	check "$sends_name" hears sends "$@"
	check "$sends_name, status 0" ends 0
	kill "$peer_pid"
}

# ---- lines ----

sends "three lines in one write are three datagrams" 'one\ntwo\nthree\n' '' \
	6f6e650a 74776f0a 74687265650a
sends "a last line without its end is one too" 'a\nb' '' 610a 62
sends "an empty line is its newline" 'a\n\nb\n' '' 610a 0a 620a
sends "with --eol none it is an empty datagram" 'a\n\nb\n' '--eol none' 61 - 62
sends "line ends are kept" 'a\r\nb\n' '--eol keep' 610d0a 620a
sends "--eol lf makes them newlines" 'a\r\nb\nc' '--eol lf' 610a 620a 630a
sends "--eol crlf makes them CR LF" 'a\r\nb\nc' '--eol crlf' 610d0a 620d0a 630d0a
sends "-C does too" 'a\nb\n' -C 610d0a 620d0a
sends "--eol none takes a CR LF for one end" 'a\r\nb\r\r\n' '--eol none' 61 620d
sends "NUL bytes pass" 'a\000b\n\000\n' '' 6100620a 000a
sends "and bytes that are no UTF-8" '\377\376\200\n' '' fffe800a
sends "--whole is one datagram" 'one\ntwo\n\n' --whole 6f6e650a74776f0a0a
sends "--whole of nothing is an empty datagram" '' --whole -
sends "nothing is nothing" '' ''

# In one write with the second half of what comes before, so it was read when that was sent.
half_lines() {
	peer_start halves silent
	deck_start halves 127.0.0.1 "$port"
	printf 'first\nsecond, ' >"$work/halves.in"
	wait_for "heard_count halves 1" 5 || return
	printf 'second half' >"$work/halves.in"
	printf ', end\nthird\n' >"$work/halves.in"
	hears halves "$(hex first)0a" "$(hex 'second, second half, end')0a" "$(hex third)0a" || return
	deck_end halves && deck_ends halves 0
}
check "a line written in pieces is one datagram" half_lines

# What a program prints is never a command, an escape or a field.
cat >"$work/lines" <<'END'
{"a": "b\n\u00e9", "c": ["${seq}"]}
C:\new\temp\x41\u{263a}
:quit
::x
:to 127.0.0.1 9
${seq} $HOME ${file:/etc/passwd}
# no comment
\
END
unchanged() {
	peer_start lines -r "$work/lines.sent" silent
	run -q 0 127.0.0.1 "$port" <"$work/lines"
	wait_for "heard_count lines 8" 5
	cmp "$work/lines" "$work/lines.sent" && [ "$(heard lines | wc -l)" = 8 ] && ends 0
}
check "JSON, Windows paths, colons and fields stay what they are" unchanged

# ---- sizes ----

both_ways() {
	peer_start echo echo
	pattern "$1" >"$work/size"
	run -W 1 -w 5 127.0.0.1 "$port" <"$work/size"
	[ "$(heard echo | cut -d ' ' -f 1)" = "$1" ] && cmp "$work/size" "$work/stdout" && ends 0
}
for size in 20000 65507; do
	check "$size bytes go and come whole" both_ways $size
done

with_newline() {
	peer_start echo echo
	{ pattern 65506 && echo; } >"$work/size"
	run -W 1 -w 5 127.0.0.1 "$port" <"$work/size"
	cmp "$work/size" "$work/stdout" && ends 0
}
check "so does a line that fills a datagram with its newline" with_newline

stripped() {
	peer_start stripped silent
	{ pattern 65507 && echo && echo after; } | run -q 0 --eol none 127.0.0.1 "$port"
	wait_for "heard_count stripped 2" 5
	[ "$(heard stripped | cut -d ' ' -f 1 | tr '\n' ' ')" = "65507 5 " ] && ends 0
}
check "or without it" stripped

# too_long LENGTH OPTION...: the line before it is sent, nothing of it is
too_long() {
	too_long_size=$1
	shift
	peer_start long silent
	{ echo before && pattern "$too_long_size" && echo && echo after; } |
		run -q 0 "$@" 127.0.0.1 "$port"
	hears long "$(hex before)0a" && ends 1 "stdin:2: " && grep -q 65507 "$work/stderr"
}
check "a line that is a byte too long is an error, and not cut" too_long 65507
check "one far too long too" too_long 3000000

too_long_whole() {
	peer_start long silent
	pattern 65508 | run --whole -q 0 127.0.0.1 "$port"
	hears long && ends 1 "65507"
}
check "so is too much for --whole" too_long_whole

empty_answer() {
	peer_start empty empty
	printf x | run -W 1 -w 5 127.0.0.1 "$port"
	hears empty 78 && ends 0 && printed ''
}
check "an empty answer is an answer" empty_answer

# ---- notations ----

sends "-x reads hex, a datagram a line" '00 01 ff\ndead:beef\n0x41,"text"\n\n' -x \
	0001ff deadbeef 4174657874 -
sends "-e reads escapes" 'a\\x00b\\n\n\\u{263a}\\\\\n' '-e --eol none' 6100620a e298ba5c
sends "-e keeps line ends, as others do" '\\x41\n' -e 410a

# faulty TEXT COLUMN OPTION: line 3 is wrong there
faulty() {
	peer_start faulty silent
	printf '41 42\n43\n%s\n44\n' "$1" | run -q 0 "$3" 127.0.0.1 "$port"
	ends 1 "stdin:3:$2: " && heard_count faulty 2 && ! heard_count faulty 3
}
check "a wrong hex line is told by line and column, those before it were sent" \
	faulty '41 0g' 4 -x
check "a wrong escape too" faulty 'bad \q' 5 -e
check "the column counts characters" faulty 'äö \q' 4 -e
check "half a byte is wrong" faulty '41 4' 4 -x

# ---- pace and amount ----

paced() {
	peer_start paced silent
	start=$(now_ms)
	printf 'a\nb\nc\nd\ne\n' | run -q 0 -i 100ms 127.0.0.1 "$port"
	hears paced 610a 620a 630a 640a 650a && ends 0 || return
	took=$(since_start paced 5)
	echo "took $took ms"
	[ "$took" -ge 390 ] && [ "$took" -le $((5000 * slow)) ]
}
check "-i paces lines" paced

# The first waits for nothing, and what is not asked for is not waited for.
paced_single() {
	peer_start paced silent
	start=$(now_ms)
	printf 'a\n' | run -q 0 -i 30s 127.0.0.1 "$port"
	hears paced 610a && ends 0 && [ $(($(now_ms) - start)) -le $((5000 * slow)) ]
}
check "but not before the first, nor after the last" paced_single

many() {
	peer_start many -r "$work/many.sent" silent
	seq -f "line %.0f of twenty thousand, with something behind it" 20000 >"$work/many"
	run -q 0 127.0.0.1 "$port" <"$work/many"
	wait_for "heard_count many 20000" 20
	ends 0 && cmp "$work/many" "$work/many.sent" && [ "$(heard many | wc -l)" = 20000 ]
}
if [ "$(id -u)" = 0 ]; then
	check "20,000 lines arrive complete and in order" many
else
	skip "20,000 lines arrive complete and in order" "by design: a buffer for them wants CAP_NET_ADMIN"
fi

# ---- stdin ----

unread() {
	peer_start unread reply x
	echo data | run -d "$@" 127.0.0.1 "$port"
	hears unread
}
check "-d does not read stdin" unread
check "and ends at once" ends 0

closed_stdin() {
	peer_start closed silent
	run 127.0.0.1 "$port" <&-
	hears closed && ends 0
}
check "a closed stdin is an empty one" closed_stdin

directory() {
	run 127.0.0.1 9 </
	ends 1 "stdin: Is a directory"
}
check "a stdin that cannot be read is an error" directory
finish
