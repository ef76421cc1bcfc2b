#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What "groups" tells of a membership: who is heard, what the network's querier speaks, who else of
# this host is on the group.
#
# The switch br0 asks with IGMPv3 and MLDv2 at first, eth1 of h1 is on one that asks nobody.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"
need socat jq

# says GROUP: a datagram to port 4000 of it from each host that is named
says() {
	says_group=$1
	shift
	for says_host; do
		echo "from $says_host" | on "$says_host" socat -u STDIN "$says_group" || return 1
	done
}

# told GROUP: the switch knows that h1 is on it
told() {
	wait_for "bridge -d mdb show dev br0 | grep -q 'port h1-eth0 grp $1'" 10
}

# groups_of ARG...: the events of udpdeck in h1, which is on port 4000, in $work/groups
groups_of() {
	on h1 "$udpdeck" --no-rc --reuseaddr -o json -l 4000 -q 0 "$@" -c groups </dev/null \
		>"$work/json" 2>"$work/said" || { cat "$work/said"; return 1; }
	grep '"event":"group"' "$work/json" >"$work/groups"
}

# holds GROUP FILTER: what jq makes of that membership is true
holds() {
	jq -es "map(select(.group == \"$1\"))[0] | $2" "$work/groups" >/dev/null && return 0
	echo "$1 is not: $2"
	cat "$work/groups"
	return 1
}

# The last one is told of ten seconds later, by the last check.
begin() {
	lan_up 3 snoop && lan_more 78 h1 && deck_start h1 main --reuseaddr -4 -l 4000 &&
		deck_type main ":join 239.9.9.9%eth1"
}

v3_is_unproven() {
	groups_of -c 'join 239.1.2.3%eth0' &&
		holds 239.1.2.3 '.ifname == "eth0" and .mode == "any" and .version == "IGMPv3"' &&
		holds 239.1.2.3 '.proof == "unproven" and .querier == "unknown"' &&
		holds 239.1.2.3 '.range == "administratively scoped" and .rfc == "RFC 2365"' &&
		holds 239.1.2.3 '.ether == "01:00:5e:01:02:03" and .warnings == []'
}

mld_by_counters() {
	wait_for "on h1 grep -q 'Icmp6InGroupMembQueries.*[1-9]' /proc/net/dev_snmp6/eth0" 10 &&
		groups_of -c 'join ff15::7%eth0' -c 'join ff15::8%eth1' &&
		holds ff15::7 '.version == "MLDv2" and .proof == "unproven" and .querier == "heard"' &&
		holds ff15::8 '.version == "MLDv2" and .querier == "none"' &&
		holds ff15::8 '.range == "transient" and .scope == "site-local"'
}

counted() {
	deck_type main ":join 239.1.2.3%eth0" ":join 239.1.2.4%eth0" && told 239.1.2.3 &&
		told 239.1.2.4 && says UDP4-DATAGRAM:239.1.2.3:4000 h2 h2 h3 &&
		says UDP4-DATAGRAM:239.1.2.4:4000 h3 && deck main "row 1 rx 4" &&
		deck_type main ":groups" &&
		deck main "wait 239.1.2.3    eth0  3" "wait 239.1.2.4    eth0  1" \
			"wait 10.77.0.2        2" "wait 10.77.0.3        1" \
			"wait administratively scoped (RFC 2365): not for the Internet"
}

# The rows of sources put the command that blocks them into the line.
enter_blocks() {
	deck main "key Up" "key Home" "key Down" "key Down" "key Enter" \
		"wait :block 10.77.0.2@239.1.2.3%eth0" "key Enter" \
		"wait blocked 10.77.0.2@239.1.2.3%eth0" && deck_type main ":groups" &&
		deck main "wait all but 10.77.0.2" "wait 2            blocked"
}

shared() {
	start_bg h1 foreign socat -u \
		UDP4-RECV:4001,reuseaddr,ip-add-membership=239.7.7.7:eth0 STDOUT &&
		wait_for "on h1 ip maddr show dev eth0 | grep -q 239.7.7.7" 10 &&
		groups_of -c 'join 239.7.7.7%eth0' -c 'join 239.7.7.8%eth0' &&
		holds 239.7.7.7 '.users == 2 and .others == 1' &&
		holds 239.7.7.8 '.users == 1 and .others == 0' &&
		groups_of -c 'join 239.7.7.8%eth0' -c 'open 0.0.0.0:4002' -c 'join 239.7.7.8%eth0' &&
		holds 239.7.7.8 '.users == 2 and .others == 0'
}

kernels_choice() {
	groups_of -4 -c 'join 239.7.7.9' && holds 239.7.7.9 '.ifname == "eth0"' &&
		groups_of -c 'join 239.7.7.9%eth0' -c 'join 239.135.7.9%eth0' -c 'join 239.0.0.5%eth1' &&
		holds 239.7.7.9 '.warnings[0] | test("same Ethernet address as 239.135.7.9")' &&
		holds 239.0.0.5 '.warnings[0] | test("same Ethernet address as 224.0.0.5")'
}

# A membership by source, and what a script prints of it.
by_source() {
	groups_of -c 'join 10.77.0.2@232.1.1.1%eth0' -c 'join 239.1.1.9%eth0' \
		-c 'block 10.77.0.3@239.1.1.9%eth0' -c 'join 232.1.1.2%eth0' &&
		holds 232.1.1.1 '.mode == "include" and .warnings == []' &&
		holds 232.1.1.1 '.sources[0] | .source == "10.77.0.2" and .named and .datagrams == 0' &&
		holds 239.1.1.9 '.mode == "exclude" and .sources[0].source == "10.77.0.3"' &&
		holds 232.1.1.2 '.range == "source-specific" and (.warnings[0] | test("no source"))'
}

# The switch asks with version 2 now, every second: the host falls back.
older_querier() {
	ip link set br0 type bridge mcast_querier 0 mcast_igmp_version 2 mcast_mld_version 1 \
		mcast_query_interval 100 mcast_startup_query_interval 100 &&
		ip link set br0 type bridge mcast_querier 1 &&
		wait_for "on h1 grep -q 'eth0 .*V2' /proc/net/igmp" 10 &&
		groups_of -c 'join 10.77.0.2@232.1.1.1%eth0' -c 'join 239.1.2.3%eth0' &&
		holds 232.1.1.1 '.version == "IGMPv2" and .proof == "proven" and .querier == "heard"' &&
		holds 232.1.1.1 '.warnings[0] | test("IGMPv2 the network knows no sources")' &&
		holds 239.1.2.3 '.version == "IGMPv2" and .warnings == []' &&
		deck_type main ":groups" && deck main "wait v2 proven    heard" &&
		wait_for "on h1 grep -q 'OutGroupMembResponses.*[1-9]' /proc/net/dev_snmp6/eth0" 10 &&
		groups_of -c 'join ff15::7%eth0' &&
		holds ff15::7 '.version == "MLDv1" and .proof == "was used"'
}

forced() {
	set_in h1 ipv4/conf/eth1/force_igmp_version 2 && groups_of -c 'join 239.1.2.3%eth1' &&
		holds 239.1.2.3 '.version == "IGMPv2" and .proof == "forced" and .querier == "unknown"'
}

silent() {
	deck main "key Esc" \
		"wait joined 239.9.9.9 on eth1, nothing heard for 10 s: :doctor says why"
}

plan 11
check "a switch that asks, one that does not" begin
check "IGMPv3 is the default and proves nothing" v3_is_unproven
check "MLD: the counters tell whether anybody asked" mld_by_counters
check "a group that stays silent is told of after ten seconds" silent
check "datagrams are counted per group and source" counted
check "Enter on a source blocks it" enter_blocks
check "another socket of this host is told apart from our own" shared
check "the kernel's choice is named; shared Ethernet addresses are" kernels_choice
check "sources that were named, and those missing" by_source
check "an older querier is proven; source lists are lost" older_querier
check "a version that a sysctl fixes was heard from nobody" forced
finish
