#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# One source of a group and not another: joined by source, or blocked.
#
# h3's unicast behind its datagram to the group shows that the latter was not heard.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"

# both GROUP HOST TEXT: h2 and h3 say it to the group, then h3 "end of TEXT" to h1 alone
both() {
	deck_type h2 ":to $1 send two $3" && deck h2 "wait two $3" &&
		deck_type h3 ":to $1 send three $3" ":to $2 send end of $3" &&
		deck h1 "wait end of $3"
}

# told GROUP.*SOURCE: the switch has heard of it, a moment after the join
told() {
	wait_for "bridge -d mdb show dev br0 | grep -q 'grp $1'" 10
}

# untold GROUP.*SOURCE: the switch knows of it no more
untold() {
	wait_for "! bridge -d mdb show dev br0 | grep -q 'grp $1'" 10
}

ready() {
	deck_start h1 h1 -4 -l 4000 && deck_start h2 h2 -4 && deck_start h3 h3 -4
}

one_source() {
	deck_type h1 ":join 10.77.0.2@232.1.1.1%eth0" &&
		deck h1 "row 0 +10.77.0.2@232.1.1.1%eth0" && told "232.1.1.1 src 10.77.0.2" &&
		told "232.1.1.1 temp filter_mode include source_list 10.77.0.2/" &&
		both 232.1.1.1:4000 10.77.0.1:4000 a && deck h1 "wait two a" "gone three a" "row 1 rx 2"
}

second_source() {
	deck_type h1 ":join 10.77.0.3@232.1.1.1%eth0" && deck h1 "wait joined 10.77.0.3@232.1.1.1%eth0" &&
		told "232.1.1.1 src 10.77.0.3" &&
		told "232.1.1.1 temp filter_mode include source_list .*,10.77.0.2/" &&
		both 232.1.1.1:4000 10.77.0.1:4000 b && deck h1 "wait two b" "wait three b" "row 1 rx 5"
}

leave_one() {
	deck_type h1 ":leave 10.77.0.2@232.1.1.1%eth0" &&
		deck h1 "wait left 10.77.0.2@232.1.1.1%eth0" && untold "232.1.1.1 src 10.77.0.2" &&
		told "232.1.1.1 temp filter_mode include source_list 10.77.0.3/" &&
		both 232.1.1.1:4000 10.77.0.1:4000 c && deck h1 "wait three c" "gone two c" "row 1 rx 7"
}

leave_last() {
	deck_type h1 ":leave 10.77.0.3@232.1.1.1%eth0" &&
		deck h1 "wait left 10.77.0.3@232.1.1.1%eth0" && untold "232.1.1.1"
}

block() {
	deck_type h1 ":join 239.1.1.1%eth0" && told "239.1.1.1 .*exclude" &&
		deck_type h1 ":block 10.77.0.3@239.1.1.1%eth0" &&
		deck h1 "wait blocked 10.77.0.3@239.1.1.1%eth0" &&
		told "239.1.1.1 src 10.77.0.3 .*blocked" &&
		told "239.1.1.1 temp filter_mode exclude source_list 10.77.0.3/0.00" &&
		both 239.1.1.1:4000 10.77.0.1:4000 d && deck h1 "wait two d" "gone three d" "row 1 rx 9"
}

unblock() {
	deck_type h1 ":groups" && deck h1 "wait all but 10.77.0.3" "send q" &&
		deck_type h1 ":unblock 10.77.0.3@239.1.1.1%eth0" &&
		deck h1 "wait unblocked 10.77.0.3@239.1.1.1%eth0" &&
		told "239.1.1.1 .*source_list 10.77.0.3/[0-9][0-9]" &&
		untold "239.1.1.1 src 10.77.0.3 .*blocked" &&
		both 239.1.1.1:4000 10.77.0.1:4000 e && deck h1 "wait two e" "wait three e" "row 1 rx 12"
}

over_ipv6() {
	deck_type h1 ":open [::]:4006 v6only" ":join fd77::2@ff35::1%eth0" &&
		deck h1 "row 0 +fd77::2@ff35::1%eth0" && told "ff35::1 src fd77::2" &&
		deck_type h2 ":open udp6" && deck_type h3 ":open udp6" &&
		both '[ff35::1]:4006' '[fd77::1]:4006' f &&
		deck h1 "wait two f" "gone three f" "row 1 rx 14"
}

ipv6_exclude() {
	deck_type h1 ":join ff15::7%eth0" && told "ff15::7 temp filter_mode exclude" &&
		deck_type h1 ":block fd77::3@ff15::7%eth0" &&
		told "ff15::7 src fd77::3 .*blocked" &&
		told "ff15::7 temp filter_mode exclude source_list fd77::3/0.00" &&
		both '[ff15::7]:4006' '[fd77::1]:4006' g &&
		deck h1 "wait two g" "gone three g" "row 1 rx 16"
}

refused() {
	deck_type h1 ":join 10.77.0.2@fe80::1" && deck h1 "row -4 multicast" "key Ctrl-C" &&
		deck_type h1 ":join 10.77.0.2@ff35::2%eth0" && deck h1 "row -4 famil" "key Ctrl-C" &&
		deck_type h1 ":block ff35::1%eth0" && deck h1 "row -4 name the source" "key Ctrl-C"
}

plan 11
check "three hosts on a switch that snoops" lan_up 3 snoop
check "a cockpit in each" ready
check "the source that was named is heard, another is not" one_source
check "a second source is heard too" second_source
check "a source that was left is heard no more" leave_one
check "with its last source the group is left" leave_last
check "a blocked source is heard no more, others are" block
check "an unblocked one is heard again" unblock
check "one source of an IPv6 group" over_ipv6
check "all but one source of an IPv6 group" ipv6_exclude
check "what cannot be is said in words" refused
finish
