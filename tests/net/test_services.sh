#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The services of a LAN that are found by multicast and broadcast, asked of real servers: mDNS,
# SSDP, RIP, RIPng, DHCP.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/peers.sh"

udpdeck=${UDPDECK:-./udpdeck}
[ -x "$udpdeck" ] || skip_all "no udpdeck: UDPDECK names none"
need avahi-daemon bird dnsmasq jq minidlnad

# ask HOST INPUT ARG...: what came is in $work/out, a line of JSON each
ask() {
	ask_host=$1
	ask_input=$2
	shift 2
	printf '%s' "$ask_input" |
		on "$ask_host" timeout -k 2 20 "$udpdeck" --no-rc -o json "$@" >"$work/out" 2>"$work/err"
	status=$?
}

# heard FILTER: an rx of which jq's filter holds; and the exit status was 0
heard() {
	[ "$status" = 0 ] &&
		jq -e -n "[inputs | select(.event == \"rx\") | select($1)] | length > 0" \
			"$work/out" >/dev/null || {
		echo "status $status"
		cat "$work/out" "$work/err"
		return 1
	}
}

# _services._dns-sd._udp.local, PTR
dns_sd='0000 0000 0001 0000 0000 0000 09"_services" 07"_dns-sd" 04"_udp" 05"local" 00 000c 0001'

# From a port of its own: a legacy query, answered by unicast (RFC 6762, 6.7).
mdns_legacy() {
	ask h1 "$dns_sd" -x -W 1 -w 5 224.0.0.251 5353
	heard '.src == "10.77.0.2" and .sport == 5353 and (.data | test("5f68747470"))'
}

# From port 5353 and a member of the group: the answer goes to all, with TTL 255.
mdns_group() {
	ask h1 "$dns_sd" -x -W 2 -w 5 -p 5353 -j 224.0.0.251%eth0 --set multicast-ttl=255 \
		--set multicast-loop=off 224.0.0.251 5353
	heard '.src == "10.77.0.2" and .dst == "224.0.0.251" and .ttl == 255 and .ifname == "eth0"'
}

mdns_ipv6() {
	ask h1 "$dns_sd" -x -W 1 -w 5 'ff02::fb%eth0' 5353
	heard '.ifname == "eth0" and .sport == 5353 and (.data | test("5f68747470"))'
}

ssdp() {
	ask h1 'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n' \
		-e -W 3 -w 6 239.255.255.250 1900
	heard '.src == "10.77.0.2" and (.text | startswith("HTTP/1.1 200 OK\r\n"))'
}

# RFC 2453, 3.9.1: the whole table; it is answered to the port that asked
rip() {
	ask h1 010200000000000000000000000000000000000000000010 -x -W 1 -w 5 -p 520 224.0.0.9 520
	heard '.src == "10.77.0.2" and .sport == 520 and (.data | test("^0202.*c0000200ffffff00"))'
}

# RFC 2080, 2.5.2: hop limit 255 proves that nobody has forwarded it
ripng() {
	ask h1 010100000000000000000000000000000000000000000010 -x -W 1 -w 5 -p 521 \
		--set multicast-ttl=255 'ff02::9%eth0' 521
	heard '(.src | startswith("fe80::")) and .sport == 521 and .ttl == 255 and
		(.data | test("^0201.*20010db80001"))'
}

# From an interface without an address, RFC 2131: broadcast flag set, DISCOVER
dhcp_discover() {
	zeros=$(printf '%0400d' 0)
	printf '01010600 11223344 0000 8000 %.32s 020077cabd20%.20s %.384s 63825363 350101 ff' \
		"$zeros" "$zeros" "$zeros"
}

dhcp() {
	on h3 ip addr flush dev eth0
	ask h3 "$(dhcp_discover)" -x -4 -b -W 1 -w 5 --device eth0 -p 68 255.255.255.255 67
	heard '.src == "10.77.0.2" and .sport == 67 and .dst == "255.255.255.255" and
		.ifname == "eth0" and (.data | test("^02010600112233.*63825363350102"))'
}

plan 8
check "three hosts" lan_up 3
mdns_start h2
check "mDNS, asked from any port, is answered by unicast" mdns_legacy
check "mDNS, asked from its own port, is answered to the group" mdns_group
check "mDNS over IPv6" mdns_ipv6
stop_bg "$bg_pid"
ssdp_start h2
check "SSDP" ssdp
stop_bg "$bg_pid"
rip_start h2
check "RIP" rip
check "RIPng, with hop limit 255" ripng
stop_bg "$bg_pid"
dhcp_start h2
check "DHCP, from an interface without an address" dhcp
finish
