# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154 # $work is made by netns.sh
#
# Real servers for network tests, in a host of netns.sh (source that first).  Each
# function skips the test where the program is missing, starts it in the
# foreground of a background job, returns when its port is bound, and leaves its
# process id in $bg_pid and its log in $work.

# dns_start HOST: dnsmasq on port 53, for example.test only
#
#   alpha.example.test  A 10.0.0.1, AAAA fd00::1      www.example.test  CNAME alpha
#   example.test        MX 10 mail, TXT "v=spf1 -all" _sip._udp         SRV 10 20 5060 alpha
#   big.example.test    TXT of 2.4 kB: too much for 512 bytes, sets TC
dns_start() {
	need dnsmasq
	cat >"$work/dns.conf" <<-'END'
		port=53
		no-resolv
		no-hosts
		no-poll
		log-queries
		log-facility=-
		pid-file=
		edns-packet-max=4096
		local=/example.test/
		host-record=alpha.example.test,10.0.0.1,fd00::1,300
		cname=www.example.test,alpha.example.test
		mx-host=example.test,mail.example.test,10
		txt-record=example.test,"v=spf1 -all"
		srv-host=_sip._udp.example.test,alpha.example.test,5060,10,20
	END
	peers_filler=$(printf '%0200d' 0)
	for peers_line in 1 2 3 4 5 6 7 8 9 10 11 12; do
		echo "txt-record=big.example.test,\"$peers_line-$peers_filler\""
	done >>"$work/dns.conf"
	# -d keeps its user, which a user namespace needs
	start_bg "$1" dns dnsmasq -d -u root -C "$work/dns.conf"
	wait_for "udp_bound $1 53" 10
}

# tftp_start HOST: dnsmasq's TFTP on port 69; it answers from a new port each time
#
#   hello.txt  "hello tftp\n", one block        three.bin  1300 times A, three blocks
tftp_start() {
	need dnsmasq
	mkdir -p "$work/tftp"
	echo 'hello tftp' >"$work/tftp/hello.txt"
	head -c 1300 /dev/zero | tr '\0' A >"$work/tftp/three.bin"
	chmod -R a+rX "$work/tftp"
	start_bg "$1" tftp dnsmasq -d -u root -C /dev/null --port=0 --pid-file= --log-facility=- \
		--enable-tftp --tftp-root="$work/tftp"
	wait_for "udp_bound $1 69" 10
}

# ntp_start HOST: chronyd on port 123, claims to be stratum 1, never touches the clock
ntp_start() {
	need chronyd
	mkdir -p "$work/chrony"
	chmod 700 "$work/chrony"
	cat >"$work/chrony/chrony.conf" <<-END
		port 123
		cmdport 0
		bindcmdaddress /
		allow all
		local stratum 1
		pidfile $work/chrony/pid
	END
	start_bg "$1" ntp chronyd -d -x -U -u root -f "$work/chrony/chrony.conf"
	wait_for "udp_bound $1 123" 10
}
