#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# TFTP: the server answers from a port of its own, and F6 sends the acknowledgement there.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/peers.sh"
. "${srcdir:-.}/tests/lib/decks.sh"

read_request() {
	deck_start h1 one 10.77.0.2 69 &&
		deck one 'send \\0\\x01three.bin\\0octet\\0' \
			"wait text 18 B -> 10.77.0.2:69 from [1] 10.77.0.1:" 'send \r' \
			"row 4 -> @1 10.77.0.2:69"
}

# Another port is another peer, heard although nobody wrote to it.
first_block() {
	deck one "row 5 <- @2 10.77.0.2:" "row 5  516 " "wait 00 03 00 01 41 41 41 41" \
		"wait @2 10.77.0.2:"
}

still_at_69() {
	deck one "send x" "wait -> @1 10.77.0.2:69 from" "key Backspace"
}

acknowledged() {
	deck one "key F6" "wait text -> @2 10.77.0.2:" "key F5" "wait hex>" "send 0004 0001" \
		"wait hex 4 B -> @2 10.77.0.2:" 'send \r' \
		"row 6 -> @2 10.77.0.2:" "row 7 <- @2 10.77.0.2:" "wait 00 03 00 02 41 41 41 41"
}

last_block() {
	deck one 'send 0004 0002\r' "row 9 <- @2 10.77.0.2:" "row 9  280 " \
		"wait 00 03 00 03 41 41 41 41" "row 1 rx 3" "row 1 tx 3" "row 1 err 0" \
		'send 0004 0003\r' "row 10 -> @2 10.77.0.2:"
}

missing_file() {
	deck_type one ':to @1 send \\0\\x01none\\0octet\\0' &&
		deck one "row 12 <- @3 10.77.0.2:" "wait 00 05 00 01"
}

plan 7
check "two hosts" lan_up 2
tftp_start h2
check "a read request typed as text with escapes" read_request
check "the first block comes from another port" first_block
check "the target does not follow it" still_at_69
check "F6 sends the acknowledgement there, the next block arrives" acknowledged
check "so does the last" last_block
check "an error answers a request for what is not there" missing_file
finish
