#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A tour of a LAN of four hosts, a cockpit in each: several sockets, a group, a broadcast, answers
# by F6.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"

hosts() {
	for member in h2 h3 h4; do
		deck_start $member $member -l 5000 -j 239.77.0.1%eth0 &&
			deck $member "row 0 +239.77.0.1%eth0" || return 1
	done
	deck_start h1 h1 && deck h1 "wait no socket"
}

# A socket for IPv4 broadcasts and groups, one for IPv6, one connected to h4.
several_sockets() {
	deck_type h1 ":open 0.0.0.0:6000 broadcast" ":open udp6" ":to fd77::3 5000" "six" &&
		deck h1 "row 0 [2*] [::]:" && deck h3 "wait <- @1 [fd77::1]:" "wait six" &&
		deck_type h1 ":open udp4" ":connect 10.77.0.4 5000" "four" &&
		deck h1 "row 0 [3*] 0.0.0.0:" "row 0 ->10.77.0.4:5000" &&
		deck h4 "wait <- @1 10.77.0.1:" "wait four"
}

broadcast() {
	deck_type h1 ":socket 1" ":to 10.77.0.255 5000" "all" || return 1
	for member in h2 h3 h4; do
		deck $member "wait <b @" "wait 10.77.0.1:6000" "wait 10.77.0.255:5000" || return 1
	done
}

# Each host answers the broadcast, the newest it heard, by F6.
answers_by_f6() {
	for member in h2 h3 h4; do
		deck $member "key F6" "wait text -> @" "wait 10.77.0.1:6000 from [1]" &&
			deck_type $member "from $member" || return 1
	done
	deck h1 "row 1 rx 3" "wait 10.77.0.2:5000" "wait 10.77.0.3:5000" "wait 10.77.0.4:5000" \
		"wait from h2" "wait from h3" "wait from h4"
}

group() {
	deck_type h1 ":to 239.77.0.1 5000" "members" || return 1
	for member in h2 h3 h4; do
		deck $member "wait <m @" "wait 239.77.0.1:5000" || return 1
	done
}

# The list's bar on the IPv6 datagram: F6 answers that one, and switches nothing else.
answer_an_older_one() {
	deck h3 "key Shift-Tab" "send g" "wait PAUSED" "send jj" "wait PAUSED at #1" "send r" \
		"wait text -> @1 [fd77::1]:" 'send six, too\r' "gone PAUSED" &&
		deck h1 "row 0 [2+]" "key Alt-2" "row 0 [2*]" "wait six, too"
}

leave_and_close() {
	deck_type h4 ":leave 239.77.0.1%eth0" && deck h4 "gone +239.77.0.1" &&
		deck_type h1 ":socket 1" "second" && deck h2 "wait second" && deck h3 "wait second" &&
		deck_type h1 ":to 10.77.0.4 5000 send only you" && deck h4 "wait only you" "gone second" &&
		deck_type h1 ":close 3" && deck h1 "wait [3] closed"
}

peers_listed() {
	deck_type h1 ":peers" && deck h1 "wait @1" "wait 10.77.0.4:5000" "wait [fd77::3]:5000" "send q"
}

quit() {
	for member in h1 h2 h3 h4; do
		deck_quit $member || return 1
	done
}

plan 10
check "a LAN of four hosts" lan_up 4
check "three listen, one has no socket yet" hosts
check "several sockets: both families, connected and not" several_sockets
check "a broadcast is heard on three" broadcast
check "each answers it by F6" answers_by_f6
check "a group is heard on three" group
check "an older datagram is answered from the list" answer_an_older_one
check "leave a group, close a socket" leave_and_close
check "the peers are listed" peers_listed
check "all quit" quit
finish
