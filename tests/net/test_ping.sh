#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# ping tells exactly what became of its probes.
#
# h1 pings, h2 relays badly to h3, which echoes.

. "${srcdir:-.}/tests/lib/netns.sh"
[ ! -x tests/lib/ptyrun ] || . "${srcdir:-.}/tests/lib/decks.sh"

udpdeck=${UDPDECK:-./udpdeck}
udppeer=tests/lib/udppeer
relay=tests/lib/relay
[ -x "$udpdeck" ] || skip_all "no udpdeck: UDPDECK names none"
[ -x "$udppeer" ] && [ -x "$relay" ] || skip_all "no udppeer and relay: make check builds them"

# ping FORMAT ARG...: h1 pings; what it prints is in $work/out
ping() {
	ping_format=$1
	shift
	on h1 timeout -k 2 60 "$udpdeck" --no-rc -o "$ping_format" -c "ping $*" \
		</dev/null >"$work/out" 2>"$work/err"
	status=$?
}

# ends STATUS [TEXT]: and what it said on stderr
ends() {
	[ "$status" = "$1" ] && if [ $# = 1 ]; then [ ! -s "$work/err" ]; else
		grep -qF -- "$2" "$work/err"
	fi || {
		echo "status $status"
		cat "$work/out" "$work/err"
		return 1
	}
}

# said REGEX...: each is in a line of what it printed
said() {
	for said_line; do
		grep -Eq -e "$said_line" "$work/out" && continue
		echo "not said: $said_line"
		cat "$work/out"
		return 1
	done
}

# seqs WHAT [MORE]: the probes of which it says so, each on a line
seqs() {
	grep '"event":"ping","what":"'"$1"'"' "$work/out" | grep -e "${2-}" |
		sed 's/.*"seq":\([0-9]*\).*/\1/' | sort -n
}

# relayed WHAT: the datagrams to which the relay did it
relayed() {
	sed -n "s/^$1 //p" "$work/relay$seed.log" | sort -n
}

# RFC 4737, by the order in which they left the relay; a copy is no news.
passed_by() {
	sed -n 's/^out //p' "$work/relay$seed.log" |
		awk '!seen[$1]++ { if ($1 < next_one) print $1; else next_one = $1 + 1 }' | sort -n
}

# same NAME: $work/is and $work/wanted, and there is something to compare
same() {
	[ -s "$work/wanted" ] && cmp -s "$work/is" "$work/wanted" && return
	echo "$1, pinged and relayed:"
	paste "$work/is" "$work/wanted"
	return 1
}

echo_and_lan() {
	lan_up 3 && start_bg h3 echo "$udpdeck" -l -p 7000 -c 'echo-server on' --stay &&
		wait_for "udp_bound h3 7000" 10
}

# as_relayed SEED LOSS DUP REORDER
as_relayed() {
	seed=$1
	start_bg h2 "relay$seed" "$relay" -a 10.77.0.2 -p "70$seed" -s "$seed" -l "$2" -d "$3" \
		-r "$4" 10.77.0.3 7000 && wait_for "udp_bound h2 70$seed" 10 || return 1
	ping json "10.77.0.2 70$seed times 150 every 10ms"
	ends 0 || return 1
	relayed drop >"$work/wanted" && seqs lost >"$work/is" && same lost || return 1
	relayed dup >"$work/wanted" && seqs duplicate >"$work/is" && same duplicates || return 1
	passed_by >"$work/wanted" && seqs answer '"reordered":true' >"$work/is" && same reordered ||
		return 1
	lost=$(relayed drop | wc -l)
	said "\"what\":\"summary\".*\"sent\":150,\"answered\":$((150 - lost)),\"late\":0,\"lost\":$lost," \
		"\"what\":\"summary\".*\"duplicates\":$(relayed dup | wc -l),\"more\":0,\"strays\":0" \
		"\"what\":\"summary\".*\"matched\":\"content\",\"reordered\":$(passed_by | wc -l),"
}

direct() {
	ping text "10.77.0.3 7000 times 3 every 20ms" && ends 0 &&
		said '^seq 1: [0-9]+ bytes from 10\.77\.0\.3:7000, ttl 64, [0-9]+\.[0-9]{3} ms$' '^seq 3: ' \
			'^probes +3 sent, 3 answered, 0 late, 0 lost \(0 %\)' \
			'^answers +0 duplicates, 0 reordered$' \
			'^round trip +min [0-9.]+  avg [0-9.]+  p50 [0-9.]+  p99 [0-9.]+  max [0-9.]+ ms$' \
			'^variation +stddev [0-9.]+  jitter [0-9.]+ ms' '^matched +by content' &&
		ping text "[fd77::3]:7000 times 2 every 20ms" && ends 0 &&
		said '^seq 2: [0-9]+ bytes from \[fd77::3\]:7000, ttl 64, '
}

# A person reads of an answer once, and what is raw has none of a ping's bytes.
once() {
	ping text "10.77.0.3 7000 times 2 every 20ms" && ends 0 && ! grep "udpdeck ping" "$work/out" &&
		ping raw "10.77.0.3 7000 times 2 every 20ms" && [ "$status" = 0 ] &&
		[ ! -s "$work/out" ] && grep -q "^seq 2: " "$work/err" &&
		on h1 timeout -k 2 60 "$udpdeck" --no-rc -v -o text -c "ping 10.77.0.3 7000 times 1" \
			</dev/null >"$work/out" 2>"$work/err" &&
		said '->.*udpdeck ping 1' '<-.*udpdeck ping 1' '^seq 1: '
}

# The number of the probe is in the payload, too.
own_payload() {
	ping json '10.77.0.3 7000 times 2 every 20ms n=${seq};' && ends 0 &&
		said '"event":"tx".*"text":"n=1;"' '"event":"rx".*"text":"n=2;"' '"matched":"content"'
}

by_order() {
	start_bg h2 pong "$udppeer" -a 10.77.0.2 -p 7010 reply pong && wait_for "udp_bound h2 7010" 10 &&
		ping text "10.77.0.2 7010 times 3 every 20ms" && ends 0 &&
		said '^probes +3 sent, 3 answered' \
			'^matched +by order, for the answers do not hold the probes$' &&
		ping text "10.77.0.3 7000 times 3 every 20ms the same" && ends 0 &&
		said '^probes +3 sent, 3 answered' '^matched +by order, for the probes are alike'
}

refused() {
	ping text "10.77.0.3 9 times 3 every 50ms" && ends 2 'nobody answered' &&
		said '^seq 3: refused: port unreachable$' \
			'^probes +3 sent, 0 answered, 0 late, 3 lost \(100 %\)' \
			'^errors +3, 3 of the lost were refused$'
}

silent() {
	start_bg h2 mute "$udppeer" -a 10.77.0.2 -p 7011 silent && wait_for "udp_bound h2 7011" 10 &&
		ping text "10.77.0.2 7011 times 2 every 50ms timeout 100ms" &&
		ends 2 'nobody answered' && said '^seq 1: no answer in time$' '^seq 2: no answer in time$'
}

# The last one is not waited for any longer than the others.
late() {
	start_bg h2 late "$udppeer" -a 10.77.0.2 -p 7012 late 600 && wait_for "udp_bound h2 7012" 10 &&
		ping text "10.77.0.2 7012 times 3 every 1s timeout 100ms" && ends 0 &&
		said '^seq 1: no answer in time$' '^seq 1: .* [0-9]{3,}\.[0-9]{3} ms, late$' \
			'^probes +3 sent, 0 answered, 2 late, 1 lost'
}

broadcast() {
	start_bg h2 echo2 "$udppeer" -a 0.0.0.0 -p 7013 echo &&
		start_bg h3 echo3 "$udppeer" -a 0.0.0.0 -p 7013 echo &&
		wait_for "udp_bound h2 7013 && udp_bound h3 7013" 10 &&
		ping text "10.77.0.255 7013 times 2 every 50ms" && ends 0 &&
		said '^seq 1: .* from 10\.77\.0\.[23]:7013, .* ms$' \
			'^seq 1: .* from 10\.77\.0\.[23]:7013, .* one more answer$' \
			'^answers +0 duplicates, 0 reordered, 2 more than one to a probe$'
}

unsendable() {
	ping text '10.77.0.3 7000 times 0' && ends 1 '-c:1:27: 0 is outside' &&
		ping text '10.77.0.3 7000 \q' && ends 1 '-c:1:21: ' &&
		ping text '192.0.2.1 7000 timeout 1h every 1ms' && ends 1 'probes would be waited for'
}

# A person who ends it early gets the sums, too.
interrupted() {
	start_bg h1 stopped "$udpdeck" --no-rc -o text -c 'ping 10.77.0.3 7000 times 1000 every 20ms' &&
		wait_for "grep -q 'seq 3: ' $work/stopped.log" 10 && kill -INT "$bg_pid" &&
		{ wait "$bg_pid" || true; } && cp "$work/stopped.log" "$work/out" &&
		said '^probes +[0-9]+ sent, [0-9]+ answered' '^matched +by content'
}

# A panel that goes on by itself, and is there again after its end.
on_a_screen() {
	deck_start h1 cockpit -4 -l 7014 &&
		deck cockpit "send :ping 10.77.0.3 7000 every 50ms" \
			"wait every 50 ms: ping 35 B -> 10.77.0.3:7000" "key Enter" \
			"wait ping 10.77.0.3:7000 every 50 ms" "wait 9 answered" "wait seq 9: " \
			"row 1 jobs 1" "key Ctrl-C" "wait text>" "key Ctrl-C" "wait 1 job stopped" &&
		deck_type cockpit ":show %1" && deck cockpit "wait matched" "gone ends it"
}

plan 14
check "three hosts and an echo" echo_and_lan
check "an echo over a good way, both families" direct
check "an answer is told once where people read" once
check "20 % loss, 10 % duplicates, 20 % reordered" as_relayed 21 20 10 20
check "the same with another seed, and worse" as_relayed 22 40 30 40
check "a payload of one's own" own_payload
check "answers that are no echo, and probes that are alike" by_order
check "a port that refuses" refused
check "one that is silent" silent
check "answers that are late" late
check "several answer a broadcast" broadcast
check "one that is stopped by a signal" interrupted
if [ -x tests/lib/ptyrun ]; then
	check "on a screen" on_a_screen
else
	skip "on a screen" "by design: built without libvterm"
fi
check "what is no ping" unsendable
finish
