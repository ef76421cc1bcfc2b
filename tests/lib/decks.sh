# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154 # $work is made by netns.sh
#
# Real cockpits in the hosts of netns.sh (source that first), each in a terminal
# of its own (ptyrun -a), driven in turn:
#
#   deck_start h1 one -l 5000
#   deck one "wait open 0.0.0.0:5000" 'send :to 10.77.0.2 7\r'
#
# A line of a deck is one of ptyrun's, and waits until it is true.  A deck is named
# after what it is in the test; it ends with the test.

ptyrun=tests/lib/ptyrun
udpdeck=${UDPDECK:-./udpdeck}
deck_size=40x180 # of the next terminals: details are open, addresses whole
deck_under=      # a program and its arguments to run udpdeck under, such as "setpriv ..."

[ -x "$ptyrun" ] || skip_all "built without libvterm"
[ -x "$udpdeck" ] || skip_all "no udpdeck: UDPDECK names none"

# deck_start HOST NAME ARG...: started, and its line is there
deck_start() {
	deck_host=$1
	deck_name=$2
	shift 2
	mkfifo "$work/$deck_name.in" "$work/$deck_name.out" || return 1
	# both ends open for both ways: who opens one to write a line or to read one never waits
	# shellcheck disable=SC2086 # words
	ip netns exec "$deck_host" "$ptyrun" -a "$deck_size" $deck_under "$udpdeck" --no-rc "$@" \
		<>"$work/$deck_name.in" 1<>"$work/$deck_name.out" 2>>"$work/$deck_name.screen" &
	deck "$deck_name" "wait text>"
}

# deck NAME LINE...: false at the first that fails, with the screen
deck() {
	deck_name=$1
	shift
	for deck_line; do
		printf '%s\n' "$deck_line" >"$work/$deck_name.in" || return 1
		read -r deck_answer <"$work/$deck_name.out" || return 1
		[ "$deck_answer" = ok ] && continue
		echo "deck $deck_name: $deck_line"
		cat "$work/$deck_name.screen"
		: >"$work/$deck_name.screen"
		return 1
	done
}

# type NAME TEXT...: each is a line, with Enter behind it
deck_type() {
	deck_typist=$1
	shift
	for deck_text; do
		deck "$deck_typist" "send $deck_text\\r" || return 1
	done
}

# deck_quit NAME: while something is recorded it asks once more
deck_quit() {
	[ -z "$tap_last" ] || deck "$1" "key F10" || return
	deck "$1" "key F10" "exit 0"
}
