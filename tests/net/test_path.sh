#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The way to a host: which sizes get there, who is on it, and what stands in between.
#
# h1 -- h2 -- h3: h2 is the router to the network 78, which has an MTU of 1280.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"
need nft jq
udppeer=tests/lib/udppeer
[ -x "$udppeer" ] || skip_all "no udppeer: make check builds it"

# Hosts send few errors a second to the same one; here many are asked for on purpose.
unlimited_icmp() {
	for host in h1 h2 h3; do
		set_in $host ipv4/icmp_ratelimit 0 && set_in $host ipv6/icmp/ratelimit 0 || return 1
	done
}

routed_network() {
	lan_up 2 && bridge_add br78 && host_plug h2 eth1 br78 78 2 &&
		host_add h3 && host_plug h3 eth0 br78 78 3 &&
		wait_for "! bridge link | grep -v 'state forwarding' | grep -q ." 10 &&
		on h2 ip link set eth1 mtu 1280 && on h3 ip link set eth0 mtu 1280 &&
		set_in h2 ipv4/ip_forward 1 && set_in h2 ipv6/conf/all/forwarding 1 &&
		on h1 ip route add 10.78.0.0/24 via 10.77.0.2 &&
		on h1 ip route add fd78::/64 via fd77::2 &&
		on h3 ip route add 10.77.0.0/24 via 10.78.0.2 &&
		on h3 ip route add fd77::/64 via fd78::2 &&
		unlimited_icmp && start_bg h3 echo4 "$udppeer" -a 0.0.0.0 -p 7004 echo &&
		start_bg h3 echo6 "$udppeer" -a :: -p 7006 echo &&
		wait_for "udp_bound h3 7004 && udp_bound h3 7006" 10
}

# ask NAME COMMAND: what it prints is in $work/NAME, the objects in $work/NAME.json
ask() {
	on h1 "$udpdeck" --no-rc -o json -c "$2" >"$work/$1.json" 2>/dev/null &
	ask_pid=$!
	on h1 "$udpdeck" --no-rc -o text -c "$2" >"$work/$1" 2>&1
	ask_status=$?
	wait "$ask_pid" || ask_status=$?
	cat "$work/$1" "$work/$1.json"
	return $ask_status
}

# says NAME TEXT: in what was printed, its blanks squeezed
says() {
	tr -s ' ' <"$work/$1" | grep -qF -- "$2" || { echo "$1 does not say: $2"; return 1; }
}

# event NAME EVENT FILTER: an object of that event for which jq says true
event() {
	jq -se "any(.[]; .event == \"$2\" and ($3))" "$work/$1.json" >/dev/null ||
		{ echo "$1: no $2 with $3"; return 1; }
}

# walked NAME HOST PORT HEADERS ROUTER WORDS: of the largest that got there
walked() {
	ask "$1" "mtu $2 $3" && says "$1" "1500 $((1500 - $4)) local:" &&
		says "$1" "1280 $((1280 - $4)) path: the smallest that ICMP told, says $5" &&
		says "$1" "1280 $((1280 - $4)) $6" &&
		event "$1" mtu ".local == 1500 and .path == 1280 and .offender == \"$5\" and
			.answered == 1280 and .payload == 1280 - $4 and (.blackhole | not)"
}

path_mtu() {
	words="answered: the largest that was answered"
	walked mtu4 10.78.0.3 7004 28 10.77.0.2 "$words" &&
		walked mtu6 fd78::3 7006 48 fd77::2 "$words"
}

# The port unreachable of the destination is an answer, too.
path_mtu_refused() {
	words="arrived: the largest that did, the port refused it"
	walked closed4 10.78.0.3 9 28 10.77.0.2 "$words" &&
		says closed4 "arrived, the port refused it" &&
		walked closed6 fd78::3 9 48 fd77::2 "$words"
}

# An ordinary send meets the same words: the router's, then those of this host, which remembers.
oversized_send() {
	head -c 1400 /dev/zero >"$work/1400"
	on h1 ip route flush cache
	on h1 "$udpdeck" --no-rc -o json -c "open udp4 df=do" -c "to 10.78.0.3 9" \
		-c "file $work/1400" -c "wait 300ms" >"$work/big.json" 2>/dev/null
	on h1 "$udpdeck" --no-rc -o json -c "open udp4 df=do" -c "to 10.78.0.3 9" \
		-c "file $work/1400" >"$work/again.json" 2>"$work/again"
	cat "$work/big.json" "$work/again"
	event big icmp '.meaning == "fragmentation needed" and .mtu == 1280 and .cause == 1 and
		.offender == "10.77.0.2"' &&
		event again error '.mtu == 1280 and .dport == 9 and .errno == 90' &&
		grep -q "path MTU 1280" "$work/again"
}

traced() {
	ask trace4 "trace 10.78.0.3 7004" && says trace4 "1 10.77.0.2 3 of 3" &&
		says trace4 "2 10.78.0.3 3 of 3" && says trace4 "there, answered" &&
		says trace4 "there after 2 hops" &&
		event trace4 hop '.ttl == 1 and .host == "10.77.0.2" and (.rtt | length) == 3 and
			.meaning == "TTL exceeded in transit" and (.arrived | not)' &&
		event trace4 hop '.ttl == 2 and .host == "10.78.0.3" and .arrived' &&
		ask trace6 "trace fd78::3 9" && says trace6 "1 fd77::2 3 of 3" &&
		says trace6 "there, refused: port unreachable"
}

# What is too long for the second network, and what the router would say about it, is dropped.
hole_on() {
	on h2 nft -f - <<-END
		table inet hole {
			chain in { type filter hook forward priority 0; meta length > 1200 drop; }
			chain out {
				type filter hook output priority 0
				icmp type destination-unreachable drop
				icmpv6 type packet-too-big drop
			}
		}
	END
}

hole_off() {
	on h2 nft delete table inet hole
}

# hole NAME HOST PORT HEADERS
hole() {
	ask "$1" "mtu $2 $3" && says "$1" "1200 $((1200 - $4)) answered: the largest that was answered" &&
		says "$1" "1201 $((1201 - $4)) black hole likely" &&
		event "$1" mtu '.blackhole and .silent == 1201 and .answered == 1200 and
			(has("path") | not)'
}

black_hole() {
	hole_on && hole hole4 10.78.0.3 7004 28 && hole hole6 fd78::3 7006 48 && hole_off
}

# Nobody answers, but the router tells: what it says is all that is known.
no_answer() {
	start_bg h3 mute "$udppeer" -a 0.0.0.0 -p 7008 silent && wait_for "udp_bound h3 7008" 10 &&
		ask mute "mtu 10.78.0.3 7008" && says mute "1280 1252 path:" &&
		says mute "nobody answered: only this host and ICMP say something" &&
		event mute mtu '.path == 1280 and (has("answered") | not) and (.blackhole | not)'
}

prohibited() {
	on h2 nft -f - <<-END || return 1
		table inet wall {
			chain in {
				type filter hook forward priority 0
				meta nfproto ipv4 udp dport 7009 reject with icmp type admin-prohibited
				meta nfproto ipv6 udp dport 7009 reject with icmpv6 type admin-prohibited
			}
		}
	END
	ask wall4 "trace 10.78.0.3 7009" &&
		says wall4 "administratively prohibited by a filter, says 10.77.0.2" &&
		says wall4 "it goes no further" &&
		ask wall6 "mtu fd78::3 7009" &&
		says wall6 "no way there: prohibited: administratively prohibited, says fd77::2" &&
		event wall6 icmp '.type == 1 and .code == 1 and .cause == 1' &&
		event wall6 mtu '.blocked == "administratively prohibited"'
}

# This host's own word about another is none of the network's.
own_errors() {
	on h1 nft -f - <<-END || return 1
		table inet own {
			chain out {
				type filter hook output priority 0
				udp dport 7010 reject with icmp type admin-prohibited
			}
		}
	END
	ask arp "trace 10.77.0.99 7" && says arp "nobody answers ARP, says this host" &&
		event arp error '.message == "nobody answers ARP" and .cause == 1' &&
		{ ask own "mtu 10.78.0.3 7010" || [ "$ask_status" = 1 ]; } &&
		says own "prohibited by a filter, says this host" &&
		says own "-c:1: a firewall rule of this host"
}

# What no probe can leave for is an error, and no result.
nowhere() {
	on h1 ip route add blackhole 192.0.2.0/24 && on h1 ip route add prohibit 192.0.3.0/24 &&
		! ask hole "trace 192.0.2.1 7" && [ "$ask_status" = 1 ] &&
		says hole "no probe left any more: a blackhole route of this host drops what goes to" && ! says hole waiting >/dev/null &&
		! ask hole "route 192.0.2.1" && says hole "192.0.2.1: a blackhole route" &&
		! ask hole "route 192.0.3.1" && says hole "192.0.3.1: a route that says prohibit" &&
		! ask hole "trace 10.77.0.255 7" && says hole "-c:1:7: trace asks one host"
}

silent() {
	on h1 "$udpdeck" --no-rc -c "trace 10.77.0.2 7011" >"$work/silent" 2>&1
	[ $? = 2 ] && says silent "5 hops in a row are silent"
}

silence_has_its_status() {
	on h2 nft -f - <<-END || return 1
		table inet quiet { chain in { type filter hook input priority 0; udp dport 7011 drop; }; }
	END
	silent
}

on_screen() {
	deck_start h1 look 10.78.0.3 7004 && deck_type look ":trace 10.78.0.3 7004" &&
		deck look "wait trace to 10.78.0.3:7004" "wait there after 2 hops" "wait 10.77.0.2" &&
		deck_type look ":mtu 10.78.0.3 7004" &&
		deck look "wait 1280   1252     answered: the largest that was answered" &&
		deck_type look ":peers" && deck look "wait too big" &&
		deck_type look ":show %1" && deck look "wait there after 2 hops"
}

plan 12
check "two networks and a router" routed_network
check "mtu finds what the router tells, and what is answered" path_mtu
check "a closed port answers by refusing" path_mtu_refused
check "an ordinary oversized send meets the same MTU in words" oversized_send
check "trace names the router, then the destination" traced
check "a black hole is called so, to the byte" black_hole
check "where nobody answers only ICMP says something" no_answer
check "administratively prohibited, says the router" prohibited
check "what this host says is told apart" own_errors
check "where no probe can leave for" nowhere
check "silence ends a trace, and has its exit status" silence_has_its_status
check "both are live on the screen and can be shown again" on_screen
finish
