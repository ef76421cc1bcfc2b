#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One probe out of two interfaces finds the three who answer, and what their answers differ in.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"
need socat tcpdump
[ -x tests/lib/udppeer ] || skip_all "no udppeer: make check builds it"

# answer HOST NAME TEXT: answers each datagram to port 7000 with the text, without a fork before it
answer() {
	start_bg "$1" "$2" tests/lib/udppeer -a 0.0.0.0 -p 7000 reply "$3" &&
		wait_for "udp_bound $1 7000" 10
}

# h1 is in both networks, h2 and h3 in the first, h4 in the second only.
two_networks() {
	lan_up 3 && lan_more 78 h1 && host_add h4 && host_plug h4 eth0 br78 78 4 &&
		wait_for "! bridge link | grep -v 'state forwarding' | grep -q ." 10 &&
		answer h2 two id=01/ok && answer h3 three id=02/ok && answer h4 four id=03/ok
}

# swept ARG...: udpdeck in h1, its output in $work/out, what it says in $work/err
swept() {
	on h1 "$udpdeck" --no-rc "$@" >"$work/out" 2>"$work/err"
	swept_status=$?
	return $swept_status
}

# said REGEX...: each is in a line of what it printed
said() {
	for said_line; do
		grep -Eq -e "$said_line" "$work/out" "$work/err" && continue
		echo "not said: $said_line"
		cat "$work/out" "$work/err"
		return 1
	done
}

all_three() {
	swept -o text -c 'sweep 7000 collect 1s send who' </dev/null &&
		said '3 answered, 2 probes of 3 B sent, over' \
			'-> 10\.77\.0\.255:7000 by eth0 from 10\.77\.0\.1' \
			'-> 10\.78\.0\.255:7000 by eth1 from 10\.78\.0\.1' \
			'10\.77\.0\.2:7000 +eth0 .* 1 +8 +31 +id=01/ok' \
			'10\.77\.0\.3:7000 +eth0 .* 1 +8 +32 +id=02/ok' \
			'10\.78\.0\.4:7000 +eth1 .* 1 +8 +33 +id=03/ok' \
			'differ at byte 4 of 8'
}

json() {
	swept -o json -c 'sweep 7000 collect 1s send who' </dev/null &&
		said '"event":"answer","src":"10.77.0.2","sport":7000,"ifname":"eth0","after":[0-9.e-]+,"count":1,"len":8,"truncated":false,"differ":"4","data":"69643d30312f6f6b","text":"id=01/ok"' \
			'"event":"answer","src":"10.78.0.4","sport":7000,"ifname":"eth1"' &&
		[ "$(grep -c '"event":"answer"' "$work/out")" = 3 ] &&
		[ "$(grep -c '"event":"tx".*"data":"77686f"' "$work/out")" = 2 ]
}

# libpcap refuses files whose interfaces it cannot tell apart by their link types.  tcpdump gives up
# root's rights, which it cannot where root is the only user: it gets a namespace where it is nobody.
recorded() {
	swept --record "$work/two.pcapng" -c 'sweep 7000 collect 500ms send who' </dev/null &&
		unshare --user tcpdump -nqr "$work/two.pcapng" >"$work/out" 2>"$work/err" &&
		said '10\.77\.0\.1\.[0-9]+ > 10\.77\.0\.255\.7000: UDP, length 3' \
			'10\.78\.0\.1\.[0-9]+ > 10\.78\.0\.255\.7000: UDP, length 3' \
			'10\.78\.0\.4\.7000 > 10\.78\.0\.1\.[0-9]+: UDP, length 8'
}

unmarked() {
	on h1 ip addr add 10.79.0.1/24 dev eth1 &&
		swept -o text -c 'sweep 7000 collect 0.5s via eth1 send who' </dev/null &&
		said '-> 10\.79\.0\.255:7000 by eth1 from 10\.79\.0\.1' &&
		on h1 ip addr del 10.79.0.1/24 dev eth1
}

named() {
	swept -o text -c 'sweep 7000 collect 0.5s via eth1 send who' </dev/null &&
		said '1 answered, 1 probe of' '10\.78\.0\.4:7000 +eth1' && ! said 10.77.0.2: >/dev/null
}

everybody() {
	swept -o text -c 'sweep 7000 collect 0.5s broadcast send who' </dev/null &&
		said '3 answered, 2 probes' '-> 255\.255\.255\.255:7000 by eth1'
}

group() {
	start_bg h4 group socat "UDP4-RECVFROM:7001,ip-add-membership=239.1.2.3:eth0,fork" EXEC:cat &&
		wait_for "udp_bound h4 7001 && is_member h4 239.1.2.3" 10 &&
		swept -o text -c 'sweep 7001 collect 2s group 239.1.2.3 hex 00 ff' </dev/null &&
		said '1 answered, 2 probes of 2 B' '10\.78\.0\.4:7001 +eth1 .*\\0\\xff'
}

ipv6_group() {
	start_bg h3 group6 socat "UDP6-RECVFROM:7002,ipv6-join-group=[ff02::1234]:eth0,fork" EXEC:cat &&
		wait_for "udp_bound h3 7002 && is_member h3 ff02::1234" 10 &&
		swept -o text -c 'sweep 7002 collect 2s group ff02::1234 send who' </dev/null &&
		said '1 answered, 2 probes' '-> \[ff02::1234%eth1\]:7002 by eth1' \
			'\[fe80::.*%eth0\]:7002 +eth0'
}

silence() {
	swept -o text -c 'sweep 7009 collect 0.1s send who' -c 'echo more' </dev/null
	[ "$swept_status" = 2 ] && said '0 answered, 2 probes' 'nobody has answered' &&
		! said '^more' >/dev/null
}

# A firewall that refuses one interface is a row; one that refuses all of them an error.
refused() {
	need nft
	on h1 nft add table ip t && on h1 nft add chain ip t o '{ type filter hook output priority 0; }' &&
		on h1 nft add rule ip t o oifname eth1 udp dport 7000 reject &&
		swept -o text -c 'sweep 7000 collect 0.5s send who' </dev/null &&
		said '2 answered, 1 probe of' '-> 10.78.0.255:7000 by eth1: not sent, ' || return 1
	swept -o text -c 'sweep 7000 via eth1 send who' </dev/null
	[ "$swept_status" = 1 ] && said eth1: && on h1 nft delete table ip t
}

wrong() {
	on h1 ip link set eth1 down &&
		swept -o text -c 'sweep 7000 collect 0.5s via eth0,eth1 send who' </dev/null &&
		said '2 answered, 1 probe of' 'by eth1: not sent, the interface is down' || return 1
	swept -c 'sweep 7000 via eth9 send who' </dev/null
	[ "$swept_status" = 1 ] && said 'no interface "eth9"' || return 1
	swept -c 'sweep 7000 peers' </dev/null
	[ "$swept_status" = 1 ] && said 'comes send, hex' || return 1
	swept -c 'every 1s sweep 7000 send x' </dev/null
	[ "$swept_status" = 1 ] && said 'says itself where to' && on h1 ip link set eth1 up
}

# On the screen: the preview before, a live panel after; Enter on a row prepares its target.
screen() {
	deck_size=24x80
	deck_start h1 one -4 &&
		deck one "send :sweep 7000 send who" "row -3 sweep 3 B by eth0 to 10.77.0.255:7000, eth1" \
			'send \r' "wait 3 answered" "wait id=03/ok" "wait differ at byte 4 of 8" \
			"wait 10.77.0.2:7000" "wait over" \
			"key Down" "key Down" "key Down" "key Enter" "row -2 :to 10.7"
}

plan 13
check "a host in two networks with three who answer" two_networks
check "all three are found, with their interfaces and what differs" all_three
check "JSON has an event for each" json
check "a recording of two interfaces is one that tcpdump opens" recorded
check "only by an interface that is named" named
check "a subnet whose address came without a broadcast address" unmarked
check "255.255.255.255 by each interface" everybody
check "a group by each interface" group
check "an IPv6 group with the zone of each interface" ipv6_group
check "nobody answers: exit status 2, and the rest is not run" silence
check "a probe that is refused is a row" refused
check "what cannot be is said in words" wrong
check "on the screen" screen
finish
