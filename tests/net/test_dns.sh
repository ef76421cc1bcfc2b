#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A DNS query typed in hex, answered by a real dnsmasq, and what the cockpit shows of the answer.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/peers.sh"
. "${srcdir:-.}/tests/lib/decks.sh"

# alpha.example.test, A, recursion desired
query='0007 0100 0001 0000 0000 0000  05 616c706861 07 6578616d706c65 04 74657374 00  0001 0001'

typed_in_hex() {
	deck_start h1 one 10.77.0.2 53 &&
		deck one "key F5" "wait hex>" "send $query" \
			"wait hex 36 B -> 10.77.0.2:53 from [1] 10.77.0.1:" "gone text>" &&
		deck one 'send \r' "row 4 -> @1 10.77.0.2:53"
}

# dnsmasq is the authority for it: flags 8580, one answer, 16 bytes longer than the query
answer_listed() {
	deck one "row 5 <- @1 10.77.0.2:53" "row 5  52 0007 8580 0001 0001" "row 1 rx 1" "row 1 tx 1"
}

answer_in_details() {
	deck one "wait #2 @1 -> 10.77.0.1:" "wait on eth0 ttl 64" "wait 1-52 of 52" \
		"wait unicast" "wait Answers" "wait #1 after" "wait 52 bytes" "wait eth0, index" "wait kernel" "wait 53 well-known" \
		"wait cs0, ECN not-ect" "wait 0000 00 07 85 80" "wait ha.example.test." "wait 0030 0a 00 00 01"
}

no_such_name() {
	deck_type one ':hex 0009 0100 0001 0000 0000 0000 04"none"07"example"04"test" 00 0001 0001' &&
		deck one "wait 0000 00 09 81 83" "wait 35 bytes"
}

# Two queries at once; each answer names the one with its id, and how long it took.
paired() {
	tail='0100 0001 0000 0000 0000  05 616c706861 07 6578616d706c65 04 74657374 00  0001 0001'
	on h1 "$udpdeck" --no-rc -o json -c 'set match data[0:2]' -c 'open udp4' -c 'to 10.77.0.2 53' \
		-c "hex 0011 $tail" -c "hex 0012 $tail" -c 'expect data[0:2] == 0011' \
		-c 'expect data[0:2] == 0012' -c peers </dev/null >"$work/paired" 2>&1
	# the second may leave before or after the first answer came
	for id in 0011 0012; do
		no=$(sed -n "s/^{\"no\":\([0-9]*\),.*\"event\":\"tx\".*\"data\":\"$id.*/\1/p" "$work/paired")
		grep -Eq "\"event\":\"rx\".*\"data\":\"$id.*\"request\":$no,\"rtt\":[0-9.e-]+}" "$work/paired" ||
			{ cat "$work/paired"; return 1; }
	done
	grep -q '"event":"peer".*"answered":2,"unanswered":0,"rtt":' "$work/paired"
}

# Nothing is asked about a peer by itself; "names" asks what /etc/resolv.conf says, and waits.
named() {
	echo "nameserver 10.77.0.2" >"$work/resolv.conf"
	echo "hosts: files dns" >"$work/nsswitch.conf"
	set -- on h1 sh -c "mount --bind $work/resolv.conf $resolv &&
		mount --bind $work/nsswitch.conf /etc/nsswitch.conf && exec \"\$@\"" sh "$udpdeck" --no-rc -o json -c 'open udp4' -c 'to 10.77.0.2 53' -c "hex $query" -c 'expect any'
	"$@" -c peers </dev/null >"$work/unnamed" 2>&1 &&
		! grep -q 'PTR' "$work/dns.log" && ! grep -q '"name"' "$work/unnamed" &&
		"$@" -c 'peers names' </dev/null >"$work/named" 2>&1 &&
		grep -q '"address":"10.77.0.2:53","name":"deck.example.test"' "$work/named" &&
		[ "$(grep -c 'query\[PTR\]' "$work/dns.log")" = 1 ] ||
		{ cat "$work/unnamed" "$work/named" "$work/dns.log"; return 1; }
}

over_ipv6() {
	deck_start h1 two fd77::2 53 &&
		deck two "key F5" "wait hex>" "send $query\\r" \
			"wait <- @1 [fd77::2]:53" "wait Hop limit" "wait 0030 0a 00 00 01"
}

plan 8
check "two hosts, dnsmasq on one" lan_up 2
dns_start h2
check "a query typed in hex leaves as the preview said" typed_in_hex
check "its answer is listed with its source and length" answer_listed
check "the details have its head in words and its bytes" answer_in_details
check "text between hex, and a name that does not exist" no_such_name
check "answers are paired with their queries by the id" paired
# systemd-resolved keeps it below /run, which is the test's own
resolv=$(readlink -m /etc/resolv.conf)
case $resolv in
/run/*) mkdir -p "${resolv%/*}" && : >"$resolv" ;;
esac
if [ -f "$resolv" ] && [ -f /etc/nsswitch.conf ]; then
	check "a peer's name is looked up when it is asked for" named
else
	skip "a peer's name is looked up when it is asked for" "no /etc/resolv.conf or nsswitch.conf"
fi
check "the same over IPv6" over_ipv6
finish
