#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Trees of the tshark that is installed, and what becomes of a session whose tshark is not well.

. "${srcdir:-.}/tests/cli/cli.sh"

need tshark
question='hex 1234 0100 0001 0000 0000 0000 07 "example" 03 "com" 00 0001 0001'
peer_start echo echo

# has TEXT...: each is part of a line of stdout
has() {
	for has_text; do
		grep -qF -- "$has_text" "$work/stdout" || told || return
	done
}

# deck COMMAND...: each as -c, with the peer as target
deck() {
	deck_commands=$(mktemp "$work/commands.XXXXXX")
	printf '%s\n' "to 127.0.0.1:$port" "$@" >"$deck_commands"
	run -n -o "${format:-text}" -f "$deck_commands" </dev/null
}

tree() {
	deck "decode-as $port dns" "$question" 'expect any' 'show #1 tshark' 'echo behind'
	ends 0 && has '#1 as tshark sees it' '[0:29]   Domain Name System (query)' \
		'[0:2]      Transaction ID: 0x1234' '[12:13]        Name: example.com' &&
		[ "$(tail -n 1 "$work/stdout")" = behind ]
}
check "a tree, with the bytes of its rows, before the next command" tree

again() {
	deck "decode-as $port dns" "$question" 'expect any' 'show #2 tshark' 'show #1 tshark' \
		'show #2 tshark'
	ends 0 && [ "$(grep -c 'Transaction ID: 0x1234' "$work/stdout")" = 3 ] &&
		! grep -qi 'retransmi\|response in\|198\.18' "$work/stdout"
}
check "each packet for itself, however often it is looked at" again

hostile() {
	deck 'send \x1b[2J\x9b\u{202e}<&">' 'show #1 tshark'
	ends 0 || return
	deck "decode-as $port syslog" 'hex "<34>1 2003-10-11T22:14:15.003Z " 1b "[2J" c2 9b 07' \
		'show #1 tshark'
	ends 0 && has 'Facility' && ! LC_ALL=C grep -q "$(printf '[\033\007\233]')" "$work/stdout"
}
check "what is hostile in it is escaped" hostile

rows() {
	format=json deck "decode-as $port dns" "$question" 'expect any' 'show #1 tshark'
	ends 0 && has '"event":"field","packet":1,"depth":1,"name":"dns.id","text":"Transaction ID: 0x1234","offset":0,"length":2}'
}
check "rows as JSON" rows

six() {
	run -n -o text -c 'open [::1]:0' -c 'to [::1]:9' -c 'decode-as 9 dns' -c "$question" \
		-c 'show #1 tshark' </dev/null
	ends 0 && has '[0:2]      Transaction ID: 0x1234'
}
if grep -q '^0*1 ' /proc/net/if_inet6 2>/dev/null; then
	check "IPv6" six
else
	skip "IPv6" "no IPv6"
fi

icmp() {
	peer_start gone silent
	kill -KILL "$peer_pid" && wait_for "is_gone $peer_pid" 5 || return
	deck "$question" 'wait 1s' 'show #2 tshark'
	has 'Internet Control Message Protocol' 'Destination unreachable'
}
check "an ICMP error" icmp

peer_start again echo
saved() {
	deck 'decode-as 5000 dns' 'decode-as 5001 tftp' 'decode-as 5000' "save $work/saved" &&
		ends 0 && grep -qx 'decode-as 5001 tftp' "$work/saved" &&
		! grep -q 'decode-as 5000' "$work/saved"
}
check "decode-as is saved" saved

unknown() {
	deck 'decode-as 5000 cflow' 'decode-as 5000 cflwo' 'send x'
	ends 1 'tshark knows no "cflwo" that UDP carries: did you mean cflow'
}
check "a protocol that tshark does not know" unknown

# ---- one that is not well ----

mkdir "$work/bin"
chmod 755 "$work" "$work/bin"

# ill SCRIPT: udpdeck finds that instead of tshark
ill() {
	printf '#!/bin/sh\n%s\n' "$1" >"$work/bin/tshark"
	chmod 755 "$work/bin/tshark"
	(
		PATH=$work/bin:$PATH
		deck 'send x' 'expect any' 'show #1 tshark'
	)
}

dies() {
	ill 'kill -KILL $$'
	ends 1 'tshark ended'
}
check "it is killed" dies

floods() {
	ill 'exec yes'
	ends 1 'tshark said more than 4 MiB about this packet'
}
check "it says too much" floods

rubbish() {
	ill 'echo "<packet><proto></packet>"; exec cat >/dev/null'
	ends 1 'what tshark said is no tree of a packet'
}
check "it says what is no tree" rubbish

slow() {
	ill 'kill -STOP $$'
	ends 1 'tshark did not answer within 15 s'
}
check "it stands still" slow

missing() {
	mkdir "$work/none"
	(
		udpdeck=$(realpath "$udpdeck")
		timeout=$(command -v timeout)
		# shellcheck disable=SC2123 # nothing is to be found there
		PATH=$work/none
		"$timeout" 20 "$udpdeck" -n -c "to 127.0.0.1:$port" -c 'send x' -c 'show #1 tshark' \
			</dev/null >"$work/stdout" 2>"$work/stderr"
		echo $? >"$work/status"
	)
	ends 1 'tshark is not installed'
}
check "it is missing" missing

# Whoever kills udpdeck ends its tshark as well.
orphan() {
	printf '#!/bin/sh\necho $$ >&2\nexec sleep 1000\n' >"$work/bin/tshark"
	(
		PATH=$work/bin:$PATH
		deck_start orphan -l 0 -c 'to 127.0.0.1:9' -c 'send x' -c 'show #1 tshark'
		wait_for '[ -n "$(pgrep -P "$deck_pid")" ]' 10 || exit
		child=$(pgrep -P "$deck_pid")
		kill -KILL "$deck_pid"
		wait_for "is_gone $child" 5
	)
}
if command -v pgrep >/dev/null; then
	check "it ends with udpdeck, however that ends" orphan
else
	skip "it ends with udpdeck, however that ends" "no pgrep"
fi

finish
