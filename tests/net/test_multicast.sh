#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Groups of both families: joined, left, shared, fifty at once, and one's own datagrams.
#
# That something was not heard is shown by a unicast sent behind it, which is the next to be listed.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"
need socat

ipv4() {
	deck_start h2 member -4 -l 4200 -j 239.1.2.3%eth0 &&
		deck member "row 0 +239.1.2.3%eth0" "wait joined 239.1.2.3%eth0" &&
		deck_start h1 sender -4 &&
		deck_type sender ":to 239.1.2.3 4200" "to all members" &&
		deck member "wait <m @1 10.77.0.1:" "wait 239.1.2.3:4200" "wait to all members" \
			"wait multicast" "wait ttl 1"
}

# Another program of h3 joined, so the host takes the group in; this socket did not.
not_a_member() {
	deck_start h3 other --reuseaddr -4 -l 4200 &&
		start_bg h3 foreign socat -u \
			UDP4-RECV:4200,reuseaddr,bind=239.1.2.3,ip-add-membership=239.1.2.3:eth0 STDOUT &&
		wait_for "is_member h3 239.1.2.3" 10 &&
		deck_type sender "again" ":to 10.77.0.3 4200 send to you" &&
		deck member "wait again" && wait_for "grep -q again $work/foreign.log" 10 &&
		deck other "wait to you" "row 1 rx 1" "gone again"
}

leaves() {
	deck_type member ":leave 239.1.2.3%eth0" &&
		deck member "wait left 239.1.2.3%eth0" "gone +239.1.2.3%eth0" &&
		deck_type sender "nobody home" ":to 10.77.0.2 4200 send to you" &&
		deck member "wait to you" "row 1 rx 3" "gone nobody home"
}

ipv6() {
	deck_type member ":open [::]:4201" ":join ff15::7%eth0" &&
		deck member "row 0 +ff15::7%eth0" &&
		deck_type sender ":open udp6" ":to [ff15::7]:4201" "six" &&
		deck member "wait <m @" "wait [fd77::1]:" "wait [ff15::7" "wait Hop limit" &&
		deck_type member ":leave ff15::7%eth0" && deck member "wait left ff15::7%eth0" &&
		deck_type sender "nobody home" ":to [fd77::2]:4201 send to six" &&
		deck member "wait to six" "row 1 rx 5" "gone nobody home"
}

shared() {
	deck_start h2 left --reuseaddr -4 -l 4300 -j 239.1.2.4%eth0 &&
		deck_start h2 right --reuseaddr -4 -l 4300 -j 239.1.2.4%eth0 &&
		deck_type sender ":socket 1" ":to 239.1.2.4 4300" "both" &&
		deck left "wait <m @1 10.77.0.1:" "wait both" &&
		deck right "wait <m @1 10.77.0.1:" "wait both"
}

# The kernel gives one socket 20 memberships (igmp_max_memberships): helpers have the rest.
fifty() {
	deck_start h3 fifty -4 -l 4400 &&
		deck_type fifty ":join 239.5.0.1+50%eth0" &&
		deck fifty "wait 50 memberships made on [1]" "row 0 50 groups" || return 1
	for last in $(seq 1 50); do
		echo "to $last" | on h1 socat -u STDIN "UDP4-DATAGRAM:239.5.0.$last:4400" || return 1
	done
	deck fifty "row 1 rx 50" "wait to 50" "wait 239.5.0.50:4400" "count <m @ 16" &&
		deck_type fifty ":leave 239.5.0.1+50%eth0" &&
		deck fifty "wait 50 memberships of [1] ended" "gone 50 groups"
}

# One socket in the range of the others hears nothing twice.
unicast_once() {
	deck_type fifty ":join 239.5.0.1+50%eth0" && deck fifty "row 0 50 groups" &&
		deck_type sender ":to 10.77.0.3 4400 send once" ":to 10.77.0.3 4400 send last" &&
		deck fifty "wait last" "row 1 rx 52"
}

own() {
	deck_start h3 own -4 -l 4500 -j 239.1.2.5%eth0 &&
		deck_type own ":to 239.1.2.5 4500" "me too" &&
		deck own "wait <o @" "wait looped back" "row 1 rx 1" &&
		deck_type own ":set multicast-loop off" && deck own "wait multicast-loop of [1] is off" &&
		deck_type own "not me" && deck_type sender ":to 10.77.0.3 4500 send behind it" &&
		deck own "wait behind it" "row 1 rx 2"
}

bad_groups() {
	deck_type own ":join 10.0.0.1" && deck own "wait multicast" "key Ctrl-C" &&
		deck_type own ":join 239.1.2.5%eth0" && deck own "wait already" "key Ctrl-C" &&
		deck_type own ":leave 239.9.9.9%eth0" && deck own "wait not joined" "key Ctrl-C" &&
		deck_type own ":join 239.1.2.9%eth7" && deck own "wait eth7" "key Ctrl-C"
}

plan 10
check "three hosts" lan_up 3
check "IPv4: a member hears the group" ipv4
check "a socket hears its own groups only" not_a_member
check "leave stops it" leaves
check "IPv6: the same" ipv6
check "two programs on one group and port both hear it" shared
check "fifty groups on one socket" fifty
check "with its helpers it hears a unicast once" unicast_once
check "one's own datagrams are marked, or not looped back" own
check "what cannot be joined or left is said in words" bad_groups
finish
