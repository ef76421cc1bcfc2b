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
#   10.77.0.2           PTR deck.example.test
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
		ptr-record=2.0.77.10.in-addr.arpa,deck.example.test
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

# mdns_start HOST: avahi-daemon on port 5353 of eth0: udppeer.local with an _http._tcp service
mdns_start() {
	need avahi-daemon
	mkdir -p "$work/avahi/services"
	# it gives its directory to a user of its own, which a user namespace does not have
	sed 's/^avahi:x:[0-9]*:[0-9]*/avahi:x:0:0/' /etc/passwd >"$work/avahi/passwd"
	sed 's/^avahi:x:[0-9]*/avahi:x:0/' /etc/group >"$work/avahi/group"
	cat >"$work/avahi/services/web.service" <<-'END'
		<?xml version="1.0" standalone='no'?>
		<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
		<service-group>
		<name>Peer</name><service><type>_http._tcp</type><port>8080</port></service>
		</service-group>
	END
	cat >"$work/avahi/conf" <<-'END'
		[server]
		host-name=udppeer
		allow-interfaces=eth0
		enable-dbus=no
		ratelimit-interval-usec=0
		[wide-area]
		enable-wide-area=no
		[rlimits]
	END
	# the mounts are seen in its own mount namespace only
	start_bg "$1" mdns sh -c "
		mount --bind $work/avahi/passwd /etc/passwd &&
			mount --bind $work/avahi/group /etc/group &&
			mount --bind $work/avahi/services /etc/avahi/services &&
			mkdir -p /run/avahi-daemon &&
			exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f $work/avahi/conf"
	wait_for "grep -q 'successfully established' $work/mdns.log" 15
}

# ssdp_start HOST: minidlna on port 1900 of eth0
ssdp_start() {
	need minidlnad
	mkdir -p "$work/dlna/media"
	cat >"$work/dlna/conf" <<-END
		port=8200
		network_interface=eth0
		media_dir=$work/dlna/media
		db_dir=$work/dlna
		log_dir=$work/dlna
		inotify=no
		friendly_name=peer
	END
	start_bg "$1" ssdp minidlnad -S -f "$work/dlna/conf" -P "$work/dlna/pid"
	wait_for "udp_bound $1 1900" 15
}

# rip_start HOST: bird with RIPv2 (192.0.2.0/24) and RIPng (2001:db8:1::/48) on eth0
rip_start() {
	need bird
	cat >"$work/bird.conf" <<-'END'
		log stderr all;
		router id 10.77.0.2;
		protocol device {}
		protocol static s4 { ipv4; route 192.0.2.0/24 blackhole; }
		protocol static s6 { ipv6; route 2001:db8:1::/48 blackhole; }
		protocol rip r4 { ipv4 { export all; }; interface "eth0" { version 2; }; }
		protocol rip ng r6 { ipv6 { export all; }; interface "eth0"; }
	END
	start_bg "$1" rip bird -f -c "$work/bird.conf" -s "$work/bird.ctl"
	wait_for "udp_bound $1 520 && udp_bound $1 521" 10
}

# dhcp_start HOST: dnsmasq on port 67 of eth0, offers 10.77.0.100 to .150
dhcp_start() {
	need dnsmasq
	start_bg "$1" dhcp dnsmasq -d -u root -C /dev/null --port=0 --pid-file= --log-facility=- \
		--no-ping --interface=eth0 --bind-interfaces --dhcp-authoritative \
		--dhcp-leasefile="$work/leases" \
		--dhcp-range=10.77.0.100,10.77.0.150,255.255.255.0,10m
	wait_for "udp_bound $1 67" 10
}
