#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One host broadcasts, three hear it and answer; without the option or a route nothing leaves.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"
need socat

# Two cockpits that echo, and a socat that does.
three_listeners() {
	for listener in h2 h3; do
		deck_start $listener $listener -4 -l 7000 &&
			deck_type $listener ":echo-server on" &&
			deck $listener "wait answers every datagram" || return 1
	done
	start_bg h4 socat socat UDP4-RECVFROM:7000,fork EXEC:cat && wait_for "udp_bound h4 7000" 10
}

preview() {
	deck_start h1 one -b 10.77.0.255 7000 &&
		deck one "row 0 bcast" "send who" \
			"wait text 3 B -> 10.77.0.255:7000 from [1] 10.77.0.1:" "wait leaves by eth0 only"
}

heard_by_all() {
	deck one 'send \r' &&
		deck h2 "wait <b @1 10.77.0.1:" "wait 10.77.0.255:7000" &&
		deck h3 "wait <b @1 10.77.0.1:" "wait 10.77.0.255:7000"
}

answers() {
	deck one "count <- @ 3" "wait 10.77.0.2:7000 " "wait 10.77.0.3:7000 " "wait 10.77.0.4:7000 " \
		"row 1 rx 3" "row 1 tx 1"
}

limited() {
	deck_type one ":to 255.255.255.255 7000" "everybody" &&
		deck one "row 1 rx 6" &&
		deck h2 "count <b @1 10.77.0.1: 2" "wait 255.255.255.255:7000" "wait everybody"
}

# What was typed stays, nothing leaves; a unicast behind it shows that h2 heard nothing before.
refused_without_option() {
	deck_start h1 two 10.77.0.255 7000 &&
		deck two "send silence" "wait broadcast is off on [1]" 'send \r' \
			'row -4 broadcast is off: ":set broadcast on"' "row -4 kept, nothing sent" \
			"wait text> silence" &&
		deck_type one ":to 10.77.0.2 7000 send sentinel" &&
		deck h2 "wait sentinel" "row 1 rx 3" "gone silence"
}

allowed_after_set() {
	deck two "key Ctrl-C" 'send :set broadcast on\r' "wait broadcast of [1] is on" 'send loud\r' \
		"wait 10.77.0.4:7000 " "row 1 rx 3" && deck h2 "wait loud"
}

no_route() {
	on h1 ip route del default dev eth0 && on h1 ip route del 224.0.0.0/4 dev eth0 &&
		deck_type two ":to 255.255.255.255 7000" &&
		deck two "send lost" "wait no route" 'send \r' "wait no route" "wait device" \
			"wait text> lost" "key Ctrl-C" &&
		deck_type two ":to 239.1.2.3 7000" &&
		deck two "send lost" "wait no route" 'send \r' "wait multicast-interface" \
			"wait text> lost" "key Ctrl-C"
}

way_out() {
	deck_type two ":open udp4 broadcast device=eth0" ":to 255.255.255.255 7000" "found" &&
		deck h2 "wait found"
}

plan 10
check "four hosts" lan_up 4
check "three of them listen" three_listeners
check "the preview says by which interface it leaves" preview
check "one broadcast is heard by all three, as a broadcast" heard_by_all
check "their unicast answers are shown with their sources" answers
check "so with 255.255.255.255" limited
check "without the option it is refused in words, kept, and not sent" refused_without_option
check "with the option set it leaves" allowed_after_set
check "255.255.255.255 and a group without a route: choose an interface" no_route
check "bound to a device it leaves again" way_out
finish
