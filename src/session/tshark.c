/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/tshark_private.h"

#include "store/pcapng.h"
#include "store/synth.h"
#include "util/num.h"
#include "util/text.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINKTYPE_RAW 101
#define PACKET_MAX (80u << 10)   /* bytes of a packet as pcapng */
#define TREE_MAX (4u << 20)      /* bytes of a tree as PDML, so that reading it holds up nobody */
#define COMPLAINT_MAX 512        /* bytes kept of what it complains about */
#define START_NS (15 * NS_PER_S) /* for the first answer: a machine may be busy */
#define ANSWER_NS (5 * NS_PER_S)
#define GIVEN_MAX 100000 /* packets to one tshark, which keeps about 220 bytes of each */
#define CHUNK 65536u

static const char tree_end[] = "</packet>";
static const char own_name[] = "tshark: "; /* in front of what it complains about */

static void pump(struct tshark *t);

/* ---- the last question ---- */

static void settle(struct tshark *t, uint64_t no, enum tshark_state state)
{
	pdml_done(&t->tree);
	t->why = (struct error){ .at = -1 };
	t->no = no;
	t->state = state;
}

static bool begins_with(const char *line, size_t n, const char *word)
{
	return n >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

/* What it complains about first, but for what it always tells root. */
static void add_complaint(const struct tshark *t, struct buf *out)
{
	const char *line = buf_cstr(&t->complaint), *end = line + t->complaint.len;

	while (line < end) {
		const char *feed = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((feed ? feed : end) - line);

		if (n && !begins_with(line, n, "Running as user")) {
			size_t name = begins_with(line, n, own_name) ? strlen(own_name) : 0;

			buf_str(out, ": ");
			text_escape(out, line + name, n - name);
			return;
		}
		line += n + (feed != NULL);
	}
}

/* ---- its life ---- */

void tshark_end_child(struct tshark *t)
{
	struct loop *l = t->session->loop;

	loop_timer_stop(l, &t->patience);
	if (!t->child.pid)
		return;
	loop_unwatch(l, t->child.in);
	loop_unwatch(l, t->child.out);
	loop_unwatch(l, t->child.err);
	helper_end(&t->child);
}

/* The question at hand has no answer; the next one starts another child. */
static void fail(struct tshark *t, enum err_code code, const char *what)
{
	struct buf text;

	tshark_end_child(t);
	if (t->asked.no && t->asked.no == t->no) {
		buf_init(&text, sizeof(t->why.text) - 1);
		buf_str(&text, what);
		add_complaint(t, &text);
		settle(t, t->no, TSHARK_FAILED);
		err_set(&t->why, code, "%s", buf_cstr(&text));
		buf_done(&text);
	}
	t->asked.no = 0;
	pump(t);
}

static void on_writable(void *ctx, short revents);
static void on_said(void *ctx, short revents);
static void on_complaint(void *ctx, short revents);

static bool start_child(struct tshark *t, struct error *e)
{
	struct loop *l = t->session->loop;

	if (!tshark_start_process(t, e))
		return false;
	if (!loop_watch(l, t->child.out, POLLIN, on_said, t, e) ||
	    !loop_watch(l, t->child.err, POLLIN, on_complaint, t, e)) {
		tshark_end_child(t);
		return false;
	}
	t->given = 0;
	t->answered = false;
	t->written = 0;
	buf_reset(&t->out);
	buf_reset(&t->said);
	buf_reset(&t->complaint);
	pcapng_section(&t->out, NULL, NULL, NULL);
	pcapng_interface(&t->out, NULL, NULL, LINKTYPE_RAW);
	return true;
}

/* ---- asking ---- */

static void write_some(struct tshark *t)
{
	struct loop *l = t->session->loop;

	while (t->written < t->out.len) {
		ssize_t n = write(t->child.in, t->out.data + t->written, t->out.len - t->written);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			if (!loop_watch(l, t->child.in, POLLOUT, on_writable, t, NULL))
				fail(t, ERR_LIMIT, "no memory to wait for tshark");
			return;
		}
		if (n < 0)
			return; /* it has ended, as its output is about to tell */
		t->written += (size_t)n;
	}
	loop_unwatch(l, t->child.in);
}

static void on_writable(void *ctx, short revents)
{
	(void)revents;
	write_some(ctx);
}

static void take_next(struct tshark *t)
{
	struct question old = t->asked;

	t->asked = t->next;
	t->next = old;
	t->next.no = 0;
}

/* Gives the next question, if none is under way. */
static void pump(struct tshark *t)
{
	uint64_t now = clock_monotonic(t->session->clock);
	struct error e = { .at = -1 };

	if (t->asked.no || !t->next.no)
		return;
	take_next(t);
	if (t->given >= GIVEN_MAX)
		tshark_end_child(t);
	if (!t->child.pid && !start_child(t, &e)) {
		buf_reset(&t->complaint);
		fail(t, e.code, e.text);
		return;
	}
	if (t->written == t->out.len) {
		buf_reset(&t->out);
		t->written = 0;
	}
	buf_add(&t->out, t->asked.block.data, t->asked.block.len);
	t->given++;
	loop_timer_at(t->session->loop, &t->patience, now + (t->answered ? ANSWER_NS : START_NS));
	write_some(t);
}

/* One that no other packet has. */
static void make_up_source(struct tshark *t, struct addr *a, int family)
{
	uint32_t n = ++t->source & 0x1ffff;
	const uint16_t port = a->port;

	*a = (struct addr){ .family = (uint8_t)family, .port = port };
	if (family == AF_INET) { /* 198.18.0.0/15 */
		a->bytes[0] = 198;
		a->bytes[1] = (uint8_t)(18 + (n >> 16));
		a->bytes[2] = (uint8_t)(n >> 8);
		a->bytes[3] = (uint8_t)n;
	} else { /* 2001:2::/48 */
		a->bytes[0] = 0x20;
		a->bytes[1] = 0x01;
		a->bytes[3] = 0x02;
		a->bytes[13] = (uint8_t)(n >> 16);
		a->bytes[14] = (uint8_t)(n >> 8);
		a->bytes[15] = (uint8_t)n;
	}
}

static bool make_question(struct tshark *t, struct packet p, struct question *q)
{
	struct pcapng_packet block = { .time = p.time };
	size_t at;

	buf_init(&q->block, PACKET_MAX);
	buf_init(&q->payload, PACKET_MAX);
	make_up_source(t, p.kind == PACKET_RX ? &p.peer : &p.local, p.peer.family);
	at = pcapng_packet_begin(&q->block);
	q->payload_at = q->block.len;
	if (!synth_packet(&q->block, &p, &block.original))
		return false;
	q->payload_at = q->block.len - q->payload_at - p.stored;
	pcapng_packet_end(&q->block, at, &block);
	buf_add(&q->payload, p.data, p.stored);
	if (q->block.failed || q->payload.failed)
		return false;
	q->no = p.no;
	return true;
}

static void question_done(struct question *q)
{
	buf_done(&q->block);
	buf_done(&q->payload);
	q->no = 0;
}

/* ---- answers ---- */

/* Called by the loop only, so that whoever hears it may do anything. */
void tshark_tell(struct tshark *t)
{
	struct session_watcher w = t->session->watcher;

	if (w.changed)
		w.changed(w.ctx);
	if (w.resolved)
		w.resolved(w.ctx);
}

/* Tells if the last question has got its answer. */
static void tell_news(struct tshark *t, enum tshark_state before)
{
	if (before == TSHARK_WAITS && t->state != TSHARK_WAITS)
		tshark_tell(t);
}

/* t->said holds a whole tree, of n bytes. */
static void take_tree(struct tshark *t, size_t n)
{
	const struct pdml_payload payload = { .data = (const uint8_t *)t->asked.payload.data,
					      .len = t->asked.payload.len,
					      .at = t->asked.payload_at };
	struct error e = { .at = -1 };
	struct pdml tree;

	if (!pdml_read(&tree, t->said.data, n, &payload, &e)) {
		fail(t, e.code, e.text);
		return;
	}
	if (t->asked.no == t->no) {
		settle(t, t->no, TSHARK_KNOWN);
		t->tree = tree;
	} else {
		pdml_done(&tree);
	}
	buf_reset(&t->said);
	t->asked.no = 0;
	t->answered = true;
	loop_timer_stop(t->session->loop, &t->patience);
	pump(t);
}

/* "n" bytes are new; nothing stands behind a tree, for nothing more was asked. */
static void look_for_end(struct tshark *t, size_t n)
{
	size_t overlap = sizeof(tree_end) - 2;
	size_t from = t->said.len - n > overlap ? t->said.len - n - overlap : 0;
	const char *end =
		memmem(t->said.data + from, t->said.len - from, tree_end, sizeof(tree_end) - 1);

	if (end && t->asked.no)
		take_tree(t, (size_t)(end - t->said.data) + sizeof(tree_end) - 1);
}

/* One that did well before may have been killed: the question is given to another one, once. */
static void on_end(struct tshark *t)
{
	if (t->answered && t->asked.no && !t->next.no) {
		struct question again = t->asked;

		t->asked = t->next;
		t->next = again;
	}
	fail(t, ERR_STATE, "tshark ended");
}

static void read_said(struct tshark *t)
{
	char chunk[CHUNK];
	ssize_t n = read(t->child.out, chunk, sizeof(chunk));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		on_complaint(t, POLLIN); /* the reason, if it gave one */
		on_end(t);
	} else if (!buf_add(&t->said, chunk, (size_t)n)) {
		fail(t, ERR_LIMIT, "tshark said more than 4 MiB about this packet");
	} else {
		look_for_end(t, (size_t)n);
	}
}

static void on_said(void *ctx, short revents)
{
	struct tshark *t = ctx;
	enum tshark_state before = t->state;

	(void)revents;
	read_said(t);
	tell_news(t, before);
}

/* What is more than is kept is read and dropped, so that it never waits for us. */
static void on_complaint(void *ctx, short revents)
{
	struct tshark *t = ctx;
	char chunk[COMPLAINT_MAX];
	size_t room = COMPLAINT_MAX - t->complaint.len;
	ssize_t n;

	(void)revents;
	n = read(t->child.err, chunk, sizeof(chunk));
	if (n > 0)
		buf_add(&t->complaint, chunk, (size_t)n < room ? (size_t)n : room);
	else if (n == 0)
		loop_unwatch(t->session->loop, t->child.err);
}

static void on_patience(void *ctx)
{
	struct tshark *t = ctx;
	enum tshark_state before = t->state;
	struct buf text;

	buf_init(&text, 128);
	buf_str(&text, "tshark did not answer within ");
	num_format_duration(&text, t->answered ? ANSWER_NS : START_NS);
	fail(t, ERR_STATE, buf_cstr(&text));
	buf_done(&text);
	tell_news(t, before);
}

/* ---- for the session ---- */

struct tshark *tshark_of(struct session *s)
{
	struct tshark *t = s->tshark;

	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->session = s;
	t->patience = (struct loop_timer){ .fire = on_patience, .ctx = t };
	buf_init(&t->out, 2 * PACKET_MAX);
	buf_init(&t->said, TREE_MAX);
	buf_init(&t->complaint, COMPLAINT_MAX);
	s->tshark = t;
	return t;
}

void tshark_ask(struct session *s, const struct packet *p)
{
	struct tshark *t = tshark_of(s);

	if (!t || !p->no || (t->state != TSHARK_UNASKED && t->no == p->no))
		return;
	question_done(&t->next);
	if (!make_question(t, *p, &t->next)) {
		question_done(&t->next);
		settle(t, p->no, TSHARK_FAILED);
		err_set(&t->why, ERR_STATE, "tshark has nothing to look at in #%" PRIu64, p->no);
		return;
	}
	settle(t, p->no, TSHARK_WAITS);
	pump(t);
}

enum tshark_state tshark_look(const struct session *s, uint64_t no, const struct pdml **tree,
			      const struct error **why)
{
	const struct tshark *t = s->tshark;

	if (!t || t->no != no)
		return TSHARK_UNASKED;
	if (t->state == TSHARK_KNOWN)
		*tree = &t->tree;
	if (t->state == TSHARK_FAILED)
		*why = &t->why;
	return t->state;
}

void tshark_forget(struct session *s)
{
	if (s->tshark)
		settle(s->tshark, 0, TSHARK_UNASKED);
}

void tshark_done(struct session *s)
{
	struct tshark *t = s->tshark;

	if (!t)
		return;
	tshark_end_child(t);
	tshark_names_done(t);
	question_done(&t->asked);
	question_done(&t->next);
	buf_done(&t->out);
	buf_done(&t->said);
	buf_done(&t->complaint);
	pdml_done(&t->tree);
	free(t);
	s->tshark = NULL;
}
