#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# replay: what is sent of a file, where to, when, and what is told of the rest.

. "${srcdir:-.}/tests/cli/cli.sh"

file=$work/rec.pcapng
peer_start former echo
former=$port
run --record "$file" -c "to 127.0.0.1:$port" -c 'send one' -c 'expect any' -c 'wait 500ms' \
	-c 'send three' -c 'expect any' </dev/null
check "an exchange to begin with" ends 0

# again WORDS...: a replay from a socket of its own
again() {
	run -o text -c 'open 127.0.0.1:0' -c "replay $file $*" </dev/null
}

peer_start now echo
again "to 127.0.0.1:$port wait-answers"
sent_once() {
	ends 0 && hears now "$(hex one)" "$(hex three)"
}
check "what went out then, and only that" sent_once
reported() {
	grep -qx '2  sent' "$work/stdout" && grep -qx '2  answered' "$work/stdout" &&
		grep -qx '2  came in then: left out' "$work/stdout" || told
}
check "the report says so" reported
# half a second, but the first may leave late
distance() {
	run -o json -c 'open 127.0.0.1:0' -c "replay $file to 127.0.0.1:$port wait-answers" </dev/null
	first=$(sed -n '/"event":"tx"/s/.*"time":"[^"]*:\([0-9.]*\)Z".*/\1/p' "$work/stdout" | head -n 1)
	second=$(sed -n '/"event":"tx"/s/.*"time":"[^"]*:\([0-9.]*\)Z".*/\1/p' "$work/stdout" | tail -n 1)
	awk -v a="$first" -v b="$second" 'BEGIN { d = b - a; if (d < 0) d += 60; exit !(d >= 0.25) }'
}
check "with their distance" distance
again "filter len > 3 and dir == out as-fast to 127.0.0.1:$port wait-answers"
filtered() {
	ends 0 && grep -qx '1  sent' "$work/stdout" && grep -qx '1  left out by the filter' "$work/stdout"
}
check "a filter leaves out more" filtered

{
	pcap_head
	pcap_frame 1000000000 0
	pcap_frame 1600000000 0
	pcap_frame 4200000000 0
	pcap_frame 1600000001 0
} >"$work/odd"
peer_start odd echo
run -o text -c 'open 127.0.0.1:0' -c "replay $work/odd to 127.0.0.1:$port" </dev/null
no_wait() {
	ends 0 && hears odd "$(hex hello)" "$(hex hello)" "$(hex hello)" "$(hex hello)" &&
		grep -qx '2  of these have a time that cannot be: sent without a wait' "$work/stdout" || told
}
check "years are not waited for" no_wait

again
check "without a target nothing leaves" ends 1 'no target: replay FILE to HOST PORT, or "to original"'
again "filter len > 99 to 127.0.0.1:$port"
check "nothing that fits is an error" ends 1 "nothing in $file was sent"
again "speed 0 to 127.0.0.1:$port"
check "no speed is an error" ends 1 "is no number from 0.001"
again "slowly to 127.0.0.1:$port"
check "so is an unknown word" ends 1 '"slowly" is none of'
again "filter foo == 1 to 127.0.0.1:$port"
check "and a wrong filter" ends 1 'foo'
run -c 'open 127.0.0.1:0' -c "replay $work/none to 127.0.0.1 9" </dev/null
check "a file that is not there" ends 1 "No such file"
echo "no capture" >"$work/text"
run -o text -c 'open 127.0.0.1:0' -c "replay $work/text to 127.0.0.1 9" </dev/null
check "a file that is none" ends 1 "text is no capture file"
peer_start mute silent
again "as-fast wait-answers timeout 50ms to 127.0.0.1:$port"
check "nobody answers" ends 2 "nobody answered"
original() {
	before=$(heard former | wc -l)
	again "to original wait-answers as-fast"
	[ "$former" ] && ends 0 && wait_for "[ \$(heard former | wc -l) = $((before + 2)) ]" 5
}
check "where each went then, where that is asked for" original

finish
