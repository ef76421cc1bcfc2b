#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every socket is born CLOEXEC and NONBLOCK, every other descriptor CLOEXEC: no child inherits one.

. "${srcdir:-.}/tests/lib/netns.sh"
. "${srcdir:-.}/tests/lib/decks.sh"
need strace
udpdeck=$udpdeck_itself # no shell, no file of a recording
tap_last=
[ -z "${UDPDECK_SANITIZE-}" ] || skip_all "by design: sanitizers open files of their own and do not like strace"

# What makes descriptors, and exec, by which the program is known.
calls=execve,socket,socketpair,accept4,open,openat,creat,dup,dup2,dup3,pipe,pipe2,eventfd2,signalfd4
calls=$calls,epoll_create,epoll_create1,timerfd_create,memfd_create,inotify_init1,fcntl

traced() {
	lan_up 1 && on h1 strace -o "$work/probe" true || return 1
	deck_under="strace -f -qq -s 200 -e trace=$calls -o $work/trace"
	deck_start h1 one -l 5000 --device eth0
}

# One of everything that opens something.
busy() {
	echo data >"$work/data"
	deck_type one ":join 239.1.0.1+50%eth0" && deck one "row 0 50 groups" &&
		deck_type one ":open udp6" ":open udp4" ":to localhost:9" &&
		deck one "wait -> 127.0.0.1:9" &&
		deck_type one ":send x" ":file $work/data" ":interfaces" &&
		deck one "wait addresses" "send q" && deck_type one ":connect 127.0.0.1 9" &&
		deck one "wait connected: only" && deck_type one ":disconnect" ":open udp4 :5000" &&
		deck one "wait taken" "key Ctrl-C" "row 1 tx 2"
}

# Seen from outside, now: what it has without CLOEXEC (02000000) its parent, strace, has too.
open_now() {
	open_pid=$(sed -n 's/^\([0-9]*\) .*execve(.*udpdeck.*/\1/p' "$work/trace" | tail -n 1)
	open_parent=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$open_pid/status")
	for open_fd in "/proc/$open_pid/fd"/*; do
		[ "${open_fd##*/}" -gt 2 ] || continue
		[ "$(readlink "$open_fd")" != "$(readlink "/proc/$open_parent/fd/${open_fd##*/}")" ] ||
			continue
		open_flags=$(sed -n 's/^flags:[[:space:]]*//p' "/proc/$open_pid/fdinfo/${open_fd##*/}")
		case $((open_flags & 02000000)) in
		0) echo "${open_fd##*/} $(readlink "$open_fd"): flags $open_flags" ;;
		esac
	done >"$work/inherited"
	cat "$work/inherited"
	[ -n "$open_pid" ] && [ ! -s "$work/inherited" ]
}

ended() {
	deck one 'send :quit\r' "exit 0"
}

# The lines of the program itself: from its own execve on.
of_the_program() {
	sed -n '/execve(.*udpdeck/,$p' "$work/trace"
}

# true if there is nothing to read; what there is is shown
none() {
	! grep .
}

udp_sockets() {
	[ "$(of_the_program | grep -c 'socket(AF_INET6*, SOCK_DGRAM')" -ge 4 ] &&
		of_the_program | grep 'socket(AF_INET' | grep -v 'SOCK_CLOEXEC|SOCK_NONBLOCK' | none
}

# Libraries open files for a moment without it: ncurses its terminfo, readline inputrc (/dev/null),
# glibc gconv's cache and a thread's name.
others() {
	of_the_program | grep -v 'execve(\|fcntl(\| = -1 \|^[0-9]* *[+-]' |
		grep -v 'pipe2(.*unfinished\|resumed>.* = ' | grep -v 'CLOEXEC' |
		grep -v 'terminfo\|"/dev/null"\|gconv-modules\|/comm"' | none
}

duplicates() {
	of_the_program | grep 'F_DUPFD,\|pipe2 resumed' | grep -v CLOEXEC | none
}

# Those given to it belong to its caller too (a shell, a pipe's other end).
inherited_flags() {
	of_the_program | grep 'fcntl([012], F_SETF[LD]' | none
}

plan 8
check "a cockpit under strace" traced
check "it opens all kinds of things" busy
check "no descriptor of it would be inherited" open_now
check "it ends" ended
check "every UDP socket was born CLOEXEC and NONBLOCK" udp_sockets
check "every other descriptor was born CLOEXEC" others
check "so was every duplicate" duplicates
check "the flags of inherited descriptors were not changed" inherited_flags
finish
