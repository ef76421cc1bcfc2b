/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The process that is asked for trees, with scripts in the place of tshark: what it gets, what it
 * answers, and all the ways in which it does not.
 */
#include "session/tshark.h"
#include "fake_face.h"
#include "util/num.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Reads what was written to it at one go; a tree with a row of that text. */
static const char preface[] =
	"#!/bin/sh\n"
	"asked() { dd bs=65536 count=1 >/dev/null 2>&1; }\n"
	"tree() { printf '<packet>\\n<proto name=\"x\" showname=\"%s\" size=\"1\" pos=\"28\">"
	"</proto>\\n</packet>\\n\\n' \"$*\"; }\n";

struct bed {
	struct fake_face *face;
	char dir[64];
	unsigned installed;
	char path[2048]; /* PATH as it was */
};

static int bed_setup(void **state)
{
	struct bed *b = calloc(1, sizeof(*b));
	void *face;

	assert_non_null(b);
	assert_int_equal(fake_face_setup_still(&face), 0);
	b->face = face;
	snprintf(b->dir, sizeof(b->dir), "/tmp/test_tshark.XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	assert_int_equal(chmod(b->dir, 0755), 0); /* root's helpers are nobody */
	snprintf(b->path, sizeof(b->path), "%s", getenv("PATH"));
	*state = b;
	return 0;
}

static void folder_of(const struct bed *b, unsigned n, char folder[96])
{
	snprintf(folder, 96, "%s/%u", b->dir, n);
}

static int bed_teardown(void **state)
{
	struct bed *b = *state;
	void *face = b->face;
	char folder[96], program[112];

	assert_int_equal(setenv("PATH", b->path, 1), 0);
	for (unsigned n = 1; n <= b->installed; n++) {
		folder_of(b, n, folder);
		snprintf(program, sizeof(program), "%s/tshark", folder);
		unlink(program);
		assert_int_equal(rmdir(folder), 0);
	}
	assert_int_equal(rmdir(b->dir), 0);
	free(b);
	return face ? fake_face_teardown(&face) : 0;
}

/* From now on tshark is that script; NULL: there is none.  Each has a folder of its own: a shell
 * that was started may open its script only after the next one is there. */
static void install(struct bed *b, const char *script)
{
	char folder[96], program[112], path[128];
	FILE *f;

	folder_of(b, ++b->installed, folder);
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(chmod(folder, 0755), 0);
	snprintf(path, sizeof(path), "%s%s", folder, script ? ":/usr/bin:/bin" : "");
	assert_int_equal(setenv("PATH", path, 1), 0);
	if (!script)
		return;
	snprintf(program, sizeof(program), "%s/tshark", folder);
	f = fopen(program, "we");
	assert_non_null(f);
	assert_true(fprintf(f, "%s%s\n", preface, script) > 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(program, 0755), 0);
}

static struct packet packet(uint64_t no)
{
	static const uint8_t data[] = "abc";

	return (struct packet){
		.no = no,
		.kind = PACKET_RX,
		.time = 1772363000ull * NS_PER_S,
		.peer = { .bytes = { 10, 0, 0, 9 }, .port = 53, .family = AF_INET },
		.local = { .bytes = { 10, 0, 0, 1 }, .port = 4000, .family = AF_INET },
		.data = data,
		.len = 3,
		.stored = 3
	};
}

static void ask(struct bed *b, uint64_t no)
{
	struct packet p = packet(no);

	tshark_ask(&b->face->session, &p);
}

static enum tshark_state state_of(struct fake_face *f, uint64_t no, struct buf *words)
{
	const struct pdml *tree;
	const struct error *why;
	enum tshark_state state = tshark_look(&f->session, no, &tree, &why);

	buf_init(words, 65536);
	if (state == TSHARK_KNOWN)
		for (size_t i = 0; i < tree->count; i++)
			buf_str(words, pdml_text(tree, i));
	if (state == TSHARK_FAILED)
		buf_str(words, why->text);
	return state;
}

static bool is_settled(struct fake_face *f, void *ctx)
{
	const struct pdml *tree;
	const struct error *why;
	uint64_t *no = ctx;

	return tshark_look(&f->session, *no, &tree, &why) >= TSHARK_KNOWN;
}

static void becomes(struct bed *b, uint64_t no, enum tshark_state state, const char *expected)
{
	struct buf words;

	fake_until(b->face, is_settled, &no);
	assert_int_equal(state_of(b->face, no, &words), state);
	if (!strstr(buf_cstr(&words), expected))
		fail_msg("\"%s\" is not in \"%s\"", expected, buf_cstr(&words));
	buf_done(&words);
}

static void is_waiting(struct bed *b, uint64_t no)
{
	struct buf words;

	assert_int_equal(state_of(b->face, no, &words), TSHARK_WAITS);
	buf_done(&words);
}

static void test_an_answer(void **state)
{
	struct bed *b = *state;
	const struct pdml *tree;
	const struct error *why;

	install(b, "asked; tree one; asked; tree two; exec cat >/dev/null");
	ask(b, 1);
	is_waiting(b, 1);
	becomes(b, 1, TSHARK_KNOWN, "one");
	assert_int_equal(tshark_look(&b->face->session, 1, &tree, &why), TSHARK_KNOWN);
	assert_int_equal(tree->fields[0].offset, 0);
	assert_int_equal(tree->fields[0].length, 1);
	/* asked again it is known */
	ask(b, 1);
	becomes(b, 1, TSHARK_KNOWN, "one");
	/* by the same process */
	ask(b, 2);
	becomes(b, 2, TSHARK_KNOWN, "two");
	assert_int_equal(tshark_look(&b->face->session, 1, &tree, &why), TSHARK_UNASKED);
}

static void test_how_it_is_run(void **state)
{
	struct bed *b = *state;

	assert_true(tshark_decode_as(&b->face->session, 5000, "dns", NULL));
	assert_int_equal(setenv("UDPDECK_TEST_SECRET", "x", 1), 0);
	install(b, "asked; tree $(pwd) $HOME $LC_ALL ${UDPDECK_TEST_SECRET-none} "
		   "$(ulimit -c) $(ulimit -f) \"$@\"; exec cat >/dev/null");
	ask(b, 1);
	becomes(b, 1, TSHARK_KNOWN,
		"/ /nonexistent C.UTF-8 none 0 2048 -n -l -r - -T pdml -d udp.port==5000,dns");
	unsetenv("UDPDECK_TEST_SECRET");
}

static void test_what_goes_wrong_is_said(void **state)
{
	static const struct {
		const char *script, *why;
	} rows[] = {
		{ NULL, "tshark is not installed: it comes with Wireshark" },
		{ "exit 3", "tshark ended" },
		{ "asked; kill -KILL $$", "tshark ended" },
		{ "asked; kill -SEGV $$", "tshark ended" },
		{ "echo 'Running as user \"root\".' >&2; echo 'tshark: no \033[2J' >&2; exit 2",
		  "tshark ended: no \\x1b[2J" },
		{ "head -c 100000 /dev/zero >&2; exit 2", "tshark ended: \\0\\0" },
		{ "yes garbage", "tshark said more than 4 MiB about this packet" },
		{ "echo '<packet>'; yes '<field name=\"x\"/>'", "more than 4 MiB" },
		{ "echo '<packet></proto></packet>'; cat >/dev/null",
		  "what tshark said is no tree of a packet" },
		{ "exec /nonexistent/interpreter", "tshark ended" },
	};
	struct bed *b = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		install(b, rows[i].script);
		ask(b, 2 * i + 1);
		becomes(b, 2 * i + 1, TSHARK_FAILED, rows[i].why);
		/* nobody asks again by himself; the next question starts another */
		install(b, "asked; tree fine; exec cat >/dev/null");
		ask(b, 2 * i + 1);
		becomes(b, 2 * i + 1, TSHARK_FAILED, rows[i].why);
		ask(b, 2 * i + 2);
		becomes(b, 2 * i + 2, TSHARK_KNOWN, "fine");
		assert_true(tshark_decode_as(&b->face->session, 9, "dns", NULL)); /* ends it */
	}
}

static void test_one_that_died_is_followed_by_another(void **state)
{
	struct bed *b = *state;

	install(b, "asked; tree one; exit");
	ask(b, 1);
	becomes(b, 1, TSHARK_KNOWN, "one");
	ask(b, 2);
	becomes(b, 2, TSHARK_KNOWN, "one");
	/* before it has heard the question, or of it */
	install(b, "asked; tree one; asked; exit");
	ask(b, 3);
	becomes(b, 3, TSHARK_KNOWN, "one");
	ask(b, 4);
	becomes(b, 4, TSHARK_KNOWN, "one");
}

static void test_it_stands_still(void **state)
{
	static const struct {
		const char *script, *why;
		uint64_t seconds;
	} rows[] = {
		{ "exec sleep 1000", "tshark did not answer within 15 s", 15 },
		{ "kill -STOP $$", "tshark did not answer within 15 s", 15 },
		{ "trap '' TERM HUP INT; while :; do sleep 1; done", "within 15 s", 15 },
		{ "asked; tree one; exec sleep 1000", "tshark did not answer within 5 s", 5 },
		{ "asked; tree one; kill -STOP $$", "tshark did not answer within 5 s", 5 },
	};
	struct bed *b = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t no = 10 * i + 1;

		install(b, rows[i].script);
		if (rows[i].seconds == 5) {
			ask(b, no);
			becomes(b, no, TSHARK_KNOWN, "one");
			no++;
		}
		ask(b, no);
		fake_advance(b->face, (rows[i].seconds - 1) * NS_PER_S);
		is_waiting(b, no);
		fake_advance(b->face, NS_PER_S);
		becomes(b, no, TSHARK_FAILED, rows[i].why);
	}
}

/* While one is under way the newest of the others is the only one that is asked. */
static void test_the_newest_question_wins(void **state)
{
	struct bed *b = *state;
	struct buf words;

	install(b, "asked; tree one; asked; tree two; asked; tree three; asked; tree four; exec "
		   "cat >/dev/null");
	for (uint64_t no = 1; no <= 5; no++)
		ask(b, no);
	assert_int_equal(state_of(b->face, 1, &words), TSHARK_UNASKED);
	buf_done(&words);
	becomes(b, 5, TSHARK_KNOWN, "two");
	/* back and forth: what was asked for last, though the answer is that of another question */
	ask(b, 6);
	ask(b, 7);
	becomes(b, 7, TSHARK_KNOWN, "four");
}

static void test_a_question_outlives_the_child_of_another(void **state)
{
	struct bed *b = *state;

	install(b, "exec sleep 1000");
	ask(b, 1);
	ask(b, 2);
	install(b, "asked; tree fine; exec cat >/dev/null");
	fake_advance(b->face, 15 * NS_PER_S);
	becomes(b, 2, TSHARK_KNOWN, "fine");
}

static void test_nothing_to_look_at(void **state)
{
	struct bed *b = *state;
	struct packet p = packet(1);

	install(b, "asked; tree one; exec cat >/dev/null");
	p.kind = PACKET_ICMP;
	p.icmp.offender = (struct addr){ 0 }; /* an errno of this host */
	tshark_ask(&b->face->session, &p);
	becomes(b, 1, TSHARK_FAILED, "tshark has nothing to look at in #1");
}

static void test_large_datagrams_go_through(void **state)
{
	static uint8_t data[65507];
	struct bed *b = *state;
	struct packet p = packet(1);

	memset(data, 'x', sizeof(data));
	p.data = data;
	p.len = p.stored = sizeof(data);
	install(b, "tree $(head -c 65600 | wc -c); exec cat >/dev/null");
	tshark_ask(&b->face->session, &p);
	becomes(b, 1, TSHARK_KNOWN, "65600");
}

static bool is_gone(struct fake_face *f, void *ctx)
{
	const pid_t *pid = ctx;

	(void)f;
	return kill(*pid, 0) < 0 && errno == ESRCH;
}

static void test_it_ends_with_the_session(void **state)
{
	struct bed *b = *state;
	struct buf words;
	void *face = b->face;
	pid_t pid;

	install(b, "asked; tree $$; kill -STOP $$");
	ask(b, 1);
	becomes(b, 1, TSHARK_KNOWN, "");
	state_of(b->face, 1, &words);
	pid = (pid_t)strtol(buf_cstr(&words), NULL, 10);
	buf_done(&words);
	assert_true(pid > 1);
	assert_false(is_gone(NULL, &pid));
	assert_int_equal(fake_face_teardown(&face), 0);
	b->face = NULL;
	assert_true(is_gone(NULL, &pid));
}

/* ---- commands ---- */

static bool is_listed(struct fake_face *f, void *ctx)
{
	(void)ctx;
	return f->listings > 0 || f->ends > 0;
}

static void test_show_waits_and_lists(void **state)
{
	struct bed *b = *state;
	struct fake_face *f = b->face;
	struct error e;

	install(b, "asked; tree fine; exec cat >/dev/null");
	fake_must(f, "open 127.0.0.1:0");
	fake_must(f, "to 127.0.0.1:9 send abc");
	assert_false(fake_run(f, "show #1 wireshark", &e));
	assert_int_equal(e.at, 8);
	assert_false(fake_run(f, "show #99 tshark", &e));
	assert_non_null(strstr(e.text, "there is no packet #99"));
	assert_int_equal(e.at, 5);
	assert_false(fake_run(f, "show #1 tshark", &e));
	assert_int_equal(e.code, ERR_PENDING);
	assert_true(script_add_line(f->face.script, "show #1 tshark", &e));
	assert_true(script_add_line(f->face.script, "echo next", &e));
	script_start(f->face.script);
	fake_until(f, is_listed, NULL);
	assert_true(fake_listed(f, "[0:1]\tfine"));
	assert_string_equal(buf_cstr(&f->listing.title), "#1 as tshark sees it");
}

static const char list_of_names[] =
	"printf 'Running as root.\\ntshark: Unknown protocol\\n\\tbt-dht (BitTorrent DHT)\\n"
	"\\tbt-utp (uTorrent)\\n\\ttftp (Trivial)\\n' >&2; exit 1";

static bool is_taken(struct fake_face *f, void *ctx)
{
	struct error e = { .at = -1 };

	return fake_run(f, ctx, &e);
}

/* At first it is asked for the names. */
static void decode_as_waits(struct fake_face *f, const char *line)
{
	struct error e = { .at = -1 };

	assert_false(fake_run(f, line, &e));
	assert_int_equal(e.code, ERR_PENDING);
	fake_until(f, is_taken, (void *)(uintptr_t)line);
}

static void test_decode_as(void **state)
{
	static const struct {
		const char *line;
		ptrdiff_t at;
		const char *why;
	} rows[] = {
		{ "decode-as 0 dns", 10, "outside 1..65535" },
		{ "decode-as x dns", 10, "x" },
		{ "decode-as 5 -w", 12, "is no name" },
		{ "decode-as 5 dns,tftp", 12, "is no name" },
		{ "decode-as 5 a/b", 12, "is no name" },
		{ "decode-as 5 \"a b\"", -2, "" },
		{ "decode-as 5 ${seq}", 12, "is no name" },
		{ "decode-as 5", 10, "not decoded" },
	};
	struct bed *b = *state;
	struct fake_face *f = b->face;
	size_t count;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error e = { .at = -1 };

		if (fake_run(f, rows[i].line, &e))
			fail_msg("taken: %s", rows[i].line);
		if (rows[i].at != -2)
			assert_int_equal(e.at, rows[i].at);
		assert_non_null(strstr(e.text, rows[i].why));
	}
	fake_must(f, "decode-as 5000 dns");
	fake_must(f, "decode-as 5001 tftp");
	install(b, list_of_names);
	decode_as_waits(f, "decode-as 5000 bt-dht");
	fake_must(f, "decode-as");
	assert_true(fake_listed(f, "5000\tbt-dht"));
	assert_true(fake_listed(f, "5001\ttftp"));
	fake_must(f, "decode-as 5000");
	assert_int_equal(tshark_rules(&f->session, &count)->port, 5001);
	assert_int_equal(count, 1);
}

static void test_names_are_those_of_tshark(void **state)
{
	struct bed *b = *state;
	struct fake_face *f = b->face;
	struct error e = { .at = -1 };

	install(b, list_of_names);
	assert_string_equal(tshark_name_at(&f->session, 2), "dns");
	decode_as_waits(f, "decode-as 5000 bt-dht");
	assert_string_equal(tshark_name_at(&f->session, 0), "bt-dht");
	assert_string_equal(tshark_name_at(&f->session, 1), "bt-utp");
	assert_null(tshark_name_at(&f->session, 3));
	/* they are known now, and the rule stays as it was */
	assert_false(fake_run(f, "decode-as 5000 bt-dth", &e));
	assert_string_equal(e.text, "tshark knows no \"bt-dth\" that UDP carries: did you mean "
				    "bt-dht or bt-utp?");
	assert_int_equal(e.at, 15);
	assert_false(fake_run(f, "decode-as 5000 nothing", &e));
	assert_string_equal(e.text, "tshark knows no \"nothing\" that UDP carries");
	fake_must(f, "decode-as");
	assert_true(fake_listed(f, "5000\tbt-dht"));
}

/* What cannot be checked is taken. */
static void test_without_names_any_is_taken(void **state)
{
	struct bed *b = *state;
	struct fake_face *f = b->face;

	install(b, NULL);
	fake_must(f, "decode-as 5000 nosuch");
	install(b, "echo 'what?' >&2");
	decode_as_waits(f, "decode-as 5001 nosuch");
	assert_string_equal(tshark_name_at(&f->session, 2), "dns");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define BED(test) cmocka_unit_test_setup_teardown(test, bed_setup, bed_teardown)
		BED(test_an_answer),
		BED(test_how_it_is_run),
		BED(test_what_goes_wrong_is_said),
		BED(test_one_that_died_is_followed_by_another),
		BED(test_it_stands_still),
		BED(test_the_newest_question_wins),
		BED(test_a_question_outlives_the_child_of_another),
		BED(test_nothing_to_look_at),
		BED(test_large_datagrams_go_through),
		BED(test_it_ends_with_the_session),
		BED(test_show_waits_and_lists),
		BED(test_decode_as),
		BED(test_names_are_those_of_tshark),
		BED(test_without_names_any_is_taken),
	};

	signal(SIGPIPE, SIG_IGN); /* as the program does */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
