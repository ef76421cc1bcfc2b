/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture file is read, slice by slice.  See capture.h. */
#include "session/capture_private.h"
#include "session/session.h"
#include "util/num.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reading gives way to the rest of the loop after so long, looking at the clock now and then. */
#define SLICE_NS (2 * NS_PER_MS)
#define STRIDE 64
#define PROGRESS_NS (500 * NS_PER_MS)

static struct session *session_of(const struct capture *c)
{
	return c->activity.session;
}

static const char *name_of(const struct capture *c)
{
	return strcmp(c->path, "-") == 0 ? "stdin" : c->path;
}

static uint64_t now(const struct capture *c)
{
	return clock_monotonic(session_of(c)->clock);
}

/* ---- words ---- */

static void count_words(struct buf *out, uint64_t n, const char *one, const char *many)
{
	num_format_count(out, n);
	buf_printf(out, " %s", n == 1 ? one : many);
}

static void add_left_out(const struct capture_totals *t, struct buf *out)
{
	const struct {
		uint64_t n;
		const char *one, *many;
	} rows[] = {
		{ t->others, "is not UDP", "are not UDP" },
		{ t->bad, "is cut off or contradicts itself",
		  "are cut off or contradict themselves" },
		{ t->unknown, "has an unknown link type", "have an unknown link type" },
	};
	bool any = false;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].n)
			continue;
		buf_str(out, any ? ", " : "; ");
		num_format_count(out, rows[i].n);
		if (!any) {
			buf_str(out, " of ");
			count_words(out, t->frames, "frame", "frames");
		}
		buf_printf(out, " %s", rows[i].n == 1 ? rows[i].one : rows[i].many);
		any = true;
	}
}

static void add_odd(const struct capture_totals *t, struct buf *out)
{
	const struct {
		uint64_t n;
		const char *one, *many;
	} rows[] = {
		{ t->odd_times, "frame has a time that cannot be",
		  "frames have times that cannot be" },
		{ t->odd_lengths, "frame is longer than it says",
		  "frames are longer than they say" },
		{ t->odd_drops, "count of what was lost cannot be",
		  "counts of what was lost cannot be" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].n)
			continue;
		buf_str(out, "; ");
		count_words(out, rows[i].n, rows[i].one, rows[i].many);
	}
}

void capture_words(const struct capture_totals *t, struct buf *out)
{
	count_words(out, t->datagrams, "datagram", "datagrams");
	if (t->errors) {
		buf_str(out, ", ");
		count_words(out, t->errors, "ICMP error", "ICMP errors");
	}
	if (t->stopped)
		buf_str(out, ", stopped");
	add_left_out(t, out);
	if (t->incomplete) {
		buf_str(out, "; ");
		count_words(out, t->incomplete, "datagram lacks", "datagrams lack");
		buf_str(out, " fragments");
	}
	if (t->lost) {
		buf_str(out, "; who captured lost ");
		num_format_count(out, t->lost);
	}
	add_odd(t, out);
	if (t->gone) {
		buf_str(out, "; the first ");
		num_format_count(out, t->gone);
		buf_str(out, " are not kept: --memory keeps more");
	}
}

/* Of what was read, what the store has no room for any more. */
static uint64_t gone(const struct capture *c)
{
	struct store_stats st;

	if (session_of(c)->watcher.is_behind)
		return 0; /* it was printed */
	store_stats(session_of(c)->store, &st);
	return c->first_no && st.first_no > c->first_no ? st.first_no - c->first_no : 0;
}

void capture_totals(const struct activity *a, struct capture_totals *out)
{
	const struct capture *c = (const struct capture *)a;

	*out = c->totals;
	out->path = c->path;
	out->over = a->over;
	if (c->file)
		out->offset = capfile_offset(c->file);
	if (!a->over)
		out->gone = gone(c);
}

/* As SESSION_READ says. */
static void tell(const struct capture *c, enum session_notice what, const struct buf *text)
{
	const struct session *s = session_of(c);
	const struct capture_totals *t = &c->totals;
	const struct packet p = {
		.data = (const uint8_t *)buf_cstr(text),
		.len = (uint32_t)text->len,
		.stored = (uint32_t)text->len,
		.lost = t->others + t->bad + t->unknown + t->incomplete + t->lost + t->odd_times +
			t->odd_lengths + t->odd_drops + t->stopped,
		.result = c->activity.verdict.code != ERR_NONE,
	};

	if (s->watcher.notice)
		s->watcher.notice(s->watcher.ctx, what, &p, NULL);
}

/* Among what a session's own sockets hear, where the file begins and ends. */
static void note(const struct capture *c, const char *text)
{
	if (session_of(c)->socket_count)
		session_event(session_of(c), PACKET_NOTE, 0, "%s", text);
}

static void tell_progress(struct capture *c)
{
	struct capture_totals t;
	struct buf text;

	capture_totals(&c->activity, &t);
	buf_init(&text, 512);
	buf_printf(&text, "reading %s: ", name_of(c));
	capture_words(&t, &text);
	if (t.size)
		buf_printf(&text, " (%" PRIu64 " %%)", t.offset * 100 / t.size);
	buf_str(&text, "; Ctrl-C stops");
	tell(c, SESSION_READING, &text);
	buf_done(&text);
}

/* One line: what is wrong with the file, and what it gave. */
static void tell_end(struct capture *c)
{
	struct error *verdict = &c->activity.verdict;
	struct buf text;

	buf_init(&text, 1024);
	if (!verdict->code)
		buf_printf(&text, "%s: ", name_of(c));
	capture_words(&c->totals, &text);
	if (verdict->code && c->totals.frames)
		err_set(verdict, verdict->code, "%.200s; read so far: %s", verdict->text,
			buf_cstr(&text));
	if (verdict->code) {
		buf_reset(&text);
		buf_str(&text, verdict->text);
	}
	tell(c, SESSION_READ, &text);
	note(c, buf_cstr(&text));
	buf_done(&text);
}

/* ---- turns ---- */

static void on_ready(void *ctx, short revents);

static void arm(struct capture *c)
{
	loop_timer_at(session_of(c)->loop, &c->turn, now(c));
}

/* What was read stands; a file is named in front of what is wrong with it. */
static void fail(struct capture *c, const struct error *why)
{
	c->activity.verdict = *why;
	c->activity.verdict.at = -1;
	err_prefix(&c->activity.verdict, why->code == ERR_USAGE ? "%s " : "%s: ", name_of(c));
	c->ended = true;
}

static void fill(struct capture *c)
{
	struct error e = { .at = -1 };

	if (!capfile_fill(c->file, c->fd, &e))
		fail(c, &e);
}

static void watch(struct capture *c)
{
	struct error e = { .at = -1 };

	c->watched = loop_watch(session_of(c)->loop, c->fd, POLLIN, on_ready, c, &e);
	if (!c->watched)
		fail(c, &e);
}

/* false: nothing more now. */
static bool step(struct capture *c)
{
	struct error e = { .at = -1 };
	struct capfile_frame f;

	switch (capfile_next(c->file, &f, &e)) {
	case CAPFILE_FRAME:
		capture_frame(c, &f);
		return true;
	case CAPFILE_DROPS:
		capture_drops(c, &f);
		return true;
	case CAPFILE_MORE:
		if (c->waits)
			watch(c);
		else
			fill(c);
		return !c->watched && !c->ended;
	case CAPFILE_DAMAGED:
		fail(c, &e);
		break;
	case CAPFILE_END:
		c->ended = true;
		break;
	}
	return false;
}

static bool is_face_behind(const struct session *s)
{
	return s->watcher.is_behind && s->watcher.is_behind(s->watcher.ctx);
}

static void finish(struct capture *c)
{
	capture_left(c, true);
	session_follow(session_of(c));
	activity_over(&c->activity);
}

static void read_slice(struct capture *c)
{
	const uint64_t end = now(c) + SLICE_NS;

	for (unsigned n = 1; step(c); n++)
		if (n % STRIDE == 0 && now(c) >= end)
			break;
}

static void on_turn(void *ctx)
{
	struct capture *c = ctx;
	struct session *s = session_of(c);

	/* The session and its watcher go first, and then there is room. */
	if (is_face_behind(s)) {
		c->held = true;
		return;
	}
	if (!s->again.due && !c->ended) {
		read_slice(c);
		session_follow(s);
	}
	if (c->activity.over || c->watched)
		return;
	if (c->ended && !s->again.due) {
		finish(c);
		return;
	}
	if (now(c) - c->told >= PROGRESS_NS) {
		c->told = now(c);
		tell_progress(c);
	}
	arm(c);
}

static void on_ready(void *ctx, short revents)
{
	struct capture *c = ctx;

	(void)revents;
	loop_unwatch(session_of(c)->loop, c->fd);
	c->watched = false;
	fill(c);
	arm(c);
}

void capture_poke(struct session *s)
{
	struct capture *c = s->captures.running;

	if (!c || !c->held)
		return;
	c->held = false;
	arm(c);
}

/* ---- life ---- */

static void close_file(struct capture *c)
{
	if (c->fd > STDERR_FILENO)
		close(c->fd);
	c->fd = -1;
	capfile_free(c->file);
	dissect_free(c->dissect);
	sent_free(c->sent);
	c->file = NULL;
	c->dissect = NULL;
	c->sent = NULL;
}

static void stop(struct activity *a)
{
	struct capture *c = (struct capture *)a;
	struct session *s = a->session;

	loop_timer_stop(s->loop, &c->turn);
	if (c->watched)
		loop_unwatch(s->loop, c->fd);
	s->captures.running = NULL;
	c->totals.offset = capfile_offset(c->file);
	c->totals.path = c->path;
	c->totals.stopped = !c->ended;
	c->totals.gone = gone(c);
	close_file(c);
	tell_end(c);
}

static void free_capture(struct activity *a)
{
	struct capture *c = (struct capture *)a;

	close_file(c);
	free(c->path);
	free(c);
}

static void progress(const struct activity *a, struct buf *out)
{
	struct capture_totals t;

	capture_totals(a, &t);
	if (t.size)
		buf_printf(out, "%" PRIu64 " %%", t.offset * 100 / t.size);
}

static const struct activity_kind kind = {
	.name = "read",
	.stop = stop,
	.progress = progress,
	.free = free_capture,
	.told = true,
};

/* A named pipe without a writer must not hold up the program. */
static bool open_file(struct capture *c, struct error *e)
{
	struct stat st;

	c->fd = STDIN_FILENO;
	if (strcmp(c->path, "-") != 0)
		c->fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (c->fd < 0 || fstat(c->fd, &st) < 0)
		return err_sys(e, errno, "%s", c->path);
	if (S_ISDIR(st.st_mode))
		return err_sys(e, EISDIR, "%s", c->path);
	c->waits = c->activity.endless = !S_ISREG(st.st_mode);
	if (!c->waits)
		c->totals.size = (uint64_t)st.st_size;
	return true;
}

static bool prepare(struct capture *c, const char *path, struct error *e)
{
	c->path = strdup(path);
	c->sent = sent_new();
	if (!c->path || !c->sent)
		return err_set(e, ERR_LIMIT, "no memory to read a capture file");
	c->file = capfile_new(e);
	c->dissect = c->file ? dissect_new(e) : NULL;
	return c->dissect && open_file(c, e);
}

struct activity *capture_start(struct session *s, const char *path, const char *line,
			       struct error *e)
{
	struct capture *c;
	struct buf text;

	if (s->captures.running) {
		err_set(e, ERR_STATE, "%s is being read: stop %%%u ends that",
			s->captures.running->path, s->captures.running->activity.number);
		return NULL;
	}
	c = calloc(1, sizeof(*c));
	if (!c) {
		err_set(e, ERR_LIMIT, "no memory to read a capture file");
		return NULL;
	}
	c->activity.kind = &kind;
	c->fd = -1;
	c->turn = (struct loop_timer){ .fire = on_turn, .ctx = c };
	if (!prepare(c, path, e)) {
		free_capture(&c->activity);
		return NULL;
	}
	if (!activity_start(s, &c->activity, line, e))
		return NULL;
	capfile_set_latest(c->file, clock_realtime(s->clock) + CAPTURE_AHEAD_NS);
	s->captures.running = c;
	c->told = now(c);
	buf_init(&text, 512);
	buf_printf(&text, "reading %s", name_of(c));
	note(c, buf_cstr(&text));
	buf_done(&text);
	arm(c);
	return &c->activity;
}
