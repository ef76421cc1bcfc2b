#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Groups that are alive are seen without joining them, and what hosts and routers say about
# memberships; without the privilege one line says what is needed.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"
need socat setpriv

# A bridge that does not snoop: every port has every group.
network() {
	lan_up 3 && deck_start h1 one -4 && deck_start h2 two -4 &&
		deck_type two ":every 50ms to 239.1.2.3:5000 send tick" && deck two "row 1 jobs 1"
}

alive() {
	deck_type one ":watch-groups eth0" &&
		deck one "wait 239.1.2.3:5000 " "wait /s  no " "wait 10.77.0.2" "row 1 rx 0" &&
		! is_member h1 239.1.2.3
}

# A datagram over IPv6 from this host itself, to a group that it has not joined.
own() {
	on h1 "$udpdeck" --no-rc -c 'via eth0 to [ff15::7]:5001 send hello' </dev/null &&
		deck one "wait [ff15::7]:5001" "wait (this host)"
}

report() {
	start_bg h3 member socat -u "UDP4-RECV:5000,ip-add-membership=239.1.2.3:eth0" STDOUT &&
		deck one "wait 10.77.0.3" "wait IGMPv3 report: joins 239.1.2.3" && stop_bg "$bg_pid"
	deck one "wait IGMPv3 report: leaves 239.1.2.3"
}

mld_report() {
	start_bg h3 member6 socat -u "UDP6-RECV:5001,ipv6-join-group=[ff15::7]:eth0" STDOUT &&
		deck one "wait MLDv2 report: joins ff15::7"
}

# The bridge's querier asks as soon as it is there.
query() {
	ip link set br0 type bridge mcast_snooping 1 mcast_igmp_version 3 mcast_mld_version 2 &&
		ip link set br0 type bridge mcast_querier 1 &&
		deck one "wait IGMPv3 query of all groups" "wait MLDv2 query of all groups" &&
		ip link set br0 type bridge mcast_querier 0 mcast_snooping 0
}

# The same are notes in the list, behind the panel; the panel comes back by its number.
notes() {
	deck one "send q" "wait 10.77.0.3: IGMPv3 report: joins 239.1.2.3" &&
		deck_type one ":show %1" && deck one "wait 239.1.2.3:5000" &&
		deck_type one ":stop %1" ":show %1" && deck one "wait datagrams, over" "send q"
}

# What a socket of the session has joined is named by the socket's number.
joined_here() {
	deck_type one ":open udp4" ":join 239.1.2.3%eth0" && deck one "wait joined 239.1.2.3%eth0" &&
		deck_type one ":watch-groups eth0 collect 1m" &&
		deck one "wait 239.1.2.3:5000 " "wait /s  [1] " && deck_type one ":stop"
}

json() {
	on h1 "$udpdeck" --no-rc -o json -c 'watch-groups eth0 collect 0.5s' </dev/null >"$work/out" &&
		grep -q '"event":"group","group":"239.1.2.3","port":5000,"ifname":"eth0","sources":\["10.77.0.2"\],"more_sources":false,"datagrams":[0-9]*,"bytes":[0-9]*,"sent":0,"rate":[0-9]*,"joined":true}' \
			"$work/out" && return
	cat "$work/out"
	return 1
}

# The kernel chose eth0; the group is alive on eth1, too.
joined_elsewhere() {
	lan_more 78 h1 h2 && start_bg h2 other "$udpdeck" --no-rc -n -d -4 -c "open udp4" \
		-c "every 20ms via eth1 to 239.1.2.3 5002 send x" -c "wait 1h" || return 1
	on h1 "$udpdeck" --no-rc -o json -c "open udp4" -c "join 239.1.2.3" \
		-c 'watch-groups collect 0.5s' </dev/null >"$work/out" &&
		grep -q '"ifname":"eth0",.*"joined":true}' "$work/out" &&
		grep -q '"ifname":"eth1",.*"joined":false}' "$work/out" && return
	cat "$work/out"
	return 1
}

# Without capabilities the kernel treats the namespace's root as it treats anybody.
no_privilege() {
	on h1 setpriv --inh-caps=-all --bounding-set=-all \
		"$udpdeck" --no-rc -c 'watch-groups eth0' </dev/null >"$work/out" 2>&1
	[ $? = 1 ] && grep -q 'needs CAP_NET_RAW: sudo setcap cap_net_raw+ep .*/udpdeck$' "$work/out" &&
		[ "$(wc -l <"$work/out")" = 1 ] && return
	cat "$work/out"
	return 1
}

wrong() {
	on h1 "$udpdeck" --no-rc -c 'watch-groups eth7' </dev/null 2>&1 | grep 'no interface "eth7"' &&
		on h1 ip link set eth0 down &&
		on h1 "$udpdeck" --no-rc -c 'watch-groups eth0' </dev/null 2>&1 | grep 'eth0 is down'
}

plan 12
check "three hosts, of which one sends to a group" network
check "the group is seen without joining it" alive
check "what this host sends is told apart" own
check "who joins and leaves is seen" report
check "the same over IPv6" mld_report
check "a querier is seen" query
check "reports are notes in the list; the panel comes back" notes
check "what was joined here is known" joined_here
check "what the kernel chose to join elsewhere is not joined here" joined_elsewhere
check "JSON has an event for each group" json
check "without the privilege one line says what is needed" no_privilege
check "what cannot be is said in words" wrong
finish
