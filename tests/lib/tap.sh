# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154 # $work is made by who sources this
#
# For shell tests: TAP output and waiting with a deadline.  Sourced by netns.sh and cli.sh, which
# make the scratch directory $work.

tap_count=0
tap_failed=0
tap_planned=
tap_last= # a command that finish() checks as one more point ...
tap_last_name= # ... and what that proves

# ---- TAP ----

plan() {
	tap_planned=$1
	[ -z "$tap_last" ] || tap_planned=$(($1 + 1))
	echo "1..$tap_planned"
}

ok() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

not_ok() {
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $1"
}

# skip NAME REASON: one point of the plan
skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# skip_all REASON: nothing can be tested here
skip_all() {
	echo "1..0 # SKIP $1"
	exit 77
}

# check NAME COMMAND...: a point that holds if the command succeeds, else with its output
check() {
	check_name=$1
	shift
	if "$@" >"$work/check.out" 2>&1; then
		ok "$check_name"
	else
		not_ok "$check_name"
		sed 's/^/# /' "$work/check.out"
	fi
}

# The last line of a test.
finish() {
	[ -z "$tap_last" ] || check "$tap_last_name" "$tap_last"
	[ -n "$tap_planned" ] || echo "1..$tap_count"
	[ "$tap_failed" = 0 ] || show_logs
	[ "$tap_failed" = 0 ] && [ "${tap_planned:-$tap_count}" = "$tap_count" ]
	exit
}

show_logs() {
	for show_log in "$work"/*.log; do
		[ -s "$show_log" ] || continue
		echo "# $show_log:"
		tail -n 20 "$show_log" | sed 's/^/# /'
	done
}

# need PROGRAM...: skips the whole test where one is missing
need() {
	for need_program; do
		command -v "$need_program" >/dev/null || skip_all "no $need_program"
	done
}

# sound FILE: no header in a recording that tshark has to complain about; payloads are the tests' own
sound() {
	command -v tshark >/dev/null || return 0
	tshark -n -r "$1" -d udp.port==1-65535,data -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
		-Y '_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0 || icmp.checksum.status == 0 || icmpv6.checksum.status == 0 || _ws.expert.severity >= "Error"' \
		>"$work/faults" 2>"$work/tshark.err" || { cat "$work/tshark.err" && return 1; }
	[ ! -s "$work/faults" ] || { cat "$work/faults" && false; }
}

# ---- waiting ----

# is_gone PID: of one that perhaps nobody waited for
is_gone() {
	! grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status" 2>/dev/null
}

# now_ms: of the clock that udppeer logs.  What is sent at a pace takes at least its time from
# before the program's start until its last datagram; the first may be late, there and in the log.
now_ms() {
	awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}

# wait_for COMMAND SECONDS: asks again and again until the shell command succeeds
wait_for() {
	wait_factor=${UDPDECK_TEST_SLOW:-1}
	wait_left=$(($2 * 20 * ${wait_factor%%.*}))
	until eval "$1" >/dev/null 2>&1; do
		wait_left=$((wait_left - 1))
		if [ "$wait_left" -le 0 ]; then
			echo "# not in $2 s: $1" >&2
			return 1
		fi
		sleep 0.05
	done
}
