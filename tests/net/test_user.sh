#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the kernel refuses an ordinary user: in words, with the capability or the way out.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"
need socat setpriv
tap_last= # nothing is ever sent

# Without capabilities the kernel treats the namespace's root as it treats anybody.
deck_under="setpriv --inh-caps=-all --bounding-set=-all"

ordinary() {
	lan_up 1 && deck_start h1 one -4 -l 5000 && deck one "row 0 0.0.0.0:5000" &&
		ordinary_pid=$(on h1 ss -Hnulp "sport = :5000" | sed 's/.*pid=\([0-9]*\).*/\1/') &&
		grep '^CapEff:[[:space:]]*0*$' "/proc/$ordinary_pid/status"
}

# said COMMAND WORDS...: refused with these words, and the command stays in the line
said() {
	said_command=$1
	shift
	deck_type one ":$said_command" || return 1
	for said_words; do
		deck one "row -4 $said_words" || return 1
	done
	deck one "row -2 :$said_command" "key Ctrl-C"
}

capabilities() {
	said "set mark 5" "CAP_NET_ADMIN" && said "set transparent on" "CAP_NET_" &&
		said "set priority 7" "CAP_NET_ADMIN"
}

# The first binding is free, another is not.
device() {
	deck_type one ":open udp4 device=eth0" && deck one "row 0 on eth0" &&
		said "set device lo" "CAP_NET_RAW"
}

low_port() {
	said "open 0.0.0.0:53" "53" "CAP_NET_BIND_SERVICE"
}

taken() {
	start_bg h1 squatter setpriv --inh-caps=-all --bounding-set=-all \
		socat -u UDP4-RECV:6000 STDOUT && wait_for "udp_bound h1 6000" 10 &&
		said "open 0.0.0.0:6000" "port 6000 is taken by socat (pid $bg_pid)" "reuseaddr" &&
		said "open 0.0.0.0:5000" "port 5000 is taken by"
}

not_ours() {
	said "open 192.0.2.1:5001" "192.0.2.1" "freebind" &&
		deck_type one ":open 192.0.2.1:5001 freebind" && deck one "row 0 192.0.2.1:5001"
}

unreachable() {
	deck_type one ":open udp4" ":to 192.0.2.7 9" && on h1 ip route del default dev eth0 &&
		deck one 'send hello\r' "row -4 route" "row -2 hello" "key Ctrl-C"
}

# EACCES has another cause than a broadcast, too.
prohibited() {
	on h1 ip route add prohibit 192.0.2.0/24 &&
		deck one 'send hello\r' "row -4 forbids" "row -2 hello" "key Ctrl-C"
}

at_start() {
	# shellcheck disable=SC2086 # words
	on h1 "$ptyrun" 24x100 $deck_under "$udpdeck" --no-rc -l 53 <<-'END'
		wait CAP_NET_BIND_SERVICE
		exit 1
	END
}

plan 9
check "a cockpit without capabilities" ordinary
check "EPERM names the capability" capabilities
check "a device can be chosen once" device
check "ports below 1024" low_port
check "EADDRINUSE names the process" taken
check "EADDRNOTAVAIL, and freebind as the way out" not_ours
check "no route" unreachable
check "a prohibited route is not taken for a broadcast" prohibited
check "refused at the start: exit status 1" at_start
finish
