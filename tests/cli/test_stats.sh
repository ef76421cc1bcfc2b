#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# stats in scripts: what was counted of numbered datagrams, in words and as JSON, and its drawings in
# the locale's characters.

. "${srcdir:-.}/tests/cli/cli.sh"
need jq

# Lines that the peer sends back: 1 to 9 without 4 and 7, 3 twice, 6 after 8.
peer_start echo echo
cat >"$work/script" <<EOF
to 127.0.0.1:$port
stats sequence data[2:4]:text
EOF
for n in 1 2 3 3 5 8 6 9; do
	printf 'send n=%s\nexpect "n=%s"\n' $n $n
done >>"$work/script"
echo stats >>"$work/script"

stdout_has() {
	grep -qF -- "$1" "$work/stdout" || told
}

# holds FILTER: it is true of the stats among the lines of stdout
holds() {
	jq -e -s "map(select(.event == \"stats\")) | $1" "$work/stdout" >"$work/jq" 2>&1 ||
		! cat "$work/jq" || told
}

run -d -o text -f "$work/script"
check "a script with stats ends well" ends 0
check "what was received and sent" stdout_has '8 received (24 B), 8 sent (24 B), 0 errors'
check "sizes" stdout_has 'sizes  3 B to 3 B, half of them up to 3 B, 99 % up to 3 B'
check "sequence numbers" stdout_has \
	'data[2:4]:text: 2 missing, 0 dropped here meanwhile; 1 repeated, 1 late'
check "of the peer, too" stdout_has 'gaps 2, repeated 1, late 1, jitter'
check "a bar of blocks in UTF-8" stdout_has '████████████████████████'

LC_ALL=C run -d -o text -f "$work/script"
check "and of ASCII elsewhere" stdout_has '########################'
no_high_bytes() {
	! LC_ALL=C grep -q '[^[:print:][:space:]]' "$work/stdout" || told
}
check "which has nothing but ASCII" no_high_bytes

run -d -o json -f "$work/script"
check "as JSON it ends well" ends 0
check "all, the sequence, a socket, a peer" holds 'map(.of) == ["all", "sequence", "socket", "peer"]'
check "totals and spread" holds '.[0] | .rx == 8 and .tx == 8 and .rx_bytes == 24 and
	.size_p50 == 3 and .gap_min_ns <= .gap_p99_ns and .dropped == 0'
check "the numbers" holds '.[1] | .where == "data[2:4]:text" and .numbered == 8 and .missing == 2 and
	.gaps == 2 and .repeated == 1 and .late == 1 and .unnumbered == 0'
check "the peer" holds ".[3] | .address == \"127.0.0.1:$port\" and .missing == 2 and
	.jitter_ns >= 0 and .first <= .last"

run -d -c 'stats sequence data[0:3]'
check "a width that no number has" ends 1 '1, 2, 4 or 8 bytes'
finish
