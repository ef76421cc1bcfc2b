# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# For shell tests that need a network: a LAN of hosts made of namespaces, TAP
# output, background programs, waiting with a deadline.  Source it first:
#
#   . "${srcdir:-.}/tests/lib/netns.sh"
#   plan 2
#   lan_up 3
#   ...
#   finish
#
# Sourcing it starts the test again inside namespaces of its own (network, mount,
# process ids; for an ordinary user in a user namespace too), with a tmpfs on
# /run.  So the test is root there, names and addresses are free, and everything
# it made (interfaces, processes, files in $work) is gone the moment its shell
# ends, however it ends: the kernel kills what is left in the pid namespace.
#
# Hosts are h1, h2, ... with eth0 = 10.77.0.N/24 and fd77::N/64.  The bridges are
# in the test's own namespace.

work=/run/work # private scratch directory
bg_pid=        # of the last start_bg

. "${srcdir:-.}/tests/lib/tap.sh"

# ---- hosts and programs ----

# on HOST COMMAND...
on() {
	on_host=$1
	shift
	ip netns exec "$on_host" "$@"
}

# start_bg HOST NAME COMMAND...: output to $work/NAME.log, process id in $bg_pid
start_bg() {
	bg_host=$1
	bg_name=$2
	shift 2
	# not on(): the job must be the program itself, for stop_bg
	ip netns exec "$bg_host" "$@" >"$work/$bg_name.log" 2>&1 </dev/null &
	bg_pid=$!
	# a signal that meets the shell's own fork before exec would be lost
	wait_for "! cmp -s /proc/$$/cmdline /proc/$bg_pid/cmdline" 10
}

# stop_bg PID: ends it and waits for it; its exit status
stop_bg() {
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# udp_bound HOST PORT: somebody there has that UDP port; meant for wait_for
udp_bound() {
	on "$1" ss -Hnul "sport = :$2" | grep -q .
}

# is_member HOST GROUP: somebody there joined it by eth0; a port is bound before that; for wait_for
is_member() {
	on "$1" ip maddress show dev eth0 | grep -qwF -- "$2"
}

# ---- networks ----

# set_in HOST PATH VALUE: a knob below /proc/sys/net
set_in() {
	on "$1" sh -c "echo $3 >/proc/sys/net/$2"
}

host_add() {
	ip netns add "$1" || return 1
	set_in "$1" ipv6/conf/all/accept_dad 0
	set_in "$1" ipv6/conf/default/accept_dad 0
	set_in "$1" ipv6/conf/default/accept_ra 0
	set_in "$1" ipv4/icmp_echo_ignore_broadcasts 0
	on "$1" ip link set lo up
}

# bridge_add NAME [snoop]
#
# Plain, every port hears every multicast.  With "snoop" the bridge learns who
# joined what, as a switch does, and asks for it with IGMPv3 and MLDv2: its
# default is version 2, at which hosts drop their source lists.  The response
# interval has to be set before the querier starts: until it has passed once, the
# bridge floods everything (10 s by default; seen on 6.18).
bridge_add() {
	ip link add "$1" type bridge stp_state 0 forward_delay 0 mcast_snooping 0 || return 1
	echo 0 >"/proc/sys/net/ipv6/conf/$1/accept_dad"
	ip link set "$1" up
	[ "${2:-}" = snoop ] || return 0
	ip link set "$1" type bridge mcast_snooping 1 mcast_igmp_version 3 mcast_mld_version 2 \
		mcast_query_response_interval 100
	ip link set "$1" type bridge mcast_querier 1
}

# host_plug HOST DEV BRIDGE NET NUMBER: DEV = 10.NET.0.NUMBER/24, fdNET::NUMBER/64
host_plug() {
	plug_port=$1-$2
	ip link add "$plug_port" type veth peer name "$2" netns "$1" || return 1
	ip link set "$plug_port" master "$3" up
	on "$1" ip link set "$2" address "$(printf '02:%s:00:00:00:%02x' "$4" "$5")" up
	on "$1" ip addr add "10.$4.0.$5/24" brd "10.$4.0.255" dev "$2"
	on "$1" ip addr add "fd$4::$5/64" dev "$2" nodad
}

# Lets 255.255.255.255 and any group leave by DEV where no other interface is named.
host_default_dev() {
	on "$1" ip route add default dev "$2" metric 1000
	on "$1" ip route add 224.0.0.0/4 dev "$2"
}

# lan_up N [snoop]: hosts h1..hN on bridge br0
lan_up() {
	bridge_add br0 "${2:-}" || return 1
	lan_host=1
	while [ "$lan_host" -le "$1" ]; do
		host_add "h$lan_host" && host_plug "h$lan_host" eth0 br0 77 "$lan_host" || return 1
		host_default_dev "h$lan_host" eth0
		lan_host=$((lan_host + 1))
	done
	# ports take a moment until they forward
	wait_for "! bridge link | grep -v 'state forwarding' | grep -q ." 10
}

# lan_more NET HOST...: a second network, on the next interface eth1 of those hosts
lan_more() {
	more_net=$1
	shift
	bridge_add "br$more_net" || return 1
	for more_host; do
		host_plug "$more_host" eth1 "br$more_net" "$more_net" "${more_host#h}" || return 1
	done
	wait_for "! bridge link | grep -v 'state forwarding' | grep -q ." 10
}

# ---- recordings ----

# Where tshark is, $UDPDECK is from here on a udpdeck that records all that it sends and receives,
# and the test's last point is what tshark says of it.  $udpdeck_itself does not.
record_all() {
	udpdeck_itself=${UDPDECK:-./udpdeck}
	{ command -v tshark && command -v mergecap; } >/dev/null || return 0
	mkdir "$work/rec" "$work/recorded"
	cat >"$work/recorded/udpdeck" <<-END
		#!/bin/sh
		case " \$* " in
		*" --record "*) exec '$udpdeck_itself' "\$@" ;;
		esac
		exec '$udpdeck_itself' --record $work/rec/\$\$ "\$@"
	END
	chmod +x "$work/recorded/udpdeck"
	UDPDECK=$work/recorded/udpdeck
	tap_last=recorded_soundly
	tap_last_name="tshark finds no fault in what was recorded, and udpdeck reads the same in it"
}

# A recording is named by the process that writes it.
recorded_soundly() {
	set -- "$work"/rec/*
	[ -e "$1" ] || { echo "nothing was recorded" && return 1; }
	for recorded_file; do
		kill "${recorded_file##*/}" 2>/dev/null
	done
	for recorded_file; do
		wait_for "is_gone ${recorded_file##*/}" 5 || return
	done
	mergecap -w "$work/all.pcapng" "$@" && sound "$work/all.pcapng" && read_back "$work/all.pcapng"
}

# read_back FILE: udpdeck and tshark read the same packets in it, with their times, directions,
# interfaces, ends and lengths; of an ICMP error, those of the datagram that it quotes
read_back() {
	command -v jq >/dev/null || return 0
	tshark -n -r "$1" -d udp.port==1-65535,data -T fields -E occurrence=l -e frame.time_epoch \
		-e frame.packet_flags_direction -e frame.interface_name -e ip.src -e ipv6.src \
		-e udp.srcport -e ip.dst -e ipv6.dst -e udp.dstport -e udp.length -e icmp.type \
		-e icmpv6.type 2>"$work/tshark.err" | awk -F '\t' '{
			print $1, substr($2, 10), $3, $4 $5, $6, $7 $8, $9,
			      $11 $12 == "" ? $10 - 8 : "icmp" }' >"$work/read.tshark"
	"$udpdeck_itself" --no-rc --memory 1G --read "$1" -o json </dev/null | jq -r 'select(.no) |
		"\(.time[:19] + "Z" | fromdate).\(.time[20:29]) \(if .event == "tx" then 2 else 1 end) " +
		"\(.ifname // "unknown") \(.src) \(.sport) \(.dst) \(.dport) \(.len // "icmp")"' \
		>"$work/read.udpdeck"
	[ -s "$work/read.tshark" ] && diff "$work/read.tshark" "$work/read.udpdeck"
}

# ---- into the namespaces ----

netns_enter() {
	netns_flags="--net --mount --pid --fork --kill-child --mount-proc"
	[ "$(id -u)" = 0 ] || netns_flags="--user --map-root-user $netns_flags"
	# shellcheck disable=SC2086 # a list of options
	netns_why=$(unshare $netns_flags mount -t tmpfs none /run 2>&1) ||
		skip_all "no namespaces: $netns_why"
	# shellcheck disable=SC2086
	UDPDECK_IN_NETNS=1 exec unshare $netns_flags "$0" "$@"
}

netns_begin() {
	if ! { mount -t tmpfs none /run && mkdir -p /run/netns "$work" && ip link set lo up; }; then
		skip_all "cannot set up the namespace"
	fi
	# a process with id 1 ignores signals that it does not catch
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

PATH=$PATH:/usr/sbin:/sbin
need ip bridge ss unshare mount
if [ -z "${UDPDECK_IN_NETNS:-}" ]; then
	netns_enter "$@"
fi
netns_begin
record_all
