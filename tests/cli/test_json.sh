#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# JSON Lines, text and hex: every line can be read, every byte is told, and none of a peer's reaches
# a terminal as it is.

. "${srcdir:-.}/tests/cli/cli.sh"
need jq

# ask FORMAT OPTION...: sends it to the last peer
ask() {
	ask_text=$1
	shift
	# shellcheck disable=SC2059 # a format is meant
	printf "$ask_text" | run "$@" 127.0.0.1 "$port"
}

# holds FILTER: jq reads every line of stdout, and FILTER is true of the list of them
holds() {
	jq -e -s "def rx: map(select(.event == \"rx\")); $1" "$work/stdout" >"$work/jq" 2>&1 || ! cat "$work/jq" || told
}

# is_safe FILE...: it holds printable characters, newlines and tabs only
is_safe() {
	for safe_file; do
		if tr -d '\n\t' <"$safe_file" | LC_ALL=C grep -q '[[:cntrl:]]' ||
			iconv -f UTF-8 -t UTF-32LE <"$safe_file" | od --endian=little -An -v -tx4 -w4 |
			grep -Eq ' 000000(8|9)| 0000(061c|200[b-f]|202[8-e]|206[0-9])'; then
			cat -v "$safe_file"
			return 1
		fi
	done
}

control=$(printf 'a\033b')
printf '%s\n' "$control" >"$work/self"
printf 'a\342\200\256b\n' >"$work/self2"
printf 'a\302\233b\n' >"$work/self3"
printf 'plain \303\244\t\n' >"$work/self4"
selftest() {
	is_safe "$work/self4" && ! is_safe "$work/self" && ! is_safe "$work/self2" &&
		! is_safe "$work/self3"
}
check "self-test: what is safe" selftest

# ---- one line an event ----

peer_start echo echo
ask 'hello\n' -o json -W 1
check "each event is one line" ends 0
check "open, tx and rx" holds 'map(.event) == ["open", "tx", "rx"]'
check "from where, to where" holds "rx[0] | .src == \"127.0.0.1\" and .sport == $port and
	.dst == \"127.0.0.1\" and .dport > 0 and .ifname == \"lo\" and .socket == 1"
check "length, hex and text" holds 'rx[0] | .len == 6 and .data == "68656c6c6f0a" and
	.text == "hello\n" and .truncated == false and .own == false'
check "TTL and TOS" holds 'rx[0] | .ttl == 64 and .tos == 0 and .dscp == "cs0" and .ecn == 0 and
	.kind == "unicast"'
check "time in UTC with nanoseconds" holds 'rx[0].time |
	test("^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{9}Z$")'
check "and it is now" holds 'rx[0].time | sub("\\..*"; "Z") | fromdate | (now - .) | (. > -5 and . < 60)'
check "keys have their order" holds 'rx[0] | keys_unsorted == ["no", "time", "event", "socket", "src",
	"sport", "dst", "dport", "kind", "ifname", "ttl", "tos", "dscp", "ecn", "len", "truncated",
	"own", "data", "text", "request", "rtt"]'
check "an answer names its request, and after how many seconds it came" holds \
	'rx[0] | .request == 1 and .rtt > 0 and .rtt < 10'

check "a tx has its addresses, length and errno" holds ".[1] | .dst == \"127.0.0.1\" and
	.dport == $port and .len == 6 and .data == \"68656c6c6f0a\" and .errno == 0"
check "numbers count up, where there are any" holds '[.[] | .no // empty] == [1, 2]'

ask '\\x00\\xff\\u{e9}"\\\\' -e -o json -W 1
check "what is no UTF-8 has no text" holds 'rx[0] | .data == "00ffc3a9225c" and (has("text") | not)'
ask '\\x00\\x1b\\u{e9}"\\\\\\u{202e}\\u{9b}' -e -o json -W 1
check "NUL, quotes and backslashes are text" \
	holds 'rx[0].text == "\u0000\u001b\u00e9\"\\\u202e\u009b"'
check "and controls are escapes" is_safe "$work/stdout"

ask '' --whole -o json -W 1
check "an empty datagram is told" holds 'rx[0] | .len == 0 and .data == "" and .text == ""'
peer_start size size 65507
ask 'x' -o json -W 1
check "so is the longest, whole" holds 'rx[0] | .len == 65507 and (.text | length) == 65507 and
	(.data | length) == 131014'

# Three requests to one that answers each late; then one that nobody answers.
late() {
	peer_start late late 300
	ask 'a\nb\nc\n' -o json -W 3 -w 5
	ends 0 && holds 'rx | map(.request) == [1, 2, 3] and all(.rtt >= 0.3 and .rtt < 10 and .guess)'
}
check "late answers, in order: guesses" late
by_content() {
	run -o json -w 5 -c "set match data[0]" -c "open udp4 127.0.0.1:0" \
		-c "to 127.0.0.1:$port" -c "send ab" -c "send cd" -c "expect \"cd\""
	ends 0 && holds 'rx | map([.request, .text]) == [[1, "ab"], [2, "cd"]] and
		(any(has("guess")) | not)'
}
check "by content" by_content

peers() {
	peer_start later late 2000
	run -o json -w 10 -c "label 127.0.0.1:$port echo" -c "to 127.0.0.1:$port" \
		-c "set answer-timeout 50ms" -c "send ab" -c "wait 150ms" -c peers \
		-c 'expect "ab"' -c peers
	ends 0 && holds 'map(select(.event == "peer")) | map([.label, .tx, .rx, .unanswered]) ==
		[["echo", 1, 0, 1], ["echo", 1, 1, 0]] and (.[0] | has("rtt") | not) and
		(.[1] | .rtt >= 2 and .rtt == .rtt_min and .answered == 1)'
}
check "peers: one that answers late was unanswered" peers

peer_start closed closed
ask 'x' -o json -w 5
check "an ICMP error has type, code and meaning" holds ".[-1] | .event == \"icmp\" and .type == 3 and
	.code == 3 and .dst == \"127.0.0.1\" and .dport == $port and .offender == \"127.0.0.1\" and
	.cause == 1 and (.meaning | test(\"unreachable\"))"
check "and status 3 with one line" ends 3 "refused"

many() {
	peer_start flood flood 5000 5000 200
	ask 'x' -o json -W 5000 -w 5
	ends 0 && holds '(rx | length) == 5000 and (rx | map(.no) | . == sort) and
		(rx | map(.text[:10]) | unique | length) == 5000'
}
check "jq reads five thousand" many

# Each line is there when its datagram came, not when a buffer is full.
at_once() {
	deck_start lines -o json -l 127.0.0.1 0
	listener=$port
	for n in 1 2 3; do
		peer_start "line$n" -t "$listener" -m "line $n" silent
		wait_for "tail -n 1 $work/lines.out | jq -e '.text == \"line $n\"'" 5 || return
	done
	deck_end lines && deck_ends lines 0 && holds '(rx | length) == 3'
}
check "each line is there when its datagram came" at_once

# ---- text ----

peer_start echo echo
ask 'a\\tb\\n' -e --eol none -o text -W 1
check "text: time, socket, direction, peer, length and text, by tabs" grep -qE \
	"^[0-9:]{8}\.[0-9]{6}	1	<-	127\.0\.0\.1:$port	4	a\\\\tb\\\\n$" "$work/stdout"

# Every byte there is, and back: what was printed is sent, and gives the same.
retyped() {
	awk 'BEGIN { for (i = 0; i < 256; i++) printf "%02x", i }' >"$work/bytes"
	printf 'c3a9e282acf09f9880c29be280ae24247b7365717d5c6e' >>"$work/bytes"
	run -x -o text -W 1 127.0.0.1 "$port" <"$work/bytes"
	is_safe "$work/stdout" || return
	cut -f 6 "$work/stdout" >"$work/typed"
	run -e --eol none -o json -W 1 127.0.0.1 "$port" <"$work/typed"
	holds "rx[0].data == \"$(cat "$work/bytes")\""
}
check "typing it back gives the same bytes" retyped

ask 'x' -v -o text -W 1
check "with -v what is sent too" grep -qE "	->	127\.0\.0\.1:$port	1	x$" "$work/stdout"

# ---- what harms terminals ----

peer_start hostile hostile
for format in text hex json; do
	ask 'go' -o $format -W 10 -w 5
	check "hostile payloads as $format: all ten" ends 0
	check "no control byte reaches stdout" is_safe "$work/stdout"
done
check "JSON holds their bytes" holds 'rx | map(.data) | .[0] == "1b5b324a1b5b481b5b33316d726564" and
	.[6] == "6e756c006e756c00" and length == 10'

failed_expect() {
	run -o text -c "to 127.0.0.1:$port send x" -c 'wait 1s' \
		-c 'expect timeout 50ms "never"' </dev/null
	[ "$(cat "$work/status")" = 4 ] && is_safe "$work/stdout" "$work/stderr" &&
		grep -q '10 others came' "$work/stderr" || told
}
check "nor stderr, where an expectation tells them" failed_expect

hostile_name() {
	run "$(printf 'a\033]0;x\007\302\233b')" 9 </dev/null
	misused 'blanks or controls' && is_safe "$work/stderr"
}
check "nor does a name that is none" hostile_name

hostile_line() {
	printf 'ok\n\\q\033[2J\n' | run -e 127.0.0.1 "$port"
	ends 1 'stdin:2:1: ' && is_safe "$work/stderr"
}
check "nor a line that is wrong" hostile_line

hostile_file() {
	printf 'sned \033[2J\302\233\n' >"$work/$(printf 'f\033[2J')"
	run -f "$work/$(printf 'f\033[2J')" </dev/null
	ends 1 'no command' && is_safe "$work/stderr"
}
check "nor a script's line and name" hostile_file
finish
