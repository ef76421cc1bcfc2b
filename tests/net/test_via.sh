#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Two hosts on two networks: "via" chooses the way of a single send, and who receives it tells all
# about how it came.

. "${srcdir:-.}/tests/lib/netns.sh"

udpdeck=${UDPDECK:-./udpdeck}
[ -x "$udpdeck" ] || skip_all "no udpdeck: UDPDECK names none"
need jq

# hear PORT COUNT ARG...: h2 listens, until so many came, and says so in JSON
hear() {
	hear_port=$1
	hear_count=$2
	shift 2
	hear_joins=$(($# / 2)) # each is "-j GROUP"
	start_bg h2 heard "$udpdeck" -d -W "$hear_count" -w 20 -o json "$@" -l "$hear_port"
	hear_pid=$bg_pid
	wait_for "udp_bound h2 $hear_port && all_joined" 10
}

# A port is bound before groups are joined.
all_joined() {
	[ "$(grep -c '"event":"join"' "$work/heard.log")" = "$hear_joins" ]
}

# send COMMAND...: h1 runs them, and says in JSON what it did
send() {
	for send_command; do
		set -- "$@" -c "$send_command"
		shift
	done
	on h1 timeout -k 2 20 "$udpdeck" -o json -d "$@" >"$work/sent" 2>"$work/err" </dev/null
	status=$?
}

# came FILTER: what was heard makes the jq filter true, with "rx" all that was received
came() {
	wait "$hear_pid"
	jq -es "map(select(.event == \"rx\")) as \$rx | $1" "$work/heard.log" >/dev/null || {
		cat "$work/sent" "$work/err" "$work/heard.log"
		return 1
	}
}

# left FILTER: so for what h1 sent
left() {
	jq -es "map(select(.event == \"tx\")) as \$tx | $1" "$work/sent" >/dev/null || {
		cat "$work/sent" "$work/err"
		return 1
	}
}

by_interface() {
	hear 5000 2 -j 239.1.2.3%eth0 -j 239.1.2.3%eth1
	send "to 239.1.2.3 5000 send routed" "via eth1 to 239.1.2.3 5000 send chosen"
	came '$rx | length == 2 and (.[0] | .ifname == "eth0" and .src == "10.77.0.1" and
		.text == "routed") and (.[1] | .ifname == "eth1" and .src == "10.78.0.1" and
		.text == "chosen" and .dst == "239.1.2.3" and .kind == "multicast" and .ttl == 1)' &&
		left '$tx[1] | .ifname == "eth1"'
}

by_address() {
	on h1 ip addr add 10.78.0.50/24 dev eth1
	hear 5001 1
	send "via eth1 from 10.78.0.50 to 10.78.0.2 5001 send x"
	came '$rx[0] | .src == "10.78.0.50" and .ifname == "eth1" and .kind == "unicast" and
		.dst == "10.78.0.2"' && left '$tx[0] | .src == "10.78.0.50"'
}

# Linux takes what is for any of its addresses, by any interface.
strange_interface() {
	hear 5009 1
	send "via eth1 to 10.77.0.2 5009 send x"
	came '$rx[0] | .dst == "10.77.0.2" and .ifname == "eth1" and .src == "10.78.0.1"'
}

ttl_and_tos() {
	hear 5002 3
	send "to 10.77.0.2 5002" "via ttl 9 send x" "via tos ef send y" "send z"
	came '$rx | (.[0] | .ttl == 9 and .dscp == "cs0") and (.[1] | .ttl == 64 and
		.tos == 184 and .dscp == "ef" and .ecn == 0) and (.[2] | .ttl == 64 and .tos == 0)' &&
		left '$tx | .[0].ttl == 9 and .[1].dscp == "ef" and (.[2] | has("ttl") | not)'
}

# IPv6 from a dual-stack socket, which sends IPv4 so, too.
both_families() {
	hear 5003 3 -j ff02::7:7%eth0 -j ff02::7:7%eth1
	send "open udp" "via eth1 from fd78::1 ttl 9 tos cs1 to [fd78::2]:5003 send six" \
		"via eth1 ttl 9 tos cs1 to 10.78.0.2 5003 send four" \
		"via eth1 to [ff02::7:7]:5003 send zone"
	came '$rx | length == 3 and (.[0] | .src == "fd78::1" and .text == "six") and
		(.[1] | .src == "10.78.0.1" and .text == "four") and all(.[0:2][]; .ttl == 9 and
		.dscp == "cs1" and .ifname == "eth1") and .[2].dst == "ff02::7:7%eth1"'
}

# A copy on each network, and none by lo; eth2 is up, but has no IPv4 address.
all_of_them() {
	on h1 sh -c 'ip link add eth2 type veth peer name eth3 && ip link set eth2 up'
	hear 5004 2 -j 239.1.2.4%eth0 -j 239.1.2.4%eth1
	send "via all to 239.1.2.4 5004 send x"
	came '$rx | map(.ifname) | sort == ["eth0", "eth1"]' &&
		left '$tx | map(.ifname) | sort == ["eth0", "eth1"]'
}

all_broadcast() {
	hear 5005 3
	send "open udp4 broadcast" "via all to 255.255.255.255 5005 send x" \
		"via all to 10.78.0.255 5005 send y"
	came '$rx | length == 3 and (map(select(.text == "x")) | length == 2 and
		(map(.ifname) | sort == ["eth0", "eth1"]) and all(.[]; .kind == "limited broadcast"))
		and (map(select(.text == "y")) | length == 1 and .[0].ifname == "eth1" and
		.[0].kind == "subnet broadcast")'
}

jobs() {
	hear 5006 6 -j 239.1.2.6%eth0 -j 239.1.2.6%eth1
	send "every 5ms times 3 via all ttl 4 to 239.1.2.6 5006 send \${seq}" "wait 200ms"
	came '$rx | all(.[]; .ttl == 4) and (map(select(.ifname == "eth1") | .text) ==
		["1", "2", "3"]) and (map(select(.ifname == "eth0") | .text) == ["1", "2", "3"])'
}

# Its interface is removed and comes back with another index: the job names it.
comes_back() {
	start_bg h1 job "$udpdeck" -d -o json -c "open udp4" \
		-c "every 20ms via eth1 to 10.78.0.2 5010 send x" -c "wait 60"
	job_pid=$bg_pid
	wait_for "grep -q '\"tx\"' $work/job.log" 10 && on h1 ip link del eth1 &&
		wait_for "grep -q 'eth1 was removed' $work/job.log" 10 || return
	hear 5010 3
	host_plug h1 eth1 br78 78 1 && came '$rx | all(.[]; .ifname == "eth1")'
	came_back=$?
	stop_bg "$job_pid"
	return $came_back
}

# The same rows before and after.
unchanged() {
	send "open udp4" "options" "via eth1 from 10.78.0.1 ttl 9 tos ef to 10.78.0.2 5007 send x" \
		"options"
	grep -E '^(ttl|multicast-ttl|tos|multicast-interface|device) ' "$work/err" |
		sort | uniq -c >"$work/rows"
	[ "$(wc -l <"$work/rows")" = 5 ] && ! grep -v "^ *2 " "$work/rows"
}

refused() {
	send "via eth1 from 10.99.0.1 to 10.78.0.2 5007 send x"
	[ "$status" = 1 ] && grep -q -- "-c:1:15: 10.99.0.1 is no address of this host" "$work/err" &&
		send "via eth3 to 10.78.0.2 5007 send x" && grep -q "eth3 is down" "$work/err"
}

fragments() {
	hear 5008 2
	head -c 4000 /dev/zero >"$work/4000"
	send "to 10.77.0.2 5008" "file $work/4000" "send small"
	came '$rx | (.[0] | .len == 4000 and .fragsize == 1500) and
		(.[1] | has("fragsize") | not)'
}

plan 14
check "two hosts" lan_up 2
check "on two networks" lan_more 78 h1 h2
check "via eth1: it leaves there, others by the routing table" by_interface
check "from: it arrives with that source" by_address
check "to an address of the other network: it still leaves there" strange_interface
check "ttl and tos of a single send" ttl_and_tos
check "IPv6, and IPv4 of a dual-stack socket; a zone" both_families
check "via all: a copy on both networks" all_of_them
check "via all: broadcasts, that of a subnet on its own only" all_broadcast
check "a job keeps it" jobs
check "and finds its interface again" comes_back
check "the options are unchanged afterwards" unchanged
check "what cannot be is told with its column" refused
check "a datagram in fragments tells their size" fragments
finish
