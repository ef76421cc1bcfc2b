/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files of /proc: the counters of UDP, the sockets of a port; out of canned files.
 */
#include "net/owner.h"
#include "net/udpstat.h"
#include "sockets.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- a root of one's own ---- */

static char root[64];

static void make_folder(const char *path)
{
	char whole[200];

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	assert_return_code(mkdir(whole, 0700), 0);
}

static void make_file(const char *path, const char *text)
{
	char whole[200];
	FILE *f;

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	f = fopen(whole, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int make_root(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/udpdeck-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	make_folder("/proc");
	make_folder("/proc/net");
	return 0;
}

static int remove_root(void **state)
{
	static const char *const paths[] = {
		"/proc/net/snmp", "/proc/net/snmp6", "/proc/net/udp", "/proc/net/udp6",
		"/proc/812/fd/4", "/proc/812/comm",  "/proc/number",
	};
	static const char *const folders[] = { "/proc/812/fd", "/proc/812", "/proc/net", "/proc",
					       "" };
	char whole[200];

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		snprintf(whole, sizeof(whole), "%s%s", root, paths[i]);
		unlink(whole);
	}
	for (size_t i = 0; i < COUNT(folders); i++) {
		snprintf(whole, sizeof(whole), "%s%s", root, folders[i]);
		rmdir(whole);
	}
	return 0;
}

/* ---- counters ---- */

#define NAMES                                                                                    \
	"Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors " \
	"IgnoredMulti MemErrors\n"

static void test_counters(void **state)
{
	struct udpstat stat;

	(void)state;
	make_file("/proc/net/snmp", "Tcp: NoPorts\nTcp: 99\n" NAMES "Udp: 100 1 9 50 4 0 3 0 2\n"
				    "UdpLite: NoPorts\nUdpLite: 98\n");
	assert_true(udpstat_read(root, &stat, NULL));
	assert_int_equal(stat.v4.no_ports, 1);
	assert_int_equal(stat.v4.in_errors, 9);
	assert_int_equal(stat.v4.rcvbuf_errors, 4);
	assert_int_equal(stat.v4.csum_errors, 3);
	assert_int_equal(stat.v4.mem_errors, 2);
	assert_int_equal(stat.v6.no_ports, 0);
	make_file("/proc/net/snmp6", "Ip6InReceives   \t1\nUdp6NoPorts  \t7\nUdpLite6NoPorts 8\n"
				     "Udp6InCsumErrors\t5\nUdp6\t3\n");
	assert_true(udpstat_read(root, &stat, NULL));
	assert_int_equal(stat.v6.no_ports, 7);
	assert_int_equal(stat.v6.csum_errors, 5);
}

static void test_no_counters(void **state)
{
	static const char *const texts[] = {
		"",
		"Udp:",
		NAMES,
		NAMES "Tcp: 1 2 3\n",
		"Udp: NoPorts\nUdp:\n",
		"Udp: NoPorts\nUdp: -1\n",
		"Udp: NoPorts\nUdp: 99999999999999999999999999\n",
	};
	struct udp_counters c = { 0 };
	struct error e;
	struct udpstat stat;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_false(udpstat_parse(texts[i], strlen(texts[i]), &c));
	assert_false(udpstat_parse6("Udp6NoPorts\n", 12, &c));
	make_file("/proc/net/snmp", "nothing\n");
	assert_false(udpstat_read(root, &stat, &e));
	assert_non_null(strstr(e.text, "no counters"));
}

static void test_this_host(void **state)
{
	struct udpstat stat;

	(void)state;
	assert_true(udpstat_read("", &stat, NULL));
}

/* ---- the sockets of a port ---- */

#define HEADING \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"

static void test_sockets(void **state)
{
	struct owner_list l;
	struct owner who;
	char whole[200];

	(void)state;
	make_file("/proc/net/udp",
		  HEADING "  10: 00000000:1388 00000000:0000 07 0:0 00:0 00000000  0 0 51 2 0 0\n"
			  "  11: 00000000:1389 00000000:0000 07 0:0 00:0 00000000  0 0 52 2 0 0\n"
			  "  10: 01004D0A:1388 02004D0A:0035 01 0:0 00:0 00000000 33 0 53 2 0 0\n");
	make_file("/proc/net/udp6",
		  HEADING "  10: 00000000000000000000000000000000:1388 "
			  "00000000000000000000000000000000:0000 07 0:0 00:0 0 7 0 54 2 0 0\n"
			  "broken\n");
	make_folder("/proc/812");
	make_folder("/proc/812/fd");
	make_file("/proc/812/comm", "evil\033name\n");
	snprintf(whole, sizeof(whole), "%s/proc/812/fd/4", root);
	assert_return_code(symlink("socket:[53]", whole), 0);

	assert_true(owner_list_read(root, 5000, &l, NULL));
	assert_int_equal(l.count, 3);
	assert_int_equal(l.entries[0].inode, 51);
	assert_true(addr_is_any(&l.entries[0].local));
	assert_int_equal(l.entries[0].peer.family, AF_UNSPEC);
	assert_int_equal(l.entries[1].peer.port, 53);
	assert_int_equal(l.entries[1].uid, 33);
	assert_true(l.entries[2].six);
	owner_of_entry(root, &l.entries[1], &who);
	assert_int_equal(who.pid, 812);
	assert_string_equal(who.program, "evil\033name");
	owner_of_entry(root, &l.entries[2], &who);
	assert_int_equal(who.pid, 0);
	assert_int_equal(who.uid, 7);
	owner_list_done(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counters, make_root, remove_root),
		cmocka_unit_test_setup_teardown(test_no_counters, make_root, remove_root),
		cmocka_unit_test(test_this_host),
		cmocka_unit_test_setup_teardown(test_sockets, make_root, remove_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
