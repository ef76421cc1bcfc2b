#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Arguments, right and wrong: what is said, where, and the exit status.

set -u
udpdeck=${UDPDECK:-./udpdeck}
out=$(mktemp -d) || exit
trap 'rm -rf "$out"' EXIT
count=0

# check NAME COMMAND...: the command's status makes the test
check() {
	name=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name"
		sed 's/^/# stdout: /' "$out/stdout"
		sed 's/^/# stderr: /' "$out/stderr"
	fi
}

# run ARG...: without a terminal; leaves stdout, stderr and status behind
run() {
	"$udpdeck" "$@" <"/dev/null" >"$out/stdout" 2>"$out/stderr"
	status=$?
}

# is STATUS, and what was said on stderr holds TEXT
fails_with() {
	[ "$status" -eq 1 ] && grep -qF -- "$1" "$out/stderr" && [ ! -s "$out/stdout" ]
}

succeeds_with() {
	[ "$status" -eq 0 ] && grep -qF -- "$1" "$out/stdout" && [ ! -s "$out/stderr" ]
}

run --help
check "--help tells the usage" succeeds_with "usage: udpdeck [OPTIONS] HOST PORT"
run -h
check "-h does too" succeeds_with "--reuseaddr"
run --help commands
check "--help commands lists commands" succeeds_with "echo-server"
run --help options
check "--help options lists socket options" succeeds_with "multicast-ttl"
run --help keys
check "--help keys lists keys" succeeds_with "Alt-a"
run --help payloads
check "--help payloads lists fields" succeeds_with 'crc16-modbus[:le]'
run --help expressions
check "--help expressions lists fields of packets" succeeds_with "bytes of the datagram"
run --help addresses
check "--help addresses says how they are written" succeeds_with "[V6%ZONE]:PORT"
run --help nonsense
check "an unknown topic is refused" fails_with "keys, payloads, expressions and addresses"
run -V
check "-V tells the version" succeeds_with "udpdeck 0."
run --version
check "--version does too" succeeds_with "udpdeck 0."
run --vers
check "long options may be cut short" succeeds_with "udpdeck 0."

run --nonsense
check "an unknown long option brings the usage" fails_with "usage:"
check "and is named" fails_with "--nonsense"
run --listn -l 0
check "with what is near" fails_with "no option --listn: did you mean listen?"
run --p 5 -l 0
check "one that is cut too short names what it could be" fails_with "did you mean port or plain?"
run --help=commands
check "an option that takes no value says so" fails_with "--help takes no value"
run -Q
check "an unknown letter is named" fails_with "-Q"
run --no-rc -Qx
check "and not the word in front of it" fails_with "unknown option -Q"
run -M 0 127.0.0.1 9
check "a value outside its range is named, with the usage" fails_with "ttl: 0 is outside 1..255"
check "of which it is so" fails_with "usage:"
run 127.0.0.1 70000
check "a port that cannot be is a usage error" fails_with "port 70000 is outside 1..65535"
check "with the usage" fails_with "usage:"
run -p
check "a missing value is named" fails_with "-p wants a value"
run -s "" -l 0
check "an empty address is not any" fails_with "-s: an address is missing"
run -p "" 127.0.0.1 9
check "nor an empty port" fails_with "-p: a port is missing"
run -4 -6 localhost 9
check "-4 and -6 exclude each other" fails_with "-4 and -6"
run -l
check "-l wants a port" fails_with "-l wants a port"
run -l --connect 127.0.0.1 9
check "-l and --connect exclude each other" fails_with "--connect"
run --connect
check "--connect wants a peer" fails_with "HOST PORT"
run 127.0.0.1 9 10
check "a third word is too much" fails_with '"10" is too much'
run --memory 3 127.0.0.1 9
check "--memory has a least value" fails_with "--memory"
run --memory much 127.0.0.1 9
check "--memory wants a size" fails_with '"much"'
run --demo 127.0.0.1 9
check "--demo brings its own sockets" fails_with "--demo"

run -o out.bin 127.0.0.1 9
check "-o wants a format, and tells what is meant by a file" fails_with '">"'
run -x -e 127.0.0.1 9
check "-x and -e exclude each other" fails_with "-x and -e"
run -C --eol lf 127.0.0.1 9
check "-C and --eol exclude each other" fails_with "--eol"
run --eol cr 127.0.0.1 9
check "--eol names what there is" fails_with "keep, none, lf, crlf"
run --whole -i 1 127.0.0.1 9
check "--whole has no lines" fails_with "--whole"
run -w soon 127.0.0.1 9
check "-w wants a duration" fails_with '-w: '
run -W 0 127.0.0.1 9
check "-W wants at least one" fails_with '-W: 0 is outside'
run --ready-fd 99 -l 127.0.0.1 0
check "--ready-fd wants an open descriptor" fails_with "--ready-fd 99"
run --stay 127.0.0.1 9
check "--stay goes with commands" fails_with "--stay"
run -z 127.0.0.1
check "-z wants a port" fails_with "-z wants"
run -z -c open 127.0.0.1 9
check "-z runs no commands" fails_with "-z runs no commands"
run -z 127.0.0.1 9-8
check "a range must not be empty" fails_with "the range is empty"

printf 'udpdeck %s' "$(printf '\033]0;x\007')" >"$out/hostile"
run "--$(cat "$out/hostile")"
check "an argument's control bytes do not reach stderr" \
	sh -c '! grep -q "$(printf "\033")" "$1"' sh "$out/stderr"

if [ -w /dev/full ]; then
	"$udpdeck" --help >/dev/full 2>"$out/stderr"
	status=$?
	: >"$out/stdout"
	check "help that cannot be written fails" [ "$status" -eq 1 ]
fi

echo "1..$count"
