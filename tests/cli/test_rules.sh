#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Rules without a screen: a server in one line, what is counted, and two that answer each other.

. "${srcdir:-.}/tests/cli/cli.sh"

# shellcheck disable=SC2016 # ${req} is udpdeck's
serve() {
	deck_start "$1" -o json -l 127.0.0.1 0 -c "$2" --stay
}

out_has() {
	wait_for "grep -qF -- '$2' $work/$1.out" 10 || ! head -c 2000 "$work/$1.out"
}

# ---- a server in one line ----

# shellcheck disable=SC2016
serve server 'on "PING" delay 20ms reply PONG ${req[5:]} ${seq}'
printf 'PING 7' | run -W 1 127.0.0.1 "$port"
check "what matches is answered" printed 'PONG 7 1'
check "and that is all" ends 0
printf 'else' | run -w 0.2 127.0.0.1 "$port"
check "what does not is not" ends 2 'nothing came'
check "an answer says whose it is" out_has server '"text":"PONG 7 1","job":1,"errno":0'
deck_end server
check "it ends without a word" deck_ends server 0

# shellcheck disable=SC2016
run -d -o json -c 'on len > 3 reply ${req}' -c 'open 127.0.0.1:0' -c 'echo-server on' -c rules
rules_listed() {
	grep -qF '"event":"rule","rule":1,"matched":0,"answered":0,"dropped":0,"limited":0,"failed":0,"line":"on len > 3 reply ${req}"' "$work/stdout" &&
		grep -qF '"event":"rule","rule":2,"socket":1,' "$work/stdout" || told
}
check "rules are listed as JSON" rules_listed

run -d -c 'on any reply'
check "an error has its column" ends 1 '-c:1:13: reply: what to answer is missing'
run -d -c 'send ${req}'
check "only answers know a request" ends 1 'here none is'

# ---- two that answer each other ----

said() {
	grep -c 'answers a second, no more' "$work/$1.out"
}

told_by_now() {
	[ $(($(said one) + $(said two))) -ge 1 ]
}

sent() {
	grep -c '"event":"tx"' "$work/$1.out"
}

bounded() {
	began=$(date +%s)
	serve one 'on any reply ${req}'
	first=$port
	deck_start two -o json -l 127.0.0.1 0 -c 'on any reply ${req}' -c "to 127.0.0.1:$first" \
		-c 'send 1' -c 'send 2' -c 'send 3' -c 'send 4' -c 'send 5' -c 'send 6' --stay
	wait_for told_by_now 30 || return
	# each of six balls is held back once, or still in play at the rate that is allowed
	most=$((1000 * ($(date +%s) - began + 2) + 6))
	[ "$(sent one)" -le $most ] && [ "$(sent two)" -le $most ] &&
		[ "$(said one)" -le 1 ] && [ "$(said two)" -le 1 ] ||
		! echo "$(sent one) and $(sent two) of $most, said $(said one) and $(said two)"
}
check "two of them do not answer each other for ever, and that is told once" bounded
finish
