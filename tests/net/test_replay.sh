#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What was asked of a real dnsmasq is recorded and asked again: the answers are the same.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/peers.sh"

udpdeck=${UDPDECK:-./udpdeck}
[ -x "$udpdeck" ] || skip_all "no udpdeck: UDPDECK names none"

# asked OUT ARG...: udpdeck on h1, what it printed in $work/OUT
asked() {
	asked_out=$1
	shift
	on h1 timeout -k 2 60 "$udpdeck" -o json "$@" </dev/null >"$work/$asked_out" 2>"$work/err" ||
		{ cat "$work/err" && false; }
}

# datagrams EVENT OUT: the payloads, one a line
datagrams() {
	sed -n "/\"event\":\"$1\"/s/.*\"data\":\"\\([0-9a-f]*\\)\".*/\\1/p" "$work/$2"
}

same() {
	datagrams "$1" "$2" >"$work/former"
	datagrams "$1" "$3" >"$work/now"
	[ "$(wc -l <"$work/former")" = 4 ] && cmp "$work/former" "$work/now" ||
		{ cat "$work/$3" && false; }
}

dns_query() {
	printf 'hex %s 0100 0001 0000 0000 0000 05"alpha"07"example"04"test"00 %s 0001' "$1" "$2"
}

ask_first() {
	# the one that keeps no recording of its own
	on h1 timeout -k 2 60 "$udpdeck_itself" -o json --record "$work/dns.pcapng" \
		-c "to 10.77.0.2:53" \
		-c "$(dns_query 0001 0001)" -c 'expect hex 0001' \
		-c "$(dns_query 0002 001c)" -c 'expect hex 0002' \
		-c "$(dns_query 0003 0001)" -c 'expect hex 0003' \
		-c "$(dns_query 0004 001c)" -c 'expect hex 0004' \
		</dev/null >"$work/first" 2>"$work/err" || { cat "$work/err" && false; }
}

ask_again() {
	asked again -c 'open udp4' -c "replay $work/dns.pcapng to 10.77.0.2 53 wait-answers as-fast" &&
		same tx first again && same rx first again
}

where_they_went() {
	asked original -c 'open udp4' -c "replay $work/dns.pcapng to original wait-answers" &&
		same rx first original &&
		grep -q '"event":"replay",.*"sent":4,"failed":0,"answered":4,.*"inbound":4,' "$work/original"
}

elsewhere() {
	on h1 timeout -k 2 60 "$udpdeck" -o text -c 'open udp4' \
		-c "replay $work/dns.pcapng to 10.77.0.2:54 wait-answers timeout 200ms" \
		</dev/null >"$work/out" 2>"$work/err"
	[ $? = 2 ] && grep -q 'nobody answered' "$work/err" && ! grep -q '10.77.0.2:53' "$work/out"
}

plan 5
check "two hosts, dnsmasq on one" lan_up 2
dns_start h2
check "four questions and their answers are recorded" ask_first
check "asked again, the answers are the same" ask_again
check "so they are where each went then" where_they_went
check "nothing goes where the file says, unless that was asked for" elsewhere
finish
