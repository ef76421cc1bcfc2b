#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Without a terminal on a network: broadcast and groups with their unicast answers, and scripts that
# talk to real servers.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/peers.sh"

udpdeck=${UDPDECK:-./udpdeck}
udppeer=tests/lib/udppeer
[ -x "$udpdeck" ] || skip_all "no udpdeck: UDPDECK names none"
[ -x "$udppeer" ] || skip_all "no udppeer: make check builds it"

# ask TEXT ARG...: h1 sends it; what came is in $work/out
ask() {
	ask_text=$1
	shift
	printf '%s' "$ask_text" | on h1 timeout -k 2 20 "$udpdeck" "$@" >"$work/out" 2>"$work/err"
	status=$?
}

# play: h1 runs the script of stdin
play() {
	cat >"$work/script"
	on h1 timeout -k 2 60 "$udpdeck" "$@" -f "$work/script" </dev/null >"$work/out" 2>"$work/err"
	status=$?
}

# ends STATUS [TEXT]
ends() {
	[ "$status" = "$1" ] && if [ $# = 1 ]; then [ ! -s "$work/err" ]; else
		grep -qF -- "$2" "$work/err" && [ "$(wc -l <"$work/err")" = 1 ]
	fi || {
		echo "status $status"
		cat "$work/out" "$work/err"
		return 1
	}
}

# heard_from HOST-NUMBER...: -o text printed one line of each, and no other
heard_from() {
	[ "$(wc -l <"$work/out")" = $# ] || { cat "$work/out" && return 1; }
	for from_host; do
		grep -q "	<-[a-z]*	10\.77\.0\.$from_host:" "$work/out" || {
			cat "$work/out"
			return 1
		}
	done
}

# ---- broadcast ----

three_listeners() {
	for listener in 2 3 4; do
		start_bg "h$listener" "echo$listener" "$udppeer" -a 0.0.0.0 -p 7000 echo &&
			wait_for "udp_bound h$listener 7000" 10 || return
	done
}

# All that answer are printed, and nobody else is waited for.
broadcast() {
	ask who -b -o text -W 3 -w 5 "$1" 7000
	ends 0 && heard_from 2 3 4
}

broadcast_raw() {
	ask who -b -w 1 10.77.0.255 7000
	ends 0 && [ "$(cat "$work/out")" = whowhowho ]
}

broadcast_off() {
	ask who 10.77.0.255 7000
	ends 1 "broadcast is off"
}

# rival NAME PROGRAM...: what it makes of the answers, a diagnostic
rival() {
	rival_name=$1
	shift
	command -v "$1" >/dev/null || return 0
	rival_count=$(printf who | on h1 timeout -k 2 2 "$@" 2>/dev/null | tr -d '\n' | wc -c)
	echo "# $rival_name shows $((rival_count / 3)) of 3 answers"
}

# ---- groups ----

members() {
	for member in 2 3; do
		start_bg "h$member" "group$member" socat \
			"UDP4-RECVFROM:7100,ip-add-membership=239.1.2.3:eth0,fork" EXEC:cat &&
			wait_for "udp_bound h$member 7100 && is_member h$member 239.1.2.3" 10 || return
	done
}

group() {
	ask who -o text -W 2 -w 5 239.1.2.3 7100
	ends 0 && heard_from 2 3
}

# Joined, heard, and told what it was sent to.
joined() {
	start_bg h4 joined "$udpdeck" -d -W 1 -o json -j 239.9.9.9%eth0 -l 7200
	wait_for "is_member h4 239.9.9.9" 10
	ask hello -q 0 -M 3 239.9.9.9 7200
	wait "$bg_pid" || return
	if command -v jq >/dev/null; then
		jq -es 'map(select(.event == "rx"))[0] | .dst == "239.9.9.9" and .ifname == "eth0" and
			.src == "10.77.0.1" and .ttl == 3 and .text == "hello"' "$work/joined.log"
	fi
}

# ---- scripts ----

# Questions are numbered by ${seq}, so each answer is told by its number.
dns_script() {
	play -o text <<-'END'
		# What a resolver asks, by hand.
		open udp4
		to 10.77.0.2 53
		let head = \x01\0\0\x01\0\0\0\0\0\0
		let zone = \x07example\x04test\0
		let a = \0\x01\0\x01
		let aaaa = \0\x1c\0\x01
		let mx = \0\x0f\0\x01
		let txt = \0\x10\0\x01
		let srv = \0\x21\0\x01
		# an address
		hex ${seq:u16be} ${head} 05 "alpha" ${zone} ${a}
		expect timeout 5s from 10.77.0.2:53 hex 0001 8580 0001 0001
		hex ${seq:u16be} ${head} 05 "alpha" ${zone} ${a}
		expect timeout 5s hex 0004 0a000001
		# an IPv6 address
		hex ${seq:u16be} ${head} 05 "alpha" ${zone} ${aaaa}
		expect timeout 5s hex 0010 fd00 0000 0000 0000 0000 0000 0000 0001
		# an alias, two answers
		hex ${seq:u16be} ${head} 03 "www" ${zone} ${a}
		expect timeout 5s /^\x00\x04\x85\x80\x00\x01\x00\x02.*\x05alpha/s
		# mail, text, a service
		hex ${seq:u16be} ${head} ${zone} ${mx}
		expect timeout 5s mail
		hex ${seq:u16be} ${head} ${zone} ${txt}
		expect timeout 5s "v=spf1 -all"
		hex ${seq:u16be} ${head} 04 "_sip" 04 "_udp" ${zone} ${srv}
		expect timeout 5s hex 000a 0014 13c4
		# nobody of that name: NXDOMAIN
		hex ${seq:u16be} ${head} 06 "nobody" ${zone} ${a}
		expect timeout 5s hex 0008 8183
		# too much for 512 bytes: TC, and with EDNS all of it
		hex ${seq:u16be} ${head} 03 "big" ${zone} ${txt}
		expect timeout 5s hex 0009 8780
		let edns = \x01\0\0\x01\0\0\0\0\0\x01
		let opt = \0\0\x29\x10\0\0\0\0\0\0\0
		hex ${seq:u16be} ${edns} 03 "big" ${zone} ${txt} ${opt}
		expect timeout 5s /^\x00\x0a\x85\x80.{2000}/s
		# no question is asked in vain, no answer comes unasked
		every 20ms times 10 hex ${seq:u16be} ${head} 05 "alpha" ${zone} ${a}
		wait 500ms
		expect hex 000a 8580
		expect timeout 300ms none
		# a second socket hears its own answer
		open udp4
		to 10.77.0.2 53
		hex 6666 ${head} 05 "alpha" ${zone} ${a}
		expect timeout 5s socket 2 hex 6666 8580
		close
		socket 1
		# somebody is asked until he answers
		every 50ms until timeout 5s from 10.77.0.2 hex 8580 hex 7777 ${head} 05 "alpha" ${zone} ${a}
		expect timeout 5s hex 7777 8580
		echo all answered\n
	END
	ends 0 && grep -q 'all answered' "$work/out" && [ "$(wc -l <"$work/script")" -ge 50 ]
}

# The server answers from a port of its own, which is the second peer.
tftp_script() {
	play -o raw <<-'END'
		to 10.77.0.2 69
		send \0\x01three.bin\0octet\0
		expect timeout 5s from 10.77.0.2 hex 00030001
		to @2
		hex 0004 0001
		expect timeout 5s from @2 hex 00030002
		hex 0004 0002
		expect timeout 5s from @2 hex 00030003
		reply \0\x04\0\x03
		expect timeout 200ms none
		to @1
		send \0\x01none\0octet\0
		expect timeout 5s from 10.77.0.2 hex 0005 0001
	END
	ends 0 && [ "$(tr -dc A <"$work/out" | wc -c)" = 1300 ]
}

wrong_server() {
	play -o text <<-'END'
		to 10.77.0.3 69
		send \0\x01three.bin\0octet\0
		expect timeout 5s hex 0003
	END
	ends 3 "10.77.0.3:69"
}

plan 12
check "four hosts" lan_up 4
need socat
check "three of them answer" three_listeners
check "a broadcast, its unicast answers are printed" broadcast 10.77.0.255
check "so with 255.255.255.255" broadcast 255.255.255.255
check "raw, until nothing more comes" broadcast_raw
check "without -b it is refused: 1" broadcast_off
rival nc nc.openbsd -n -u -b 10.77.0.255 7000
rival ncat ncat -n -u 10.77.0.255 7000
rival socat socat - UDP4:10.77.0.255:7000,broadcast
check "two members of a group" members
check "a group as target, the answers of its members are printed" group
check "-j joins, and what it hears says what it was sent to" joined
dns_start h2
tftp_start h2
check "a script asks a name server, ten questions and more" dns_script
check "and gets a file by TFTP, block by block" tftp_script
check "who is refused ends with 3" wrong_server
finish
