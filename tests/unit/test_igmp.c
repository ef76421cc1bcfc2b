/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IGMP and MLD as /proc shows them: canned files below a directory of our own. */
#include "net/igmp.h"
#include "net/procfile.h"
#include "sockets.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct root {
	char path[64];
};

static int root_setup(void **state)
{
	struct root *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	snprintf(r->path, sizeof(r->path), "/tmp/test_igmp.XXXXXX");
	assert_non_null(mkdtemp(r->path));
	*state = r;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int root_teardown(void **state)
{
	struct root *r = *state;

	assert_int_equal(nftw(r->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(r);
	return 0;
}

static void put(const struct root *r, const char *path, const char *text)
{
	char name[256];
	FILE *f;

	snprintf(name, sizeof(name), "%s%s", r->path, path);
	for (char *slash = name + strlen(r->path) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		assert_true(mkdir(name, 0700) == 0 || errno == EEXIST);
		*slash = '/';
	}
	f = fopen(name, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

#define IGMP_HEAD "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n"

/* The kernel prints the address as a number of the host's order. */
static void put_igmp(const struct root *r)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 IGMP_HEAD "1\tlo        :     1      V3\n"
			   "\t\t\t\t%08X     1 0:00000000\t\t0\n"
			   "4\teth0      :     2      V2\n"
			   "\t\t\t\t%08X     3 1:0000002A\t\t1\n"
			   "\t\t\t\t%08X     1 0:00000000\t\t0\n"
			   "7\ta-long-name-123:     1      V1\n"
			   "\t\t\t\t%08X     1 0:00000000\t\t0\n",
		 htonl(0xe0000001), htonl(0xef010203), htonl(0xe0000001), htonl(0xe0000001));
	put(r, "/proc/net/igmp", text);
}

static void lists_are_read(void **state)
{
	const struct root *r = *state;
	const struct addr group = address("239.1.2.3", 0), group6 = address("ff35::1", 0);
	const struct addr absent = address("239.1.2.4", 0);
	struct igmp_table t = { 0 };

	put_igmp(r);
	put(r, "/proc/net/igmp6",
	    "4    eth0            ff350000000000000000000000000001     2 0000000C 0\n"
	    "1    lo              ff020000000000000000000000000001     1 0000000C 0\n"
	    "4    eth0            fe800000000000000000000000000001     1 00000004 0\n");
	assert_true(igmp_load(&t, r->path, NULL));
	assert_true(igmp_load(&t, r->path, NULL));
	assert_int_equal(t.group_count, 6);
	assert_int_equal(igmp_find(&t, 4, &group)->users, 3);
	assert_int_equal(igmp_find(&t, 4, &group6)->users, 2);
	assert_null(igmp_find(&t, 1, &group));
	assert_null(igmp_find(&t, 4, &absent));
	igmp_done(&t);
	assert_int_equal(t.group_count, 0);
}

static void no_ipv6_is_no_error(void **state)
{
	const struct root *r = *state;
	struct igmp_table t = { 0 };

	put_igmp(r);
	assert_true(igmp_load(&t, r->path, NULL));
	assert_int_equal(t.group_count, 4);
	igmp_done(&t);
}

static void the_querier_column_proves_old_versions(void **state)
{
	static const struct {
		unsigned ifindex;
		const char *name, *said;
		enum igmp_querier querier;
		bool loses;
	} rows[] = {
		{ 1, "lo", "IGMPv3 unproven", IGMP_QUERIER_UNKNOWN, false },
		{ 4, "eth0", "IGMPv2 proven", IGMP_QUERIER_HEARD, true },
		{ 7, "a-long-name-123", "IGMPv1 proven", IGMP_QUERIER_HEARD, true },
		{ 9, "none", "", IGMP_QUERIER_UNKNOWN, false },
	};
	const struct root *r = *state;
	struct igmp_table t = { 0 };
	struct igmp_state s;
	struct buf said;

	put_igmp(r);
	assert_true(igmp_load(&t, r->path, NULL));
	buf_init(&said, 64);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		igmp_look(&t, r->path, rows[i].ifindex, rows[i].name, AF_INET, &s);
		buf_reset(&said);
		igmp_format(&said, &s, AF_INET);
		assert_string_equal(buf_cstr(&said), rows[i].said);
		assert_int_equal(s.querier, rows[i].querier);
		assert_int_equal(igmp_loses_sources(&s, AF_INET), rows[i].loses);
	}
	/* What a sysctl says was heard from nobody. */
	put(r, "/proc/sys/net/ipv4/conf/eth0/force_igmp_version", "2\n");
	put(r, "/proc/sys/net/ipv4/conf/all/force_igmp_version", "0\n");
	igmp_look(&t, r->path, 4, "eth0", AF_INET, &s);
	buf_reset(&said);
	igmp_format(&said, &s, AF_INET);
	assert_string_equal(buf_cstr(&said), "IGMPv2 forced");
	assert_int_equal(s.querier, IGMP_QUERIER_UNKNOWN);
	buf_done(&said);
	igmp_done(&t);
}

static void counters_tell_of_mld(void **state)
{
	static const struct {
		const char *counters, *forced, *said;
		enum igmp_querier querier;
		bool loses;
	} rows[] = {
		{ "Icmp6InGroupMembQueries         \t0\nIcmp6OutMLDv2Reports            \t4\n",
		  "0\n", "MLDv2 unproven", IGMP_QUERIER_NONE, false },
		{ "Icmp6InGroupMembQueries\t2\nIcmp6OutMLDv2Reports\t4\n", "0\n", "MLDv2 unproven",
		  IGMP_QUERIER_HEARD, false },
		{ "Icmp6InGroupMembQueries\t2\nIcmp6OutGroupMembResponses\t1\n", "0\n",
		  "MLDv1 proven", IGMP_QUERIER_HEARD, true },
		{ "Icmp6InGroupMembQueries\t2\nIcmp6OutGroupMembResponses\t1\n"
		  "Icmp6OutMLDv2Reports\t4\n",
		  "0\n", "MLDv1 was used", IGMP_QUERIER_HEARD, true },
		{ "Icmp6OutGroupMembResponses\t1\nIcmp6OutMLDv2Reports\t4\n", "1\n", "MLDv1 forced",
		  IGMP_QUERIER_NONE, true },
		{ "Icmp6OutMLDv2Reports\t4\n", "2\n", "MLDv2 forced", IGMP_QUERIER_NONE, false },
	};
	const struct root *r = *state;
	const struct igmp_table t = { 0 };
	struct igmp_state s;
	struct buf said;

	buf_init(&said, 64);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put(r, "/proc/net/dev_snmp6/eth0", rows[i].counters);
		put(r, "/proc/sys/net/ipv6/conf/eth0/force_mld_version", rows[i].forced);
		igmp_look(&t, r->path, 4, "eth0", AF_INET6, &s);
		buf_reset(&said);
		igmp_format(&said, &s, AF_INET6);
		assert_string_equal(buf_cstr(&said), rows[i].said);
		assert_int_equal(s.querier, rows[i].querier);
		assert_int_equal(igmp_loses_sources(&s, AF_INET6), rows[i].loses);
	}
	igmp_look(&t, r->path, 5, "eth1", AF_INET6, &s);
	assert_int_equal(s.version, 0);
	buf_done(&said);
}

static void broken_lines_are_passed_over(void **state)
{
	static const char *const groups[] = {
		"",
		"\n",
		"\t\t\t\tE1010203 1",
		"4\teth0      :     1      V3\n\t\t\t\tXYZ     1 0:0\n",
		"4\teth0 : 1 V3\n\t\t\t\t030201\n",
		"99999999999\teth0 : 1 V3\n\t\t\t\t010000E0 1",
		"0\teth0 : 1 V3\n\t\t\t\t010000E0 1",
		"4\teth0 : 1 V3\n\t\t\t\t010000E0 -1",
		"4\teth0 : 1 V9\n\t\t\t\t010000E0 1",
	};
	static const char *const groups6[] = {
		"4 eth0 ff3500000000000000000000000000 1 0",
		"4 eth0 ff35000000000000 000000000000001 1 0",
		"4",
	};
	struct igmp_table t = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		assert_true(igmp_parse_groups(&t, groups[i], strlen(groups[i])));
	for (size_t i = 0; i < sizeof(groups6) / sizeof(groups6[0]); i++)
		assert_true(igmp_parse_groups6(&t, groups6[i], strlen(groups6[i])));
	assert_int_equal(t.group_count, 0);
	igmp_done(&t);
}

static void the_kernel_can_be_read(void **state)
{
	struct igmp_table t = { 0 };
	struct error e = { 0 };

	(void)state;
	assert_true(igmp_load(&t, "", &e));
	igmp_done(&t);
}

static void files_are_read_whole_or_not(void **state)
{
	const struct root *r = *state;
	struct error e = { 0 };
	int64_t number = 7;
	struct buf b;

	put(r, "/proc/number", "-12\n");
	put(r, "/proc/word", "twelve\n");
	assert_true(procfile_read_number(r->path, "/proc/number", &number, &e));
	assert_int_equal(number, -12);
	assert_false(procfile_read_number(r->path, "/proc/word", &number, &e));
	assert_false(procfile_read_number(r->path, "/proc/none", &number, &e));
	assert_int_equal(e.errnum, ENOENT);
	assert_int_equal(number, -12);
	buf_init(&b, 7);
	assert_false(procfile_read(r->path, "/proc", &b, &e));
	assert_int_equal(e.errnum, EISDIR);
	assert_true(procfile_read(r->path, "/proc/word", &b, &e));
	assert_string_equal(buf_cstr(&b), "twelve\n");
	buf_done(&b);
	buf_init(&b, 6);
	assert_false(procfile_read(r->path, "/proc/word", &b, &e));
	assert_int_equal(e.errnum, EFBIG);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lists_are_read, root_setup, root_teardown),
		cmocka_unit_test_setup_teardown(no_ipv6_is_no_error, root_setup, root_teardown),
		cmocka_unit_test_setup_teardown(the_querier_column_proves_old_versions, root_setup,
						root_teardown),
		cmocka_unit_test_setup_teardown(counters_tell_of_mld, root_setup, root_teardown),
		cmocka_unit_test(broken_lines_are_passed_over),
		cmocka_unit_test(the_kernel_can_be_read),
		cmocka_unit_test_setup_teardown(files_are_read_whole_or_not, root_setup,
						root_teardown),
	};

	return cmocka_run_group_tests_name("igmp", tests, NULL, NULL);
}
