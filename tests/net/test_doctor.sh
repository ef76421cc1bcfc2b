#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the doctor finds: each finding is made on purpose and found as that one, and a healthy
# set-up has none.
#
# h1 and h2 are in two networks, h2 says "hello" to 239.1.2.3:5000 all the time by eth0.

. "${srcdir:-.}/tests/lib/netns.sh"

udpdeck=${UDPDECK:-./udpdeck}
[ -x "$udpdeck" ] || skip_all "no udpdeck: UDPDECK names none"
need socat setpriv

# doctor HOST ARG...: what it says in $work/found, its status in $status; the arguments end with
# those that make the patient
doctor() {
	doctor_host=$1
	shift
	on "$doctor_host" timeout 20 "$udpdeck" --no-rc -n -d -q 0 -o json "$@" -c doctor \
		>"$work/found" 2>"$work/found.err"
	status=$?
}

# finds STATUS LEVEL CHECK WORDS [COMMAND]: of the last doctor
finds() {
	[ "$status" = "$1" ] &&
		grep "\"event\":\"finding\".*\"level\":\"$2\",\"check\":\"$3\",\"fact\":\"[^\"]*$4" \
			"$work/found" | grep -q "${5:+\"command\":\"$5\"}" && return
	echo "status $status; no $2 of $3 with \"$4\" and \"${5:-}\" in:"
	cat "$work/found" "$work/found.err"
	return 1
}

# found LEVEL CHECK: is there any?
found() {
	grep -q "\"level\":\"$1\",\"check\":\"$2\"" "$work/found"
}

healthy() {
	if [ "$status" != 0 ] || ! found ok port ||
		grep -E '"level":"(fault|warning)"' "$work/found"; then
		echo "status $status"
		cat "$work/found" "$work/found.err"
		return 1
	fi
}

networks() {
	lan_up 3 && lan_more 78 h1 h2 || return 1
	start_bg h2 hello "$udpdeck" --no-rc -n -d -4 -c "open udp4" \
		-c "set multicast-ttl 4" -c "to 239.1.2.3 5000" -c "every 50ms send hello" -c "wait 1h"
}

# ---- nothing to find ----

healthy_listener() {
	doctor h1 -l 5001 && healthy
}

healthy_member() {
	doctor h1 -l 5000 -j 239.1.2.3%eth0 -c "expect timeout 10s hello" && healthy
}

healthy_one_source() {
	doctor h1 -l 5000 -j 10.77.0.2@239.1.2.3%eth0 -c "expect timeout 10s hello" && healthy
}

healthy_sender() {
	doctor h1 10.77.0.2 5999 && healthy && doctor h1 -b 10.77.0.255 5999 && healthy &&
		doctor h1 239.1.2.3 5999 --set multicast-ttl=4 && healthy
}

healthy_on_a_device() {
	doctor h1 -l 5000 --device eth0 -j 239.1.2.3%eth0 -c "expect timeout 10s hello" && healthy
}

# ---- the socket ----

address() {
	doctor h1 -l 10.77.0.1 5000 -j 239.1.2.3%eth0
	finds 4 fault address "bound to 10.77.0.1: " "close 1" || return 1
	doctor h1 -l 10.77.0.1 5000
	finds 0 warning address "broadcasts and groups" || return 1
	doctor h1 -l 10.77.0.255 5000 -j 239.1.2.3%eth0
	finds 4 fault address "broadcast address 10.77.0.255"
}

connected() {
	doctor h1 --connect 239.1.2.3 5000
	finds 4 fault connect "connected to 239.1.2.3" disconnect || return 1
	doctor h1 --connect 10.77.0.2 5999 -j 239.1.2.3%eth0
	finds 4 fault connect "other senders" disconnect || return 1
	doctor h1 --connect 10.77.0.2 5999 -c "send x"
	finds 0 warning connect "did not answer" disconnect || return 1
	doctor h1 --connect 10.77.0.2 5999
	finds 0 ok connect "only 10.77.0.2 port 5999"
}

device() {
	doctor h1 -l 5000 --device eth0 -j 239.1.2.3%eth1
	finds 4 fault device "joined on eth1" "join 239.1.2.3%eth0" || return 1
	doctor h1 -l 10.77.0.1 5000 --device eth1
	finds 4 fault device "an address of eth0" "set device none" || return 1
	doctor h1 10.77.0.2 5999 --device eth1
	finds 0 warning device "leaves by eth0" "set device none" || return 1
	doctor h1 -c "open 0.0.0.0:5000 reuseaddr" -c "join 239.1.2.3%eth0" -c "expect timeout 10s hello" \
		-c "open 0.0.0.0:5000 reuseaddr device=eth1"
	finds 4 warning device "10.77.0.2 comes in on eth0" "set device none"
}

sender() {
	doctor h1 239.1.2.3 5999
	finds 0 warning sender "multicast-ttl is 1" "set multicast-ttl 8" || return 1
	doctor h1 224.0.0.251 5999
	healthy || return 1
	doctor h1 239.1.2.3 5999 --set multicast-ttl=0
	finds 4 fault sender "multicast-ttl is 0" || return 1
	doctor h1 ff15::1 5999 --set multicast-loop=off
	finds 0 warning sender "loop is off" "set multicast-loop on" || return 1
	doctor h1 10.77.0.255 5999
	finds 4 fault sender "broadcast is off" "set broadcast on"
}

# ---- groups ----

not_joined() {
	doctor h1 -p 5000 239.1.2.3 5000
	finds 4 fault joined "239.1.2.3 is not joined: it is the target" "join 239.1.2.3%eth0" ||
		return 1
	doctor h1 -l 239.1.2.3 5000
	finds 4 fault joined "239.1.2.3 is not joined: the socket is bound" || return 1
	doctor h1 -l 1900
	finds 0 warning joined "239.255.255.250 is not joined: SSDP" "join 239.255.255.250%eth0" ||
		return 1
	doctor h1 -c "open 0.0.0.0:5000 reuseaddr" -c "join 239.1.2.3%eth0" -c "expect timeout 10s hello" \
		-c "open 0.0.0.0:5000 reuseaddr"
	finds 4 fault joined "eth0, where \[1\] hears it" "join 239.1.2.3%eth0" || return 1
	doctor h1 -l 5000
	finds 0 warning joined "comes in on eth0, as seen on the wire" "join 239.1.2.3%eth0"
}

elsewhere() {
	doctor h1 -l 5000 -j 239.1.2.4%eth1
	finds 0 warning arrival "joined on eth1 only.*by eth0" "join 239.1.2.4%eth0" || return 1
	doctor h1 -l 5000 -j 239.1.2.3%eth1
	finds 4 fault arrival "comes in on eth0, as seen on the wire" "join 239.1.2.3%eth0" || return 1
	doctor h1 -c "open 0.0.0.0:5000 reuseaddr" -c "join 239.1.2.3%eth0" -c "expect timeout 10s hello" \
		-c "open 0.0.0.0:5000 reuseaddr" -c "join 239.1.2.3%eth1"
	finds 4 fault arrival "comes in on eth0" "join 239.1.2.3%eth0"
}

wrong_source() {
	doctor h1 -c "open 0.0.0.0:5000 reuseaddr" -c "join 239.1.2.3%eth0" -c "expect timeout 10s hello" \
		-c "open 0.0.0.0:5000 reuseaddr" -c "join 10.77.0.9@239.1.2.3%eth0"
	finds 4 fault source "10.77.0.2 sends to 239.1.2.3" "join 10.77.0.2@239.1.2.3%eth0" ||
		return 1
	doctor h1 -c "open 0.0.0.0:5000 reuseaddr" -c "join 239.1.2.3%eth0" -c "expect timeout 10s hello" \
		-c "open 0.0.0.0:5000 reuseaddr" -c "join 239.1.2.3%eth0" \
		-c "block 10.77.0.2@239.1.2.3%eth0"
	finds 4 fault source "blocked this source" "unblock 10.77.0.2@239.1.2.3%eth0" || return 1
	doctor h1 -l 5000 -j 10.77.0.9@239.1.2.3%eth0
	finds 4 fault source "as seen on the wire; .*other sources" || return 1
	doctor h1 -l 5000 -j 232.1.2.3%eth0
	finds 0 warning source "RFC 4607"
}

# ---- the host ----

interfaces() {
	on h1 ip link set eth1 down
	doctor h1 -l 5000 -j 239.1.2.4%eth1
	finds 4 fault interface "eth1 is down" "# ip link set dev eth1 up" || return 1
	on h1 ip link set eth1 up
	ip link set h1-eth1 down
	wait_for "on h1 ip link show eth1 | grep -q NO-CARRIER" 10
	doctor h1 -l 5000 -j 239.1.2.4%eth1
	finds 4 fault interface "eth1 .*no carrier" || return 1
	ip link set h1-eth1 up
	wait_for "on h1 ip link show eth1 | grep -q LOWER_UP" 10
	on h1 ip link set eth1 multicast off
	doctor h1 -l 5000 -j 239.1.2.4%eth1
	finds 4 fault interface "no MULTICAST flag" "# ip link set dev eth1 multicast on" || return 1
	on h1 ip link set eth1 multicast on
	on h1 ip addr del 10.78.0.1/24 dev eth1
	doctor h1 -l 5000 -j 239.1.2.4%eth1
	finds 0 warning interface "eth1 has no IPv4 address" || return 1
	on h1 ip addr add 10.78.0.1/24 brd 10.78.0.255 dev eth1
	ip netns add h9 && on h9 ip link set lo up
	doctor h9 -l 5000
	finds 0 warning interface "no interface but loopback"
}

routes() {
	on h3 ip route del default && on h3 ip route del 224.0.0.0/4
	doctor h3 239.1.2.3 5000
	finds 4 fault route "to 239.1.2.3 there is no route" "set multicast-interface eth0" || return 1
	doctor h3 100.64.0.1 5000
	finds 4 fault route "to 100.64.0.1 there is no route" "# ip route add 100.64.0.1 .*"
}

reverse_path() {
	set_in h1 ipv4/conf/eth1/rp_filter 1
	doctor h1 -l 5000 -j 10.77.0.2@239.1.2.4%eth1
	finds 4 fault rp_filter "from 10.77.0.2 is dropped, the way back is by eth0" \
		"# sysctl -w net.ipv4.conf.eth1.rp_filter=2" || return 1
	doctor h1 -l 5000 -j 239.1.2.4%eth1
	finds 0 warning rp_filter "rp_filter on eth1 is strict" || return 1
	doctor h1 -l 5000 -j 10.78.0.2@239.1.2.4%eth1
	found ok rp_filter || return 1
	set_in h1 ipv4/conf/eth1/rp_filter 0
}

port() {
	start_bg h1 other socat -u UDP4-RECV:5050,reuseaddr OPEN:/dev/null
	other=$bg_pid
	wait_for "udp_bound h1 5050" 10
	doctor h1 -4 -l 5050 --reuseaddr
	finds 0 warning port "socat (pid [0-9]*) has 0.0.0.0:5050, too (by reuseaddr).*bound last" ||
		return 1
	stop_bg "$other"
	start_bg h1 other socat -u UDP4-RECV:5050,bind=10.77.0.1,reuseaddr OPEN:/dev/null
	other=$bg_pid
	wait_for "udp_bound h1 5050" 10
	doctor h1 -4 -l 5050 --reuseaddr
	finds 4 fault port "socat .*unicast goes there.*more closely" || return 1
	stop_bg "$other"
	start_bg h1 other socat -u UDP4-RECV:5050,reuseport OPEN:/dev/null
	other=$bg_pid
	wait_for "udp_bound h1 5050" 10
	doctor h1 -4 -l 5050 --reuseport
	stop_bg "$other"
	finds 0 warning port "by a hash of the sender"
}

firewall() {
	on h1 nft add table inet t &&
		on h1 nft add chain inet t in '{ type filter hook input priority 0 ; policy accept ; }' &&
		on h1 nft add rule inet t in udp dport '{ 53, 5000 }' drop || return 1
	doctor h1 -l 5000 -j 239.1.2.3%eth0
	finds 4 fault wire "seen on eth0 .*not delivered" || return 1
	finds 4 fault firewall "drops all of port 5000: inet t in: udp dport .* drop" || return 1
	unicast 10.77.0.1 && doctor h1 -l 5061
	finds 0 ok wire "came in for .1. in 0.3 s.*was delivered" || return 1
	on h1 nft add rule inet t in udp dport 5061 drop
	doctor h1 -l 5061
	finds 4 fault wire "10.77.0.2 sends to 10.77.0.1, seen on eth0 .*not delivered" || return 1
	unicast 10.77.0.255 && doctor h1 -l 5061
	finds 4 fault wire "10.77.0.2 sends to 10.77.0.255, seen on eth0 .*not delivered" || return 1
	unicast "[fd77::1]" && doctor h1 -l 5061
	finds 4 fault wire "fd77::2 sends to fd77::1, seen on eth0 .*not delivered" || return 1
	doctor h1 -4 -l 5061
	finds 4 ok wire "nothing for .1. came in" || return 1
	stop_bg "$unicast"
	on h1 nft flush chain inet t in
	on h1 nft add rule inet t in ip saddr 10.77.0.9 udp dport 5001 drop
	doctor h1 -l 5001
	finds 0 warning firewall "drops some of port 5001" || return 1
	on h1 nft flush chain inet t in
	on h1 nft chain inet t in '{ policy drop ; }'
	doctor h1 -l 5001
	finds 0 warning firewall "no rule accepts port 5001" || return 1
	on h1 nft add rule inet t in udp dport 5001 accept
	doctor h1 -l 5001
	healthy && finds 0 ok firewall "drop nothing"
}

# Who may not look says so.
unseen() {
	on h1 setpriv --bounding-set=-all --inh-caps=-all "$udpdeck" --no-rc -n -d -q 0 -o json \
		-l 5000 -c doctor >"$work/found" 2>"$work/found.err"
	status=$?
	finds 0 unknown wire "without CAP_NET_RAW" || return 1
	finds 0 unknown firewall "without CAP_NET_ADMIN"
}

# The bridge asks with IGMPv2, as bridges do unless told.
querier() {
	ip link set br78 type bridge mcast_snooping 1 mcast_querier 1 &&
		wait_for "on h1 grep -q 'eth1.*V2' /proc/net/igmp" 40 || return 1
	doctor h1 -l 5000 -j 10.78.0.2@239.1.2.4%eth1
	finds 0 warning querier "eth1: IGMPv2.*list of sources of 239.1.2.4" || return 1
	doctor h1 -l 5000 -j 10.78.0.2@232.1.2.3%eth1
	finds 4 fault querier "routers ignore" || return 1
	set_in h1 ipv4/conf/eth0/force_igmp_version 2
	doctor h1 -l 5000 -j 10.77.0.2@239.1.2.4%eth0
	finds 0 warning querier "eth0: " "# sysctl -w net.ipv4.conf.eth0.force_igmp_version=0" ||
		return 1
	set_in h1 ipv4/conf/eth0/force_igmp_version 0
}

# ---- what was lost ----

# While it stands still its smallest buffer overflows.
lost() {
	mkfifo "$work/orders"
	start_bg h1 patient sh -c 'exec "$@" <"$0"' "$work/orders" "$udpdeck" --no-rc -n -4 -q 0 \
		-o json -l 5060 --set rcvbuf=4096 -f -
	exec 9>"$work/orders"
	wait_for "udp_bound h1 5060" 10
	# what the host had counted before is read soon after the start
	echo "wait 50ms" >&9
	echo "echo ready" >&9
	wait_for "grep -q ready '$work/patient.log'" 10
	patient=$(on h1 ss -Hnulp "sport = :5060" | sed 's/.*pid=\([0-9]*\).*/\1/')
	kill -STOP "$patient"
	on h2 "$udpdeck" --no-rc -d 10.77.0.1 5060 -c "every 1ms times 200 send flood" -c "wait 1s"
	kill -CONT "$patient"
	echo doctor >&9
	exec 9>&-
	wait_for "grep -q '\"event\":\"finding\"' '$work/patient.log'" 10
	wait "$bg_pid"
	status=$?
	cp "$work/patient.log" "$work/found"
	finds 4 fault buffer "[0-9]* lost in this host: receive buffer" &&
		finds 4 warning counters UdpRcvbufErrors
}

# h2 writes to one address all the time, until the next call
unicast() {
	[ -z "${unicast:-}" ] || stop_bg "$unicast"
	start_bg h2 unicast "$udpdeck" --no-rc -n -d -b -o json -c "to $1:5061" -c "every 20ms send x" \
		-c "wait 1h"
	unicast=$bg_pid
	wait_for "grep -q '\"tx\"' '$work/unicast.log'" 10
}

# h2 writes whole UDP datagrams, their checksum is wrong.
counters() {
	start_bg h2 corrupt sh -c 'while :; do
		printf "\023\210\023\306\000\014\022\064abcd" |
			socat -u - IP4-SENDTO:10.77.0.1:17 || exit
	done'
	corrupt=$bg_pid
	doctor h1 -4 -l 5062 -c "wait 1s"
	stop_bg "$corrupt"
	finds 4 warning counters UdpInCsumErrors &&
		finds 4 fault wire "10.77.0.2 sends to 10.77.0.1, seen on eth0 .*a wrong checksum"
}

plan 23
check "three hosts, two of them in two networks" networks
check "nothing: somebody who hears everybody" healthy_listener
check "nothing: a member who hears" healthy_member
check "nothing: a member for one source" healthy_one_source
check "nothing: senders to a host, a broadcast, a group" healthy_sender
check "nothing: bound to a device" healthy_on_a_device
check "an address that shuts out" address
check "a connected socket" connected
check "a device that hides" device
check "a sender's options" sender
check "a group that is not joined" not_joined
check "joined on another interface" elsewhere
check "the wrong source" wrong_source
check "interfaces" interfaces
check "no route" routes
check "rp_filter" reverse_path
check "the port of others" port
if command -v nft >/dev/null; then
	check "a firewall" firewall
	on h1 nft delete table inet t 2>/dev/null
else
	skip "a firewall" "no nft"
fi
check "what may not be seen without rights" unseen
check "an older querier" querier
check "lost for want of buffer" lost
check "counters that moved" counters
check "healthy again" healthy_member
finish
