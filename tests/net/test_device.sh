#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Bound to a device a socket hears and sends by that interface alone.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"

two_networks() {
	lan_up 2 && lan_more 78 h1 h2
}

# Both on one port: the device tells them apart.
two_sockets() {
	deck_start h1 one -4 -l 5000 --device eth0 &&
		deck one "row 0 [1*] 0.0.0.0:5000 on eth0" &&
		deck_type one ":open 0.0.0.0:5000 device=eth1" &&
		deck one "row 0 [2*] 0.0.0.0:5000 on eth1" "row 0 [1]"
}

each_hears_its_own() {
	deck_start h2 two -b 10.77.0.1 5000 && deck_type two "by net 77" &&
		deck one "row 5  1 <- @1 10.77.0.2:" "wait by net 77" "wait on eth0 ttl 64" \
			"wait eth0, index" "row 0 [1+]" &&
		deck_type two ":to 10.78.0.1 5000" "by net 78" &&
		deck one "row 6  2 <- @2 10.78.0.2:" "wait by net 78" "wait on eth1 ttl 64"
}

# The wildcard's broadcast leaves where the socket is bound, not by the default route (eth0).
broadcast_leaves_there() {
	deck_start h2 three -4 -l 5001 &&
		deck_type one ":set broadcast on" ":to 255.255.255.255 5001" &&
		deck one "send here" "wait on eth1" "wait leaves by eth1 only" 'send \r' &&
		deck three "wait <b @1 10.78.0.1:5000" "wait on eth1 ttl 64" "wait broadcast"
}

# A unicast for the other network has no way out of this one.
no_way_out() {
	deck_type one ":to 10.77.0.2 5001" && deck one "send astray" "wait on eth1" "key Ctrl-C"
}

no_such_device() {
	deck_type one ":open 0.0.0.0:5002 device=eht1" &&
		deck one 'wait "eht1"' "wait eth1" "wait no" "key Ctrl-C" "row 0 [2*]" &&
		deck_type one ":set device eth7" && deck one 'wait "eth7"' "key Ctrl-C"
}

refused_at_start() {
	on h1 "$ptyrun" 24x80 "$udpdeck" --no-rc -l 5003 --device eth7 <<-'END'
		wait eth7
		exit 1
	END
}

plan 7
check "two hosts in two networks" two_networks
check "two sockets on one port, each bound to a device" two_sockets
check "each hears its own network only" each_hears_its_own
check "a broadcast leaves by the device" broadcast_leaves_there
check "the preview knows the device" no_way_out
check "an interface that is not there is refused in words" no_such_device
check "so it is at the start, with exit status 1" refused_at_start
finish
