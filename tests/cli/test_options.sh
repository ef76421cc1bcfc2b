#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Names, families, and the letters that set socket options.

. "${srcdir:-.}/tests/cli/cli.sh"

# ask ARG...: PING to where these words say, an answer within 5 s ends it
ask() {
	printf PING | run -W 1 -w 5 "$@"
	ends 0 && printed PING
}

# ---- where to ----

peer_start echo echo
check "HOST PORT" ask 127.0.0.1 "$port"
check "HOST:PORT" ask "127.0.0.1:$port"
check "udp://HOST:PORT" ask "udp://127.0.0.1:$port"
check "-u, -k and -N are accepted" ask -u -k -N 127.0.0.1 "$port"
check "letters together" ask -ukn4 127.0.0.1 "$port"
if getent ahostsv4 localhost >/dev/null; then
	check "a name is looked up, without a word" ask -4 localhost "$port"
	named() {
		run -c "to localhost:$port" -c 'send PING' -c 'expect PING' -4 </dev/null
		ends 0 && printed PING
	}
	check "so in a script" named
	named_scan() {
		run -4 -z localhost "$port"
		ends 0
	}
	check "so with -z" named_scan
	numeric() {
		run -n localhost "$port" </dev/null
		misused '-n looks up no names'
	}
	check "-n looks up none" numeric
else
	skip "names" "localhost is unknown here"
fi
family() {
	run -6 127.0.0.1 "$port" </dev/null
	misused 'is no IPv6 address'
}
check "-6 takes no IPv4 address" family
if peer_start echo6 -a ::1 echo && [ -n "$port" ]; then
	check "IPv6" ask ::1 "$port"
	check "[ADDR]:PORT" ask "[::1]:$port"
else
	skip "IPv6" "no ::1 here"
fi

# ---- socket options ----

# option NAME ASKED ARG...: -c options tells what was asked for with these words
option() {
	option_name=$1
	option_asked=$2
	shift 2
	run -o text -c options "$@" 127.0.0.1 9 </dev/null
	ends 0 && grep -q "^$option_name  *$option_asked  *[^ ]" "$work/stdout" || told
}
check "-b" option broadcast on -b
check "--broadcast" option broadcast on --broadcast
check "-M is the TTL" option ttl 7 -M 7
check "and that of multicast" grep -q '^multicast-ttl  *7  *7 ' "$work/stdout"
check "-T by name" option tos ef -T ef
check "-T by number" option tos ef -T 0xb8
check "-I" option rcvbuf 100000 -I 100000
check "-O" option sndbuf 100000 -O 100000
check "--device" option device lo --device lo
check "--reuseaddr" option reuseaddr on --reuseaddr
check "--reuseport" option reuseport on --reuseport
check "--set NAME=V" option df "do" --set "df=do"
check "--set is repeatable" option dontroute on --set "df=do" --set dontroute --set priority=3
check "all of them" grep -q '^priority  *3 ' "$work/stdout"

refused() {
	run "$1" "$2" 127.0.0.1 9 </dev/null
	[ "$(cat "$work/status")" = 1 ] && head -n 1 "$work/stderr" | grep -qF -- "$3" || told
}
check "--set knows its options" refused --set nonsense=1 '"nonsense"'
check "and their values" refused --set ttl=900 900
check "-M too" refused -M 900 900
check "-T too" refused -T urgent '"urgent"'
check "--device knows interfaces" refused --device none0 none0
check "-j joins groups only" refused -j 10.0.0.1 10.0.0.1

# ---- joins ----

joined() {
	run -o text -j 239.1.2.3%lo -j 127.0.0.1@232.1.2.3%lo -c groups -l 127.0.0.1 0 -w 100ms </dev/null
	grep -q ' 239\.1\.2\.3  *lo .* any$' "$work/stdout" &&
		grep -q ' 232\.1\.2\.3  *lo .* only 127\.0\.0\.1' "$work/stdout" || told
}
check "-j joins, and again" joined

# ---- what it says of itself ----

run -V </dev/null
check "-V" ends 0
helped() {
	run --help </dev/null
	for letter in l p s 4 6 n v u k N b j M T I O x e C i w W q o c f d z h V; do
		grep -q "^ *-$letter, --[a-z]" "$work/stdout" || { echo "-$letter" && return 1; }
	done
}
check "--help lists every letter" helped
finish
