#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# export and copy: what the filter shows in every format, a file that nobody loses, a disk that is full.

. "${srcdir:-.}/tests/cli/cli.sh"

# said: an exchange with an echo, then the commands
peer_start echo echo
said() {
	run -c "to 127.0.0.1:$port" -c 'send =1+1,"x"' -c 'expect any' "$@" </dev/null
}

said -c "export $work/a.csv" -c "export $work/a.json" -c "export $work/a.txt" \
	-c "export $work/a.hex"
formats() {
	ends 0 && [ "$(stat -c %a "$work/a.csv")" = 600 ] &&
		[ "$(head -c 8 "$work/a.csv")" = no,time, ] &&
		[ "$(grep -c '^[12],.*,3d312b312c227822,"\\x3d1+1,""x""",' "$work/a.csv")" = 2 ] &&
		[ "$(tail -c 1 "$work/a.csv" | od -An -tx1)" = " 0a" ] &&
		[ "$(grep -c '^{"no":[12],.*"data":"3d312b312c227822",' "$work/a.json")" = 2 ] &&
		[ "$(grep -c "127.0.0.1:$port	8	=1+1,.x.\$" "$work/a.txt")" = 2 ] &&
		[ "$(grep -c '^0000  3d 31 2b 31 2c 22 78 22 ' "$work/a.hex")" = 2 ]
}
check "the name says the format" formats
same_json() {
	run -o json -c "to 127.0.0.1:$port" -c 'send x' -c 'expect any' \
		-c "export $work/b.json" </dev/null
	sed '/"event":"close"/d' "$work/stdout" | cmp - "$work/b.json"
}
check "json has the lines of -o json" same_json
whole_csv() {
	run -o csv -c "to 127.0.0.1:$port" -c 'send x' -c 'expect any' \
		-c "export $work/b.csv" </dev/null
	sed '/,close,/d' "$work/stdout" | cmp - "$work/b.csv"
}
check "csv those of -o csv" whole_csv
python_reads() {
	python3 - "$work/a.csv" <<-'END'
		import csv, sys
		rows = list(csv.DictReader(open(sys.argv[1], newline="")))
		sent, heard = [r for r in rows if r["event"] in ("tx", "rx")]
		assert sent["text"] == '\\x3d1+1,"x"' and heard["len"] == "8", rows
		assert all(len(r) == len(rows[0]) and None not in r for r in rows)
	END
}
if command -v python3 >/dev/null; then
	check "another reader finds every field" python_reads
else
	skip "another reader finds every field" "no python3"
fi

only() {
	said -c 'filter dir == in' -c "export $work/in.json" -c filter -c "export $work/all.json"
	ends 0 && [ "$(wc -l <"$work/in.json")" = 1 ] && grep -q '"event":"rx"' "$work/in.json" &&
		[ "$(wc -l <"$work/all.json")" = 3 ]
}
check "what the filter shows" only
given() {
	said -c "export $work/a name.dat as json" -c "export --force $work/a name.dat as json" \
		-c "export $work/a name.dat as text --force" &&
		ends 0 && [ "$(wc -l <"$work/a name.dat")" = 2 ]
}
check "a format that is given, and a name with blanks" given
verbose() {
	said -v -c "export $work/v.json"
	grep -q "exported 3 rows to $work/v.json, [0-9]* B" "$work/stderr"
}
check "with -v it says how much" verbose

run -c "export $work/a.csv" </dev/null
check "nothing is overwritten" ends 1 "is there already: export FILE --force"
run -c "export $work/x.foo" </dev/null
check "an unknown ending asks for the format" ends 1 "as csv, as json"
run -c "export $work/x as raw" </dev/null
check "an unknown format is named" ends 1 '"raw" is none of'
run -c "export --force" </dev/null
check "an export wants a file" ends 1 "usage: export FILE"
run -c "export $work/none/x.csv" </dev/null
check "a folder that is not there" ends 1 "No such file"
run -c "export /dev/full as csv --force" </dev/null
check "a device is no file" ends 1 "is no ordinary file"
ln -s "$work/a.csv" "$work/link"
run -c "export $work/link as csv" </dev/null
check "no link is followed" ends 1 "is no ordinary file"

# ---- stdout ----

run -c "to 127.0.0.1:$port" -c 'export - as json' </dev/null
check "stdout, where nothing else is" ends 0
stdout_lines() {
	run -c open -c 'export - as csv' </dev/null
	ends 0 && [ "$(wc -l <"$work/stdout")" = 2 ] && head -1 "$work/stdout" | grep -q '^no,time,'
}
check "lines for another program" stdout_lines
said -c 'export - as csv'
check "not behind payloads" ends 1 "stdout holds payloads already"
run -o text -c 'export - as csv' </dev/null
check "nor where -o has it" ends 1 "stdout is taken by -o: export FILE; or no export, -o csv prints"
run -o text -c 'export - as json' </dev/null
check "the way out is of the format" ends 1 "or no export, -o json prints the same"
way_out() {
	run -o csv -c open </dev/null
	ends 0 && head -1 "$work/stdout" | grep -q '^no,time,'
}
check "and what it says instead works" way_out

# What the store had let go before is missed, and told: four segments of 2 MiB hold less than that.
{
	pcap_head
	pcap_frame 1700000000 0
} >"$work/large"
pcap_frame 1700000000 0 >"$work/frames"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do
	cat "$work/frames" "$work/frames" >"$work/twice" && mv "$work/twice" "$work/frames"
done
cat "$work/frames" >>"$work/large"
let_go() {
	run --memory 8MiB -c 'filter len == 9' -c "read $work/large" -c filter -c "export $work/gone.csv" \
		-c 'echo never' </dev/null
	let_go_rows=$(($(wc -l <"$work/gone.csv") - 1))
	[ "$let_go_rows" -gt 1000 ] && [ "$let_go_rows" -lt 262145 ] &&
		ends 1 "$work/gone.csv is not complete: $(with_commas $let_go_rows) rows, but $(with_commas \
			$((262145 - let_go_rows))) older packets and events were not kept any more; --memory keeps more"
}
# with_commas N: below a million
with_commas() {
	if [ "$1" -lt 1000 ]; then echo "$1"; else printf '%d,%03d\n' $(($1 / 1000)) $(($1 % 1000)); fi
}
check "what the store had let go before is told" let_go

{
	echo "to 127.0.0.1:$port"
	yes 'send hello' | head -n 5000
} >"$work/many"
many() {
	run -f "$work/many" -c "export $work/many.csv" </dev/null
	[ "$(grep -c ',68656c6c6f,' "$work/many.csv")" -ge 5000 ]
}
check "many rows, in slices" many

# ---- copy ----

copied() {
	said -c "copy #1 as c > $work/a.c" -c "copy #1[1:3]>$work/a b" \
		-c "copy #1 as python > $work/a.py"
	ends 0 && [ "$(cat "$work/a b")" = "31 2b 31" ] && [ "$(stat -c %a "$work/a.c")" = 600 ] &&
		grep -qx 'static const unsigned char packet_1\[8\] = {' "$work/a.c" &&
		grep -q '^	0x3d, 0x31, 0x2b, 0x31, 0x2c, 0x22, 0x78, 0x22,$' "$work/a.c" && [ "$(sed -n 2p "$work/a.py")" = '    b"=1+1,\x22x\x22"' ]
}
check "copy writes bytes as they are needed" copied
said -c "copy #1 > $work/a.c"
check "and overwrites nothing" ends 1 "is there already: copy #N > FILE --force"
said -c "copy #1 > /dev/full --force"
check "a device is no file" ends 1 "is no ordinary file"
said -c 'copy #1'
check "there is no clipboard here" ends 1 "copy #N > FILE"
said -c 'copy #1 as xml'
check "another notation is named" ends 1 '"xml" is none of hex, c, python'
said -c 'copy #9'
check "so is what is not there" ends 1 "packet #9 is not kept"
said -c 'copy #1[6:3]'
check "and what is not in it" ends 1 "#1 has only 8 bytes"

# ---- a disk that is full ----

namespace="unshare -m"
[ "$(id -u)" = 0 ] || namespace="unshare -Urm"
disk=$work/disk
mkdir "$disk"
full() {
	# shellcheck disable=SC2016,SC2086 # the inner shell's; words are meant
	timeout $((30 * slow)) $namespace sh -c 'mount -t tmpfs -o size=64k none "$0" || exit 77
		"$1" -f "$2" -c "export $0/x.csv" </dev/null 2>"$3" >/dev/null
		echo $? >"$4"
		[ ! -e "$0/x.csv" ]' \
		"$disk" "$udpdeck" "$work/many" "$work/stderr" "$work/status" &&
		ends 1 "was not complete and is removed: No space left on device"
}
# shellcheck disable=SC2086 # words are meant
if $namespace mount -t tmpfs none "$disk" 2>/dev/null; then
	check "a full disk is told, and half a file does not stay" full
else
	skip "a full disk is told, and half a file does not stay" "no mount namespace"
fi

finish
