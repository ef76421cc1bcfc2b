/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recording a session: what waits, what failed, what the store let go, a file that cannot grow. */
#include "fake_face.h"
#include "session/recorder.h"
#include "util/num.h"

#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define PACKET_BLOCK 6

struct bed {
	struct fake_face *f;
	char folder[40], path[64];
};

static int set_up(void **state)
{
	struct bed *b = calloc(1, sizeof(*b));
	void *f;

	snprintf(b->folder, sizeof(b->folder), "/tmp/udpdeck-record.XXXXXX");
	if (!mkdtemp(b->folder) || fake_face_setup(&f))
		return -1;
	b->f = f;
	snprintf(b->path, sizeof(b->path), "%s/file", b->folder);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bed *b = *state;
	void *f = b->f;

	fake_face_teardown(&f);
	unlink(b->path);
	rmdir(b->folder);
	free(b);
	return 0;
}

static uint64_t append(struct bed *b, enum packet_kind kind, const char *text, int result)
{
	struct packet p = {
		.kind = kind,
		.time = clock_realtime(b->f->session.clock),
		.data = (const uint8_t *)text,
		.len = (uint32_t)strlen(text),
		.stored = (uint32_t)strlen(text),
		.result = result,
	};

	assert_true(addr_parse_ip("127.0.0.1", &p.peer, NULL));
	assert_true(addr_parse_ip("127.0.0.1", &p.local, NULL));
	store_begin(b->f->session.store);
	assert_true(store_append(b->f->session.store, &p));
	store_end(b->f->session.store);
	return p.seq;
}

static void start(struct bed *b)
{
	const struct recorder_spec spec = { .path = b->path };

	assert_true(recorder_start(&b->f->session, &spec, NULL));
}

static uint64_t stop(struct bed *b)
{
	struct recorder_totals totals;

	assert_true(recorder_stop(&b->f->session, &totals, NULL));
	return totals.packets;
}

/* The whole file, to be freed. */
static uint8_t *contents(const struct bed *b, size_t *n)
{
	FILE *file = fopen(b->path, "r");
	uint8_t *bytes;

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	*n = (size_t)ftell(file);
	rewind(file);
	bytes = malloc(*n + 1);
	assert_int_equal(fread(bytes, 1, *n, file), *n);
	fclose(file);
	return bytes;
}

static uint32_t word(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

/* Packet blocks in the file, which has to end where a block does. */
static unsigned packets_in(const struct bed *b)
{
	size_t n, at = 0;
	uint8_t *bytes = contents(b, &n);
	unsigned count = 0;

	while (at < n) {
		uint32_t length = word(bytes + at + 4);

		assert_in_range(length, 12, n - at);
		assert_int_equal(word(bytes + at + length - 4), length);
		count += word(bytes + at) == PACKET_BLOCK;
		at += length;
	}
	free(bytes);
	return count;
}

static bool holds(const struct bed *b, const char *text)
{
	size_t n;
	uint8_t *bytes = contents(b, &n);
	bool found = memmem(bytes, n, text, strlen(text));

	free(bytes);
	return found;
}

static void what_came_before_is_not_recorded(void **state)
{
	struct bed *b = *state;

	append(b, PACKET_RX, "before", 0);
	start(b);
	append(b, PACKET_RX, "while", 0);
	assert_int_equal(stop(b), 1);
	append(b, PACKET_RX, "after", 0);
	assert_int_equal(packets_in(b), 1);
	assert_true(holds(b, "while"));
}

static void one_that_waits_is_recorded_when_it_was_sent(void **state)
{
	struct bed *b = *state;
	struct recorder_totals totals;
	uint64_t seq;

	start(b);
	seq = append(b, PACKET_TX, "waits", PACKET_TX_PENDING);
	append(b, PACKET_RX, "behind", 0);
	recorder_follow(&b->f->session);
	recorder_totals(&b->f->session, &totals);
	assert_int_equal(totals.packets, 0);
	store_mark(b->f->session.store, &seq, 1, PACKET_TX_SENT);
	recorder_follow(&b->f->session);
	recorder_totals(&b->f->session, &totals);
	assert_int_equal(totals.packets, 2);
	assert_int_equal(stop(b), 2);
	assert_int_equal(packets_in(b), 2);
}

static void one_that_waits_still_at_the_end_holds_up_nobody(void **state)
{
	struct bed *b = *state;

	start(b);
	append(b, PACKET_TX, "waits", PACKET_TX_PENDING);
	append(b, PACKET_RX, "behind", 0);
	assert_int_equal(stop(b), 1);
	assert_false(holds(b, "waits"));
	assert_true(holds(b, "behind"));
}

static void what_failed_is_a_comment(void **state)
{
	struct bed *b = *state;

	start(b);
	append(b, PACKET_TX, "never", ENETUNREACH);
	append(b, PACKET_TX, "sent", PACKET_TX_SENT);
	assert_int_equal(stop(b), 1);
	assert_false(holds(b, "never"));
	assert_true(holds(b, "was not sent: Network is unreachable"));
}

static void what_the_store_let_go_is_counted(void **state)
{
	static char text[4096];
	struct bed *b = *state;
	struct recorder_totals totals;
	const unsigned sent = 4000; /* 16 MiB of 8 */

	memset(text, 'x', sizeof(text) - 1);
	start(b);
	append(b, PACKET_RX, "first", 0);
	recorder_follow(&b->f->session);
	for (unsigned i = 0; i < sent; i++)
		append(b, PACKET_RX, text, 0);
	assert_true(recorder_stop(&b->f->session, &totals, NULL));
	assert_true(totals.lost > 1000);
	assert_int_equal(totals.packets + totals.lost, sent + 1);
	assert_int_equal(packets_in(b), totals.packets);
	assert_true(holds(b, "lost here"));
}

static bool has_stopped(struct fake_face *f, void *ctx)
{
	(void)ctx;
	return !f->session.recorder;
}

static void a_file_that_cannot_grow_ends_with_a_whole_block(void **state)
{
	struct bed *b = *state;
	struct rlimit former, limit;
	char text[1000];
	struct error e;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &former), 0);
	limit = former;
	limit.rlim_cur = 10201;
	signal(SIGXFSZ, SIG_IGN);
	start(b);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (unsigned i = 0; i < 20; i++)
		append(b, PACKET_RX, text, 0);
	recorder_follow(&b->f->session);
	fake_until(b->f, has_stopped, NULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &former), 0);
	assert_int_equal(packets_in(b), 9);
	assert_int_equal(b->f->session.record_failure.errnum, EFBIG);
	assert_null(recorder_path(&b->f->session));
	/* the next recording is none the worse for it */
	unlink(b->path);
	start(b);
	append(b, PACKET_RX, "again", 0);
	assert_int_equal(stop(b), 1);
	assert_false(fake_run(b->f, "record off", &e));
}

static void quitting_says_what_it_would_end(void **state)
{
	struct bed *b = *state;
	struct buf text;

	buf_init(&text, 512);
	assert_false(command_quit_warning(&b->f->session, &text));
	b->f->session.job_count = 2;
	assert_true(command_quit_warning(&b->f->session, &text));
	assert_string_equal(buf_cstr(&text), "2 jobs run: again to leave, :stop or Ctrl-C to stop");
	b->f->session.job_count = 0;
	start(b);
	buf_reset(&text);
	assert_true(command_quit_warning(&b->f->session, &text));
	assert_non_null(strstr(buf_cstr(&text), "/file: again to leave, :record off"));
	buf_done(&text);
}

static void one_recording_at_a_time(void **state)
{
	const struct recorder_spec other = { .path = "/dev/null/never" };
	struct bed *b = *state;
	struct error e;

	start(b);
	assert_string_equal(recorder_path(&b->f->session), b->path);
	assert_false(recorder_start(&b->f->session, &other, &e));
	assert_int_equal(e.code, ERR_STATE);
	assert_int_equal(stop(b), 0);
	assert_false(recorder_start(&b->f->session, &other, &e));
	assert_int_equal(e.errnum, ENOTDIR);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_came_before_is_not_recorded),
		TEST(one_that_waits_is_recorded_when_it_was_sent),
		TEST(one_that_waits_still_at_the_end_holds_up_nobody),
		TEST(what_failed_is_a_comment),
		TEST(what_the_store_let_go_is_counted),
		TEST(a_file_that_cannot_grow_ends_with_a_whole_block),
		TEST(quitting_says_what_it_would_end),
		TEST(one_recording_at_a_time),
	};

	return cmocka_run_group_tests_name("recorder", tests, NULL, NULL);
}
