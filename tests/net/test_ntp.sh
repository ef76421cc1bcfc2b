#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# An NTP request typed in hex, answered by a real chronyd.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/peers.sh"
. "${srcdir:-.}/tests/lib/decks.sh"

# Version 4, client; the server sends the transmit time stamp (the last eight bytes) back as origin.
request="23$(printf '%078d' 0)0102030405060708"

asked() {
	deck_start h1 "$1" "$2" 123 &&
		deck "$1" "key F5" "wait hex>" "send $request" "wait hex 48 B -> $3:123 from [1]" 'send \r'
}

# Server mode, stratum 1; origin time stamp at 24.
answered() {
	deck "$1" "row 5 <- @1 $2:123" "row 5  48 2401" "wait 0000 24 01" \
		"wait  01 02 03 04 05 06 07 08  " "wait 123 well-known" "wait 48 bytes"
}

plan 6
check "two hosts" lan_up 2
check "chronyd on one" ntp_start h2
check "a request typed in hex" asked four 10.77.0.2 10.77.0.2
check "its answer, as stratum 1, with our time stamp" answered four 10.77.0.2
check "a request over IPv6" asked six fd77::2 '[fd77::2]'
check "and its answer" answered six '[fd77::2]'
finish
