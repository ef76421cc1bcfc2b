#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# ICMP errors: shown with who sent them and about what, survived, and paid for by no other datagram.
#
# h1 -- h2 -- h3: h2 is the router to the network 78, which has an MTU of 1280.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"
need socat taskset chrt

routed_network() {
	lan_up 3 && lan_more 78 h2 h3 &&
		on h2 ip link set eth1 mtu 1280 && on h3 ip link set eth1 mtu 1280 &&
		set_in h2 ipv4/ip_forward 1 && set_in h2 ipv6/conf/all/forwarding 1 &&
		on h1 ip route add 10.78.0.0/24 via 10.77.0.2 &&
		on h1 ip route add fd78::/64 via fd77::2 &&
		start_bg h2 echo4 socat UDP4-RECVFROM:7004,fork EXEC:cat &&
		start_bg h2 echo6 socat UDP6-RECVFROM:7006,fork EXEC:cat &&
		wait_for "udp_bound h2 7004 && udp_bound h2 7006" 10
}

# refused DECK TARGET ECHO: port 9 refuses; the socket answers afterwards and is marked no more
refused() {
	deck "$1" 'send knock\r' "wait -> @1 $2:9" "wait !! $2:9 refused #1: port unreachable" \
		"row 0 refused" "row 1 err 1" "row 1 tx 1" "wait Said by" || return 1
	[ -z "$3" ] || deck_type "$1" ":to $3" "alive" || return 1
	[ -z "$3" ] || deck "$1" "wait <- @2 $3" "gone [1* refused]" "row 1 rx 1"
}

unconnected() {
	deck_start h1 u4 10.77.0.2 9 && refused u4 10.77.0.2 10.77.0.2:7004 &&
		deck_start h1 u6 fd77::2 9 && refused u6 '[fd77::2]' '[fd77::2]:7006'
}

# Somebody listens there a moment later.
connected() {
	deck_start h1 c4 --connect 10.77.0.2 9 && refused c4 10.77.0.2 '' &&
		deck_start h1 c6 --connect fd77::2 9 && refused c6 '[fd77::2]' '' &&
		deck_start h2 nine -l 9 && deck_type nine ":echo-server on" &&
		deck nine "wait answers every" &&
		deck_type c4 "alive" && deck c4 "wait <- @1 10.77.0.2:9" "gone refused]" &&
		deck_type c6 "alive" && deck c6 "wait <- @1 [fd77::2]:9" "gone refused]"
}

# On loopback the three errors are there before the fourth datagram is sent.  On a single CPU, and as
# batch work, which preempts nobody, the receiver cannot take them out of its way.
errors_cost_nothing() {
	deck_start h1 ear -4 -l 7100 || return 1
	cpu=$(taskset -pc $$ | sed 's/.*: *\([0-9]*\).*/\1/')
	deck_under="taskset -c $cpu chrt --batch 0"
	deck_start h1 mouth -4 || return 1
	deck_under=
	deck_type mouth ":to 127.0.0.1:11,127.0.0.1:12,127.0.0.1:13,127.0.0.1:7100" &&
		deck mouth "send x" "wait -> 4 peers" "key Ctrl-C" || return 1
	for round in 1 2 3 4 5 6 7 8 9 10; do
		deck_type mouth "round $round" || return 1
	done
	deck mouth "row 1 tx 40" "row 1 err 30" && deck ear "wait round 10" "row 1 rx 10"
}

port_kept() {
	deck_start h2 home -4 -l 7200 && deck_start h1 guest --connect 10.77.0.2 7200 &&
		deck guest "row 0 ->10.77.0.2:7200" && deck_type guest "one" &&
		deck home "wait <- @1 10.77.0.1:" "wait one" && deck_type home ":to @1" "back" &&
		deck guest "wait <- @1 10.77.0.2:7200" &&
		deck_type guest ":disconnect" &&
		deck guest "wait disconnected: everybody is heard, port" "gone ->10.77.0.2" &&
		deck_type guest "two" && deck home "count <- @1 10.77.0.1: 2" "gone @2"
}

# h3 writes to the guest before its peer does.
connected_hears_one() {
	deck_start h3 stranger 10.77.0.1 7300 &&
		deck_start h1 choosy -p 7300 --connect 10.77.0.2 7200 &&
		deck_type stranger "ignored" && deck_type home ":to 10.77.0.1 7300" "friend" &&
		deck choosy "wait friend" "gone ignored" "row 1 rx 1" &&
		deck_type choosy ":disconnect" && deck choosy "wait disconnected:" &&
		deck_type stranger "heard" && deck choosy "wait <- @2 10.77.0.3:" "wait heard"
}

ttl_exceeded() {
	deck_start h1 ttl 10.78.0.3 7 && deck_type ttl ":set ttl 1" && deck ttl "wait ttl of [1] is 1" &&
		deck_type ttl "far" &&
		deck ttl "wait !! 10.78.0.3:7 ttl #1: TTL exceeded in transit, says 10.77.0.2" &&
		deck_start h1 hop fd78::3 7 && deck_type hop ":set ttl 1" "far" &&
		deck hop "wait !! [fd78::3]:7 ttl #1: hop limit exceeded in transit, says fd77::2"
}

# too_big DECK TARGET WORDS WHO: the router says the MTU, then the kernel knows it
too_big() {
	deck_start h1 "$1" "$2" 7 && deck_type "$1" ":set df do" && deck "$1" "wait df of [1] is do" &&
		deck "$1" "send :file $work/1400" 'send \r' "wait too big #1: $3 (MTU 1280), says $4" &&
		deck_type "$1" ":file $work/1400" && deck "$1" "row -4 1280" "key Ctrl-C" "row 1 tx 1"
}

mtu_named() {
	head -c 1400 /dev/zero >"$work/1400" && head -c 1600 /dev/zero >"$work/1600" &&
		too_big big4 10.78.0.3 "fragmentation needed" 10.77.0.2 &&
		too_big big6 fd78::3 "packet too big" fd77::2
}

larger_than_device() {
	deck_type big4 ":to 10.77.0.2 7004" ":file $work/1600" && deck big4 "row -4 1500" "key Ctrl-C"
}

plan 9
check "two networks and a router" routed_network
check "port unreachable, unconnected, both families" unconnected
check "port unreachable, connected, both families" connected
check "three queued errors cost no datagram" errors_cost_nothing
check "disconnect keeps the port" port_kept
check "connected hears one, disconnected everybody" connected_hears_one
check "a TTL that is too small names the router" ttl_exceeded
check "a datagram that is too big names the MTU" mtu_named
check "so does one that is too big for the way out" larger_than_device
finish
