#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Interfaces that come, go and change: told in every format, memberships joined again, the way of a
# datagram looked up anew.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"
need socat

# told NAME TEXT: an event of that listener says so
told() {
	wait_for "grep -qF -- '$2' $work/$1.log" 10 || {
		echo "$1 does not say: $2"
		cat "$work/$1.log"
		return 1
	}
}

# listen NAME PORT ARG...: in h2
listen() {
	listen_name=$1
	listen_port=$2
	shift 2
	start_bg h2 "$listen_name" "$udpdeck" --no-rc -d -4 -l "$listen_port" "$@" &&
		wait_for "udp_bound h2 $listen_port" 10
}

# say HOST PORT TEXT: h1 sends it
say() {
	printf '%s' "$3" | on h1 socat -u STDIN "UDP4-DATAGRAM:$1:$2"
}

unplug() {
	ip link del h2-eth0
}

plug_again() {
	host_plug h2 eth0 br0 77 2 && host_default_dev h2 eth0 &&
		wait_for "! bridge link | grep -v 'state forwarding' | grep -q ." 10
}

listeners() {
	listen json 4200 -o json -j 239.1.2.3%eth0 -j 10.77.0.1@232.1.1.1%eth0 -j 239.9.9.9 &&
		listen text 4201 -o text -j 239.1.2.3%eth0 &&
		listen device 4208 -o json --device eth0 &&
		listen raw 4202 -j 239.1.2.3%eth0 && raw=$bg_pid &&
		start_bg h2 six "$udpdeck" --no-rc -d -6 -l 4206 -o json -j ff15::7%eth0 &&
		wait_for "udp_bound h2 4206" 10
}

changes() {
	on h2 ip link set eth0 mtu 1400 &&
		told json '"event":"interface","ifname":"eth0","message":"eth0 has MTU 1400, before 1500"' &&
		told text "	-	--	-	-	eth0 has MTU 1400, before 1500" &&
		on h2 ip addr add 10.88.0.1/24 dev eth0 && told json "eth0 got 10.88.0.1/24" &&
		on h2 ip addr del 10.88.0.1/24 dev eth0 && told text "eth0 lost 10.88.0.1/24" &&
		ip link set h2-eth0 down && told json "eth0 lost its carrier" &&
		ip link set h2-eth0 up && told json "eth0 has a carrier" &&
		on h2 ip link add vx0 type veth peer name vx1 && told json "vx0 was added, down" &&
		told text "vx1 was added, down" &&
		on h2 ip link set vx0 up && told json "vx0 is up, without a carrier" &&
		on h2 ip link set vx0 down && told json "vx0 is down" &&
		on h2 ip link set vx0 name vx9 && told json "vx0 is now called vx9" &&
		on h2 ip link del vx9 && told json '"ifname":"vx9","message":"vx9 was removed"' &&
		told text "vx1 was removed"
}

# IPv6 ends on an interface below MTU 1280, and its memberships with it; IPv4's stay.
small() {
	deck_start h2 small -6 -l 4210 -j ff15::7%eth0 && deck small "row 0 +ff15::7%eth0" &&
		on h2 ip link set eth0 mtu 1200 &&
		told six "[1] lost ff15::7%eth0: eth0 has no IPv6 below MTU 1280" &&
		deck small "gone +ff15::7" && deck_type small ":doctor" &&
		deck small "wait ff15::7 was joined on eth0, which has no IPv6 below MTU 1280" \
			"wait # ip link set dev eth0 mtu 1280" "key Ctrl-C" && deck_type small ":groups" &&
		deck small "wait lost: eth0 has no IPv6 below MTU 1280" "key Ctrl-C" &&
		on h2 ip link set eth0 down && on h2 ip link set eth0 up &&
		told six "eth0 is up" && ! grep -q "cannot hear groups" "$work/six.log" &&
		on h2 ip link set eth0 mtu 1500 && told six "[1] joined ff15::7%eth0 again" &&
		printf six-once-more | on h1 socat -u STDIN "UDP6-DATAGRAM:[ff15::7]:4206" &&
		told six '"text":"six-once-more"' &&
		deck small "row 0 +ff15::7%eth0" && deck_quit small &&
		host_default_dev h2 eth0 && on h2 ip addr add fd77::2/64 dev eth0 nodad &&
		! grep -q "lost 239" "$work/json.log"
}

removed() {
	unplug && told json '"ifname":"eth0","message":"eth0 was removed"' &&
		told json '"ifname":"eth0","message":"[1] lost 239.1.2.3%eth0: eth0 was removed"' &&
		told json "[1] lost 10.77.0.1@232.1.1.1%eth0: eth0 was removed" &&
		told json "[1] lost 239.9.9.9: eth0 was removed" &&
		told text "[1] lost 239.1.2.3%eth0: eth0 was removed" &&
		told raw "udpdeck: [1] lost 239.1.2.3%eth0: eth0 was removed" &&
		told six "[1] lost ff15::7%eth0: eth0 was removed" &&
		told device "[1] is bound to eth0: it hears nothing without it"
}

rejoined() {
	plug_again && told json '"ifname":"eth0","message":"[1] joined 239.1.2.3%eth0 again"' &&
		told json "[1] joined 10.77.0.1@232.1.1.1%eth0 again" &&
		told json "[1] joined 239.9.9.9 again" &&
		told text "[1] joined 239.1.2.3%eth0 again" &&
		told raw "udpdeck: [1] joined 239.1.2.3%eth0 again" &&
		told six "[1] joined ff15::7%eth0 again" &&
		say 239.1.2.3 4200 once-more && told json '"text":"once-more"' &&
		say 232.1.1.1 4200 by-source && told json '"text":"by-source"' &&
		say 239.9.9.9 4200 chosen && told json '"text":"chosen"' &&
		say 239.1.2.3 4202 raw-again && told raw raw-again &&
		printf six-again | on h1 socat -u STDIN "UDP6-DATAGRAM:[ff15::7]:4206" &&
		told six '"text":"six-again"' && told device "[1] is bound to eth0 again" &&
		say 10.77.0.2 4208 by-device && told device '"text":"by-device"'
}

# An interface that is renamed to the name of one that is gone takes its place.
renamed() {
	unplug && host_plug h2 new0 br0 77 2 && on h2 ip link set new0 down &&
		on h2 ip link set new0 name eth0 && on h2 ip link set eth0 up &&
		ip link set h2-new0 down && ip link set h2-new0 name h2-eth0 up &&
		wait_for "[ \$(grep -c 'joined 239.1.2.3%eth0 again' $work/json.log) = 2 ]" 10 &&
		host_default_dev h2 eth0 &&
		wait_for "! bridge link | grep -v 'state forwarding' | grep -q ." 10 &&
		say 239.1.2.3 4200 renamed && told json '"text":"renamed"'
}

# More changes than the kernel keeps: all is read anew.
overrun() {
	kill -STOP "$raw" && listen many 4203 -o json && kill -STOP "$bg_pid" &&
		for mtu in $(seq 1300 1499); do
			echo "link set eth0 mtu $mtu"
			echo "link set lo mtu $((mtu + 60000))"
		done >"$work/batch" && on h2 ip -batch "$work/batch" &&
		on h2 ip addr add 10.88.0.9/24 dev eth0 && on h2 ip link set eth0 mtu 1555 &&
		kill -CONT "$bg_pid" "$raw" && told many "eth0 has MTU 1555" &&
		told many "eth0 got 10.88.0.9/24" &&
		on h2 ip link set eth0 mtu 1500 && told many "eth0 has MTU 1500, before 1555"
}

off() {
	deck_start h2 off -4 -l 4204 -j 239.1.2.3%eth0 && deck off "row 0 +239.1.2.3%eth0" &&
		deck_type off ":set rejoin off" && deck off "wait rejoin is off" &&
		unplug && deck off "wait lost 239.1.2.3%eth0: eth0 was removed" "gone +239.1.2.3" &&
		plug_again && deck off "wait eth0 was added" &&
		say 239.1.2.3 4204 nobody-home && say 10.77.0.2 4204 to-you &&
		deck off "wait to-you" "gone nobody-home" "gone joined 239.1.2.3%eth0 again" &&
		deck_type off ":set rejoin on" &&
		deck off "wait joined 239.1.2.3%eth0 again" "row 0 +239.1.2.3%eth0" &&
		say 239.1.2.3 4204 back-home && deck off "wait back-home"
}

doctor() {
	deck_type off ":doctor" &&
		deck off "wait 239.1.2.3 was joined on eth0, which was removed" "key Ctrl-C"
}

# "join" where that was lost is one membership, not two.
by_hand() {
	deck_type off ":set rejoin off" && deck off "wait rejoin is off" && unplug &&
		deck off "wait eth0 was removed" "gone +239.1.2.3" && doctor && plug_again &&
		deck_type off ":join 239.1.2.3%eth0" && deck off "row 0 +239.1.2.3%eth0" &&
		say 239.1.2.3 4204 by-hand && deck off "wait by-hand" &&
		deck_type off ":leave 239.1.2.3" && deck off "gone +239.1.2.3"
}

preview() {
	deck_type off ":to 192.0.2.9 9" && deck off "wait -> 192.0.2.9:9 from [1] 10.77.0.2:4204 on eth0" &&
		on h2 ip route add unreachable 192.0.2.0/24 && deck off "wait no route" &&
		on h2 ip route del unreachable 192.0.2.0/24 && deck off "gone no route" \
		"wait from [1] 10.77.0.2:4204 on eth0"
}

# route HOST KIND [FACT]: the command in h2
route() {
	on h2 "$udpdeck" --no-rc -o json -c "route $1" >"$work/route" 2>&1 || {
		cat "$work/route"
		return 1
	}
	grep -qF "\"dst\":\"$1\",\"kind\":\"$2\"${3-}" "$work/route" || {
		cat "$work/route"
		return 1
	}
}

routes() {
	on h2 ip route add 192.0.2.0/24 via 10.77.0.1 mtu 1280 &&
		route 10.77.0.1 unicast ',"ifname":"eth0","src":"10.77.0.2","mtu":1500,"payload":1472}' &&
		route 192.0.2.9 unicast \
			',"ifname":"eth0","src":"10.77.0.2","gateway":"10.77.0.1","mtu":1280,"payload":1252}' &&
		route 10.77.0.255 broadcast ',"ifname":"eth0"' &&
		route 255.255.255.255 broadcast ',"ifname":"eth0"' &&
		route 239.1.2.3 multicast ',"ifname":"eth0"' &&
		route 10.77.0.2 local ',"ifname":"lo"' &&
		route fd77::1 unicast ',"ifname":"eth0","src":"fd77::2","mtu":1500,"payload":1452}' &&
		on h2 ip route del 224.0.0.0/4 && on h2 ip route del default &&
		! route 239.1.2.3 multicast >/dev/null && grep -qF "multicast-interface" "$work/route"
}


plan 12
check "two hosts" lan_up 2
check "listeners" listeners
check "changes are told, as JSON and as text" changes
check "an MTU too small for IPv6: its memberships are lost, and joined again" small
check "removed: the memberships are lost with it" removed
check "back: they are joined again and hear" rejoined
check "renamed to the name that was lost: the same" renamed
check "more changes than the kernel keeps" overrun
check "rejoin off: it stays lost until it is on" off
check "joined by hand" by_hand
check "the preview follows the routes" preview
check "route" routes
finish
