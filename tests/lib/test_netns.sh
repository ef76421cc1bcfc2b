#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The network harness tests itself: do its hosts hear each other, do its servers answer?

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/peers.sh"
need socat
tap_last= # no udpdeck here

heard() {
	wait_for "grep -q '$2' $work/$1.log" 10
}

# ask HOST TARGET NAME BYTES: one datagram, what comes back goes to NAME.log
ask() {
	printf "$4" >"$work/$3.ask"
	start_bg "$1" "$3" socat -t 10 "OPEN:$work/$3.ask,rdonly!!STDOUT" "UDP4-DATAGRAM:$2"
}

# listen HOST NAME SOCAT-ADDRESS: hears one datagram
listen() {
	start_bg "$1" "$2" socat -u "$3" STDOUT
}

# say HOST TEXT SOCAT-ADDRESS
say() {
	echo "$2" | on "$1" socat -u STDIN "$3"
}

unicast() {
	listen h3 unicast4 UDP4-RECV:4000 && wait_for "udp_bound h3 4000" 10 &&
		say h1 one UDP4-DATAGRAM:10.77.0.3:4000 && heard unicast4 one &&
		listen h3 unicast6 UDP6-RECV:4001 && wait_for "udp_bound h3 4001" 10 &&
		say h1 two 'UDP6-DATAGRAM:[fd77::3]:4001' && heard unicast6 two
}

broadcast() {
	listen h2 bcast2 UDP4-RECV:4100 && listen h3 bcast3 UDP4-RECV:4100 &&
		wait_for "udp_bound h2 4100 && udp_bound h3 4100" 10 &&
		say h1 all UDP4-DATAGRAM:10.77.0.255:4100,broadcast &&
		heard bcast2 all && heard bcast3 all
}

multicast() {
	listen h2 group4 UDP4-RECV:4200,ip-add-membership=239.1.2.3:eth0 &&
		listen h2 group6 'UDP6-RECV:4201,ipv6-join-group=[ff15::7]:eth0' &&
		listen h3 nogroup UDP4-RECV:4200 &&
		wait_for "bridge mdb | grep 239.1.2.3 && bridge mdb | grep ff15::7" 10 &&
		wait_for "udp_bound h3 4200" 10 &&
		say h1 four UDP4-DATAGRAM:239.1.2.3:4200 && heard group4 four &&
		say h1 six 'UDP6-DATAGRAM:[ff15::7]:4201' && heard group6 six &&
		say h1 end UDP4-DATAGRAM:10.77.0.3:4200 && heard nogroup end &&
		! grep -q four "$work/nogroup.log"
}

second_lan() {
	lan_more 78 h1 h2 && listen h2 eth1 UDP4-RECV:4300 && wait_for "udp_bound h2 4300" 10 &&
		say h1 other UDP4-DATAGRAM:10.78.0.2:4300 && heard eth1 other
}

dns() {
	dns_start h2 &&
		ask h1 10.77.0.2:53 answer \
			'\0\1\1\0\0\1\0\0\0\0\0\0\5alpha\7example\4test\0\0\1\0\1' &&
		heard answer alpha
}

tftp() {
	tftp_start h2 && ask h1 10.77.0.2:69 data '\0\1hello.txt\0octet\0' &&
		heard data 'hello tftp'
}

# Version 4, client mode; the answer begins with version 4, server mode, stratum 1.
ntp() {
	ntp_start h3 && ask h1 10.77.0.3:123 time "$(printf '\\43%047d' 0 | sed 's/0/\\0/g')" &&
		wait_for "[ -s $work/time.log ]" 10 &&
		[ "$(od -An -tx1 -N2 "$work/time.log")" = " 24 01" ]
}

stopped() {
	start_bg h1 sleeper sleep 600
	wait_for "kill -0 $bg_pid" 10 || return 1
	stop_bg "$bg_pid"
	[ $? = 143 ] && ! kill -0 "$bg_pid" 2>/dev/null
}

# A small full-screen program in a host; the script's last line must fail in the second run.
driven() {
	on h1 "$ptyrun" -e MARK=given 6x40 sh -c 'stty raw -echo; echo "$MARK"; cat -v' <<-'END' &&
		# F6 as xterm sends it, a byte in hex, a resize
		wait given
		key F6
		row 1 ^[[17~
		send ab\x41\e
		wait abA^[
		size 10 60
		send \r
		count ^ 3
		gone never
		signal 15
		exit 143
	END
		! on h1 "$ptyrun" 6x40 true <<-'END'
			exit 1
		END
}

ptyrun=tests/lib/ptyrun
plan 10
check "three hosts on a switch that snoops" lan_up 3 snoop
check "unicast, IPv4 and IPv6" unicast
check "broadcast is heard by all" broadcast
check "multicast is heard by members only" multicast
check "second network" second_lan
check "dnsmasq answers DNS" dns
check "dnsmasq takes a TFTP request" tftp
check "chronyd answers as stratum 1" ntp
check "stop_bg ends the program" stopped
if [ -x "$ptyrun" ]; then
	check "ptyrun drives a program in a host" driven
else
	skip "ptyrun drives a program in a host" "built without libvterm"
fi
finish
