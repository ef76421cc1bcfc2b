#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What was found by trying to break it: each point is named after its fault.

. "${srcdir:-.}/tests/cli/cli.sh"

# ---- descriptors ----

# 3 is the first that the program opens for itself.
run --ready-fd 3 -d -q 0 127.0.0.1 9 3<&-
check "--ready-fd never is a descriptor of the program's own" \
	ends 1 "--ready-fd 3: Bad file descriptor"
run --ready-fd 3 -d -q 0 127.0.0.1 9 3</dev/null
check "one that can only be read is refused" ends 1 "--ready-fd 3 is not open for writing"

run --ready-fd 3 -z -w 100ms 127.0.0.1 9 3>"$work/ready" </dev/null
check "-z tells when its socket is ready too" grep -q ':[1-9]' "$work/ready"

(
	# shellcheck disable=SC3045 # dash and bash know it
	ulimit -n 30
	yes 'open 127.0.0.1:0' | head -n 40 | run -f -
)
check "descriptors that are used up are no port that is taken" ends 1 "Too many open files"

echo x | run
check "input without a socket to send it from does not wait for ever" ends 1 "there is no socket"
run -d
check "nor does nothing at all" ends 1 "there is no socket"

# ---- output ----

mkdir -p "$work/config/udpdeck"
printf 'echo from rc\nwait 100ms\necho rc is over\n' >"$work/config/udpdeck/rc"
XDG_CONFIG_HOME=$work/config run -o text -c 'echo one' -c 'wait 50ms' -c 'echo two' </dev/null
check "an rc file that prints does not end the commands behind it" \
	printed 'from rc\nrc is over\none\ntwo\n'
check "with status 0" ends 0
printf 'set mouse on\nset escape-time 50ms\nbind F4 jobs\ndetails on\n' >"$work/config/udpdeck/rc"
XDG_CONFIG_HOME=$work/config run -c 'echo one' </dev/null
check "what an rc file says of the screen is taken without a word" [ "$(cat "$work/stderr")" = one ]

# What a script says to a reader that is slow: more than can wait for it.
slow_lines=120000
yes 'echo 0123456789012345678901234567890123456789012345678901234567890123456789012345678901' |
	head -n "$slow_lines" >"$work/chatter"
"$udpdeck" -o text -f "$work/chatter" </dev/null 2>"$work/stderr" | {
	sleep 1
	wc -l
} >"$work/lines"
check "a script's words wait for a slow reader, none is lost" \
	[ "$(cat "$work/lines")" -eq "$slow_lines" ]
{ "$udpdeck" -f "$work/chatter" </dev/null 2>&1 >/dev/null; } | {
	sleep 1
	wc -l
} >"$work/lines"
check "so on stderr" [ "$(cat "$work/lines")" -eq "$slow_lines" ]

# ---- the end ----

peer_start echo echo
"$udpdeck" -z -v -w 20 127.0.0.1 "$port" </dev/null >"$work/stdout" 2>"$work/stderr" && true
check "a port that answers" grep -q answered "$work/stdout"
peer_start silent silent
"$udpdeck" -z -w 20 127.0.0.1 "$port" </dev/null >"$work/stdout" 2>"$work/stderr" &
scan=$!
running="$running $scan"
wait_for "heard_count silent 1" 5
kill -TERM "$scan"
wait "$scan"
echo $? >"$work/status"
check "what -z found is told though it was told to end" \
	printed "127.0.0.1:$port silent\n"
check "with its status" ends 2 "no port answered"

# ---- peers ----

run -c open -c 'every 1ms times 300 to 127.0.0.1 9 send x' </dev/null
check "a refusal that comes with every datagram is told once" ends 0 "127.0.0.1:9 refused #"

# The printing was ahead of the counting while much was sent.
peer_start echo echo
right=0
while [ "$right" -lt 6 ] && yes | run -W 3 127.0.0.1 "$port" && printed 'y\ny\ny\n' >/dev/null; do
	right=$((right + 1))
done
check "-W 3 prints three, however much is under way" [ "$right" = 6 ]

# A pattern that gives up late, at every datagram of a flood.
until='until timeout 60 /(a|aa|aaa)+[^a]/'
deck_start costly -o raw -l -c "every 10ms $until to 127.0.0.1 9 send x" -c 'wait 60' 127.0.0.1 0
wait_for "[ -s $work/costly.err ]" 5 # refused: the job runs
flood=$(pattern 1400 | tr b-z a)
yes "$flood" | head -n 2000 | run --eol none -q 0 127.0.0.1 "$port"
start=$(now_ms)
deck_end costly
took_ms=$(($(now_ms) - start))
echo "# $took_ms ms"
check "a costly pattern of a job does not hold up the end" [ "$took_ms" -le $((4000 * slow)) ]

finish
